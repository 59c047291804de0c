//! Open Badges 2.0: hosted assertions, signed ones, and what is tried with them.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::sign::Signer;
use serde_json::{Value, json};
use touchmark::check::Report;
use touchmark::check::report::{Form, Status, Verdict};
use touchmark::jsonld::Contexts;
use touchmark::recognize::menus;
use touchmark::verify::{FetchError, Fetched, Sources, verify};
use url::Url;

const CONTEXT: &str = "https://w3id.org/openbadges/v2";
const ASSERTION: &str = "https://nea.example/assertions/1";
const BADGE: &str = "https://nea.example/badges/listening";
const ISSUER: &str = "https://nea.example/issuer";
const KEY: &str = "https://nea.example/key";
const LIST: &str = "https://nea.example/revoked";

/// What answers, by URL; `null` is gone (410), and what is absent is silent.
struct World(BTreeMap<String, Value>);

impl Sources for World {
    async fn fetch(&self, url: &Url, _accept: &str) -> Result<Fetched, FetchError> {
        match self.0.get(url.as_str()) {
            None => Err(FetchError::Unreachable { url: url.to_string() }),
            Some(Value::Null) => Err(FetchError::Status { url: url.to_string(), status: 410 }),
            Some(value) => Ok(Fetched {
                bytes: value.to_string().into_bytes(),
                content_type: None,
                fetched_at: now(),
            }),
        }
    }
}

fn now() -> Timestamp {
    "2026-11-21T09:00:00Z".parse().unwrap()
}

fn assertion(kind: &str) -> Value {
    json!({
        "@context": CONTEXT, "type": "Assertion", "id": ASSERTION,
        "recipient": {"type": "email", "hashed": true, "salt": "a",
                      "identity": "sha256$b5809d8a92f8858436d7e6b87c12ebc0ae1eac4baecc2c0b913aee2c922ef399"},
        "badge": BADGE, "verification": {"type": kind}, "issuedOn": "2020-05-01T10:00:00+00:00",
    })
}

/// A world in which the issuer answers for everything that it hosts.
fn world(keys: &Rsa<Private>) -> World {
    let badge = json!({
        "@context": CONTEXT, "type": "BadgeClass", "id": BADGE, "name": "Active Listening",
        "description": "Listens.", "criteria": "https://nea.example/criteria",
        "image": "https://nea.example/i.png", "issuer": ISSUER,
    });
    let issuer = json!({
        "@context": CONTEXT, "type": "Issuer", "id": ISSUER, "name": "NEA (example)",
        "url": "https://nea.example", "email": "mc@nea.example", "publicKey": KEY,
        "revocationList": LIST,
    });
    let pem = String::from_utf8(keys.public_key_to_pem().unwrap()).unwrap();
    let key = json!({"type": "CryptographicKey", "id": KEY, "owner": ISSUER, "publicKeyPem": pem});
    let list = json!({"type": "RevocationList", "id": LIST, "issuer": ISSUER,
                      "revokedAssertions": ["https://nea.example/assertions/0"]});
    let documents = [
        (ASSERTION, assertion("hosted")),
        (BADGE, badge),
        (ISSUER, issuer),
        (KEY, key),
        (LIST, list),
    ];
    World(documents.into_iter().map(|(url, value)| (url.to_owned(), value)).collect())
}

fn keys() -> Rsa<Private> {
    Rsa::generate(2048).unwrap()
}

fn jws(payload: &Value, alg: &str, key: &Rsa<Private>) -> String {
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let input = format!("{}.{}", encode(&json!({"alg": alg})), encode(payload));
    let key = PKey::from_rsa(key.clone()).unwrap();
    let mut signer = Signer::new(MessageDigest::sha256(), &key).unwrap();
    let signature = signer.sign_oneshot_to_vec(input.as_bytes()).unwrap();
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
}

async fn report(input: &str, world: &World) -> Report {
    verify(input.as_bytes(), world, Contexts::bundled(), now()).await
}

