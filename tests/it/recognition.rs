//! The policies that are shipped do what their examples say, their schema says what the program
//! reads, and `touchmark policy check` explains them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde::Deserialize;
use serde_json::{Value, json};
use touchmark::check::json_schema::Schema;
use touchmark::model::decimal::Amount;
use touchmark::recognition::{
    Answer, ClaimFacts, CountedCredential, Policy, count, digest_multibase, words,
};

use crate::support::demo::PROGRAM;
use crate::vectors::cast::{self, jwt_ed, secured};

/// A worked example, as `schemas/policies/README.md` describes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Example {
    title: String,
    claim: ClaimFacts,
    credentials: Vec<CountedCredential>,
    expect: Expected,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    total: Amount,
    possible: Amount,
    /// The first code of some credentials, by what the claim calls them.
    codes: BTreeMap<String, String>,
    /// Sentences that stand in the decision.
    #[serde(default)]
    says: Vec<String>,
}

fn schemas() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas")
}

/// The shipped policies by their names, without their examples.
fn policies() -> Vec<(String, Vec<u8>)> {
    let folder = schemas().join("policies").read_dir().expect("the folder is there");
    let mut policies: Vec<_> = folder
        .map(|entry| entry.expect("the folder can be read").path())
        .filter_map(|path| {
            let name = path.file_name()?.to_str()?.strip_suffix(".yaml")?.to_owned();
            let text = std::fs::read(&path).expect("a policy can be read");
            (!name.ends_with(".example")).then_some((name, text))
        })
        .collect();
    policies.sort();
    policies
}

/// Of each shipped policy its version, and the digest of what that version says for good.
const PUBLISHED: [(&str, &str, &str); 8] = [
    ("ceu-10-hours", "1", "uEiDYrvlYHrHwdBEAjy6_gRsm8CMn4yqxd8RJYPyCVuMfJw"),
    ("committee-menu", "1", "uEiB46g6jXeD5NsLxJb_qp7Ojlrmx28oSXvIOxCtiz9GbeQ"),
    ("district-lane-schedule", "3", "uEiAv1BkJWWNByxbNGhRt_EbAVii6tm1jIsswB8dR0OpYfA"),
    ("lebanon-compensation", "2", "uEiDgVp580HubL6NTyo-W7QD4ThFTfIqQgS8QQPBreNmqfw"),
    (
        "lebanon-instructional-assistant-leader",
        "3",
        "uEiAhTUz_hftQ0P9sEhMvVI_GPFWxSWTaGqZMQa53B53l_Q",
    ),
    ("massachusetts-renewal", "2", "uEiClcwwit1Ci03q0sBBMqIov6BpGe04Y3pvMkWhDLqxIyA"),
    ("tennessee-relicensure", "2", "uEiBvpTBQ3SpH-2sn-GHyirVuyUqoEVDWH6YU1KhiCImTMA"),
    ("university-equivalency", "3", "uEiD2yZKCDWj7_N2MqaqK_7ffAdGPvdm02DM2h2iPfxjD6g"),
];

#[test]
fn a_shipped_policy_that_says_something_else_has_another_version() {
    let shipped = policies().into_iter().map(|(name, text)| {
        let policy = read(&name, &text);
        let digest = digest_multibase(policy.canonical().as_bytes());
        (name, policy.version.clone(), digest)
    });
    let published = PUBLISHED
        .map(|(name, version, digest)| (name.to_owned(), version.to_owned(), digest.to_owned()));
    assert_eq!(shipped.collect::<Vec<_>>(), published, "raise `version`, then say so here");
}

fn read(name: &str, text: &[u8]) -> Policy {
    Policy::read(text).unwrap_or_else(|faults| panic!("{name}: {faults:#?}"))
}

