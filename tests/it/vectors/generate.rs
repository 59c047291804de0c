//! Writes the vectors. Ignored, since ES256 signs differently each time: the
//! files that are checked in are the test, this is how they came to be.
//!
//! Proofs and JWTs are put together here by hand from the specifications, not
//! by the code under test.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer, SigningKey};
use flate2::write::GzEncoder;
use openssl::ec::{EcGroup, EcKey, PointConversionForm};
use openssl::ecdsa::EcdsaSig;
use openssl::nid::Nid;
use openssl::pkey::Private;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::io::Write;
use touchmark::check::report::{Form, Status, Verdict};
use touchmark::jsonld::{Contexts, HashAlgorithm, Input, expand};
use touchmark::model::Document;
use touchmark::model::key::PublicKey;

use super::{Documents, Expectation, Vector, folder};

pub const NEA: &str = "did:web:nea.example:issuers:nea";
pub const NEA_URL: &str = "https://nea.example/issuers/nea/did.json";
const EVIL: &str = "did:web:evil.example";
const EVIL_URL: &str = "https://evil.example/.well-known/did.json";
const REVOCATION: &str = "https://nea.example/status/r";
const SUSPENSION: &str = "https://nea.example/status/s";
pub const NOW: &str = "2026-11-21T09:00:00Z";
const V2: &str = "https://www.w3.org/ns/credentials/v2";
const OB: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";

pub fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

fn public(seed: u8) -> PublicKey {
    PublicKey::ed25519(key(seed).verifying_key().to_bytes()).unwrap()
}

fn p256(scalar: u32) -> EcKey<Private> {
    use openssl::bn::{BigNum, BigNumContext};
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let scalar = BigNum::from_u32(scalar).unwrap();
    let mut point = openssl::ec::EcPoint::new(&group).unwrap();
    point.mul_generator2(&group, &scalar, &mut BigNumContext::new().unwrap()).unwrap();
    EcKey::from_private_components(&group, &scalar, &point).unwrap()
}

fn p256_public(scalar: u32) -> PublicKey {
    let key = p256(scalar);
    let mut context = openssl::bn::BigNumContext::new().unwrap();
    let bytes = key
        .public_key()
        .to_bytes(key.group(), PointConversionForm::COMPRESSED, &mut context)
        .unwrap();
    PublicKey::p256(&bytes).unwrap()
}

fn multikey(id: &str, controller: &str, key: &PublicKey) -> Value {
    json!({"id": id, "type": "Multikey", "controller": controller,
           "publicKeyMultibase": key.multikey()})
}

/// NEA's document: key 1 signs embedded proofs, key 2 JWTs, key 9 only logs in,
/// key 8 is controlled by somebody else, key 7 was withdrawn, key 0 is of low order.
fn nea_document() -> Value {
    let mut revoked = multikey(&format!("{NEA}#key-7"), NEA, &public(7));
    revoked["revoked"] = json!("2026-11-20T00:00:00Z");
    let mut low_order = [0u8; 34];
    low_order[..3].copy_from_slice(&[0xed, 0x01, 0x01]);
    json!({
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": NEA,
        "verificationMethod": [
            multikey(&format!("{NEA}#key-1"), NEA, &public(1)),
            {"id": format!("{NEA}#key-2"), "type": "JsonWebKey", "controller": NEA,
             "publicKeyJwk": p256_public(2).jwk()},
            multikey(&format!("{NEA}#key-3"), NEA, &public(3)),
            revoked,
            multikey(&format!("{NEA}#key-8"), EVIL, &public(8)),
            multikey(&format!("{NEA}#key-9"), NEA, &public(9)),
            {"id": format!("{NEA}#key-0"), "type": "Multikey", "controller": NEA,
             "publicKeyMultibase": format!("z{}", bs58::encode(low_order).into_string())},
        ],
        "assertionMethod": ([0, 1, 2, 3, 7, 8].map(|n| format!("{NEA}#key-{n}"))),
        "authentication": [format!("{NEA}#key-9")],
    })
}

