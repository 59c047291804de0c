//! The vectors about issuers that are an https address.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use touchmark::check::report::{Form, Status, Verdict};

use super::cast::*;
use super::generate::{Writer, expect, failing, vector};
use super::{Documents, Expectation};

/// An issuer that is its host.
const HOST: &str = "https://nea.example/";
/// One issuer of several on a host.
const TENANT: &str = "https://platform.example/issuers/nea";
const TENANT_SET: &str = "https://platform.example/.well-known/jwks.json";
const HOST_SET: &str = "https://nea.example/.well-known/jwks.json";
/// The Ed25519 key of a set.
const ED_IN_SET: &str = "https://nea.example/.well-known/jwks.json#ed-1";

pub fn issuers(to: &Writer) {
    documents(to);
    linked_keys(to);
    key_sets(to);
    other_ids(to);
}

fn by(issuer: &str) -> Value {
    with(credential(), &[("/issuer/id", json!(issuer))])
}

/// The credential of `issuer`, with an embedded proof that names this method.
fn embedded(issuer: &str, method: &str, seed: u8) -> Value {
    secured(&by(issuer), &with(options(), &[("/verificationMethod", json!(method))]), seed)
}

/// The credential of `issuer` as an Open Badges VC-JWT under ES256.
fn jwt(issuer: &str, header_members: Value, scalar: u32) -> String {
    let claims = payload(&[("/iss", json!(issuer)), ("/issuer/id", json!(issuer))]);
    jwt_p256(&header(header_members), &claims, scalar)
}

fn document(issuer: &str) -> Value {
    json!({
        "@context": ["https://www.w3.org/ns/cid/v1"],
        "id": issuer,
        "verificationMethod": [
            multikey(&format!("{issuer}#key-1"), issuer, &public(1)),
            {"id": format!("{issuer}#key-2"), "type": "JsonWebKey2020", "controller": issuer,
             "publicKeyJwk": with(p256_public(2).jwk(), &[("/key_ops", json!(["verify"]))])},
            multikey(&format!("{issuer}#key-9"), issuer, &public(9)),
        ],
        "assertionMethod": [format!("{issuer}#key-1"), format!("{issuer}#key-2")],
        "authentication": [format!("{issuer}#key-9")],
    })
}

/// A set with the P-256 key 2 and the Ed25519 key 1.
fn set(iss: Option<&str>) -> Value {
    let named = |jwk: Value, kid: &str| with(jwk, &[("/kid", json!(kid)), ("/use", json!("sig"))]);
    let mut set = json!({"keys": [
        named(p256_public(2).jwk(), "es-2"),
        with(named(public(1).jwk(), ED_IN_SET), &[("/alg", json!("Ed25519"))]),
    ]});
    if let Some(iss) = iss {
        set["iss"] = json!(iss);
    }
    set
}

fn answering(documents: &[(&str, String)]) -> Documents {
    Documents(documents.iter().map(|(url, text)| ((*url).to_owned(), text.clone())).collect())
}

struct Case<'c> {
    name: &'c str,
    title: &'c str,
    threat: Option<u32>,
    input: String,
    world: Documents,
}

/// By its name and title.
fn case<'c>(
    (name, title): (&'c str, &'c str),
    threat: Option<u32>,
    input: String,
    world: Documents,
) -> Case<'c> {
    Case { name, title, threat, input, world }
}

impl Case<'_> {
    fn good(self, to: &Writer, form: Form, bound: &str) {
        let expect = Expectation {
            form: Some(form),
            bound: Some(bound.into()),
            ..expect(Verdict::Yes, Verdict::Yes, Status::Good)
        };
        to.write(self.name, vector(self.title, self.threat, self.input, self.world, expect));
    }

    fn fails(self, to: &Writer, authentic: Verdict, code: &str) {
        let expect = failing(authentic, Verdict::Undecided, Status::Unknown, ("issuer-key", code));
        to.write(self.name, vector(self.title, self.threat, self.input, self.world, expect));
    }
}

