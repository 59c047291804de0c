//! Vectors of presentations: embedded proofs, JWTs, and none.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::Signer;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use touchmark::check::report::{Form, Status, Verdict};

use super::cast::{
    NEA, OB, REVOCATION, V2, canonical, credential, entry, header, jwt_ed, jwt_p256, key, options,
    payload, proof, public, secured, signed, with, world,
};
use super::generate::{Writer, expect, failing, vector};
use super::{Expectation, Vector};

const DOMAIN: &str = "https://verifier.example";
const CHALLENGE: &str = "8f2c";

pub fn all(to: &Writer) {
    embedded(to);
    not_for_the_asker(to);
    not_by_the_holder(to);
    unsigned(to);
    jwts(to);
    endorsements(to);
}

fn holder() -> String {
    format!("did:key:{}", public(5).multikey())
}

fn holder_key() -> String {
    format!("{}#{}", holder(), public(5).multikey())
}

fn presentation() -> Value {
    json!({
        "@context": [V2],
        "type": ["VerifiablePresentation"],
        "holder": holder(),
        "verifiableCredential": [signed(&credential())],
    })
}

/// The options of a proof that is made for the asker.
fn presenting() -> Value {
    with(
        options(),
        &[
            ("/verificationMethod", json!(holder_key())),
            ("/proofPurpose", json!("authentication")),
            ("/created", json!("2026-11-21T08:59:00Z")),
            ("/domain", json!(DOMAIN)),
            ("/challenge", json!(CHALLENGE)),
        ],
    )
}

/// Asked for with the usual domain and challenge.
fn asked(vector: Vector) -> Vector {
    Vector { domain: Some(DOMAIN.into()), challenge: Some(CHALLENGE.into()), ..vector }
}

fn good(to: &Writer, name: &str, title: &str, input: impl ToString, form: Form) {
    let good = expect(Verdict::Yes, Verdict::Yes, Status::Good);
    let expect = Expectation { form: Some(form), ..good };
    to.write(name, asked(vector(title, None, input, world(), expect)));
}

fn no(to: &Writer, name: &str, title: &str, input: impl ToString, problem: (&str, &str)) {
    let expect = failing(Verdict::No, Verdict::Undecided, Status::Unknown, problem);
    to.write(name, asked(vector(title, Some(4), input, world(), expect)));
}

fn embedded(to: &Writer) {
    let title = "a presentation that its holder signed for the asker holds";
    let whole = secured(&presentation(), &presenting(), 5);
    good(to, "presentation-signed", title, &whole, Form::Presentation);
    let title = "a presentation that was asked for with nothing holds whatever it was made for";
    let expect = expect(Verdict::Yes, Verdict::Yes, Status::Good);
    to.write("presentation-not-asked", vector(title, None, &whole, world(), expect));
    let two = with(
        presentation(),
        &[("/verifiableCredential", json!([signed(&credential()), enveloped(&jose())]))],
    );
    let title = "a presentation of an embedded and an enveloped credential holds";
    good(to, "presentation-of-two", title, secured(&two, &presenting(), 5), Form::Presentation);
    let several = with(presenting(), &[("/domain", json!(["https://b.example", DOMAIN]))]);
    let title = "a presentation may be made for several domains, the asker's among them";
    let input = secured(&presentation(), &several, 5);
    good(to, "presentation-several-domains", title, input, Form::Presentation);
    let title = "a presentation that names no holder is the key's";
    let mut bare = presentation();
    bare.as_object_mut().unwrap().remove("holder");
    let input = secured(&bare, &presenting(), 5);
    good(to, "presentation-without-holder", title, input, Form::Presentation);

    let revoked =
        with(credential(), &[("/credentialStatus", entry("revocation", REVOCATION, "7"))]);
    let input = with(presentation(), &[("/verifiableCredential", json!([signed(&revoked)]))]);
    let input = secured(&input, &presenting(), 5);
    let title = "a presentation of a revoked credential is not current";
    // The problem is told in the credential's own report; the presentation's checks all hold.
    let expected = expect_status(Verdict::Yes, Verdict::No, Status::Revoked);
    to.write("presentation-of-revoked", asked(vector(title, None, input, world(), expected)));
    let ended = with(presenting(), &[("/expires", json!("2026-11-21T08:59:30Z"))]);
    let title = "a presentation whose proof has ended is not current";
    let problem = ("proof-dates", "proof-expired");
    let expected = failing(Verdict::Yes, Verdict::No, Status::Expired, problem);
    let input = secured(&presentation(), &ended, 5);
    to.write("presentation-expired", asked(vector(title, Some(34), input, world(), expected)));
}