pub fn credential() -> Value {
    json!({
        "@context": [V2, OB],
        "id": "urn:uuid:5a8f0000-0000-4000-8000-000000000001",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": NEA, "type": ["Profile"], "name": "NEA (example)",
                   "url": "https://nea.example"},
        "validFrom": "2026-11-01T10:00:00Z",
        "awardedDate": "2026-10-30T00:00:00Z",
        "name": "Creating a Classroom Community",
        "credentialSubject": {
            "id": "urn:uuid:5a8f0000-0000-4000-8000-000000000002",
            "type": ["AchievementSubject"],
            "identifier": [{"type": "IdentityObject", "hashed": false,
                            "identityHash": "Ada Example", "identityType": "name"}],
            "achievement": {
                "id": "https://nea.example/achievements/classroom-community",
                "type": ["Achievement"],
                "achievementType": "MicroCredential",
                "name": "Creating a Classroom Community",
                "description": "Builds a community in which every student belongs.",
                "criteria": {"narrative": "Shows a plan, evidence and a reflection."},
                "version": "1",
                "resultDescription": [{
                    "id": "urn:uuid:5a8f0000-0000-4000-8000-000000000003",
                    "type": ["ResultDescription"],
                    "name": "Evidence",
                    "resultType": "RubricCriterionLevel",
                    "allowedValue": ["emerging", "proficient", "distinguished"],
                    "rubricCriterionLevel": [
                        {"id": "urn:uuid:5a8f0000-0000-4000-8000-000000000004",
                         "type": ["RubricCriterionLevel"], "name": "Proficient", "level": "3"},
                    ],
                }],
            },
            "result": [{
                "type": ["Result"],
                "resultDescription": "urn:uuid:5a8f0000-0000-4000-8000-000000000003",
                "achievedLevel": "urn:uuid:5a8f0000-0000-4000-8000-000000000004",
            }],
        },
        "evidence": [{"type": ["Evidence"], "id": "https://nea.example/e/1", "name": "Plan"}],
    })
}

fn entry(purpose: &str, list: &str, index: &str) -> Value {
    json!({"id": format!("{list}#{index}"), "type": "BitstringStatusListEntry",
           "statusPurpose": purpose, "statusListIndex": index, "statusListCredential": list})
}

fn with(mut value: Value, changes: &[(&str, Value)]) -> Value {
    for (pointer, new) in changes {
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        value.pointer_mut(parent).unwrap()[member] = new.clone();
    }
    value
}

pub fn options() -> Value {
    json!({"type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022",
           "created": "2026-11-01T10:00:00Z", "verificationMethod": format!("{NEA}#key-1"),
           "proofPurpose": "assertionMethod"})
}

fn canonical(object: &Value, without: &[&str]) -> String {
    let text = object.to_string();
    let document = Document::parse(text.as_bytes()).unwrap();
    let input = Input { object: document.root(), without, context: None };
    let dataset = expand(&input, Contexts::bundled()).unwrap();
    dataset.canonicalize(HashAlgorithm::Sha256).unwrap()
}

/// Signs with any proof options, by the steps of the specification.
pub fn proof(document: &Value, options: &Value, seed: u8) -> Value {
    let mut configuration = options.clone();
    configuration["@context"] = document["@context"].clone();
    let mut message = Sha256::digest(canonical(&configuration, &[])).to_vec();
    message.extend_from_slice(&Sha256::digest(canonical(document, &["proof"])));
    let signature = key(seed).sign(&message).to_bytes();
    let mut proof = options.clone();
    proof["proofValue"] = json!(format!("z{}", bs58::encode(signature).into_string()));
    proof
}

pub fn secured(document: &Value, options: &Value, seed: u8) -> Value {
    let mut secured = document.clone();
    secured["proof"] = json!([proof(document, options, seed)]);
    secured
}

pub fn signed(document: &Value) -> Value {
    secured(document, &options(), 1)
}

fn signing_input(header: &Value, payload: &str) -> String {
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}", encode(&header.to_string()), encode(payload))
}

fn jwt_ed(header: &Value, payload: &str, seed: u8) -> String {
    let input = signing_input(header, payload);
    let signature = key(seed).sign(input.as_bytes()).to_bytes();
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn jwt_p256(header: &Value, payload: &str, scalar: u32) -> String {
    let input = signing_input(header, payload);
    let digest = Sha256::digest(&input);
    let signature = EcdsaSig::sign(&digest, &p256(scalar)).unwrap();
    let mut raw = signature.r().to_vec_padded(32).unwrap();
    raw.extend(signature.s().to_vec_padded(32).unwrap());
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(raw))
}

fn header(extra: Value) -> Value {
    let mut header = json!({"alg": "ES256", "kid": format!("{NEA}#key-2"), "typ": "JWT"});
    for (name, value) in extra.as_object().unwrap() {
        match value {
            Value::Null => header.as_object_mut().unwrap().remove(name),
            value => header.as_object_mut().unwrap().insert(name.clone(), value.clone()),
        };
    }
    header
}

/// The credential with the claims of the Open Badges form.
fn payload(changes: &[(&str, Value)]) -> String {
    let claims = [
        ("/iss", json!(NEA)),
        ("/jti", credential()["id"].clone()),
        ("/nbf", json!(1793527200)),
        ("/sub", credential()["credentialSubject"]["id"].clone()),
    ];
    with(with(credential(), &claims), changes).to_string()
}

