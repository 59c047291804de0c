//! One realistic credential, signed in each form that is measured, and its
//! issuer's keys: what signing and verifying are timed on.
//!
//! Invariant: a verification that is timed runs every check that a verifier
//! runs up to the verdict *authentic*, and must come to it; a proof that is timed
//! alone must hold.

use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcKey, EcPoint};
use openssl::ecdsa::EcdsaSig;
use openssl::error::ErrorStack;
use openssl::nid::Nid;
use openssl::pkey::Public;
use sha2::{Digest as _, Sha256};

use crate::ambient::Ambient;
use crate::check::proof::Received;
use crate::check::report::{Verdict, verdict};
use crate::check::{self, Basis};
use crate::did::document::{self, IssuerKey};
use crate::did::{self, ControllerDocument};
use crate::jsonld::{self, Contexts, Dataset};
use crate::keys::{self, Algorithm, KeyError, SharedSigner};
use crate::model::key::PublicKey;
use crate::model::{Credential, Document};
use crate::proof::eddsa_rdfc_2022::{self, Options};
use crate::proof::vc_jwt::{self, Kind, SigningHeader};
use crate::proof::{Secured, eddsa_jcs_2022, signature_holds};
use crate::status::bitstring::{Bits, MIN_LENGTH};

/// What is signed: 3.9 KB, 4.3 KB with a proof; contexts of VC 2.0, Open Badges 3.0.3 and its
/// extensions; 11 blank nodes.
pub const CREDENTIAL: &str = include_str!("../../../benches/data/open-badge.json");

/// A way of securing a credential.
pub struct Form {
    /// As the proof is registered.
    pub name: &'static str,
    /// The bare check of the same signature over the bytes that it signs.
    pub bare: &'static str,
    /// What it signs is the graph, so that it cannot be verified without the
    /// JSON-LD checks.
    pub signs_graph: bool,
    sign: fn(&Fixture, &Document<'_>) -> Vec<u8>,
}

/// Something to time; anything but `true` is a fault of the measurement.
pub type Call<'f> = Box<dyn Fn() -> bool + Send + Sync + 'f>;

/// The bare check that everything is measured by.
pub const BARE: &str = "bare.ed25519";
pub const BARE_OVER_JWT: &str = "bare.ed25519-over-jwt";
pub const BARE_ES256_OVER_JWT: &str = "bare.es256-over-jwt";

/// Every form; another is one more line.
pub const FORMS: [Form; 4] = [
    Form::new("eddsa-rdfc-2022", BARE, Fixture::eddsa_rdfc_2022).of_graph(),
    Form::new("eddsa-jcs-2022", BARE, Fixture::eddsa_jcs_2022),
    Form::new("vc-jwt-eddsa", BARE_OVER_JWT, |f, d| f.vc_jwt(&f.ed25519, d)),
    Form::new("vc-jwt-es256", BARE_ES256_OVER_JWT, |f, d| f.vc_jwt(&f.es256, d)),
];

impl Form {
    const fn new(
        name: &'static str,
        bare: &'static str,
        sign: fn(&Fixture, &Document<'_>) -> Vec<u8>,
    ) -> Self {
        Self { name, bare, signs_graph: false, sign }
    }

    const fn of_graph(self) -> Self {
        Self { signs_graph: true, ..self }
    }
}

/// The credential's issuer.
pub struct Fixture {
    ed25519: IssuerSigner,
    es256: IssuerSigner,
    /// The issuer's DID document, as it would be fetched.
    pub did_document: String,
    /// The same, read: its keys are decoded.
    pub keys: ControllerDocument,
    basis: Basis<'static>,
    /// The composed credential as RDF.
    graph: Result<Dataset, jsonld::Error>,
}

struct IssuerSigner {
    method: String,
    public: PublicKey,
    signer: SharedSigner,
}

impl Fixture {
    /// With new keys; proofs are of now.
    pub fn new(ambient: &Ambient) -> Result<Self, KeyError> {
        let document = composed();
        let did = Credential(document.root()).issuer().expect("the fixture has an issuer");
        let signer = |algorithm, fragment| {
            let signer = keys::signer(&keys::generate(algorithm, ambient)?.private_jwk)?;
            let public = PublicKey::from_jwk_text(signer.public_jwk()).expect("we made it");
            Ok::<_, KeyError>(IssuerSigner { method: format!("{did}#{fragment}"), public, signer })
        };
        let ed25519 = signer(Algorithm::Ed25519, "ed25519")?;
        let es256 = signer(Algorithm::P256, "es256")?;
        let did_document = document::compose(
            did,
            &[
                IssuerKey { fragment: "ed25519", key: &ed25519.public, withdrawn: None },
                IssuerKey { fragment: "es256", key: &es256.public, withdrawn: None },
            ],
        );
        let did_document = did_document.to_string();
        let keys = did::web::read(did_document.as_bytes(), did).expect("we composed it");
        let basis = Basis::usual(Contexts::bundled(), ambient.now());
        let graph = check::conform(&document, basis.contexts).graph;
        let graph = graph.expect("the fixture follows a data model that is read");
        Ok(Self { ed25519, es256, did_document, keys, basis, graph })
    }

    /// From the composed document to the bytes that are handed out.
    pub fn sign(&self, form: &Form, document: &Document<'_>) -> Vec<u8> {
        (form.sign)(self, document)
    }

