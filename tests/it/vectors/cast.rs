//! Who is in the vectors, and what they publish and sign.
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
use touchmark::jsonld::{Contexts, HashAlgorithm, Input, expand};
use touchmark::model::Document;
use touchmark::model::key::PublicKey;

use super::Documents;

pub const NEA: &str = "did:web:nea.example:issuers:nea";
pub const NEA_URL: &str = "https://nea.example/issuers/nea/did.json";
pub const EVIL: &str = "did:web:evil.example";
pub const EVIL_URL: &str = "https://evil.example/.well-known/did.json";
pub const REVOCATION: &str = "https://nea.example/status/r";
pub const SUSPENSION: &str = "https://nea.example/status/s";
pub const NOW: &str = "2026-11-21T09:00:00Z";
pub const V2: &str = "https://www.w3.org/ns/credentials/v2";
pub const OB: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";

pub fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

pub fn public(seed: u8) -> PublicKey {
    PublicKey::ed25519(key(seed).verifying_key().to_bytes()).unwrap()
}

pub fn p256(scalar: u32) -> EcKey<Private> {
    use openssl::bn::{BigNum, BigNumContext};
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let scalar = BigNum::from_u32(scalar).unwrap();
    let mut point = openssl::ec::EcPoint::new(&group).unwrap();
    point.mul_generator2(&group, &scalar, &mut BigNumContext::new().unwrap()).unwrap();
    EcKey::from_private_components(&group, &scalar, &point).unwrap()
}

pub fn p256_public(scalar: u32) -> PublicKey {
    let key = p256(scalar);
    let mut context = openssl::bn::BigNumContext::new().unwrap();
    let bytes = key
        .public_key()
        .to_bytes(key.group(), PointConversionForm::COMPRESSED, &mut context)
        .unwrap();
    PublicKey::p256(&bytes).unwrap()
}

pub fn multikey(id: &str, controller: &str, key: &PublicKey) -> Value {
    json!({"id": id, "type": "Multikey", "controller": controller,
           "publicKeyMultibase": key.multikey()})
}

/// NEA's document: key 1 signs embedded proofs, key 2 JWTs, key 9 only logs in,
/// key 8 is controlled by somebody else, key 7 was withdrawn, key 0 is of low order.
pub fn nea_document() -> Value {
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

pub fn entry(purpose: &str, list: &str, index: &str) -> Value {
    json!({"id": format!("{list}#{index}"), "type": "BitstringStatusListEntry",
           "statusPurpose": purpose, "statusListIndex": index, "statusListCredential": list})
}

pub fn with(mut value: Value, changes: &[(&str, Value)]) -> Value {
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

pub fn canonical(object: &Value, without: &[&str]) -> String {
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

pub fn signing_input(header: &Value, payload: &str) -> String {
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}", encode(&header.to_string()), encode(payload))
}

pub fn jwt_ed(header: &Value, payload: &str, seed: u8) -> String {
    let input = signing_input(header, payload);
    let signature = key(seed).sign(input.as_bytes()).to_bytes();
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
}

pub fn jwt_p256(header: &Value, payload: &str, scalar: u32) -> String {
    let input = signing_input(header, payload);
    let digest = Sha256::digest(&input);
    let signature = EcdsaSig::sign(&digest, &p256(scalar)).unwrap();
    let mut raw = signature.r().to_vec_padded(32).unwrap();
    raw.extend(signature.s().to_vec_padded(32).unwrap());
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(raw))
}

pub fn header(extra: Value) -> Value {
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
pub fn payload(changes: &[(&str, Value)]) -> String {
    let claims = [
        ("/iss", json!(NEA)),
        ("/jti", credential()["id"].clone()),
        ("/nbf", json!(1793527200)),
        ("/sub", credential()["credentialSubject"]["id"].clone()),
    ];
    with(with(credential(), &claims), changes).to_string()
}

pub fn gzip(bytes: &[u8]) -> String {
    let mut gzip = GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(bytes).unwrap();
    format!("u{}", URL_SAFE_NO_PAD.encode(gzip.finish().unwrap()))
}

/// 131,072 entries, these of them set.
pub fn bits(set: &[usize]) -> Vec<u8> {
    let mut bytes = vec![0u8; 16_384];
    for index in set {
        bytes[index / 8] |= 0x80 >> (index % 8);
    }
    bytes
}

pub fn list(id: &str, purpose: &str, bytes: &[u8]) -> Value {
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

pub fn world() -> Documents {
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