fn documents(to: &Writer) {
    let world = || answering(&[(TENANT, document(TENANT).to_string())]);
    let own = "the domain platform.example (https, the issuer's own document)";
    let key_1 = format!("{TENANT}#key-1");
    let title = "an https issuer's own document binds a key to it";
    let input = embedded(TENANT, &key_1, 1).to_string();
    case(("https-document", title), Some(3), input.clone(), world()).good(to, Form::Json, own);
    let title = "an https issuer's own document binds the key of a JWT to it";
    let by_2 = jwt(TENANT, json!({"kid": format!("{TENANT}#key-2")}), 2);
    case(("https-document-jwt", title), None, by_2, world()).good(to, Form::VcJwt, own);

    for (name, title, threat, method, seed, code) in [
        (
            "https-fragment-that-decodes",
            "a key that decodes from the fragment of an https address proves nothing",
            3,
            format!("{TENANT}#{}", public(66).multikey()),
            66,
            "key-not-of-issuer",
        ),
        (
            "https-key-of-evil",
            "a key in the document of another https address is not the issuer's",
            3,
            "https://evil.example/#key-1".to_owned(),
            66,
            "key-not-of-issuer",
        ),
        (
            "https-key-for-login",
            "a key that an https issuer lists for logging in cannot make an assertion",
            4,
            format!("{TENANT}#key-9"),
            9,
            "key-not-for-assertion",
        ),
    ] {
        let mut world = world();
        let evil = "https://evil.example/";
        let evil_document =
            json!({"id": evil, "assertionMethod": [multikey("#key-1", evil, &public(66))]});
        world.0.insert(evil.into(), evil_document.to_string());
        world.0.insert(TENANT_SET.into(), set(Some(TENANT)).to_string());
        let input = embedded(TENANT, &method, seed).to_string();
        case((name, title), Some(threat), input, world).fails(to, Verdict::No, code);
    }
    let title = "an https issuer that does not answer leaves it undecided";
    let nothing = Documents::default();
    case(("https-silent", title), None, input.clone(), nothing).fails(
        to,
        Verdict::Undecided,
        "key-document-unreachable",
    );
    let title = "an https issuer with a user name, which reads as another's, is not asked";
    let named = "https://nea.example@evil.example/";
    let by_named = embedded(named, &format!("{named}#key-1"), 1).to_string();
    let answers = answering(&[(named, document(named).to_string())]);
    case(("https-user-name", title), Some(35), by_named, answers).fails(
        to,
        Verdict::Undecided,
        "unsupported-issuer",
    );
    let title = "a page for people at an https issuer's address says nothing of its keys";
    let page = answering(&[(TENANT, "<!doctype html>".into())]);
    case(("https-page", title), None, input.clone(), page).fails(
        to,
        Verdict::Undecided,
        "key-document-unreadable",
    );
    let title = "a document about another at an https issuer's address does not speak for it";
    let other = document(TENANT).to_string().replace("/issuers/nea", "/issuers/evil");
    case(("https-document-of-another", title), Some(3), input, answering(&[(TENANT, other)]))
        .fails(to, Verdict::No, "invalid-key-document");
}