fn expect_status(authentic: Verdict, current: Verdict, status: Status) -> Expectation {
    expect(authentic, current, status)
}

fn not_for_the_asker(to: &Writer) {
    for (member, value, code) in [
        ("domain", json!("https://evil.example"), "domain-mismatch"),
        ("domain", json!(["https://evil.example"]), "domain-mismatch"),
        ("challenge", json!("another"), "challenge-mismatch"),
    ] {
        let options = with(presenting(), &[(&format!("/{member}"), value.clone())]);
        let title = format!("a presentation with the {member} of another asking is played again");
        let more = if value.is_array() { "-array" } else { "" };
        let name = format!("presentation-{member}{more}");
        no(to, &name, &title, secured(&presentation(), &options, 5), (member, code));
    }
    for (member, code) in [("domain", "domain-mismatch"), ("challenge", "challenge-mismatch")] {
        let mut options = presenting();
        options.as_object_mut().unwrap().remove(member);
        let title = format!("a presentation without the {member} that was asked for is refused");
        let name = format!("presentation-no-{member}");
        no(to, &name, &title, secured(&presentation(), &options, 5), (member, code));
    }
    let title = "a presentation that nobody signed answers no challenge";
    let problem = ("challenge", "unsigned-presentation");
    no(to, "presentation-unsigned-asked", title, presentation(), problem);
}

fn not_by_the_holder(to: &Writer) {
    let title = "a proof for assertions presents nothing";
    let assertion = with(presenting(), &[("/proofPurpose", json!("assertionMethod"))]);
    let input = secured(&presentation(), &assertion, 5);
    no(to, "presentation-purpose", title, input, ("proof", "proof-purpose"));
    let title = "a key that is only for assertions presents nothing";
    let nea = with(presentation(), &[("/holder", json!(NEA))]);
    let of_nea =
        |key: u8| with(presenting(), &[("/verificationMethod", json!(format!("{NEA}#key-{key}")))]);
    let input = secured(&nea, &of_nea(1), 1);
    no(to, "presentation-key-purpose", title, input, ("holder-key", "key-not-for-presenting"));
    let title = "a key that is for authentication presents";
    good(to, "presentation-did-web", title, secured(&nea, &of_nea(9), 9), Form::Presentation);
    let title = "somebody else's key does not speak for the holder";
    let input = secured(&nea, &presenting(), 5);
    no(to, "presentation-of-another", title, input, ("holder-key", "key-not-of-issuer"));
    let title =
        "a credential that was put into a signed presentation later is told, and not followed";
    let whole = secured(&presentation(), &presenting(), 5);
    let input = with(whole, &[("/verifiableCredential/0/name", json!("Another"))]);
    no(to, "presentation-changed", title, input, ("proof", "signature"));
}

fn unsigned(to: &Writer) {
    let title = "a presentation that nobody signed is as good as what it holds";
    to.good("presentation-unsigned", title, presentation(), Form::Presentation);
    let forged = with(signed(&credential()), &[("/name", json!("Another"))]);
    let both = json!([signed(&credential()), forged]);
    let input = with(presentation(), &[("/verifiableCredential", both)]);
    let title = "one forged credential makes a presentation not authentic";
    let expected = expect_status(Verdict::No, Verdict::Undecided, Status::Unknown);
    to.write("presentation-one-forged", vector(title, None, input, world(), expected));
    let title = "a presentation of nothing, signed by nobody, proves nothing";
    let empty = with(presentation(), &[("/verifiableCredential", json!([]))]);
    let expected = expect_status(Verdict::Undecided, Verdict::Undecided, Status::Unknown);
    to.write("presentation-of-nothing", vector(title, None, empty, world(), expected));
    for (name, member, value, code) in [
        ("holder", "/holder", json!("NEA"), "holder"),
        ("text", "/verifiableCredential", json!([jose()]), "contained-credential"),
        ("number", "/verifiableCredential", json!(7), "contained-credential"),
        ("context", "/@context", json!(["https://a.example/"]), "context"),
        (
            "many",
            "/verifiableCredential",
            json!(vec![json!({"id": "a:b"}); 33]),
            "too-many-credentials",
        ),
    ] {
        let title = format!("a presentation that breaks a rule is told ({code})");
        let input = with(presentation(), &[(member, value)]);
        let name = format!("presentation-rule-{name}");
        to.no(&name, &title, 8, input, ("presentation", code));
    }
}