fn gzip(bytes: &[u8]) -> String {
    let mut gzip = GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(bytes).unwrap();
    format!("u{}", URL_SAFE_NO_PAD.encode(gzip.finish().unwrap()))
}

/// 131,072 entries, these of them set.
fn bits(set: &[usize]) -> Vec<u8> {
    let mut bytes = vec![0u8; 16_384];
    for index in set {
        bytes[index / 8] |= 0x80 >> (index % 8);
    }
    bytes
}

fn list(id: &str, purpose: &str, bytes: &[u8]) -> Value {
    json!({
        "@context": [V2],
        "id": id,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": NEA,
        "validFrom": "2026-11-21T08:59:00Z",
        "validUntil": "2026-11-22T08:59:00Z",
        "credentialSubject": {"id": format!("{id}#list"), "type": "BitstringStatusList",
            "statusPurpose": purpose, "ttl": 300_000, "encodedList": gzip(bytes)},
    })
}

fn world() -> Documents {
    let mut world = Documents::default();
    world.0.insert(NEA_URL.into(), nea_document().to_string());
    let evil = json!({"id": EVIL, "assertionMethod": [multikey("#key-1", EVIL, &public(66))]});
    world.0.insert(EVIL_URL.into(), evil.to_string());
    for (url, purpose) in [(REVOCATION, "revocation"), (SUSPENSION, "suspension")] {
        let list = signed(&list(url, purpose, &bits(&[7])));
        world.0.insert(url.into(), list.to_string());
    }
    world
}

struct Writer;

impl Writer {
    fn write(&self, name: &str, vector: Vector) {
        let text = serde_json::to_string_pretty(&vector).unwrap() + "\n";
        std::fs::write(folder().join(format!("{name}.json")), text).unwrap();
    }

    /// One that holds in every respect.
    fn good(&self, name: &str, title: &str, input: impl ToString, form: Form) {
        let expect =
            Expectation { form: Some(form), ..expect(Verdict::Yes, Verdict::Yes, Status::Good) };
        self.write(name, vector(title, None, input, world(), expect));
    }

    /// Not authentic, because of this.
    fn no(
        &self,
        name: &str,
        title: &str,
        threat: u32,
        input: impl ToString,
        problem: (&str, &str),
    ) {
        let expect = failing(Verdict::No, Verdict::Undecided, Status::Unknown, problem);
        self.write(name, vector(title, Some(threat), input, world(), expect));
    }

    /// Authentic, and this of its status; the world may answer otherwise.
    fn status(
        &self,
        name: &str,
        title: &str,
        threat: u32,
        (input, world): (Value, Documents),
        (current, status, code): (Verdict, Status, &str),
    ) {
        let expect = failing(Verdict::Yes, current, status, ("status", code));
        self.write(name, vector(title, Some(threat), input, world, expect));
    }
}

fn expect(authentic: Verdict, current: Verdict, status: Status) -> Expectation {
    Expectation {
        authentic,
        current,
        status,
        form: None,
        problem: None,
        names: None,
        bound: None,
        warning: None,
    }
}

fn failing(
    authentic: Verdict,
    current: Verdict,
    status: Status,
    (check, code): (&str, &str),
) -> Expectation {
    let problem = Some((check.to_owned(), code.to_owned()));
    Expectation { problem, ..expect(authentic, current, status) }
}

fn vector(
    title: &str,
    threat: Option<u32>,
    input: impl ToString,
    documents: Documents,
    expect: Expectation,
) -> Vector {
    let (title, now) = (title.to_owned(), NOW.parse().unwrap());
    Vector { title, threat, now, input: input.to_string(), documents, expect }
}

#[test]
#[ignore = "writes tests/vectors"]
fn regenerate_the_vectors() {
    let writer = Writer;
    good_ones(&writer);
    jwt_headers(&writer);
    keys(&writer);
    documents(&writer);
    lists(&writer);
    dates(&writer);
}