/// Keys that the issuer's document lists and that lie at addresses of their own.
fn linked_keys(to: &Writer) {
    const KEY: &str = "https://keys.platform.example/nea/1";
    let listing = json!({"id": TENANT, "assertionMethod": [KEY]}).to_string();
    let at_address = |controller: &str| multikey(KEY, controller, &public(1)).to_string();
    let input = embedded(TENANT, KEY, 1).to_string();
    let own = "the domain platform.example (https, the issuer's own document)";
    let world = answering(&[(TENANT, listing.clone()), (KEY, at_address(TENANT))]);
    let title = "a key at an address of its own counts where the issuer's document lists it";
    case(("https-linked-key", title), Some(3), input.clone(), world).good(to, Form::Json, own);
    let bare = answering(&[(TENANT, listing.clone()), (KEY, p256_public(2).jwk().to_string())]);
    let title = "a bare JWK counts where the issuer's document lists its address";
    let by_2 = jwt(TENANT, json!({"kid": KEY}), 2);
    case(("https-linked-jwk", title), Some(3), by_2, bare).good(to, Form::VcJwt, own);
    let title = "a key at an address of its own that does not answer leaves it undecided";
    case(
        ("https-linked-silent", title),
        None,
        input.clone(),
        answering(&[(TENANT, listing.clone())]),
    )
    .fails(to, Verdict::Undecided, "key-document-unreachable");
    let title = "a key that somebody else controls is not the issuer's, though it lists it";
    let evil = answering(&[(TENANT, listing), (KEY, at_address("https://evil.example/"))]);
    case(("https-linked-of-another", title), Some(3), input.clone(), evil).fails(
        to,
        Verdict::No,
        "key-of-another-controller",
    );
    let title = "a key that names the issuer is not the issuer's until its document lists it";
    let unlisted = answering(&[(TENANT, document(TENANT).to_string()), (KEY, at_address(TENANT))]);
    case(("https-unlisted-key", title), Some(3), input, unlisted).fails(
        to,
        Verdict::No,
        "key-not-of-issuer",
    );
}

/// Issuers by other ids, and keys within their time.
fn other_ids(to: &Writer) {
    let did = "did:web:nea.example%3A8443:issuers:nea";
    let at = "https://nea.example:8443/issuers/nea/did.json";
    let ending = |member: &str, time: &str| {
        let mut document = document(did);
        document["verificationMethod"][0][member] = json!(time);
        answering(&[(at, document.to_string())])
    };
    let input = embedded(did, &format!("{did}#key-1"), 1).to_string();
    let bound = "the domain nea.example:8443 (did:web)";
    for (name, title, member, time) in [
        ("key-ends-later", "a key is good up to its end", "expires", "2026-11-21T09:00:01Z"),
        (
            "key-withdrawn-later",
            "a key that will be withdrawn is good until then",
            "revoked",
            "2026-11-21T09:00:01Z",
        ),
    ] {
        let world = ending(member, time);
        case((name, title), Some(16), input.clone(), world).good(to, Form::Json, bound);
    }
    for (name, title, member, time, code) in [
        ("key-ended", "a key past its end proves nothing", "expires", NOW, "key-expired"),
        (
            "key-time-unreadable",
            "a key whose end cannot be read is not used",
            "expires",
            "soon",
            "invalid-key",
        ),
    ] {
        let world = ending(member, time);
        case((name, title), Some(16), input.clone(), world).fails(to, Verdict::No, code);
    }
    let title = "a withdrawn key that its document lists for nothing any more proves nothing";
    let mut unlisted = document(did);
    unlisted["verificationMethod"][0]["revoked"] = json!(NOW);
    unlisted["assertionMethod"] = json!([]);
    let world = answering(&[(at, unlisted.to_string())]);
    case(("key-withdrawn-unlisted", title), Some(16), input, world).fails(
        to,
        Verdict::No,
        "key-revoked",
    );
    let jwk = URL_SAFE_NO_PAD.encode(p256_public(2).jwk().to_string());
    let did = format!("did:jwk:{jwk}");
    let title = "a did:jwk's one key signs for it, and for nobody that anyone knows";
    let by_jwk = jwt(&did, json!({"kid": format!("{did}#0")}), 2);
    case(("did-jwk", title), Some(35), by_jwk, Documents::default()).good(
        to,
        Form::VcJwt,
        "an unknown key (did:jwk)",
    );
}