    /// From bytes to the verdict on who signed what, key in hand.
    pub fn verify(&self, secured: &[u8]) -> Verdict {
        let secured = Secured::decode(secured).expect("we signed it");
        let document = secured.document().expect("we signed it");
        let conformance = match secured {
            Secured::Embedded(_) => check::conform(&document, self.basis.contexts),
            Secured::Jws { .. } => check::conform_jwt(&document, self.basis.contexts),
        };
        let graph = conformance.graph.as_ref();
        let received = Received { secured: &secured, document: &document, graph };
        let proven = check::proof::authenticate(received, Ok(&self.keys), self.basis);
        verdict(conformance.checks.iter().chain(&proven.checks))
    }

    /// From bytes to whether the proof holds, key in hand: without the checks of
    /// [`Self::conform`].
    pub fn prove(&self, secured: &[u8]) -> bool {
        let secured = Secured::decode(secured).expect("we signed it");
        let document = secured.document().expect("we signed it");
        let received =
            Received { secured: &secured, document: &document, graph: Some(&self.graph) };
        check::proof::authenticate(received, Ok(&self.keys), self.basis).authentic.is_some()
    }

    /// Data model, Open Badges and JSON-LD, of a document that was parsed.
    pub fn conform(&self, document: &Document<'_>) -> bool {
        check::conform(document, self.basis.contexts).passed()
    }

    /// The signature checks alone, each by the name that [`Form::bare`] gives it.
    pub fn bare(&self) -> Vec<(&'static str, Call<'_>)> {
        let jwt = |by| {
            let secured = self.vc_jwt(by, &composed());
            let end = secured.iter().rposition(|byte| *byte == b'.').expect("a JWS has stops");
            secured[..end].to_vec()
        };
        let hashes = vec![7; 64];
        vec![
            (BARE, self.strict(hashes)),
            (BARE_OVER_JWT, self.strict(jwt(&self.ed25519))),
            (BARE_ES256_OVER_JWT, self.p256(jwt(&self.es256)).expect("OpenSSL takes the key")),
        ]
    }

    fn strict(&self, message: Vec<u8>) -> Call<'static> {
        let key = *self.ed25519.public.as_ed25519().expect("it is an Ed25519 key");
        let signature = self.ed25519.sign(&message);
        let signature = ed25519_dalek::Signature::from_slice(&signature).expect("it has 64 bytes");
        Box::new(move || key.verify_strict(&message, &signature).is_ok())
    }

    /// By OpenSSL, with a key that is decoded already.
    fn p256(&self, message: Vec<u8>) -> Result<Call<'static>, ErrorStack> {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
        let mut context = BigNumContext::new()?;
        let point = EcPoint::from_bytes(&group, self.es256.public.as_bytes(), &mut context)?;
        let key: EcKey<Public> = EcKey::from_public_key(&group, &point)?;
        let signature = self.es256.sign(&message);
        assert!(signature_holds(&self.es256.public, &message, &signature), "we signed it");
        let (r, s) = signature.split_at(32);
        let signature =
            EcdsaSig::from_private_components(BigNum::from_slice(r)?, BigNum::from_slice(s)?)?;
        Ok(Box::new(move || signature.verify(&Sha256::digest(&message), &key).unwrap_or(false)))
    }

    fn eddsa_rdfc_2022(&self, document: &Document<'_>) -> Vec<u8> {
        let by = &self.ed25519;
        let created = self.basis.now;
        let options = Options { created, verification_method: &by.method, expires: None };
        let sign = |message: &[u8]| by.signer.sign(message);
        let signed = eddsa_rdfc_2022::sign(document, &options, self.basis.contexts, sign);
        signed.expect("the fixture can be signed")
    }

    fn eddsa_jcs_2022(&self, document: &Document<'_>) -> Vec<u8> {
        let by = &self.ed25519;
        let created = self.basis.now;
        let options = Options { created, verification_method: &by.method, expires: None };
        let signed =
            eddsa_jcs_2022::sign(document, &options, |message: &[u8]| by.signer.sign(message));
        signed.expect("the fixture can be signed")
    }

    /// The Open Badges VC-JWT.
    fn vc_jwt(&self, by: &IssuerSigner, document: &Document<'_>) -> Vec<u8> {
        let payload = vc_jwt::compose(document).expect("the fixture has what a JWT needs");
        let (algorithm, kid) = (by.public.algorithm(), by.method.as_str());
        let header = SigningHeader { algorithm, kid, kind: Kind::OpenBadges };
        let jwt = vc_jwt::sign(&header, &payload, |message| by.signer.sign(message));
        jwt.expect("the key signs").into_bytes()
    }
}

impl IssuerSigner {
    fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.signer.sign(message).expect("the key signs")
    }
}

/// The credential as it is before it is signed.
pub fn composed() -> Document<'static> {
    Document::parse(CREDENTIAL.trim_ascii().as_bytes()).expect("the fixture is JSON")
}

/// A status list with 1% of its bits set, spread without a pattern.
pub fn status_list() -> Bits {
    let mut bits = Bits::new(MIN_LENGTH);
    // A linear congruence (Knuth's MMIX): the same list in every run.
    let mut random = 1u64;
    for _ in 0..MIN_LENGTH / 100 {
        random =
            random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        assert!(bits.set((random >> 33) as usize % MIN_LENGTH), "it has that bit");
    }
    bits
}