fn verdicts(report: &Report) -> (Verdict, Verdict, Status) {
    (report.verdicts.authentic, report.verdicts.current, report.status)
}

/// The code of the problem that a check reports.
fn code<'r>(report: &'r Report, check: &str) -> Option<&'r str> {
    let mut named = report.checks.iter().filter(|c| c.name == check);
    named.find_map(|c| Some(c.problem.as_ref()?.code.as_str()))
}

const GOOD: (Verdict, Verdict, Status) = (Verdict::Yes, Verdict::Yes, Status::Good);

#[tokio::test]
async fn a_hosted_assertion_is_what_its_issuer_answers() {
    let world = world(&keys());
    let report = report(&assertion("hosted").to_string(), &world).await;
    assert_eq!(verdicts(&report), GOOD, "{report:#?}");
    assert!(report.verified);
    assert_eq!(report.form, Some(Form::OpenBadges2Hosted));
    let signer = report.signer.unwrap();
    assert_eq!(signer.bound, "the domain nea.example (https)");
    let credential = report.credential.unwrap();
    assert_eq!(credential.name.as_deref(), Some("Active Listening"));
    assert_eq!(credential.issuer_name.as_deref(), Some("NEA (example)"));
    assert!(report.status_as_of.is_some());
}

#[tokio::test]
async fn an_endorsement_in_a_hosted_assertion_puts_nothing_on_a_menu_of_whom_it_names() {
    let committee = "did:web:committee.example";
    let credential = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2",
                     "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
        "type": ["VerifiableCredential", "EndorsementCredential"], "issuer": committee,
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {"id": BADGE, "type": ["EndorsementSubject"]},
    });
    let of_2 = json!({
        "@context": CONTEXT, "type": "Endorsement", "id": "https://evil.example/endorsement",
        "claim": {"id": BADGE, "endorsementComment": "Counts."}, "issuer": committee,
        "issuedOn": "2026-01-01T00:00:00Z", "verification": {"type": "hosted"},
    });
    for at in [ASSERTION, BADGE, ISSUER] {
        for (forged, types) in [
            (&credential, json!("Assertion")),
            (&of_2, json!("Assertion")),
            (&credential, json!(["Assertion", "EndorsementCredential"])),
        ] {
            let mut world = world(&keys());
            world.0.get_mut(at).unwrap()["endorsement"] = json!([forged]);
            let assertion = world.0.get_mut(ASSERTION).unwrap();
            assertion["type"] = types.clone();
            // Awarded to the badge itself, as an endorsement is about one.
            assertion["recipient"] = json!({"type": "url", "hashed": false, "identity": BADGE});
            let report = report(&world.0[ASSERTION].to_string(), &world).await;
            assert!(report.verified, "{at}, {types}: {report:#?}");
            assert_eq!(menus::carried(&report), [], "{at}, {types}");
            assert_eq!(menus::handed(&report), None, "{at}, {types}");
        }
    }
}

#[tokio::test]
async fn a_file_that_was_edited_is_refused_and_a_new_salt_is_no_edit() {
    let world = world(&keys());
    for (member, value) in [
        ("badge", json!("https://nea.example/badges/other")),
        ("expires", json!("2030-01-01T00:00:00Z")),
        ("recipient", json!({"type": "email", "hashed": false, "identity": "me@evil.example"})),
        ("narrative", json!("He did very well.")),
    ] {
        let mut file = assertion("hosted");
        file[member] = value;
        let report = report(&file.to_string(), &world).await;
        assert_eq!(report.verdicts.authentic, Verdict::No, "{member}");
        assert_eq!(code(&report, "hosted"), Some("differs-from-hosted"));
    }
    let mut file = assertion("hosted");
    file["recipient"]["salt"] = json!("b");
    file["recipient"]["identity"] = json!("sha256$00");
    let salted = report(&file.to_string(), &world).await;
    assert_eq!(verdicts(&salted), GOOD);
    assert_eq!(salted.warnings[0].code, "another-salt");
}