fn good_ones(to: &Writer) {
    let plain = credential();
    to.good("good-json", "an embedded proof of the issuer's key holds", signed(&plain), Form::Json);
    let listed =
        with(plain.clone(), &[("/credentialStatus", entry("revocation", REVOCATION, "8"))]);
    to.good("good-status", "a credential whose bit is clear is good", signed(&listed), Form::Json);
    let retired = with(options(), &[("/verificationMethod", json!(format!("{NEA}#key-3")))]);
    to.good(
        "good-retired-key",
        "a key that is no longer used stays published, and what it signed stays good",
        secured(&plain, &retired, 3),
        Form::Json,
    );
    to.good(
        "good-vc-jwt-es256",
        "an Open Badges VC-JWT under ES256 holds",
        jwt_p256(&header(json!({})), &payload(&[]), 2),
        Form::VcJwt,
    );
    let eddsa = header(json!({"alg": "EdDSA", "kid": format!("{NEA}#key-1")}));
    to.good(
        "good-vc-jwt-eddsa",
        "an Open Badges VC-JWT under EdDSA holds",
        jwt_ed(&eddsa, &payload(&[]), 1),
        Form::VcJwt,
    );
    let jose = jwt_p256(&header(json!({"typ": "vc+jwt"})), &plain.to_string(), 2);
    to.good("good-vc-jose", "a VC-JOSE credential holds", &jose, Form::VcJose);
    let enveloped = json!({"@context": [V2], "type": "EnvelopedVerifiableCredential",
                           "id": format!("data:application/vc+jwt,{jose}")});
    to.good("good-enveloped", "an enveloped credential holds", enveloped, Form::VcJose);
    let same_key = header(json!({"kid": null, "jwk": p256_public(2).jwk()}));
    to.good(
        "good-header-key-of-issuer",
        "a key in the header counts if the issuer's document has it",
        jwt_p256(&same_key, &payload(&[]), 2),
        Form::VcJwt,
    );

    let did = touchmark::did::key::did(&public(5));
    let method = touchmark::did::key::method_id(&public(5));
    let claims_to_be_nea = with(plain, &[("/issuer/id", json!(did))]);
    let options = with(options(), &[("/verificationMethod", json!(method))]);
    let expect = Expectation {
        bound: Some("an unknown key (did:key)".into()),
        ..expect(Verdict::Yes, Verdict::Yes, Status::Good)
    };
    let title = "a key of nobody that calls itself NEA is reported as an unknown key";
    let input = secured(&claims_to_be_nea, &options, 5);
    to.write(
        "did-key-calls-itself-nea",
        vector(title, Some(35), input, Documents::default(), expect),
    );
    let without_sub = jwt_p256(&header(json!({})), &with_removed("sub"), 2);
    let expect = Expectation {
        warning: Some("no-sub".into()),
        ..self::expect(Verdict::Yes, Verdict::Yes, Status::Good)
    };
    let title = "a VC-JWT without sub holds, with a warning";
    to.write("good-vc-jwt-without-sub", vector(title, None, without_sub, world(), expect));
}

fn with_removed(claim: &str) -> String {
    let mut payload: Value = serde_json::from_str(&payload(&[])).unwrap();
    payload.as_object_mut().unwrap().remove(claim);
    payload.to_string()
}

fn jwt_headers(to: &Writer) {
    let payload = payload(&[]);
    let evil_jwk = public(66).jwk();
    let evil = |extra: Value| {
        let mut base = json!({"alg": "EdDSA"});
        base.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        jwt_ed(&header(base), &payload, 66)
    };
    to.no(
        "header-jwk",
        "a key handed over in the header is not the issuer's",
        1,
        evil(json!({"kid": null, "jwk": evil_jwk})),
        ("issuer-key", "no-key-named"),
    );
    to.no(
        "header-jwk-and-kid",
        "a key in the header does not stand in for the issuer's key of that name",
        1,
        evil(json!({"kid": format!("{NEA}#key-1"), "jwk": evil_jwk})),
        ("proof", "header-key"),
    );
    to.no(
        "header-kid-of-another",
        "a kid in somebody else's document is not the issuer's",
        1,
        evil(json!({"kid": format!("{EVIL}#key-1")})),
        ("issuer-key", "key-not-of-issuer"),
    );
    for (name, alg) in [("none", "none"), ("hs256", "HS256"), ("lower-case", "es256")] {
        let input = signing_input(&header(json!({"alg": alg})), &payload);
        let secret = serde_json::to_vec(&p256_public(2).jwk()).unwrap();
        let mac = openssl::pkey::PKey::hmac(&secret).unwrap();
        let mut signer =
            openssl::sign::Signer::new(openssl::hash::MessageDigest::sha256(), &mac).unwrap();
        signer.update(input.as_bytes()).unwrap();
        let signature = URL_SAFE_NO_PAD.encode(signer.sign_to_vec().unwrap());
        to.no(
            &format!("alg-{name}"),
            "an algorithm that is not the key's proves nothing",
            2,
            format!("{input}.{signature}"),
            ("proof", "unsupported-algorithm"),
        );
    }
    to.no(
        "alg-not-the-keys",
        "the header's algorithm does not decide what the key signs",
        2,
        jwt_ed(&header(json!({"kid": format!("{NEA}#key-1")})), &payload, 1),
        ("proof", "algorithm"),
    );
    for member in ["crit", "b64", "zip"] {
        to.no(
            &format!("header-{member}"),
            "a header that changes how a JWS is read is refused",
            2,
            jwt_p256(&header(json!({member: ["exp"]})), &payload, 2),
            ("proof", "invalid-jws"),
        );
    }
    for (claim, other) in [
        ("iss", json!(EVIL)),
        ("jti", json!("urn:uuid:other")),
        ("sub", json!("urn:uuid:other")),
        ("nbf", json!(1793527201)),
        ("exp", json!("never")),
    ] {
        to.no(
            &format!("claim-{claim}"),
            "a claim that says otherwise than the credential fails",
            8,
            jwt_p256(&header(json!({})), &self::payload(&[(&format!("/{claim}"), other)]), 2),
            ("jwt-claims", "claim-mismatch"),
        );
    }
}

