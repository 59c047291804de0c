//! The canonical form of the usual proof options, without expanding them.
//! Spec: <https://www.w3.org/TR/vc-di-eddsa/#proof-configuration-eddsa-rdfc-2022>
//!
//! Nearly every proof has the same few members under the same few contexts, and
//! the data model's context protects their meaning from the contexts after it.
//!
//! Invariant: what is answered here is what the JSON-LD engine says; a test
//! compares them. What looks unusual in any way is left to the engine.

use super::data_integrity::PROOF_TYPE;
use crate::jsonld::Contexts;
use crate::model::credential::CONTEXT_V2;
use crate::model::json::{Object, Value};

/// What may stand after the data model's context: one of these, then
/// [`EXTENSIONS`]. They say nothing of proofs, and define neither `did` nor
/// `https` as the start of a compact IRI.
const OPEN_BADGES: [&str; 2] = [
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json",
];
const EXTENSIONS: &str = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json";

/// The canonical N-Quads of a proof's options, where they are the usual ones
/// under contexts that are known. `context` is the document's.
pub(super) fn canonical(
    context: &Value<'_>,
    proof: &Object<'_>,
    contexts: &Contexts,
) -> Option<String> {
    // Another set of contexts may have other documents behind the same URLs.
    if !contexts.keeps_bundled() || !is_known(context) {
        return None;
    }
    let members = Members::read(proof)?;
    let mut text = String::with_capacity(1024);
    let mut line = |predicate: &str, object: [&str; 3]| {
        text.push_str("_:c14n0 <");
        text.push_str(predicate);
        text.push_str("> ");
        object.into_iter().for_each(|part| text.push_str(part));
        text.push_str(" .\n");
    };
    const DATE_TIME: &str = "\"^^<http://www.w3.org/2001/XMLSchema#dateTime>";
    if let Some(created) = members.created {
        line("http://purl.org/dc/terms/created", ["\"", created, DATE_TIME]);
    }
    line(
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
        ["<https://w3id.org/security#", PROOF_TYPE, ">"],
    );
    line(
        "https://w3id.org/security#cryptosuite",
        ["\"", members.cryptosuite, "\"^^<https://w3id.org/security#cryptosuiteString>"],
    );
    if let Some(expires) = members.expires {
        line("https://w3id.org/security#expiration", ["\"", expires, DATE_TIME]);
    }
    line(
        "https://w3id.org/security#proofPurpose",
        ["<https://w3id.org/security#", "assertionMethod", ">"],
    );
    line("https://w3id.org/security#verificationMethod", ["<", members.method, ">"]);
    Some(text)
}

fn is_known(context: &Value<'_>) -> bool {
    let mut urls = context.items().iter();
    let mut next = || urls.next().map(|url| url.as_str().unwrap_or_default());
    match [next(), next(), next(), next()] {
        [Some(CONTEXT_V2), None, ..] | [Some(CONTEXT_V2), Some(EXTENSIONS), None, _] => true,
        [Some(CONTEXT_V2), Some(url), None | Some(EXTENSIONS), None] => OPEN_BADGES.contains(&url),
        _ => false,
    }
}

struct Members<'p> {
    cryptosuite: &'p str,
    created: Option<&'p str>,
    expires: Option<&'p str>,
    method: &'p str,
}

impl<'p> Members<'p> {
    /// `None` for any other member, and any text that needs more than copying.
    fn read(proof: &'p Object<'_>) -> Option<Self> {
        let mut members = Members { cryptosuite: "", created: None, expires: None, method: "" };
        let (mut typed, mut purpose) = (false, false);
        for (name, value) in proof.iter() {
            if matches!(name, "proofValue" | "@context") {
                continue;
            }
            let text = value.as_str().filter(|text| is_plain(text))?;
            match name {
                "type" => typed = text == PROOF_TYPE,
                "cryptosuite" => members.cryptosuite = text,
                "created" => members.created = Some(text),
                "expires" => members.expires = Some(text),
                "verificationMethod" => members.method = text,
                "proofPurpose" => purpose = text == "assertionMethod",
                _ => return None,
            }
        }
        let absolute = ["did:", "https://"].iter().any(|start| {
            members.method.strip_prefix(start).is_some_and(|rest| rest.starts_with(is_letter))
        });
        (typed && purpose && absolute && !members.cryptosuite.is_empty()).then_some(members)
    }
}

/// Letters, digits and marks that a literal and an IRI hold as they are.
fn is_plain(text: &str) -> bool {
    let marks = |c| matches!(c, ':' | '#' | '/' | '.' | '-' | '+');
    text.bytes().all(|b| b.is_ascii_alphanumeric() || marks(char::from(b)))
        && text.bytes().filter(|b| *b == b'#').count() <= 1
}