#[test]
fn each_shipped_policy_counts_as_its_example_says() {
    let policies = policies();
    assert_eq!(policies.len(), 8, "the recognizers that are shipped");
    for (name, text) in policies {
        let policy = read(&name, &text);
        assert_eq!(policy.id, name, "a file is named as its policy");
        let example = schemas().join("policies").join(format!("{name}.example.yaml"));
        let example = std::fs::read_to_string(example).expect("each policy has an example");
        let mut example: Example =
            yaml_serde::from_str(&example).unwrap_or_else(|e| panic!("{name}: {e}"));
        // What an example leaves out went well.
        for credential in &mut example.credentials {
            let CountedCredential { authentic, current, belongs, .. } = credential;
            for answer in [authentic, current, belongs] {
                *answer = if *answer == Answer::NotAsked { Answer::Yes } else { *answer };
            }
        }
        let decision = count(&policy, &example.credentials, &example.claim);
        let what = format!("{name}: {}\n{decision:#?}", example.title);
        assert_eq!(decision.total, example.expect.total, "{what}");
        assert_eq!(decision.possible, example.expect.possible, "{what}");
        for (input, code) in &example.expect.codes {
            let line = decision.credentials.iter().find(|line| line.input == *input);
            let line = line.unwrap_or_else(|| panic!("{name} has no {input}"));
            assert_eq!(line.reasons[0].code(), *code, "{input} of {what}");
        }
        let lines = decision.credentials.iter().flat_map(|line| &line.reasons);
        let said = lines.chain(&decision.suggestions).chain(&decision.notes);
        let said: BTreeSet<&str> = said.map(|reason| reason.detail.as_str()).collect();
        for sentence in &example.expect.says {
            assert!(said.contains(sentence.as_str()), "{sentence:?} in {what}");
        }
    }
}

#[test]
fn each_rule_that_decides_is_a_place_in_its_policy() {
    for (name, text) in policies() {
        let policy = read(&name, &text);
        let canonical: Value = serde_json::from_str(&policy.canonical()).expect("it is JSON");
        for (at, sentence) in words::policy(&policy) {
            let usual = ["/again", "/belongs"].contains(&at.as_str());
            assert!(usual || canonical.pointer(&at).is_some(), "{name} has no {at}: {sentence}");
        }
    }
}

/// A policy with every member that there is.
fn whole() -> Value {
    json!({
        "id": "whole", "version": "2", "name": "Whole", "description": "All of it",
        "recognizer": {"name": "Office", "id": "did:web:office.example"},
        "authority": [{"title": "Rule", "url": "https://office.example/rule", "says": "So."}],
        "readings": ["In this way."],
        "timeZone": "America/Los_Angeles",
        "unit": "PDP",
        "accepts": [{
            "achievements": ["https://nea.example/a"], "issuers": ["did:web:nea.example"],
            "trustedIssuers": true, "alignments": ["https://standards.example/1"],
            "tags": ["ESP"], "menu": "did:web:committee.example", "receipts": false,
        }],
        "minimumHours": "10",
        "window": {"dates": {"from": "2020-01-01", "until": "2030-12-31"}},
        "award": {"perGroup": {
            "of": 2, "amount": "10", "relatedBy": ["stack", "alignment"], "alone": "Ask.",
            "topics": [{"name": "T", "achievements": ["a"], "alignments": ["b"], "tags": ["c"]}],
        }},
        "limits": [{"amount": "40", "credentials": 9, "per": {"schoolYear": "07-01"}}],
        "again": "license",
        "exclusive": {"group": "one-use", "says": "Once."},
        "deadline": {"day": "05-15", "after": {"refusedUntil": "07-01"}, "says": "Paid in June."},
        "statements": [{"id": "s", "text": "So it is.", "of": "credential", "awardedAfter": "2020-01-01"}],
        "approvals": [{"id": "a", "text": "Approved.", "of": "claim"}],
        "belongs": "likely",
    })
}

/// Whether the published schema has nothing against it.
fn keeps_the_schema(policy: &Value) -> bool {
    let schema = std::fs::read(schemas().join("policy.schema.json")).expect("it is there");
    let schema = Schema::read(&schema).expect("it is a schema");
    let text = policy.to_string();
    let policy = touchmark::model::json::parse(text.as_bytes()).expect("it is JSON");
    schema.violation(&policy).expect("it is within what is evaluated").is_none()
}