#[tokio::test]
async fn what_a_file_holds_of_its_badge_class_and_issuer_must_be_theirs() {
    let world = world(&keys());
    let with = |badge: Value| {
        let mut file = assertion("hosted");
        file["badge"] = badge;
        file.to_string()
    };
    let mut badge = world.0[BADGE].clone();
    assert_eq!(verdicts(&report(&with(badge.clone()), &world).await), GOOD);
    badge["issuer"] = world.0[ISSUER].clone();
    assert_eq!(verdicts(&report(&with(badge.clone()), &world).await), GOOD);
    let mut renamed = badge.clone();
    renamed["name"] = json!("Doctor of Education");
    let mut more = badge.clone();
    more["alignment"] = json!([{"targetName": "Everything"}]);
    let mut other_issuer = badge.clone();
    other_issuer["issuer"]["name"] = json!("Harvard");
    let mut without_id = renamed.clone();
    without_id.as_object_mut().unwrap().remove("id");
    for badge in [renamed, more, other_issuer, without_id] {
        let found = report(&with(badge.clone()), &world).await;
        assert_eq!(code(&found, "hosted"), Some("differs-from-hosted"), "{badge}");
        assert_eq!(found.verdicts.authentic, Verdict::No);
    }
}

#[tokio::test]
async fn a_url_that_is_fetched_from_elsewhere_than_it_reads_is_not_followed() {
    let planted = "https://nea.example/uploads/evil.json";
    for id in [
        "https://nea.example/assertions/../uploads/evil.json",
        "https://nea.example/assertions/%2e%2e/uploads/evil.json",
        "https://nea.example/assertions/..\\uploads\\evil.json",
    ] {
        let mut world = world(&keys());
        world.0.get_mut(ISSUER).unwrap()["verification"] =
            json!({"startsWith": "https://nea.example/assertions/"});
        let mut forged = assertion("hosted");
        forged["id"] = json!(id);
        world.0.insert(planted.into(), forged.clone());
        let found = report(&forged.to_string(), &world).await;
        assert_ne!(found.verdicts.authentic, Verdict::Yes, "{id}");
    }
    // Another port of the host is another server.
    let mut world = world(&keys());
    let other = "https://nea.example:8443/assertions/1";
    let mut forged = assertion("hosted");
    forged["id"] = json!(other);
    world.0.insert(other.into(), forged.clone());
    let found = report(&forged.to_string(), &world).await;
    assert_eq!(code(&found, "hosted"), Some("not-of-issuer"));
}

#[tokio::test]
async fn a_hosted_copy_must_say_that_it_is_hosted() {
    let mut world = world(&keys());
    world.0.insert(ASSERTION.into(), assertion("signed"));
    let found = report(&assertion("hosted").to_string(), &world).await;
    assert_eq!(code(&found, "hosted"), Some("not-hosted"));
}

#[tokio::test]
async fn an_assertion_stands_only_where_its_issuer_lets_it() {
    let elsewhere = "https://evil.example/assertions/1";
    let cases = [
        (json!(null), false),
        (json!({"allowedOrigins": ["evil.example"]}), true),
        (json!({"allowedOrigins": "nea.example"}), false),
        (json!({"startsWith": "https://nea.example"}), false),
        (json!({"startsWith": ["https://evil.example/assertions/", "https://nea.example/"]}), true),
        // The prefix of a host name is no host.
        (json!({"startsWith": "https://evil.exam"}), false),
        (json!({"startsWith": "https://nea.example/", "allowedOrigins": "evil.example"}), false),
    ];
    for (verification, holds) in cases {
        let mut world = world(&keys());
        let mut moved = assertion("hosted");
        moved["id"] = json!(elsewhere);
        // Its badge class comes with it.
        moved["badge"] = world.0[BADGE].clone();
        moved["badge"].as_object_mut().unwrap().remove("id");
        world.0.insert(elsewhere.into(), moved.clone());
        world.0.get_mut(ISSUER).unwrap()["verification"] = verification.clone();
        let report = report(&moved.to_string(), &world).await;
        let expected = if holds { Verdict::Yes } else { Verdict::No };
        assert_eq!(report.verdicts.authentic, expected, "{verification}");
        assert_eq!(code(&report, "hosted"), (!holds).then_some("not-of-issuer"));
    }
}