fn key_sets(to: &Writer) {
    let of_host = "the domain nea.example (https, its key set)";
    let host = || answering(&[(HOST, "<!doctype html>".into()), (HOST_SET, set(None).to_string())]);
    let title = "the key set of a host that is the issuer binds the key of a JWT to it";
    case(("key-set", title), Some(36), jwt(HOST, json!({"kid": "es-2"}), 2), host()).good(
        to,
        Form::VcJwt,
        of_host,
    );
    let title = "a key in the header counts if the issuer's key set has it";
    let handed_over = json!({"kid": null, "jwk": p256_public(2).jwk()});
    case(("key-set-header-key", title), Some(1), jwt(HOST, handed_over, 2), host()).good(
        to,
        Form::VcJwt,
        of_host,
    );
    let title = "a key that its set calls otherwise than its address on the host counts";
    let by_address = jwt(HOST, json!({"kid": "https://nea.example/keys/2"}), 2);
    case(("key-set-kid-address", title), Some(1), by_address, host()).good(
        to,
        Form::VcJwt,
        of_host,
    );
    let title = "a key set that names one issuer of its host binds the key of a JWT to it";
    let named = answering(&[(TENANT_SET, set(Some(TENANT)).to_string())]);
    let of_tenant = "the domain platform.example (https, its key set)";
    let by_tenant = jwt(TENANT, json!({"kid": "es-2"}), 2);
    let mut named_and_page = named.clone();
    named_and_page.0.insert(TENANT.into(), "<!doctype html>".into());
    case(("key-set-names-issuer", title), Some(36), by_tenant.clone(), named_and_page).good(
        to,
        Form::VcJwt,
        of_tenant,
    );

    for (name, title, threat, world, input, code) in [
        (
            "key-set-of-shared-host",
            "a key set on a host with many issuers speaks for none of them",
            36,
            answering(&[
                (TENANT, json!({"id": TENANT, "type": "Profile"}).to_string()),
                (TENANT_SET, set(None).to_string()),
            ]),
            by_tenant.clone(),
            "key-set-of-shared-host",
        ),
        (
            "key-set-of-another-issuer",
            "a key set that names another issuer of its host does not speak for this one",
            36,
            answering(&[
                (TENANT, json!({"id": TENANT, "type": "Profile"}).to_string()),
                (TENANT_SET, set(Some("https://platform.example/issuers/evil")).to_string()),
            ]),
            by_tenant,
            "key-set-of-another-issuer",
        ),
        (
            "key-set-without-the-key",
            "a key that neither the issuer's document nor its key set has is not the issuer's",
            1,
            host(),
            jwt(HOST, json!({"kid": "es-66"}), 66),
            "key-not-of-issuer",
        ),
        (
            "key-set-kid-address-of-another",
            "a key at an address on the issuer's host that its key set does not have is not its",
            1,
            host(),
            jwt(HOST, json!({"kid": "https://nea.example/keys/66"}), 66),
            "key-not-of-issuer",
        ),
        (
            "key-set-header-key-of-another",
            "a key handed over in the header that is not in the issuer's key set proves nothing",
            1,
            host(),
            jwt(HOST, json!({"kid": null, "jwk": p256_public(66).jwk()}), 66),
            "no-key-named",
        ),
        (
            "key-set-for-embedded-proof",
            "a host's key set is for JWTs: an embedded proof needs a key listed for assertions",
            4,
            answering(&[
                (HOST, json!({"id": HOST, "type": "Profile"}).to_string()),
                (HOST_SET, set(None).to_string()),
            ]),
            embedded(HOST, ED_IN_SET, 1).to_string(),
            "key-not-of-issuer",
        ),
    ] {
        case((name, title), Some(threat), input, world).fails(to, Verdict::No, code);
    }
    let title = "a key set that does not answer leaves it undecided where nothing else has the key";
    let world = answering(&[(HOST, json!({"id": HOST, "type": "Profile"}).to_string())]);
    case(("key-set-silent", title), None, jwt(HOST, json!({"kid": "es-2"}), 2), world).fails(
        to,
        Verdict::Undecided,
        "key-document-unreachable",
    );
}