fn keys(to: &Writer) {
    let plain = credential();
    let by = |method: String, seed: u8| {
        secured(&plain, &with(options(), &[("/verificationMethod", json!(method))]), seed)
    };
    let stranger = public(66).multikey();
    for (name, method, seed, code) in [
        (
            "did-key-for-did-web",
            touchmark::did::key::method_id(&public(66)),
            66,
            "key-not-of-issuer",
        ),
        ("key-of-evil", format!("{EVIL}#key-1"), 66, "key-not-of-issuer"),
        ("fragment-that-decodes", format!("{NEA}#{stranger}"), 66, "key-not-of-issuer"),
        (
            "listed-key-of-another-controller",
            format!("{NEA}#key-8"),
            8,
            "key-of-another-controller",
        ),
    ] {
        let title = "a key counts only if the issuer's own document has it as its own";
        to.no(name, title, 3, by(method, seed), ("issuer-key", code));
    }
    to.no(
        "key-for-login",
        "a key that is not listed for assertions cannot make one",
        4,
        by(format!("{NEA}#key-9"), 9),
        ("issuer-key", "key-not-for-assertion"),
    );
    to.no(
        "proof-for-login",
        "a proof made for another purpose is no assertion",
        4,
        secured(&plain, &with(options(), &[("/proofPurpose", json!("authentication"))]), 1),
        ("proof", "proof-purpose"),
    );
    to.no(
        "key-withdrawn",
        "a withdrawn key proves nothing, whatever the proof says of its date",
        16,
        by(format!("{NEA}#key-7"), 7),
        ("issuer-key", "key-revoked"),
    );
    to.no(
        "key-of-low-order",
        "a key of low order fits any signature and is refused",
        31,
        by(format!("{NEA}#key-0"), 1),
        ("issuer-key", "invalid-key"),
    );
    let mut malleable = signed(&plain);
    let value = malleable["proof"][0]["proofValue"].as_str().unwrap()[1..].to_owned();
    let signature = bs58::decode(value).into_vec().unwrap();
    let value = format!("z{}", bs58::encode(add_group_order(signature)).into_string());
    malleable["proof"][0]["proofValue"] = json!(value);
    to.no(
        "signature-not-canonical",
        "a signature in its second, non-canonical form is refused",
        31,
        malleable,
        ("proof", "signature"),
    );
    let at_address = with(plain.clone(), &[("/issuer/id", json!("did:web:169.254.169.254"))]);
    let expect = failing(
        Verdict::Undecided,
        Verdict::Undecided,
        Status::Unknown,
        ("issuer-key", "key-document-refused"),
    );
    let title = "a did:web at an address is not asked";
    to.write("did-web-at-an-address", vector(title, Some(5), signed(&at_address), world(), expect));
    let expect = failing(
        Verdict::Undecided,
        Verdict::Undecided,
        Status::Unknown,
        ("issuer-key", "key-document-unreachable"),
    );
    let title = "a key document that does not answer leaves it undecided";
    let nothing = Documents::default();
    to.write("key-document-silent", vector(title, None, signed(&plain), nothing, expect));
    let mut other = world();
    other.0.insert(NEA_URL.into(), nea_document().to_string().replace(NEA, EVIL));
    let expect = failing(
        Verdict::No,
        Verdict::Undecided,
        Status::Unknown,
        ("issuer-key", "invalid-key-document"),
    );
    let title = "a key document about somebody else does not speak for the issuer";
    to.write("key-document-of-another", vector(title, Some(3), signed(&plain), other, expect));
}

/// S + L: the same signature to a lax verifier.
fn add_group_order(mut signature: Vec<u8>) -> Vec<u8> {
    const L: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
        0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut carry = 0u16;
    for (byte, order) in signature[32..].iter_mut().zip(L) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        *byte = sum as u8;
        carry = sum >> 8;
    }
    signature
}