/// What puts an achievement on NEA's menu, and what only says so: a presentation may say anything.
fn endorsements(to: &Writer) {
    const ACHIEVEMENT: &str = "https://elsewhere.example/achievements/circles";
    let endorsement = |types: Value| {
        json!({"@context": [V2, OB], "type": types,
               "id": "urn:uuid:5a8f0000-0000-4000-8000-0000000000e1",
               "name": "NEA accepts Circles",
               "issuer": {"id": NEA, "type": ["Profile"], "name": "NEA (example)"},
               "validFrom": "2026-11-01T10:00:00Z",
               "credentialSubject": {"id": ACHIEVEMENT, "type": ["EndorsementSubject"]}})
    };
    let write =
        |name: &str, title: &str, (threat, endorses): (Option<u32>, &str), input: String| {
            let good = expect(Verdict::Yes, Verdict::Yes, Status::Good);
            let expect = Expectation { endorses: Some(endorses.into()), ..good };
            to.write(name, vector(title, threat, input, world(), expect));
        };
    let good = signed(&endorsement(json!(["VerifiableCredential", "EndorsementCredential"])));
    let title = "an endorsement that its issuer signed endorses";
    write("endorsement-good", title, (None, ACHIEVEMENT), good.to_string());

    let both = json!(["VerifiablePresentation", "VerifiableCredential", "EndorsementCredential"]);
    let forged = with(endorsement(both), &[("/holder", json!(holder()))]);
    let typed = json!({"alg": "EdDSA", "kid": holder_key(), "typ": "vp+jwt"});
    let title = "a presentation that its holder signed is nobody else's endorsement";
    let jwt = jwt_ed(&typed, &forged.to_string(), 5);
    write("endorsement-in-vp-jwt", title, (Some(4), ""), jwt);

    let around = with(presentation(), &[("/holder", json!(NEA))]);
    let mut around = around.as_object().unwrap().clone();
    let types = json!(["VerifiablePresentation", "EndorsementCredential"]);
    around.extend(endorsement(types).as_object().unwrap().clone());
    around.remove("name");
    // By a context of its own every member means something, and nobody has signed it.
    let words = json!({"EndorsementCredential": "urn:x:e", "EndorsementSubject": "urn:x:s",
        "Profile": "urn:x:p", "issuer": "urn:x:i", "credentialSubject": "urn:x:c",
        "validFrom": "urn:x:f"});
    around.insert("@context".into(), json!([V2, words]));
    let title = "an unsigned presentation of something genuine is nobody's endorsement";
    write("endorsement-around-genuine", title, (Some(4), ""), Value::from(around).to_string());
}

fn jose() -> String {
    jwt_p256(&header(json!({"typ": "vc+jwt"})), &credential().to_string(), 2)
}

fn enveloped(jws: &str) -> Value {
    json!({"@context": V2, "type": "EnvelopedVerifiableCredential",
           "id": format!("data:application/vc+jwt,{jws}")})
}

