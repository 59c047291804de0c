//! What is refused, with the place; what deviates; what a known document gives.

use sha2::{Digest, Sha256};
use touchmark::jsonld::{Contexts, Error, HashAlgorithm, TooComplex};

use super::{canonical, expand};

const V2: &str = "https://www.w3.org/ns/credentials/v2";
const CREDENTIALS: &str = "https://www.w3.org/2018/credentials#";
const OB: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";

/// A badge with more contexts and more members.
fn badge(contexts: &str, members: &str) -> String {
    format!(
        r#"{{"@context": ["{V2}", "{OB}"{contexts}],
            "id": "urn:uuid:1",
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "issuer": {{"id": "did:example:i", "type": ["Profile"], "name": "I"}},
            "validFrom": "2026-01-01T00:00:00Z",
            "credentialSubject": {{"id": "did:example:s", "type": ["AchievementSubject"]}}
            {members}}}"#
    )
}

fn refusal(contexts: &str, members: &str) -> Error {
    let text = badge(contexts, members);
    match expand(&text, Contexts::bundled()) {
        Err(error) => error,
        Ok(_) => panic!("accepted: {text}"),
    }
}

#[test]
fn the_w3cs_unsigned_example_has_its_published_hash() {
    // vc-di-eddsa, TestVectors/unsigned.json and docHashDataInt.txt.
    let text = r#"{
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://www.w3.org/ns/credentials/examples/v2"
        ],
        "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
        "type": ["VerifiableCredential", "AlumniCredential"],
        "name": "Alumni Credential",
        "description": "A minimum viable example of an Alumni Credential.",
        "issuer": "https://vc.example/issuers/5678",
        "validFrom": "2023-01-01T00:00:00Z",
        "credentialSubject": {
            "id": "did:example:abcdefgh",
            "alumniOf": "The School of Examples"
        }
    }"#;
    let hash = Sha256::digest(canonical(text, Contexts::conformance()));
    let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hash, "517744132ae165a5349155bef0bb0cf2258fff99dfe1dbd914b938d775a36017");
    // In production every term needs a definition: the examples context is not known.
    let error = expand(text, Contexts::bundled()).unwrap_err();
    assert_eq!(error.code(), "unknown-context");
}

