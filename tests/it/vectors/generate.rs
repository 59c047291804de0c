//! Writes the vectors. Ignored, since ES256 signs differently each time: the
//! files that are checked in are the test, this is how they came to be.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use touchmark::check::report::{Form, Status, Verdict};

use super::cast::*;
use super::{
    Documents, Expectation, Vector, data_model_1, folder, https, jcs, lists, open_badges, pictures,
    presentations, proofs, status,
};

pub struct Writer;

impl Writer {
    pub fn write(&self, name: &str, vector: Vector) {
        let text = serde_json::to_string_pretty(&vector).unwrap() + "\n";
        std::fs::write(folder().join(format!("{name}.json")), text).unwrap();
    }

    /// One that holds in every respect.
    pub fn good(&self, name: &str, title: &str, input: impl ToString, form: Form) {
        let expect =
            Expectation { form: Some(form), ..expect(Verdict::Yes, Verdict::Yes, Status::Good) };
        self.write(name, vector(title, None, input, world(), expect));
    }

    /// Not authentic, because of this.
    pub fn no(
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
    pub fn status(
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

pub fn expect(authentic: Verdict, current: Verdict, status: Status) -> Expectation {
    Expectation {
        authentic,
        current,
        status,
        form: None,
        problem: None,
        names: None,
        bound: None,
        warning: None,
        earner: None,
        endorses: None,
    }
}

pub fn failing(
    authentic: Verdict,
    current: Verdict,
    status: Status,
    (check, code): (&str, &str),
) -> Expectation {
    let problem = Some((check.to_owned(), code.to_owned()));
    Expectation { problem, ..expect(authentic, current, status) }
}

pub fn vector(
    title: &str,
    threat: Option<u32>,
    input: impl ToString,
    documents: Documents,
    expect: Expectation,
) -> Vector {
    let (title, now) = (title.to_owned(), NOW.parse().unwrap());
    let (domain, challenge) = (None, None);
    let input = input.to_string();
    Vector { title, threat, now, input, base64: false, domain, challenge, documents, expect }
}

#[test]
#[ignore = "writes tests/vectors"]
fn regenerate_the_vectors() {
    let writer = Writer;
    good_ones(&writer);
    jwt_headers(&writer);
    keys(&writer);
    documents(&writer);
    jcs::documents(&writer);
    data_model_1::documents(&writer);
    open_badges::documents(&writer);
    proofs::suites(&writer);
    proofs::sets_and_chains(&writer);
    presentations::all(&writer);
    status::lists(&writer);
    status::dates(&writer);
    https::issuers(&writer);
    lists::lists(&writer);
    pictures::pictures(&writer);
    super::refresh::services(&writer);
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
        "key-withdrawn-changed",
        "what names a withdrawn key and was changed since is as little believed",
        16,
        with(by(format!("{NEA}#key-7"), 7), &[("/name", json!("Another"))]),
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

    let mut split = plain.clone();
    let rest = json!({"id": split["evidence"][0]["id"], "type": ["Evidence"], "genre": "Video"});
    split["evidence"].as_array_mut().unwrap().push(rest);
    let title = "an artifact told in two objects is read as two and signed as one, and fails";
    to.no("split-evidence", title, 8, signed(&split), ("json-ld", "same-id-twice"));
    let entry = with(entry("revocation", REVOCATION, "8"), &[("/id", json!("urn:uuid:entry"))]);
    let twice = with(plain.clone(), &[("/credentialStatus", json!([entry, entry]))]);
    let title = "a status entry that stands twice under one id fails";
    to.no("status-entry-twice", title, 8, signed(&twice), ("json-ld", "same-id-twice"));

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
    let mut unknown = plain.clone();
    unknown["proof"] = json!({"type": "BbsBlsSignature2020", "proofValue": "z"});
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