fn jwts(to: &Writer) {
    let typed = |typ: &str| json!({"alg": "EdDSA", "kid": holder_key(), "typ": typ});
    let payload_of = |vp: Value| {
        with(
            vp,
            &[("/iss", json!(holder())), ("/aud", json!(DOMAIN)), ("/nonce", json!(CHALLENGE))],
        )
    };
    let jose = with(presentation(), &[("/verifiableCredential", json!([enveloped(&jose())]))]);
    let good_one = payload_of(jose.clone());
    let jwt = jwt_ed(&typed("vp+jwt"), &good_one.to_string(), 5);
    good(to, "presentation-vp-jwt", "a VC-JOSE presentation holds", &jwt, Form::VpJose);
    let envelope = json!({"@context": V2, "type": "EnvelopedVerifiablePresentation",
                          "id": format!("data:application/vp+jwt,{jwt}")});
    good(to, "presentation-enveloped", "an enveloped presentation holds", envelope, Form::VpJose);

    let vp = json!({"@context": ["https://www.w3.org/2018/credentials/v1"],
                    "type": ["VerifiablePresentation"],
                    "verifiableCredential": [jwt_p256(&header(json!({})), &payload(&[]), 2)]});
    let old = json!({"vp": vp, "iss": holder(), "aud": [DOMAIN], "nonce": CHALLENGE});
    let title = "a presentation in the claim `vp` of a JWT holds";
    let jwt = jwt_ed(&typed("JWT"), &old.to_string(), 5);
    good(to, "presentation-vp-claim", title, &jwt, Form::VpJwt);
    for (member, value, (check, code)) in [
        ("aud", json!("https://evil.example"), ("domain", "domain-mismatch")),
        ("nonce", json!("another"), ("challenge", "challenge-mismatch")),
        ("nonce", json!(null), ("challenge", "challenge-mismatch")),
    ] {
        let name = if value.is_null() { "no-nonce" } else { member };
        let changed = with(old.clone(), &[(&format!("/{member}"), value)]);
        let title = format!("a JWT presentation with another `{member}` than was asked is refused");
        let input = jwt_ed(&typed("JWT"), &changed.to_string(), 5);
        no(to, &format!("presentation-vp-claim-{name}"), &title, input, (check, code));
    }
    let title = "a JWT presentation that has ended is not current";
    let ended = with(old.clone(), &[("/exp", json!(1_700_000_000))]);
    let expected = failing(Verdict::Yes, Verdict::No, Status::Expired, ("validity", "expired"));
    let input = jwt_ed(&typed("JWT"), &ended.to_string(), 5);
    to.write("presentation-vp-claim-exp", asked(vector(title, None, input, world(), expected)));

    let title = "a presentation with the `typ` of a credential is neither";
    let input = jwt_ed(&typed("vc+jwt"), &good_one.to_string(), 5);
    no(to, "presentation-typ", title, input, ("presentation", "jws-type"));
    let title = "a credential with the `typ` of a presentation is neither";
    let input = jwt_ed(&typed("vp+jwt"), &credential().to_string(), 5);
    no(to, "presentation-typ-of-credential", title, input, ("presentation", "type"));
    let title = "a `vp+jwt` has no claim `vp`";
    let input = jwt_ed(&typed("vp+jwt"), &old.to_string(), 5);
    no(to, "presentation-vp-claim-in-jose", title, input, ("presentation", "mixed-data-models"));
    let title = "a presentation of 2.0 does not hide behind one of 1.1 in its `vp`";
    let both = with(good_one.clone(), &[("/vp", old["vp"].clone())]);
    let input = jwt_ed(&typed("JWT"), &both.to_string(), 5);
    let mixed = ("presentation", "mixed-data-models");
    no(to, "presentation-vp-claim-beside-2-0", title, input, mixed);
    let title = "a `vp+jwt` holds enveloped credentials only";
    let input = payload_of(presentation());
    let input = jwt_ed(&typed("vp+jwt"), &input.to_string(), 5);
    no(to, "presentation-vp-jwt-embedded", title, input, ("presentation", "contained-credential"));
    let title = "the claim `iss` of a presentation is its holder";
    let other = with(good_one, &[("/iss", json!(NEA))]);
    let input = jwt_ed(&typed("vp+jwt"), &other.to_string(), 5);
    no(to, "presentation-iss", title, input, ("jwt-claims", "claim-mismatch"));
    let title = "one changed character of a JWT presentation breaks its signature";
    let [head, body, signature] = [0, 1, 2].map(|n| jwt.split('.').nth(n).unwrap().to_owned());
    let body = String::from_utf8(URL_SAFE_NO_PAD.decode(body).unwrap()).unwrap();
    let body = URL_SAFE_NO_PAD.encode(body.replace(CHALLENGE, "8f2d"));
    let expected =
        failing(Verdict::No, Verdict::Undecided, Status::Unknown, ("proof", "signature"));
    let input = format!("{head}.{body}.{signature}");
    let forged = Vector {
        challenge: Some("8f2d".into()),
        ..asked(vector(title, Some(2), input, world(), expected))
    };
    to.write("presentation-jwt-changed", forged);
}

/// A presentation of nothing by a did:key, made for the usual asker before any test's time.
pub fn presented_alone() -> Value {
    let mut alone = presentation();
    alone.as_object_mut().unwrap().remove("verifiableCredential");
    let before = with(presenting(), &[("/created", json!("2026-01-01T00:00:00Z"))]);
    secured(&alone, &before, 5)
}