#[test]
fn what_would_be_lost_is_refused_with_its_place() {
    for (members, code, pointer) in [
        (r#", "grade": "A""#, "undefined-term", "/grade"),
        (
            r#", "evidence": [{"type": "Evidence"}, {"tpye": "x"}]"#,
            "undefined-term",
            "/evidence/1/tpye",
        ),
        (r#", "evidence": {"type": "Evidenec"}"#, "relative-type", "/evidence/type"),
        (r#", "evidence": {"id": "/e/1"}"#, "relative-iri", "/evidence/id"),
        (r#", "evidence": "e/1""#, "relative-iri", "/evidence"),
        (r#", "evidence": {"id": "https://a.example/<>"}"#, "invalid-iri", "/evidence/id"),
        (r#", "evidence": {"id": null}"#, "invalid-json-ld", "/evidence/id"),
        (r#", "evidence": {"id": "urn:a", "@id": "urn:b"}"#, "colliding-keywords", "/evidence"),
        (r#", "name": {"@value": null}"#, "dropped-value", "/name"),
        (
            r#", "name": {"@value": "a", "@language": "en_US"}"#,
            "invalid-language-tag",
            "/name/@language",
        ),
        (r#", "name": {"@value": "a", "@direction": "up"}"#, "invalid-json-ld", "/name/@direction"),
        (r#", "name": 1e-7"#, "ambiguous-number", "/name"),
        (r#", "proof": 1, "@graph": "x""#, "invalid-json-ld", "/@graph"),
    ] {
        let error = refusal("", members);
        assert_eq!((error.code(), error.pointer()), (code, Some(pointer)), "{members}: {error}");
    }
}

#[test]
fn contexts_are_refused_where_they_are_unknown_or_change_protected_terms() {
    for (contexts, members, code, pointer) in [
        (r#", "https://a.example/ctx""#, "", "unknown-context", "/@context"),
        (r#", {"name": "https://a.example/name"}"#, "", "protected-term-redefinition", "/@context"),
        (r#", null"#, "", "invalid-context", "/@context"),
        (r#", {"a": {"@id": "b:c", "@container": "@map"}}"#, "", "invalid-context", "/@context"),
        (r#", {"a": "b:x", "b": "a:x"}"#, "", "invalid-context", "/@context"),
        (
            r#", {"@import": "https://www.w3.org/ns/credentials/v2"}"#,
            "",
            "invalid-context",
            "/@context",
        ),
        (r#", {"a": {"@id": "x:a", "@context": 5}}"#, "", "invalid-context", "/@context"),
        (r#", {"@vocab": "urn:v:", "a/b": {}}"#, "", "invalid-context", "/@context"),
        ("", r#", "evidence": {"@context": []}"#, "invalid-context", "/evidence/@context"),
        (
            "",
            r#", "evidence": {"@context": {"narrative": "x:n"}, "type": "Evidence"}"#,
            "protected-term-redefinition",
            "/evidence/@context",
        ),
        (
            // The two base contexts define the same terms differently.
            r#", "https://www.w3.org/2018/credentials/v1""#,
            "",
            "protected-term-redefinition",
            "/@context",
        ),
    ] {
        let error = refusal(contexts, members);
        assert_eq!((error.code(), error.pointer()), (code, Some(pointer)), "{contexts}: {error}");
    }
}

/// jsonld.js and PyLD say one thing here, and oxjsonld another, by the letter.
#[test]
fn what_processors_write_differently_is_refused() {
    let lists = r#", {"l": {"@id": "urn:l", "@container": "@list"}}"#;
    let ids = r#", {"m": {"@id": "urn:m", "@container": "@id"}}"#;
    let flag = r#", {"f": {"@id": "urn:f", "@type": "xsd:boolean"}}"#;
    let text = r#", {"t": {"@id": "urn:t", "@type": "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"}}"#;
    let indexed = r#", {"i": {"@id": "urn:i", "@container": "@index"}}"#;
    let inner = r#", {"T": {"@id": "urn:T", "@context": {"y": {"@id": "urn:y", "@type": "@id"}}}}"#;
    let types = r#", {"t": {"@id": "urn:t", "@container": "@type"}}"#;
    let scoped = r#", {"x": "@id", "T": {"@id": "urn:T", "@context": {"x": "urn:x"}}}"#;
    for (contexts, members) in [
        ("", ", \"name\": \"a\u{fffe}\""),
        ("", ", \"name\": {\"@value\": \"\u{ffff}\", \"@language\": \"en\"}"),
        (text, r#", "t": "a""#),
        (lists, r#", "evidence": [{"id": "urn:e", "l": []}, {"id": "urn:e", "l": []}]"#),
        (ids, r#", "m": {"urn:a": {}}"#),
        (flag, r#", "f": [true, "true"]"#),
        (lists, r#", "l": {"@list": [[]]}"#),
        (ids, r#", "urn:n": {"m": [{}]}"#),
        ("", r#", "@nest": {"@context": {}}"#),
        (flag, r#", "f": [{"@value": "x", "@index": "a"}, {"@value": "x", "@index": "b"}]"#),
        (
            "",
            r#", "name": [{"@value": "a", "@language": "EN"}, {"@value": "a", "@language": "en"}]"#,
        ),
        (flag, ", \"urn:p\": [\"\u{ff5e}\", \"\u{1f34e}\"]"),
        (indexed, r#", "i": {"a": {"id": "urn:e"}, "b": {"id": "urn:e"}}"#),
        ("", r#", "evidence": [{"id": "urn:e", "@index": "a"}, {"id": "urn:e", "@index": "b"}]"#),
        (scoped, r#", "evidence": {"type": ["Evidence", "T"], "x": "urn:x"}"#),
        (inner, r#", "evidence": {"type": ["Evidence", "T"], "y": {"@list": ["a"]}}"#),
        (types, r#", "t": [{}]"#),
        (types, r#", "t": {"Evidence": {"@set": {}}}"#),
        (ids, r#", "m": {"urn:a": [{"@set": [{"name": "x"}]}]}"#),
    ] {
        assert_eq!(refusal(contexts, members).code(), "unsupported-json-ld", "{members}");
    }
    let prefix = r#", {"urn": {"@id": "https://e.example/"}}"#;
    assert_eq!(refusal(prefix, "").code(), "relative-iri");
    // These are what they look like to everyone.
    for (contexts, members) in [
        (
            indexed,
            r#", "i": {"a": {"id": "urn:e"}, "b": {"id": "urn:f"}, "@none": {"id": "urn:e"}}"#,
        ),
        (scoped, r#", "evidence": {"type": ["Evidence", "T"], "id": "urn:x"}"#),
        (r#", {"urn": {"@id": "https://e.example/", "@prefix": false}}"#, ""),
        (r#", {"urn": {"@id": "https://e.example"}}"#, ""),
    ] {
        canonical(&badge(contexts, members), Contexts::bundled());
    }
    canonical(
        &badge(lists, r#", "l": [], "evidence": {"id": "urn:e", "l": []}"#),
        Contexts::bundled(),
    );
    for members in [
        ", \"name\": \"\u{ff5e}\u{fffd}\", \"description\": \"Well done \u{1f34e}\u{ff01}\"",
        ", \"f\": [true, true, false], \"urn:p\": [\"a\", \"a\", 1, 1]",
        ", \"name\": [{\"@value\": \"a\", \"@language\": \"en-US\"}, {\"@value\": \"b\", \"@language\": \"en-US\"}]",
    ] {
        canonical(&badge(flag, members), Contexts::bundled());
    }
}

#[test]
fn a_wrapped_context_is_unwrapped() {
    let wrapped =
        badge(r#", {"@context": {"grade": "https://a.example/grade"}}"#, r#", "grade": "A""#);
    let plain = badge(r#", {"grade": "https://a.example/grade"}"#, r#", "grade": "A""#);
    let bundled = Contexts::bundled();
    assert_eq!(canonical(&wrapped, bundled), canonical(&plain, bundled));
}

#[test]
fn a_text_direction_is_signed_as_the_reference_cryptosuites_sign_it() {
    let name = r#", "name": {"@value": "a", "@language": "AR", "@direction": "rtl"}"#;
    let dataset = expand(&badge("", name), Contexts::bundled()).unwrap();
    assert_eq!(dataset.deviation(), None);
    let text = dataset.canonicalize(HashAlgorithm::Sha256).unwrap();
    assert!(text.contains(r#""a"^^<https://www.w3.org/ns/i18n#ar_rtl> ."#), "{text}");
}

#[test]
fn the_relative_datatype_of_awarded_date_is_kept_as_it_is_signed() {
    let text = badge("", r#", "awardedDate": "2026-01-31T00:00:00Z""#);
    assert!(canonical(&text, Contexts::bundled()).contains(
        r#"<https://purl.imsglobal.org/spec/vc/ob/vocab.html#awardedDate> "2026-01-31T00:00:00Z"^^<xsd:dateTime> ."#
    ));
}

/// Same graph, other reading: each of these would verify.
#[test]
fn a_document_that_reads_otherwise_than_it_was_signed_deviates() {
    let until = r#""2020-01-01T00:00:00Z""#;
    let alias = r#", {"till": {"@id": "https://www.w3.org/2018/credentials#validUntil", "@type": "http://www.w3.org/2001/XMLSchema#dateTime"}}"#;
    let prefix = r#", {"cred": "https://www.w3.org/2018/credentials#"}"#;
    for (contexts, members, pointer, expected) in [
        (alias, format!(r#", "till": {until}"#), "/till", "validUntil"),
        (
            prefix,
            format!(r#", "cred:validUntil": {{"@value": {until}, "type": "http://www.w3.org/2001/XMLSchema#dateTime"}}"#),
            "/cred:validUntil",
            "validUntil",
        ),
        (
            "",
            format!(r#", "https://www.w3.org/2018/credentials#validUntil": {until}"#),
            "/https:~1~1www.w3.org~12018~1credentials#validUntil",
            "validUntil",
        ),
        ("", r#", "evidence": {"@id": "urn:e:1"}"#.into(), "/evidence/@id", "id"),
        ("", r#", "name": {"@value": "a"}"#.into(), "/name", "the value by itself"),
        ("", r#", "name": {"@set": ["a"]}"#.into(), "/name", "the array by itself"),
        ("", r#", "name": null"#.into(), "/name", "no member at all"),
        ("", r#", "@included": [{"id": "urn:e:1", "name": "x"}]"#.into(), "/@included", "no @included"),
        (
            "",
            r#", "evidence": {"type": "https://purl.imsglobal.org/spec/vc/ob/vocab.html#Evidence"}"#.into(),
            "/evidence/type",
            "Evidence",
        ),
        (
            r#", {"ex": "https://e.example/"}"#,
            r#", "evidence": {"id": "ex:1"}"#.into(),
            "/evidence/id",
            "https://e.example/1",
        ),
        (
            "",
            format!(
                r#", "evidence": {{"id": "urn:uuid:1", "{CREDENTIALS}validUntil":
                    {{"@value": {until}, "type": "http://www.w3.org/2001/XMLSchema#dateTime"}}}}"#
            ),
            "/evidence/https:~1~1www.w3.org~12018~1credentials#validUntil",
            "this member at the top of the document",
        ),
        (r#", {"uid": "@id"}"#, r#", "evidence": {"uid": "urn:e:1"}"#.into(), "/evidence/uid", "id"),
    ] {
        let text = badge(contexts, &members);
        let dataset = expand(&text, Contexts::bundled()).unwrap_or_else(|e| panic!("{members}: {e}"));
        let found = dataset.deviation().unwrap_or_else(|| panic!("no deviation: {members}"));
        assert_eq!((found.pointer.as_str(), found.expected.as_str()), (pointer, expected));
    }
}

#[test]
fn a_graph_made_to_be_slow_is_too_complex() {
    let node = |n: usize| {
        let others: Vec<String> =
            (0..10).filter(|m| *m != n).map(|m| format!(r#"{{"@id": "_:b{m}"}}"#)).collect();
        format!(r#"{{"@id": "_:b{n}", "urn:p": [{}]}}"#, others.join(","))
    };
    let nodes: Vec<String> = (0..10).map(node).collect();
    let text = format!(r#"{{"@graph": [{}]}}"#, nodes.join(","));
    let dataset = expand(&text, Contexts::bundled()).unwrap();
    assert_eq!(dataset.canonicalize(HashAlgorithm::Sha256), Err(TooComplex));
    // A long chain of equal nodes must not cost the stack either.
    let items = vec![r#""x""#; 2_000].join(",");
    let text = format!(r#"{{"urn:p": {{"@list": [{items}]}}}}"#);
    let dataset = expand(&text, Contexts::bundled()).unwrap();
    assert_eq!(dataset.canonicalize(HashAlgorithm::Sha256), Err(TooComplex));
}

#[test]
fn documents_made_to_be_slow_are_given_up() {
    let terms: Vec<String> =
        (0..3000).map(|n| format!(r#""t{n}": {{"@id": "urn:t{n}", "@context": {{}}}}"#)).collect();
    let text = format!(r#"{{"@context": {{{}}}, "t1": "x"}}"#, terms.join(","));
    assert_eq!(expand(&text, Contexts::bundled()).unwrap_err(), Error::TooComplex);
    let id = format!("urn:{}", "x".repeat(100_000));
    let members: Vec<String> = (0..300).map(|n| format!(r#""urn:p{n}": "x""#)).collect();
    let text = format!(r#"{{"@id": "{id}", {}}}"#, members.join(","));
    assert_eq!(expand(&text, Contexts::bundled()).unwrap_err(), Error::TooComplex);
    let text = format!(r#"{{"@context": {{"a": "{id}"}}, "a": "x"}}"#);
    assert_eq!(expand(&text, Contexts::bundled()).unwrap_err().code(), "invalid-context");
    let chain: Vec<String> = (0..3000).map(|n| format!(r#""t{n}": "t{}:x""#, n + 1)).collect();
    let text = format!(r#"{{"@context": {{{}}}, "t1": "x"}}"#, chain.join(","));
    assert_eq!(expand(&text, Contexts::bundled()).unwrap_err().code(), "too-complex");
}

#[test]
fn a_document_of_too_many_values_or_terms_of_its_own_is_given_up_before_work() {
    let terms = |n: usize| {
        let terms: Vec<_> = (0..n).map(|i| format!("\"x{i}\": \"urn:x:{i}\"")).collect();
        format!("{{\"@context\": {{{}}}, \"x0\": \"y\"}}", terms.join(","))
    };
    assert!(expand(&terms(150), Contexts::bundled()).is_ok());
    assert_eq!(expand(&terms(40_000), Contexts::bundled()).unwrap_err(), Error::TooComplex);
    let values = |n: usize| {
        let values = vec!["\"v\""; n].join(",");
        format!("{{\"@context\": {{\"x\": \"urn:x\"}}, \"x\": [{values}]}}")
    };
    assert!(expand(&values(40_000), Contexts::bundled()).is_ok());
    assert_eq!(expand(&values(60_000), Contexts::bundled()).unwrap_err(), Error::TooComplex);
}

#[test]
fn asking_for_better_names_is_counted_and_ends_with_the_first_deviation() {
    let document = |terms: &[String], member: &dyn Fn(usize) -> String, many: usize| {
        let members: Vec<_> = (0..many).map(member).collect();
        format!("{{\"@context\": {{{}}}, {}}}", terms.join(","), members.join(","))
    };
    // Prefixes of one namespace: the shortest is the name, and the others are not looked at.
    let same: Vec<_> = (0..200).map(|n| format!("\"p{n}\": \"urn:x:\"")).collect();
    let full = document(&same, &|n| format!("\"urn:x:{n}\": 1"), 20_000);
    let expected = expand(&full, Contexts::bundled()).unwrap().deviation().cloned();
    assert_eq!(expected.unwrap().expected, "p0:0");
    let compact = document(&same, &|n| format!("\"p0:{n}\": 1"), 20_000);
    assert_eq!(expand(&compact, Contexts::bundled()).unwrap().deviation(), None);
    // Namespaces that all have to be looked at.
    let others: Vec<_> = (0..200).map(|n| format!("\"p{n}\": \"urn:x:{n}:\"")).collect();
    let names = |many| document(&others, &|n| format!("\"urn:x:{n}\": 1"), many);
    assert_eq!(expand(&names(4_000), Contexts::bundled()).unwrap().deviation(), None);
    assert_eq!(expand(&names(20_000), Contexts::bundled()).unwrap_err(), Error::TooComplex);
    // Terms for one IRI, none of which is made for the value.
    let mut terms: Vec<_> = (0..199)
        .map(|n| format!("\"t{n}\": {{\"@id\": \"urn:x:y\", \"@type\": \"urn:t:{n}\"}}"))
        .collect();
    terms.push("\"x\": \"urn:x:\"".to_owned());
    let values = |many| {
        let values = vec!["1"; many].join(",");
        document(&terms, &|_| format!("\"x:y\": [{values}, 2]"), 1)
    };
    assert_eq!(expand(&values(100), Contexts::bundled()).unwrap().deviation(), None);
    assert_eq!(expand(&values(20_000), Contexts::bundled()).unwrap_err(), Error::TooComplex);
}

#[test]
fn many_compact_iris_of_a_long_namespace_are_too_complex() {
    let long = "x".repeat(2_000);
    let text = |many: usize| {
        let members: Vec<_> = (0..many).map(|n| format!("\"p:{n}\": 1")).collect();
        format!("{{\"@context\": {{\"p\": \"urn:{long}:\"}}, {}}}", members.join(","))
    };
    assert_eq!(expand(&text(1_000), Contexts::bundled()).unwrap().len(), 1_000);
    assert_eq!(expand(&text(9_000), Contexts::bundled()).unwrap_err(), Error::TooComplex);
}

#[test]
fn a_value_said_again_is_refused_however_often_others_are() {
    let ones = vec!["1.5"; 20_000].join(",");
    let text = |last: &str| {
        format!("{{\"@context\": {{\"x\": \"urn:x\"}}, \"x\": [{ones}, 2.5, 2.5, {last}]}}")
    };
    assert_eq!(expand(&text("3.5"), Contexts::bundled()).unwrap().len(), 3);
    let typed = r#"{"@value": "2.5E0", "@type": "http://www.w3.org/2001/XMLSchema#double"}"#;
    assert_eq!(
        expand(&text(typed), Contexts::bundled()).unwrap_err().code(),
        "unsupported-json-ld"
    );
}

#[test]
fn a_chain_of_contexts_that_do_not_propagate_is_short() {
    let text = |nulls: usize| {
        let nulls = vec!["null"; nulls].join(",");
        format!(
            "{{\"@context\": {{\"T\": {{\"@id\": \"urn:T\", \"@context\": [{nulls}]}}}}, \
             \"@type\": \"T\", \"urn:p\": \"x\"}}"
        )
    };
    assert_eq!(expand(&text(3), Contexts::bundled()).unwrap().len(), 2);
    assert_eq!(expand(&text(49_000), Contexts::bundled()).unwrap_err(), Error::TooComplex);
}
