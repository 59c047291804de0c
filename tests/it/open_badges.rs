//! What a verification says of Open Badges beyond proof and status: endorsements, schemas
//! and the recipient that the asker expects.

mod explained;
mod schema;
mod suite;

use serde_json::{Value, json};
use touchmark::check::Report;
use touchmark::check::endorsement::{EndorsementReport, MOST};
use touchmark::check::options::Options;
use touchmark::check::recipient::Fit;
use touchmark::check::report::{Belongs, OutcomeName, Status, Verdict};
use touchmark::jsonld::Contexts;
use touchmark::verify::Verifier;

use crate::vectors::cast::{
    EVIL, NOW, OB, REVOCATION, V2, credential, entry, header, jwt_p256, options, secured, signed,
    with, world,
};
use crate::vectors::{Documents, World};

async fn verify_in(world: &Documents, input: impl ToString, options: &Options) -> Report {
    let now = NOW.parse().unwrap();
    let sources = World(world, now);
    let verifier = Verifier { sources: &sources, contexts: Contexts::bundled(), now, options };
    verifier.verify(input.to_string().as_bytes()).await
}

async fn verify(input: impl ToString) -> Report {
    verify_in(&world(), input, Options::USUAL).await
}

const ACHIEVEMENT: &str = "https://nea.example/achievements/classroom-community";

/// What somebody at evil.example says of a thing.
fn endorsement(of: &str) -> Value {
    json!({
        "@context": [V2, OB],
        "id": "urn:uuid:5a8f0000-0000-4000-8000-0000000000e1",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": "Endorsed",
        "issuer": {"id": EVIL, "type": ["Profile"], "name": "District (example)"},
        "validFrom": "2026-11-02T10:00:00Z",
        "credentialSubject": {"id": of, "type": ["EndorsementSubject"],
                              "endorsementComment": "We count it."},
    })
}

fn by_evil(document: &Value) -> Value {
    let options = with(options(), &[("/verificationMethod", json!(format!("{EVIL}#key-1")))]);
    secured(document, &options, 66)
}

fn endorsed(endorsement: Value) -> Value {
    signed(&with(credential(), &[("/credentialSubject/achievement/endorsement", endorsement)]))
}

fn only(report: &Report) -> &EndorsementReport {
    assert_eq!(report.verdicts.authentic, Verdict::Yes, "{report:#?}");
    let [endorsement] = report.endorsements.as_slice() else { panic!("{report:#?}") };
    endorsement
}

#[tokio::test]
async fn an_endorsement_is_verified_with_its_own_issuers_key_and_reported_apart() {
    let report = verify(endorsed(json!([by_evil(&endorsement(ACHIEVEMENT))]))).await;
    let found = only(&report);
    assert!(report.verified && found.verified, "{found:#?}");
    assert_eq!(found.pointer, "/credentialSubject/achievement/endorsement/0");
    assert_eq!(found.issuer.as_deref(), Some(EVIL));
    assert_eq!(found.endorses.as_deref(), Some(ACHIEVEMENT));
    assert_eq!(found.comment.as_deref(), Some("We count it."));
    assert!(found.endorses_this && found.problems.is_empty());
    assert_eq!(found.signer.as_ref().unwrap().bound, "the domain evil.example (did:web)");
}

#[tokio::test]
async fn an_endorsement_in_a_jwt_is_read_too() {
    let issuer = "did:web:nea.example:issuers:nea";
    let mut payload = with(
        endorsement("urn:uuid:5a8f0000-0000-4000-8000-000000000001"),
        &[("/issuer/id", json!(issuer))],
    );
    for (claim, value) in [
        ("iss", json!(issuer)),
        ("jti", payload["id"].clone()),
        ("nbf", json!(1793613600)),
        ("sub", payload["credentialSubject"]["id"].clone()),
    ] {
        payload[claim] = value;
    }
    let jwt = jwt_p256(&header(json!({})), &payload.to_string(), 2);
    let carrier = signed(&with(credential(), &[("/endorsementJwt", json!([jwt]))]));
    let report = verify(carrier).await;
    let found = only(&report);
    assert!(found.verified, "{found:#?}");
    assert_eq!(found.pointer, "/endorsementJwt/0");
}