#[test]
fn the_schema_knows_every_member_and_takes_the_shipped_policies() {
    for (name, text) in policies() {
        let written: Value = yaml_serde::from_slice(&text).expect("it is YAML");
        assert!(keeps_the_schema(&written), "{name} as it is written");
        let canonical = read(&name, &text).canonical();
        let canonical = serde_json::from_str(&canonical).expect("it is JSON");
        assert!(keeps_the_schema(&canonical), "{name} in its canonical form");
    }
    let whole = whole();
    assert!(keeps_the_schema(&whole));
    let policy = read("whole", whole.to_string().as_bytes());
    assert_eq!(
        serde_json::to_value(&policy).unwrap().as_object().unwrap().len(),
        whole.as_object().unwrap().len()
    );
    let schema = std::fs::read(schemas().join("policy.schema.json")).expect("it is there");
    let schema: Value = serde_json::from_slice(&schema).expect("it is JSON");
    let known: BTreeSet<&String> = schema["properties"].as_object().unwrap().keys().collect();
    assert_eq!(known, whole.as_object().unwrap().keys().collect());
}

#[test]
fn what_the_schema_refuses_the_program_refuses_too() {
    let cases: [(&str, Value); 13] = [
        ("/unit", json!("points")),
        ("/unit", Value::Null),
        ("/award/perGroup/of", json!(1)),
        ("/timeZone", json!("")),
        ("/award", json!({})),
        ("/award", json!({"perCredential": {"amount": "6"}, "table": {"by": "hours", "rows": []}})),
        ("/award", json!({"perCredential": {"amount": "-6"}})),
        ("/award", json!({"perCredential": {"amount": "6", "unit": "PDP"}})),
        ("/accepts", json!([])),
        ("/accepts/0", json!({})),
        ("/deadline/day", json!("May 15")),
        ("/window", json!("decade")),
        ("/authority", json!([])),
    ];
    for (at, value) in cases {
        let mut policy = whole();
        *policy.pointer_mut(at).expect("it is there") = value.clone();
        assert!(!keeps_the_schema(&policy), "the schema takes {value} at {at}");
        let faults = Policy::read(policy.to_string().as_bytes()).unwrap_err();
        assert!(faults[0].pointer.starts_with(at), "{at} {value}: {faults:?}");
    }
}

#[test]
fn contradictions_are_refused_with_their_place() {
    let topic = |name: &str| json!({"name": name, "tags": ["ESP", name]});
    let cases = [
        ("/timeZone", json!("America/Springfield"), "unknown-time-zone", "/timeZone"),
        (
            "/award/perGroup/topics",
            json!([topic("a"), topic("b")]),
            "two-groups",
            "/award/perGroup/topics/1/tags/0",
        ),
        ("/award/perGroup", json!({"of": 2, "amount": "10"}), "nothing-related", "/award/perGroup"),
        ("/limits/0/amount", json!("9"), "limit-below-award", "/limits/0/amount"),
        ("/limits/0/credentials", json!(1), "limit-below-award", "/limits/0/credentials"),
        ("/limits/0", json!({"per": "claim"}), "no-limit", "/limits/0"),
        ("/window", json!("ever"), "no-window", "/window"),
        (
            "/window",
            json!({"dates": {"from": "2026-01-02", "until": "2026-01-01"}}),
            "ends-first",
            "/window/dates",
        ),
        ("/again", json!({"years": 5}), "not-a-period", "/again"),
        (
            "/deadline/after",
            json!({"refusedUntil": "05-15"}),
            "never-late",
            "/deadline/after/refusedUntil",
        ),
        ("/accepts/0/receipts", json!(true), "receipts-have-no-hours", "/accepts/0/receipts"),
        ("/minimumHours", json!("10000"), "too-many-hours", "/minimumHours"),
        ("/minimumHours", json!(0), "nothing", "/minimumHours"),
        (
            "/approvals/0/awardedAfter",
            json!("2020-01-01"),
            "no-date-of-award",
            "/approvals/0/awardedAfter",
        ),
        ("/authority/0/url", json!("http://office.example/"), "not-https", "/authority/0/url"),
        ("/id", json!("Whole Policy"), "not-a-slug", "/id"),
        (
            "/award",
            json!({"perHours": {"every": 8, "amount": "0.5", "of": "each", "rounding": {"way": "down", "to": 1}}}),
            "step-above-amount",
            "/award/perHours/rounding/to",
        ),
        (
            "/award",
            json!({"table": {"by": "credentials", "rows": [
                {"from": 2, "amount": 1, "name": "a"}, {"from": "2", "amount": 2, "name": "b"}]}}),
            "not-rising",
            "/award/table/rows/1/from",
        ),
        // The limit is nine credentials a year.
        (
            "/award",
            json!({"table": {"by": "credentials", "rows": [{"from": 10, "amount": 1, "name": "a"}]}}),
            "row-out-of-reach",
            "/award/table/rows/0/from",
        ),
        (
            "/award",
            json!({"table": {"by": "credentials", "rows": [
                {"from": 4, "amount": 1, "name": "a"}, {"from": 14, "amount": 2, "name": "b"}]}}),
            "row-out-of-reach",
            "/award/table/rows/1/from",
        ),
        (
            "/award",
            json!({"perHours": {"every": "0.0001", "amount": "999999999", "of": "together",
                "rounding": {"way": "down", "to": "0.0001"}}}),
            "too-many-steps",
            "/award/perHours/rounding/to",
        ),
    ];
    for (at, value, code, place) in cases {
        let mut policy = whole();
        let (parent, name) = at.rsplit_once('/').expect("a pointer has a slash");
        match policy.pointer_mut(parent).expect("it is there") {
            Value::Array(items) => items[name.parse::<usize>().expect("a place")] = value,
            parent => parent[name] = value,
        }
        let faults = Policy::read(policy.to_string().as_bytes()).unwrap_err();
        let found: Vec<_> = faults.iter().map(|f| (f.code, f.pointer.as_str())).collect();
        assert!(found.contains(&(code, place)), "{at}: {found:?}");
    }
}