fn documents(to: &Writer) {
    let plain = credential();
    to.no(
        "unsigned",
        "a credential without a proof proves nothing",
        8,
        &plain,
        ("proof", "no-proof"),
    );
    for (name, pointer, new) in [
        ("changed-name", "/name", json!("Creating a Classroom Communitz")),
        (
            "changed-nested",
            "/credentialSubject/achievement/resultDescription/0/allowedValue/2",
            json!("Distinguished"),
        ),
        ("changed-evidence", "/evidence/0/name", json!("plan")),
    ] {
        let title = "one changed character anywhere breaks the signature";
        let mut changed = signed(&plain);
        *changed.pointer_mut(pointer).unwrap() = new;
        to.no(name, title, 8, changed, ("proof", "signature"));
    }
    let mut undefined = signed(&plain);
    undefined["licensedInAllStates"] = json!(true);
    let title = "a member that no context defines is unsigned and fails";
    to.no("undefined-member", title, 8, undefined, ("json-ld", "undefined-term"));
    let mut relative = signed(&plain);
    relative["type"] = json!(["VerifiableCredential", "OpenBadgeCredential", "Unheard"]);
    let title = "a type that no context defines fails";
    to.no("undefined-type", title, 8, relative, ("json-ld", "relative-type"));
    let vocab = with(
        plain.clone(),
        &[
            ("/@context", json!([V2, OB, {"@vocab": "https://a.example/"}])),
            ("/anything", json!(1)),
        ],
    );
    let title = "a context that defines every term there is fails";
    to.no("vocab-catch-all", title, 8, signed(&vocab), ("json-ld", "vocab-catch-all"));
    let mut protected = signed(&plain);
    protected["@context"] = json!([V2, OB, {"VerifiableCredential": "https://a.example/never"}]);
    let title = "a context that redefines a protected term fails";
    to.no("protected-term", title, 8, protected, ("json-ld", "protected-term-redefinition"));
    let mut hidden = plain.clone();
    hidden["https://www.w3.org/2018/credentials#validUntil"] = json!({"@type": "http://www.w3.org/2001/XMLSchema#dateTime", "@value": "2020-01-01T00:00:00Z"});
    let title = "an end that is signed as a full IRI, where no reader looks, fails";
    to.no("hidden-valid-until", title, 8, signed(&hidden), ("json-ld", "not-compacted"));

    let mut unknown = signed(&plain);
    unknown["@context"] = json!([V2, OB, "https://contexts.example/v1"]);
    let expect = Expectation {
        names: Some("https://contexts.example/v1".into()),
        ..failing(
            Verdict::Undecided,
            Verdict::Undecided,
            Status::Unknown,
            ("json-ld", "unknown-context"),
        )
    };
    let title = "a context that is not pinned is named and not fetched";
    to.write("unknown-context", vector(title, Some(7), unknown, world(), expect));

    let nodes: Vec<Value> = (0..10)
        .map(|n| {
            let others = (0..10).filter(|m| *m != n);
            let related: Vec<Value> =
                others.map(|m| json!({"id": format!("_:b{m}"), "type": ["Related"]})).collect();
            json!({"id": format!("_:b{n}"), "type": ["Achievement"], "name": "A",
                   "description": "B", "criteria": {"id": "https://nea.example"},
                   "related": related})
        })
        .collect();
    let mut poison = with(plain.clone(), &[("/credentialSubject/achievement", json!(nodes))]);
    poison["proof"] = signed(&plain)["proof"].clone();
    let title = "a graph made to be slow ends early";
    to.no("poison-graph", title, 19, poison, ("proof", "too-complex"));

    let twice = signed(&plain).to_string().replacen("{", "{\"id\":\"urn:uuid:other\",", 1);
    let old = json!({"vc": {"@context": ["https://www.w3.org/2018/credentials/v1"],
                            "type": ["VerifiableCredential"]}, "iss": NEA});
    let expect = failing(
        Verdict::Undecided,
        Verdict::Undecided,
        Status::Unknown,
        ("data-model", "unsupported-data-model"),
    );
    let title = "a credential of the data model 1.1 is undecided until it is read";
    let input = jwt_p256(&header(json!({})), &old.to_string(), 2);
    to.write("data-model-1-1", vector(title, None, input, world(), expect));
    let mut unknown = plain.clone();
    unknown["proof"] = json!({"type": "Ed25519Signature2020", "proofValue": "z"});
    let expect = failing(
        Verdict::Undecided,
        Verdict::Undecided,
        Status::Unknown,
        ("proof", "unsupported-proof"),
    );
    let title = "a proof of a kind that we do not verify is undecided";
    to.write("unsupported-proof", vector(title, None, unknown, world(), expect));

    let title = "a member that stands twice is refused before anything else";
    to.no("duplicate-member", title, 20, twice, ("form", "not-strict-json"));
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(64), "]".repeat(64));
    to.no(
        "too-deep",
        "a document nested too deep is refused",
        20,
        deep,
        ("form", "not-strict-json"),
    );
    let mut conflicting = signed(&plain);
    conflicting["credentialSubject"]["type"] = json!(["Achievement"]);
    let title = "a credential that breaks the rules of Open Badges is told";
    to.no("not-a-subject", title, 8, conflicting, ("open-badges", "open-badges-type"));
}