/// A credential that says it is an issuer's, signed with the key of a did:key of nobody.
pub fn signed_by_a_stranger() -> Value {
    let plain = json!({
        "@context": [V2], "type": ["VerifiableCredential"], "issuer": "https://issuer.example/1",
        "credentialSubject": {"id": "did:example:subject"},
    });
    let options = with(
        options(),
        &[
            ("/verificationMethod", json!(holder_key())),
            ("/created", json!("2026-01-01T00:00:00Z")),
        ],
    );
    secured(&plain, &options, 5)
}

/// The same with a proof of the older kind; null takes a member of it out.
pub fn signed_the_older_way(changes: &Value) -> Value {
    const OWN: &str = "https://w3id.org/security/suites/ed25519-2020/v1";
    let mut document = signed_by_a_stranger();
    document.as_object_mut().unwrap().remove("proof");
    let mut proof = json!({
        "type": "Ed25519Signature2020", "created": "2026-01-01T00:00:00Z",
        "verificationMethod": holder_key(), "proofPurpose": "assertionMethod",
    });
    let signed = with(proof.clone(), &[("/@context", json!(OWN))]);
    let digest = |text: String| Sha256::digest(text).to_vec();
    let message = [digest(canonical(&signed, &[])), digest(canonical(&document, &[]))].concat();
    let signature = key(5).sign(&message).to_bytes();
    proof["proofValue"] = json!(format!("z{}", bs58::encode(signature).into_string()));
    proof.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    proof.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    with(document, &[("/proof", proof)])
}

/// Two proofs by keys of two strangers; the second may follow the first.
pub fn signed_by_two_strangers(previous: Option<Value>) -> Value {
    let mut document = signed_by_a_stranger();
    document.as_object_mut().unwrap().remove("proof");
    let method = |seed: u8| {
        let multikey = public(seed).multikey();
        format!("did:key:{multikey}#{multikey}")
    };
    let by = |seed: u8, id: &str| {
        let created = json!("2026-01-01T00:00:00Z");
        let method = json!(method(seed));
        with(
            options(),
            &[("/verificationMethod", method), ("/created", created), ("/id", json!(id))],
        )
    };
    let first = proof(&document, &by(5, "urn:uuid:first"), 5);
    let second = by(6, "urn:uuid:second");
    let second = match previous {
        None => proof(&document, &second, 6),
        Some(previous) => {
            let over = with(document.clone(), &[("/proof", json!([first]))]);
            let options = with(second, &[("/previousProof", previous)]);
            let mut configuration = options.clone();
            configuration["@context"] = document["@context"].clone();
            let digest = |text: String| Sha256::digest(text).to_vec();
            let message =
                [digest(canonical(&configuration, &[])), digest(canonical(&over, &[]))].concat();
            let signature = key(6).sign(&message).to_bytes();
            let value = format!("z{}", bs58::encode(signature).into_string());
            with(options, &[("/proofValue", json!(value))])
        }
    };
    with(document, &[("/proof", json!([first, second]))])
}

/// A presentation as a public suite has it: JWTs of the old style, of the data model 2.0, in
/// envelopes, made for another domain than is asked.
pub fn enveloped_in_the_old_style(typ: &str) -> Value {
    let header = json!({"alg": "EdDSA", "kid": holder_key(), "typ": "JWT"});
    let credential = json!({
        "iss": holder(), "sub": "did:example:subject", "nbf": 1_767_225_600,
        "vc": {"@context": [V2], "type": ["VerifiableCredential"], "issuer": holder(),
               "credentialSubject": {"id": "did:example:subject"}},
    });
    let credential = jwt_ed(&header, &credential.to_string(), 5);
    let credential = json!({"@context": V2, "type": "EnvelopedVerifiableCredential",
                            "id": format!("data:application/jwt,{credential}")});
    let presentation = json!({
        "iss": holder(), "aud": "https://example.com", "nonce": CHALLENGE,
        "vp": {"@context": [V2], "type": ["VerifiablePresentation"],
               "verifiableCredential": [credential]},
    });
    let header = with(header, &[("/typ", json!(typ))]);
    let jws = jwt_ed(&header, &presentation.to_string(), 5);
    json!({"@context": V2, "type": "EnvelopedVerifiablePresentation",
           "id": format!("data:application/jwt,{jws}")})
}