fn is_letter(c: char) -> bool {
    c.is_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jsonld::{HashAlgorithm, Input, expand};
    use crate::model::Document;
    use proptest::prelude::*;
    use serde_json::json;

    /// What the engine says, if it says anything that can be relied on.
    fn by_the_engine(context: &Value<'_>, proof: &Object<'_>) -> Option<String> {
        let without = &["proofValue", "@context"];
        let input = Input { object: proof, without, context: Some(context) };
        let dataset = expand(&input, Contexts::bundled()).ok()?;
        dataset.deviation().is_none().then(|| dataset.canonicalize(HashAlgorithm::Sha256).unwrap())
    }

    fn compared(context: &serde_json::Value, proof: &serde_json::Value) -> Option<String> {
        let text = json!({"@context": context, "proof": proof}).to_string();
        let document = Document::parse(text.as_bytes()).unwrap();
        let context = document.root().get("@context").unwrap();
        let proof = document.root().get("proof").unwrap().as_object().unwrap();
        let usual = canonical(context, proof, Contexts::bundled());
        if let Some(usual) = &usual {
            assert_eq!(by_the_engine(context, proof).as_ref(), Some(usual), "{text}");
        }
        usual
    }

    fn usual() -> serde_json::Value {
        json!({
            "type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022",
            "created": "2026-11-21T09:00:00Z", "expires": "2027-11-21T09:00:00.5+01:00",
            "verificationMethod": "did:web:nea.example:issuers:nea#z6MkrJVn",
            "proofPurpose": "assertionMethod", "proofValue": "z1",
        })
    }

    #[test]
    fn the_usual_options_are_as_the_engine_says_under_every_usual_context() {
        let mut contexts =
            vec![json!(CONTEXT_V2), json!([CONTEXT_V2]), json!([CONTEXT_V2, EXTENSIONS])];
        for url in OPEN_BADGES {
            contexts.extend([json!([CONTEXT_V2, url]), json!([CONTEXT_V2, url, EXTENSIONS])]);
        }
        for context in contexts {
            let mut proof = usual();
            assert!(compared(&context, &proof).is_some());
            proof["verificationMethod"] = json!("https://nea.example/keys/1#a");
            proof.as_object_mut().unwrap().remove("expires");
            assert!(compared(&context, &proof).is_some());
            proof.as_object_mut().unwrap().remove("created");
            assert!(compared(&context, &proof).is_some());
        }
    }

    #[test]
    fn what_is_unusual_is_left_to_the_engine() {
        let context = json!([CONTEXT_V2, OPEN_BADGES[0]]);
        for (member, value) in [
            ("type", json!("Other")),
            ("type", json!(["DataIntegrityProof"])),
            ("created", json!("a\"b")),
            ("expires", json!(7)),
            ("domain", json!("a.example")),
            ("id", json!("urn:uuid:1")),
            ("proofPurpose", json!("authentication")),
            ("verificationMethod", json!("#key-1")),
            ("verificationMethod", json!("urn:a:b")),
            ("verificationMethod", json!("did:web:é")),
            ("cryptosuite", json!("")),
        ] {
            let mut proof = usual();
            proof[member] = value;
            assert_eq!(compared(&context, &proof), None, "{member}");
        }
        for context in [
            json!([OPEN_BADGES[0], CONTEXT_V2]),
            json!([CONTEXT_V2, OPEN_BADGES[0], OPEN_BADGES[1]]),
            // Defines protected terms otherwise than the data model's.
            json!([CONTEXT_V2, "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json"]),
            json!([CONTEXT_V2, OPEN_BADGES[0], EXTENSIONS, {"did": "https://a.example/"}]),
            json!([CONTEXT_V2, {"did": "https://a.example/"}]),
            json!([CONTEXT_V2, "https://www.w3.org/ns/did/v1"]),
            json!([]),
        ] {
            assert_eq!(compared(&context, &usual()), None);
        }
        let other = Contexts::bundled().with("https://a.example/", br#"{"@context": {}}"#).unwrap();
        let text = usual().to_string();
        let proof = Document::parse(text.as_bytes()).unwrap();
        assert_eq!(canonical(&Value::String(CONTEXT_V2.into()), proof.root(), &other), None);
    }

    proptest! {
        #[test]
        fn any_text_is_as_the_engine_says(
            created in "[0-9TZ:.+-]{0,12}|[ -~é]{0,4}",
            method in "(did|https|http|d)(:|:/|://)[a-zA-Z0-9:#/.+%é -]{0,16}",
            cryptosuite in "[a-z0-9-]{0,16}|[ -~é]{0,4}",
        ) {
            let mut proof = usual();
            proof["created"] = json!(created);
            proof["verificationMethod"] = json!(method);
            proof["cryptosuite"] = json!(cryptosuite);
            compared(&json!([CONTEXT_V2, OPEN_BADGES[0], EXTENSIONS]), &proof);
        }
    }
}