fn lists(to: &Writer) {
    use Status::{Revoked, Suspended, Unknown};
    use Verdict::{No, Undecided};
    let listed = |entries: Value| signed(&with(credential(), &[("/credentialStatus", entries)]));
    let at = |index: &str| listed(entry("revocation", REVOCATION, index));
    let answering = |url: &str, text: Option<String>| {
        let mut world = world();
        match text {
            Some(text) => world.0.insert(url.into(), text),
            None => world.0.remove(url),
        };
        world
    };
    let mine = |list: &Value| answering(REVOCATION, Some(signed(list).to_string()));
    let plain = list(REVOCATION, "revocation", &bits(&[7]));

    to.status(
        "revoked",
        "a set revocation bit is revoked",
        15,
        (at("7"), world()),
        (No, Revoked, "revoked"),
    );
    to.status(
        "suspended",
        "a set suspension bit is suspended, not revoked",
        15,
        (listed(json!([entry("suspension", SUSPENSION, "7")])), world()),
        (No, Suspended, "suspended"),
    );
    let both = json!([entry("revocation", REVOCATION, "8"), entry("suspension", SUSPENSION, "7")]);
    to.status(
        "second-entry",
        "every status entry is looked at",
        14,
        (listed(both), world()),
        (No, Suspended, "suspended"),
    );
    let many: Vec<Value> =
        (0..9).map(|n| entry("revocation", REVOCATION, &n.to_string())).collect();
    let mut many = many;
    many.remove(7);
    many.push(entry("revocation", REVOCATION, "10"));
    to.status(
        "many-entries",
        "more entries than we ask about are undecided",
        14,
        (listed(json!(many)), world()),
        (Undecided, Unknown, "too-many-status-entries"),
    );
    let strange = json!([entry("revocation", REVOCATION, "8"),
                         {"id": "urn:uuid:9", "type": "StatusList2021Entry"}]);
    let strange = with(
        credential(),
        &[
            ("/@context", json!([V2, OB, "https://w3id.org/vc/status-list/2021/v1"])),
            ("/credentialStatus", strange),
        ],
    );
    to.status(
        "unknown-entry",
        "an entry of a type that we do not read is undecided",
        14,
        (signed(&strange), world()),
        (Undecided, Unknown, "unsupported-status"),
    );
    to.status(
        "list-silent",
        "a list that does not answer is undecided, never good",
        13,
        (at("8"), answering(REVOCATION, None)),
        (Undecided, Unknown, "status-list-unreachable"),
    );
    to.status(
        "list-a-web-page",
        "a list that answers something else is undecided",
        13,
        (at("8"), answering(REVOCATION, Some("<html>".into()))),
        (Undecided, Unknown, "status-list-unreadable"),
    );
    to.status(
        "list-unsigned",
        "a list that nobody signed is undecided",
        9,
        (at("8"), answering(REVOCATION, Some(plain.to_string()))),
        (Undecided, Unknown, "status-list-not-authentic"),
    );
    let mut changed = signed(&plain);
    changed["credentialSubject"]["encodedList"] = json!(gzip(&bits(&[])));
    to.status(
        "list-changed",
        "a list whose bits were changed after signing is undecided",
        9,
        (at("7"), answering(REVOCATION, Some(changed.to_string()))),
        (Undecided, Unknown, "status-list-not-authentic"),
    );
    let evil = with(plain.clone(), &[("/issuer", json!(EVIL))]);
    let options = with(options(), &[("/verificationMethod", json!(format!("{EVIL}#key-1")))]);
    to.status(
        "list-of-another",
        "a list that somebody else signed does not speak for the issuer",
        9,
        (at("8"), answering(REVOCATION, Some(secured(&evil, &options, 66).to_string()))),
        (Undecided, Unknown, "status-list-of-another-issuer"),
    );
    to.status(
        "list-for-list",
        "one list of the issuer does not answer for another",
        9,
        (at("8"), mine(&list("https://nea.example/status/x", "revocation", &bits(&[])))),
        (Undecided, Unknown, "another-status-list"),
    );
    to.status(
        "list-purpose",
        "an entry and a list of different purposes fail",
        10,
        (listed(entry("revocation", SUSPENSION, "8")), world()),
        (No, Unknown, "status-purpose"),
    );
    to.status(
        "list-bomb",
        "a list that inflates past the cap fails",
        11,
        (at("8"), mine(&list(REVOCATION, "revocation", &vec![0; 3 << 20]))),
        (No, Unknown, "invalid-status-list"),
    );
    to.status(
        "list-short",
        "a list that is too short fails",
        12,
        (at("8"), mine(&list(REVOCATION, "revocation", &[0; 16_383]))),
        (No, Unknown, "invalid-status-list"),
    );
    for (name, index) in
        [("list-index-past-end", "131072"), ("list-index-huge", "18446744073709551615")]
    {
        let title = "an index past the list's end fails and never reads as not revoked";
        to.status(name, title, 12, (at(index), world()), (No, Unknown, "status-index"));
    }
    let title = "an index that is not a decimal number fails";
    to.status(
        "list-index-text",
        title,
        12,
        (at("0x7"), world()),
        (No, Unknown, "invalid-status-entry"),
    );
    let old = with(plain.clone(), &[("/validUntil", json!("2026-11-21T08:59:59Z"))]);
    to.status(
        "list-expired",
        "an old list that is played again is undecided",
        13,
        (at("7"), mine(&old)),
        (Undecided, Unknown, "status-list-expired"),
    );
    let early = with(plain.clone(), &[("/validFrom", json!("2026-11-21T09:05:01Z"))]);
    to.status(
        "list-from-the-future",
        "a list from the future is undecided",
        30,
        (at("8"), mine(&early)),
        (Undecided, Unknown, "status-list-not-yet-valid"),
    );
    let claims = [
        ("/iss", json!(NEA)),
        ("/jti", json!(REVOCATION)),
        ("/nbf", json!(1795251540)),
        ("/exp", json!(1795337940)),
        ("/sub", json!(format!("{REVOCATION}#list"))),
    ];
    let jwt = jwt_p256(&header(json!({})), &with(plain, &claims).to_string(), 2);
    to.status(
        "list-as-jwt",
        "a list as a JWT is read as well",
        15,
        (at("7"), answering(REVOCATION, Some(jwt))),
        (No, Revoked, "revoked"),
    );
}