fn check(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(PROGRAM);
    command.current_dir(folder).args(["policy", "check"]).args(args).stdin(Stdio::null());
    for (name, _) in std::env::vars().filter(|(n, _)| n.starts_with("TOUCHMARK_")) {
        command.env_remove(name);
    }
    command.env_remove("DATABASE_URL").output().expect("the program starts")
}

fn shipped(name: &str) -> String {
    schemas().join(format!("policies/{name}.yaml")).to_str().expect("its path is text").to_owned()
}

#[test]
fn policy_check_explains_every_rule_and_ends_well() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let output = check(folder.path(), &[&shipped("massachusetts-renewal")]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0), "{told}");
    for line in [
        "Renewal of a Massachusetts professional license, version 2",
        "/award           Every 2 that share a stack or an alignment count 10 PDPs together.",
        "/window          It must have been awarded within the validity of the claimant's license.",
        "takes that as the size of a bundle, not as a cap",
    ] {
        assert!(told.contains(line), "{line:?} in {told}");
    }
}

#[test]
fn policy_check_names_the_place_of_a_contradiction() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let mut policy = whole();
    policy["limits"][0]["amount"] = "9".into();
    std::fs::write(folder.path().join("p.json"), policy.to_string()).expect("it can be written");
    let output = check(folder.path(), &["p.json"]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("/limits/0/amount (limit-below-award)"), "{told}");
    let output = check(folder.path(), &["p.json", "--json"]);
    let faults: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    assert_eq!(faults["faults"][0]["pointer"], "/limits/0/amount");
    assert_eq!(check(folder.path(), &["absent.yaml"]).status.code(), Some(64));
}

#[test]
fn policy_check_verifies_and_counts_and_ends_as_the_credentials_do() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let vector = std::fs::read(vectors.join("did-key-calls-itself-nea.json")).expect("it is there");
    let vector: Value = serde_json::from_slice(&vector).expect("a vector is JSON");
    let text = vector["input"].as_str().expect("its input is text");
    let credential: Value = serde_json::from_str(text).expect("the credential is JSON");
    let issuer = credential["issuer"]["id"].as_str().expect("it names its issuer");
    let known = format!("[[issuer]]\nid = \"{issuer}\"\nname = \"A tester\"\nfrom = \"a test\"\n");
    for (name, text) in [
        ("good.json", text),
        ("forged.json", &text.replacen("Creating", "Treating", 1)),
        ("trusted.toml", &known),
    ] {
        std::fs::write(folder.path().join(name), text).expect("it can be written");
    }
    assert_ne!(std::fs::read(folder.path().join("forged.json")).unwrap(), text.as_bytes());
    let now = vector["now"].as_str().expect("a vector says when");
    let policy = shipped("tennessee-relicensure");
    let usual = [&policy, "--offline", "--json", "--at", now, "--license", "2020-01-01/2029-12-31"];
    let with = |more: &[&str]| {
        let output = check(folder.path(), &[&usual[..], more].concat());
        let answer: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
        let decision = &answer["decision"];
        let code = decision["credentials"][0]["reasons"][0]["code"].clone();
        (output.status.code(), decision["total"].clone(), decision["possible"].clone(), code)
    };
    let trusted = ["--trusted-issuers", "trusted.toml", "--against", "good.json"];
    let owned = [&trusted[..], &["--belongs"]].concat();
    let case = |code, total: &str, possible: &str, why: &str| {
        (Some(code), json!(total), json!(possible), json!(why))
    };
    assert_eq!(with(&owned), case(0, "6", "6", "counted"));
    assert_eq!(with(&trusted), case(2, "0", "6", "belongs-open"));
    assert_eq!(with(&["--against", "good.json", "--belongs"]), case(1, "0", "0", "not-accepted"));
    assert_eq!(
        with(&["--against", "forged.json", "--belongs"]),
        case(1, "0", "0", "not-authentic")
    );
}