#[tokio::test]
async fn an_endorsement_that_does_not_hold_changes_nothing_in_the_verdicts() {
    let good = endorsement(ACHIEVEMENT);
    let changed = with(by_evil(&good), &[("/credentialSubject/endorsementComment", json!("Yes"))]);
    let revoked = with(
        with(good.clone(), &[("/issuer/id", json!("did:web:nea.example:issuers:nea"))]),
        &[("/credentialStatus", entry("revocation", REVOCATION, "7"))],
    );
    let nobody = with(good.clone(), &[("/issuer/id", json!("did:web:silent.example"))]);
    let moved = endorsement("https://nea.example/achievements/another");
    let other = with(good.clone(), &[("/type", json!(["VerifiableCredential"]))]);
    for (case, authentic, current, code) in [
        (changed, Verdict::No, Verdict::Undecided, "signature"),
        (signed(&revoked), Verdict::Yes, Verdict::No, "revoked"),
        (by_evil(&nobody), Verdict::Undecided, Verdict::Undecided, "key-document-unreachable"),
        (by_evil(&moved), Verdict::Yes, Verdict::Yes, "endorses-something-else"),
        (by_evil(&other), Verdict::No, Verdict::Undecided, "not-an-endorsement"),
    ] {
        let text = case.to_string();
        let report = verify(endorsed(case)).await;
        assert!(report.verified, "{report:#?}");
        let found = only(&report);
        assert_eq!((found.authentic, found.current), (authentic, current), "{text}\n{found:#?}");
        assert!(!found.verified);
        let codes: Vec<_> = found.problems.iter().map(|problem| problem.code.as_str()).collect();
        assert!(codes.contains(&code), "{code}: {codes:?}");
    }
}

#[tokio::test]
async fn the_endorsements_of_a_forged_credential_are_not_looked_at() {
    let carrier = endorsed(json!([by_evil(&endorsement(ACHIEVEMENT))]));
    let report = verify(with(carrier, &[("/name", json!("Another"))])).await;
    assert_eq!(report.verdicts.authentic, Verdict::No);
    assert!(report.endorsements.is_empty());
}

#[tokio::test]
async fn no_more_than_a_few_endorsements_are_verified() {
    let many: Vec<_> = (0..MOST + 2)
        .map(|n| with(endorsement(ACHIEVEMENT), &[("/id", json!(format!("urn:e:{n}")))]))
        .collect();
    let report = verify(endorsed(json!(many))).await;
    assert_eq!(report.endorsements.len(), MOST);
    let codes: Vec<_> = report.warnings.iter().map(|warning| warning.code.as_str()).collect();
    assert_eq!(codes, ["too-many-endorsements"]);
}

/// A schema that wants of a credential's name what `of_name` says, and a credential that names it.
fn with_schema(of_name: Value) -> (Documents, Value) {
    const URL: &str = "https://nea.example/schema.json";
    let mut world = world();
    let schema = json!({"$schema": "https://json-schema.org/draft/2019-09/schema#",
                        "properties": {"name": of_name}});
    world.0.insert(URL.into(), schema.to_string());
    let extensions = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json";
    let named = [
        ("/@context", json!([V2, OB, extensions])),
        ("/credentialSchema", json!([{"id": URL, "type": "1EdTechJsonSchemaValidator2019"}])),
    ];
    (world, with(credential(), &named))
}

fn of_schema(report: &Report) -> (OutcomeName, Option<(&str, Option<&str>)>) {
    let check = report.checks.iter().find(|check| check.name == "credential-schema").unwrap();
    let problem = check.problem.as_ref();
    (check.outcome, problem.map(|p| (p.code.as_str(), p.pointer.as_deref())))
}

