//! Vectors of the data model 1.1: embedded, and in the `vc` claim of a JWT.

use serde_json::{Value, json};
use touchmark::check::report::{Form, Status, Verdict};

use super::cast::{
    NEA, REVOCATION, V2, credential, entry, header, jwt_ed, jwt_p256, signed, with, world,
};
use super::generate::{Writer, failing, vector};

const V1: &str = "https://www.w3.org/2018/credentials/v1";
const DATA_INTEGRITY: &str = "https://w3id.org/security/data-integrity/v2";
const OB_3_0_1: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json";
const SUBJECT: &str = "urn:uuid:5a8f0000-0000-4000-8000-000000000002";

pub fn documents(to: &Writer) {
    embedded(to);
    claims(to);
}

/// A plain credential; the same with an issuer's proof can be checked.
fn plain() -> Value {
    json!({
        "@context": [V1, DATA_INTEGRITY],
        "id": "urn:uuid:5a8f0000-0000-4000-8000-000000000001",
        "type": ["VerifiableCredential"],
        "issuer": NEA,
        "issuanceDate": "2026-11-01T10:00:00Z",
        "expirationDate": "2027-11-01T10:00:00Z",
        "credentialSubject": {"id": SUBJECT},
    })
}

fn embedded(to: &Writer) {
    let title = "a credential of the data model 1.1 holds";
    to.good("data-model-1-1-embedded", title, signed(&plain()), Form::Json);
    let badge = with(
        credential(),
        &[
            ("/@context", json!([V1, OB_3_0_1, DATA_INTEGRITY])),
            ("/issuanceDate", json!("2026-11-01T10:00:00Z")),
        ],
    );
    let badge = without(badge, &["validFrom", "awardedDate"]);
    let title = "an Open Badge of the data model 1.1 holds";
    to.good("data-model-1-1-open-badge", title, signed(&badge), Form::Json);
    let ended = with(plain(), &[("/expirationDate", json!("2026-11-20T10:00:00Z"))]);
    let title = "a credential of the data model 1.1 that expired is not current";
    let expect = failing(Verdict::Yes, Verdict::No, Status::Expired, ("validity", "expired"));
    to.write("data-model-1-1-expired", vector(title, None, signed(&ended), world(), expect));
    let late = with(plain(), &[("/issuanceDate", json!("2026-11-22T10:00:00Z"))]);
    let title = "a credential of the data model 1.1 that is dated ahead is not current yet";
    let expect =
        failing(Verdict::Yes, Verdict::No, Status::NotYetValid, ("validity", "not-yet-valid"));
    to.write("data-model-1-1-ahead", vector(title, Some(30), signed(&late), world(), expect));

    let mixed = ("data-model", "mixed-data-models");
    let title = "a credential of 1.1 with an end of 2.0 would end for some readers only";
    let both = with(plain(), &[("/validUntil", json!("2026-11-02T10:00:00Z"))]);
    to.no("mixed-valid-until", title, 8, signed(&both), mixed);
    let title = "a credential with the base contexts of both data models is of neither";
    let both = with(plain(), &[("/@context", json!([V1, V2]))]);
    to.no("mixed-contexts", title, 8, both, mixed);
    let title = "a credential of 2.0 with a start of 1.1 is refused";
    let both = with(credential(), &[("/issuanceDate", json!("2026-11-01T10:00:00Z"))]);
    to.no("mixed-issuance-date", title, 8, both, mixed);
}

fn claims(to: &Writer) {
    let jwt = |payload: &Value| jwt_p256(&header(json!({})), &payload.to_string(), 2);
    let whole = json!({
        "iss": NEA, "jti": plain()["id"], "sub": SUBJECT, "nbf": 1_793_527_200, "exp": 1_825_063_200,
        "vc": plain(),
    });
    let title = "a credential of the data model 1.1 in the claim `vc` holds; it was undecided \
                 before that data model was read";
    to.good("data-model-1-1", title, jwt(&whole), Form::VcJwt);
    let bare = without(plain(), &["id", "issuer", "issuanceDate", "expirationDate"]);
    let bare = with(bare, &[("/credentialSubject", json!({"type": "x:Person"}))]);
    let bare = with(whole.clone(), &[("/vc", bare)]);
    let title = "claims stand for the members that a credential in `vc` leaves out";
    to.good("data-model-1-1-bare", title, jwt(&bare), Form::VcJwt);
    for (claim, value) in [
        ("iss", json!("did:web:evil.example")),
        ("jti", json!("urn:uuid:other")),
        ("sub", json!("urn:uuid:other")),
        ("nbf", json!(1)),
        ("exp", json!(1_825_063_201)),
    ] {
        let title = format!("the claim `{claim}` beside a credential in `vc` must agree with it");
        let changed = with(whole.clone(), &[(&format!("/{claim}"), value)]);
        let name = format!("data-model-1-1-claim-{claim}");
        to.no(&name, &title, 8, jwt(&changed), ("jwt-claims", "claim-mismatch"));
    }
    let ended = with(bare, &[("/exp", json!(1_793_700_000))]);
    let title = "an end that only the claim `exp` names ends a credential in `vc`";
    let expect = failing(Verdict::Yes, Verdict::No, Status::Expired, ("validity", "expired"));
    to.write("data-model-1-1-exp", vector(title, None, jwt(&ended), world(), expect));

    let mixed = ("data-model", "mixed-data-models");
    let title = "a credential of 2.0 does not stand in `vc`";
    let wrapped = with(whole.clone(), &[("/vc", credential())]);
    to.no("vc-claim-of-2-0", title, 8, jwt(&wrapped), mixed);
    let title = "a `vc+jwt` has no claim `vc`";
    let typed = header(json!({"alg": "EdDSA", "kid": format!("{NEA}#key-1"), "typ": "vc+jwt"}));
    to.no("vc-claim-in-vc-jose", title, 8, jwt_ed(&typed, &whole.to_string(), 1), mixed);
    let title = "a credential in `vc` with claims of its own would be two in one";
    let twice = with(whole.clone(), &[("/vc/sub", json!("urn:uuid:other"))]);
    to.no("vc-claim-twice", title, 8, jwt(&twice), mixed);
    let title = "a revoked and ended credential of 2.0 does not hide behind one of 1.1 in its `vc`";
    let ended = with(
        credential(),
        &[
            ("/validUntil", json!("2026-11-20T10:00:00Z")),
            ("/credentialStatus", entry("revocation", REVOCATION, "7")),
            ("/vc", without(plain(), &["expirationDate"])),
            ("/iss", json!(NEA)),
        ],
    );
    to.no("vc-claim-beside-2-0", title, 8, jwt(&ended), mixed);
    let title = "an end beside a credential in `vc` would end it for some readers only";
    let ended = with(whole, &[("/validUntil", json!("2026-11-20T10:00:00Z"))]);
    to.no("vc-claim-beside-an-end", title, 8, jwt(&ended), mixed);
}

fn without(mut value: Value, members: &[&str]) -> Value {
    for member in members {
        value.as_object_mut().unwrap().remove(*member);
    }
    value
}