#[tokio::test]
async fn who_the_issuer_is_is_told_by_its_own_address() {
    let mut world = world(&keys());
    let claimed = json!({"id": ISSUER, "type": "Issuer", "name": "Another name", "url": "x:y"});
    world.0.get_mut(BADGE).unwrap()["issuer"] = claimed;
    let found = report(&assertion("hosted").to_string(), &world).await;
    assert_eq!(found.credential.unwrap().issuer_name.as_deref(), Some("NEA (example)"));
    world.0.remove(ISSUER);
    let silent = report(&assertion("hosted").to_string(), &world).await;
    assert_eq!(silent.verdicts.authentic, Verdict::Undecided);
    world.0.insert(ISSUER.into(), json!({"id": "https://evil.example/issuer"}));
    let other = report(&assertion("hosted").to_string(), &world).await;
    assert_eq!(code(&other, "hosted"), Some("another-document"));
}

#[tokio::test]
async fn revoked_gone_and_ended_are_told_apart_from_silence() {
    let file = assertion("hosted").to_string();
    let mut world = world(&keys());
    world.0.get_mut(ASSERTION).unwrap()["revoked"] = json!(true);
    let revoked = report(&file, &world).await;
    assert_eq!(verdicts(&revoked), (Verdict::Yes, Verdict::No, Status::Revoked));
    world.0.insert(ASSERTION.into(), Value::Null);
    let gone = report(&file, &world).await;
    assert_eq!(verdicts(&gone), (Verdict::Undecided, Verdict::No, Status::Revoked));
    world.0.remove(ASSERTION);
    let silent = report(&file, &world).await;
    assert_eq!(verdicts(&silent), (Verdict::Undecided, Verdict::Undecided, Status::Unknown));
    let mut ended = assertion("hosted");
    ended["expires"] = json!("2026-11-21T08:59:59Z");
    world.0.insert(ASSERTION.into(), ended.clone());
    let ended = report(&ended.to_string(), &world).await;
    assert_eq!(verdicts(&ended), (Verdict::Yes, Verdict::No, Status::Expired));
}

#[tokio::test]
async fn a_file_that_only_speaks_for_itself_proves_nothing() {
    let world = world(&keys());
    for kind in ["signed", "trust-me"] {
        let report = report(&assertion(kind).to_string(), &world).await;
        assert_eq!(report.verdicts.authentic, Verdict::No);
        assert_eq!(code(&report, "hosted"), Some("no-proof"));
    }
}

#[tokio::test]
async fn a_signed_assertion_holds_under_a_key_that_its_issuer_lists() {
    let keys = keys();
    let world = world(&keys);
    let mut signed = assertion("signed");
    signed["verification"]["creator"] = json!(KEY);
    let text = jws(&signed, "RS256", &keys);
    let found = report(&text, &world).await;
    assert_eq!(verdicts(&found), GOOD, "{found:#?}");
    assert_eq!(found.form, Some(Form::OpenBadges2Signed));
    assert_eq!(found.signer.unwrap().key, KEY);

    let other = jws(&signed, "RS256", &self::keys());
    assert_eq!(code(&report(&other, &world).await, "proof"), Some("signature"));
    let none = jws(&signed, "none", &keys);
    assert_eq!(code(&report(&none, &world).await, "proof"), Some("unsupported-algorithm"));
    let other_algorithm = jws(&signed, "ES256", &keys);
    assert_eq!(code(&report(&other_algorithm, &world).await, "proof"), Some("algorithm"));
    signed["verification"]["creator"] = json!("https://evil.example/key");
    let foreign = report(&jws(&signed, "RS256", &keys), &world).await;
    assert_eq!(code(&foreign, "issuer-key"), Some("key-not-of-issuer"));
    assert_eq!(foreign.verdicts.authentic, Verdict::No);
}