#[tokio::test]
async fn a_credential_that_breaks_the_schema_it_names_is_not_what_it_says() {
    let (world, credential) = with_schema(json!({"maxLength": 100}));
    let report = verify_in(&world, signed(&credential), Options::USUAL).await;
    assert!(report.verified, "{report:#?}");
    assert_eq!(of_schema(&report), (OutcomeName::Pass, None));

    let (world, credential) = with_schema(json!({"maxLength": 3}));
    let report = verify_in(&world, signed(&credential), Options::USUAL).await;
    assert_eq!(report.verdicts.authentic, Verdict::No);
    let broken = Some(("schema-violated", Some("/name")));
    assert_eq!(of_schema(&report), (OutcomeName::Fail, broken));
}

#[tokio::test]
async fn a_schema_that_does_not_answer_or_is_not_read_is_undecided() {
    let (mut answering, credential) = with_schema(json!({"$ref": "https://other.example/s"}));
    let at = Some("/credentialSchema/0");
    let report = verify_in(&answering, signed(&credential), Options::USUAL).await;
    assert_eq!(report.verdicts.authentic, Verdict::Undecided);
    assert_eq!(of_schema(&report), (OutcomeName::Undecided, Some(("schema-not-read", at))));
    answering.0.remove("https://nea.example/schema.json");
    let report = verify_in(&answering, signed(&credential), Options::USUAL).await;
    assert_eq!(report.status, Status::Unknown);
    assert_eq!(of_schema(&report), (OutcomeName::Undecided, Some(("schema-unreachable", at))));
}

#[tokio::test]
async fn the_published_schema_is_bundled() {
    let (_, credential) = with_schema(json!({}));
    let url = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json";
    let named = json!([{"id": url, "type": "1EdTechJsonSchemaValidator2019"}]);
    let credential = with(credential, &[("/credentialSchema", named)]);
    let report = verify(signed(&credential)).await;
    assert!(report.verified, "{report:#?}");
    assert_eq!(of_schema(&report), (OutcomeName::Pass, None));
}

#[tokio::test]
async fn an_expected_recipient_is_compared_and_proves_nothing() {
    for (expected, fit) in [
        ("name:Ada Example", Fit::Fits),
        ("name:Ada", Fit::DoesNotFit),
        ("email:ada@school.example", Fit::NothingToCompare),
        ("urn:uuid:5a8f0000-0000-4000-8000-000000000002", Fit::Fits),
    ] {
        let options = Options { recipient: Some(expected.parse().unwrap()), ..Options::default() };
        let report = verify_in(&world(), signed(&credential()), &options).await;
        let found = report.recipient.as_ref().unwrap();
        assert_eq!(found.outcome, fit, "{expected}");
        assert!(report.verified);
        assert_eq!(report.verdicts.belongs, Belongs::Undecided);
        let forged = with(signed(&credential()), &[("/name", json!("Another"))]);
        let report = verify_in(&world(), forged, &options).await;
        assert_eq!(report.recipient.unwrap().outcome, Fit::NothingToCompare);
    }
    let options = Options { recipient: "name:Ada".parse().ok(), ..Options::default() };
    let presentation = json!({"@context": [V2], "type": ["VerifiablePresentation"],
                              "verifiableCredential": [signed(&credential())]});
    let report = verify_in(&world(), presentation, &options).await;
    assert_eq!(report.verdicts.belongs, Belongs::Undecided);
    let [contained] = &report.presentation.unwrap().credentials[..] else { panic!("one") };
    assert_eq!(contained.recipient.as_ref().unwrap().outcome, Fit::DoesNotFit);
    let report = verify(signed(&credential())).await;
    assert_eq!((report.recipient, report.verdicts.belongs), (None, Belongs::NotAsked));
}