#[test]
fn policy_check_goes_by_the_endorsements_that_hold_and_tells_of_the_others() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).expect("it can be written");
    };
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let vector = std::fs::read(vectors.join("did-key-calls-itself-nea.json")).expect("it is there");
    let vector: Value = serde_json::from_slice(&vector).expect("a vector is JSON");
    write("credential.json", vector["input"].as_str().expect("its input is text"));
    let name = cast::public(5).multikey();
    let committee = format!("did:key:{name}");
    let policy = json!({"id": "pay", "version": "1", "name": "Pay",
        "recognizer": {"name": "A district (example)"}, "authority": [{"title": "A rule"}],
        "unit": "USD", "accepts": [{"menu": committee}],
        "award": {"perCredential": {"amount": "200"}}});
    write("policy.json", &policy.to_string());

    let endorsement = json!({
        "@context": [cast::V2, cast::OB], "type": ["VerifiableCredential", "EndorsementCredential"],
        "id": "urn:uuid:5a8f0000-0000-4000-8000-0000000000e1", "name": "Chosen",
        "issuer": {"id": committee, "type": ["Profile"], "name": "A committee (example)"},
        "validFrom": "2026-11-01T10:00:00Z",
        "credentialSubject": {"id": "https://nea.example/achievements/classroom-community",
                              "type": ["EndorsementSubject"]}});
    let method = format!("{committee}#{name}");
    let by = cast::with(cast::options(), &[("/verificationMethod", json!(method))]);
    let good = secured(&endorsement, &by, 5).to_string();
    write("good.json", &good);
    write("changed.json", &good.replace("classroom-community", "another"));
    let of_another =
        cast::with(endorsement.clone(), &[("/issuer/id", json!("did:web:nea.example"))]);
    write("of-another.json", &secured(&of_another, &by, 5).to_string());
    let types = json!(["VerifiablePresentation", "EndorsementCredential"]);
    let presented = cast::with(endorsement, &[("/type", types), ("/holder", json!(committee))]);
    let header = json!({"alg": "EdDSA", "typ": "vp+jwt", "kid": method});
    write("presented.jwt", &jwt_ed(&header, &presented.to_string(), 5));

    let now = vector["now"].as_str().expect("a vector says when");
    let usual = [
        "policy.json",
        "--offline",
        "--json",
        "--belongs",
        "--at",
        now,
        "--against",
        "credential.json",
    ];
    let with = |menu: &[&str]| {
        let output = check(folder.path(), &[&usual[..], menu].concat());
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        let answer: Value =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{told}"));
        let code = answer["decision"]["credentials"][0]["reasons"][0]["code"].clone();
        (output.status.code(), code, told)
    };
    let (code, why, _) = with(&[]);
    assert_eq!((code, why), (Some(2), json!("menu-unknown")));
    let (code, why, told) = with(&["--menu", "good.json"]);
    assert_eq!((code, why, told.as_str()), (Some(0), json!("counted"), ""));
    for file in ["changed.json", "of-another.json", "presented.jwt"] {
        let (code, why, told) = with(&["--menu", file]);
        assert_eq!((code, why), (Some(2), json!("menu-unknown")), "{file}");
        assert!(told.contains(&format!("{file} is no endorsement that holds")), "{told}");
    }
    let (code, why, told) = with(&["--menu", "changed.json", "good.json"]);
    assert_eq!((code, why), (Some(0), json!("counted")), "{told}");
}