#[tokio::test]
async fn a_key_must_name_its_issuer_back_and_one_of_several_may_have_signed() {
    let keys = keys();
    let text = jws(&assertion("signed"), "RS256", &keys);
    let mut owned_by_another = world(&keys);
    owned_by_another.0.get_mut(KEY).unwrap()["owner"] = json!("https://evil.example/issuer");
    let found = report(&text, &owned_by_another).await;
    assert_eq!(code(&found, "issuer-key"), Some("key-of-another-controller"));

    let mut several = world(&keys);
    let other = world(&self::keys()).0[KEY].clone();
    let second = "https://nea.example/key-0";
    several.0.insert(second.into(), other);
    several.0.get_mut(second).unwrap()["id"] = json!(second);
    several.0.get_mut(ISSUER).unwrap()["publicKey"] = json!([second, KEY]);
    assert_eq!(verdicts(&report(&text, &several).await), GOOD);
    // The key that would have decided does not answer.
    several.0.remove(KEY);
    assert_eq!(report(&text, &several).await.verdicts.authentic, Verdict::Undecided);
    // Or is not asked, behind as many others as are.
    let many: Vec<_> = (0..5).map(|_| second).chain([KEY]).collect();
    several.0.get_mut(ISSUER).unwrap()["publicKey"] = json!(many);
    let found = report(&text, &several).await;
    assert_eq!(code(&found, "issuer-key"), Some("too-many-keys"));
    assert_eq!(found.verdicts.authentic, Verdict::Undecided);
}

#[tokio::test]
async fn a_key_of_a_kind_that_is_not_read_is_undecided_and_a_broken_one_refused() {
    let keys = keys();
    let text = jws(&assertion("signed"), "RS256", &keys);
    let mut world = world(&keys);
    let other = EcKey::generate(&EcGroup::from_curve_name(Nid::SECP256K1).unwrap()).unwrap();
    let other = String::from_utf8(other.public_key_to_pem().unwrap()).unwrap();
    for (pem, code_of_it, verdict) in [
        (other.as_str(), "unsupported-key", Verdict::Undecided),
        ("-----BEGIN PUBLIC KEY-----", "invalid-key", Verdict::No),
    ] {
        world.0.get_mut(KEY).unwrap()["publicKeyPem"] = json!(pem);
        let found = report(&text, &world).await;
        assert_eq!(code(&found, "issuer-key"), Some(code_of_it));
        assert_eq!(found.verdicts.authentic, verdict);
    }
}

#[tokio::test]
async fn a_signed_assertion_is_revoked_by_its_issuers_list() {
    let keys = keys();
    let mut world = world(&keys);
    let mut signed = assertion("signed");
    signed["uid"] = json!("u-1");
    let text = jws(&signed, "RS256", &keys);
    for entry in [json!(ASSERTION), json!({"id": ASSERTION}), json!({"uid": "u-1"})] {
        world.0.get_mut(LIST).unwrap()["revokedAssertions"] = json!([entry]);
        let found = report(&text, &world).await;
        assert_eq!(verdicts(&found), (Verdict::Yes, Verdict::No, Status::Revoked), "{entry}");
    }
    world.0.get_mut(LIST).unwrap()["issuer"] = json!("https://evil.example/issuer");
    let foreign = report(&text, &world).await;
    assert_eq!(foreign.verdicts.current, Verdict::Undecided);
    world.0.remove(LIST);
    let silent = report(&text, &world).await;
    assert_eq!(verdicts(&silent), (Verdict::Yes, Verdict::Undecided, Status::Unknown));
}