fn dates(to: &Writer) {
    use Status::{Expired, Good, NotYetValid};
    use Verdict::{No, Yes};
    let plain = credential();
    let until = |time: &str| signed(&with(plain.clone(), &[("/validUntil", json!(time))]));
    let from = |time: &str| signed(&with(plain.clone(), &[("/validFrom", json!(time))]));
    let passing = |name: &str, title: &str, threat: u32, input: Value| {
        to.write(name, vector(title, Some(threat), input, world(), expect(Yes, Yes, Good)));
    };
    let failed =
        |name: &str, title: &str, threat: u32, input: Value, status: Status, code: &str| {
            let expect = failing(Yes, No, status, ("validity", code));
            to.write(name, vector(title, Some(threat), input, world(), expect));
        };
    passing("ends-now", "a credential holds up to its end", 34, until(NOW));
    failed(
        "expired",
        "a credential past its end is expired, without tolerance",
        34,
        until("2026-11-21T08:59:59Z"),
        Expired,
        "expired",
    );
    passing("starts-soon", "a start may be five minutes ahead", 30, from("2026-11-21T09:05:00Z"));
    failed(
        "starts-later",
        "a start more than five minutes ahead is not yet valid",
        30,
        from("2026-11-21T09:05:01Z"),
        NotYetValid,
        "not-yet-valid",
    );
    let proof = |member: &str, time: &str| {
        secured(&plain, &with(options(), &[(&format!("/{member}"), json!(time))]), 1)
    };
    passing(
        "proof-soon",
        "a proof may be made five minutes ahead",
        30,
        proof("created", "2026-11-21T09:05:00Z"),
    );
    to.no(
        "proof-from-the-future",
        "a proof made more than five minutes ahead fails",
        30,
        proof("created", "2026-11-21T09:05:01Z"),
        ("proof-dates", "proof-from-the-future"),
    );
    to.no(
        "proof-expired",
        "a proof past its own end fails",
        34,
        proof("expires", "2026-11-21T08:59:59Z"),
        ("proof-dates", "proof-expired"),
    );
    let exp = payload(&[("/exp", json!(1793527300))]);
    let expect = failing(Yes, No, Expired, ("validity", "expired"));
    let title = "an end that only the JWT names ends it";
    let input = jwt_p256(&header(json!({})), &exp, 2);
    to.write("jwt-expired", vector(title, Some(34), input, world(), expect));
}
