//! The same work without HTTP and database: what the service is measured by.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ed25519_dalek::{Signer as _, SigningKey};
use futures_util::FutureExt as _;
use jiff::Timestamp;
use sha2::{Digest as _, Sha512};
use touchmark::ambient::Ambient;
use touchmark::check::proof::Received;
use touchmark::check::{self, Basis, Check};
use touchmark::did::{self, ControllerDocument};
use touchmark::fetch::{FetchError, Fetched, Sources};
use touchmark::issue::compose::{Particulars, StatusPlace, compose};
use touchmark::issue::parties::{MethodSigner, Signers};
use touchmark::issue::request::MintRequest;
use touchmark::issue::secure::{prepare, secure};
use touchmark::jsonld::Contexts;
use touchmark::keys::{self, example};
use touchmark::model::Document;
use touchmark::model::achievement::{AchievementDefinition, AchievementIds};
use touchmark::model::key::PublicKey;
use touchmark::model::profile::ProfileDefinition;
use touchmark::model::securing::Securing;
use touchmark::proof::Secured;
use touchmark::proof::eddsa_rdfc_2022::{self as suite, Options};
use touchmark::verify::verify;
use url::Url;

use crate::{Measured, processor_seconds, service};

/// A credential of 4.3 KB by a did:key, whose key nobody has to fetch.
pub struct Credential {
    pub text: String,
    keys: ControllerDocument,
    now: Timestamp,
}

impl Credential {
    pub fn new() -> Self {
        let key = SigningKey::from_bytes(&[7; 32]);
        let public = PublicKey::ed25519(key.verifying_key().to_bytes()).expect("it is a point");
        let did = did::key::did(&public);
        let unsigned = include_str!("../data/open-badge.json").trim();
        let unsigned = unsigned.replace("did:web:badges.example:issuers:north", &did);
        let document = Document::parse(unsigned.as_bytes()).expect("the fixture is JSON");
        let method = did::key::method_id(&public);
        let now = "2026-11-21T09:00:00Z".parse().expect("it is a time");
        let options = Options { created: now, verification_method: &method, expires: None };
        let sign = |message: &[u8]| Ok::<_, Infallible>(key.sign(message).to_bytes().to_vec());
        let signed = suite::sign(&document, &options, Contexts::bundled(), sign);
        let text = String::from_utf8(signed.expect("it can be signed")).expect("JSON is text");
        Self { text, keys: did::key::document(&did).expect("it is a did:key"), now }
    }

    /// From bytes to the verdict on who signed what; the key is known.
    pub fn verify_for(&self, seconds: f64) -> Measured {
        repeat(seconds, || {
            let secured = Secured::decode(self.text.as_bytes()).expect("it is JSON");
            let document = secured.document().expect("it is an object");
            let basis = Basis::usual(Contexts::bundled(), self.now);
            let conformance = check::conform(&document, basis.contexts);
            let graph = conformance.graph.as_ref();
            let received = Received { secured: &secured, document: &document, graph };
            let proven = check::proof::authenticate(received, Ok(&self.keys), basis);
            assert!(proven.authentic.is_some());
        })
    }
}

impl Credential {
    /// From bytes to the report with all its checks, which is what the service answers.
    pub fn report_for(&self, seconds: f64) -> Measured {
        let sources = OneKey(Arc::new(self.keys.clone()));
        repeat(seconds, || {
            let verifying = verify(self.text.as_bytes(), &sources, Contexts::bundled(), self.now);
            let report = verifying.now_or_never().expect("it waits for nothing");
            assert!(report.verified);
        })
    }

    /// Its signature alone, on so many threads.
    pub fn bare_for(&self, threads: usize, seconds: f64) -> Measured {
        let key = SigningKey::from_bytes(&[7; 32]);
        let message = Sha512::digest(self.text.as_bytes());
        let (signature, public) = (key.sign(&message), key.verifying_key());
        on_threads(threads, || {
            repeat(seconds, || public.verify_strict(&message, &signature).expect("it was signed"))
        })
    }
}

/// Knows the one key that is asked for.
struct OneKey(Arc<ControllerDocument>);

impl Sources for OneKey {
    async fn fetch(&self, url: &Url, _accept: &str) -> Result<Fetched, FetchError> {
        Err(FetchError::Offline { url: url.to_string() })
    }

    async fn keys(&self, _issuer: &str) -> Result<Arc<ControllerDocument>, Check> {
        Ok(self.0.clone())
    }
}

/// What all threads did together; the processor time of each is its own.
fn on_threads(threads: usize, work: impl Fn() -> Measured + Sync) -> Measured {
    let all: Vec<Measured> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..threads).map(|_| scope.spawn(&work)).collect();
        all.into_iter().map(|thread| thread.join().expect("it does not panic")).collect()
    });
    let micros = all.iter().map(|one| one.micros).sum::<f64>() / all.len() as f64;
    Measured { rate: all.iter().map(|one| one.rate).sum(), micros }
}

/// All that minting needs but a database.
pub struct Workshop {
    ambient: Ambient,
    signers: Signers,
    profile: ProfileDefinition,
    ids: AchievementIds,
    achievement: AchievementDefinition,
    request: MintRequest,
}

const DID: &str = "did:web:localhost%3A8080:issuers:nea";
const BASE: &str = "http://localhost:8080";

impl Workshop {
    pub fn new() -> Self {
        let signer = |private| {
            let signer = keys::signer(&private).expect("the example keys are good");
            let public = PublicKey::from_jwk_text(signer.public_jwk()).expect("it is a key");
            MethodSigner { method: format!("{DID}#{}", public.multikey()), public, signer }
        };
        let ed25519 = signer(example::nea_ed25519());
        let es256 = signer(example::nea_es256());
        Self {
            ambient: Ambient::system(),
            signers: Signers::new(vec![ed25519, es256]),
            profile: serde_json::from_str(service::PROFILE).expect("it is a profile"),
            ids: AchievementIds {
                achievement: format!("{BASE}/achievements/nea.{}", service::SLUG),
                version: 1,
            },
            achievement: serde_json::from_str(service::ACHIEVEMENT).expect("it is one"),
            request: serde_json::from_str(&service::mint_line(0)).expect("it is a request"),
        }
    }

    /// Both forms composed, signed and verified again, on so many threads.
    pub fn mint_for(&self, threads: usize, seconds: f64) -> Measured {
        on_threads(threads, || repeat(seconds, || self.mint()))
    }

    fn mint(&self) {
        let now = self.ambient.now();
        let place = StatusPlace {
            list_url: format!("{BASE}/status/{}", self.ambient.token()),
            purpose: "revocation",
            index: self.ambient.random_below(131_072),
        };
        let unsigned = compose(
            &self.request,
            &Particulars {
                credential_id: &format!("{BASE}/credentials/{}", self.ambient.token()),
                issuer_did: DID,
                profile: &self.profile,
                achievement_ids: &self.ids,
                achievement: &self.achievement,
                subject_id: "urn:uuid:6b2f0a5e-3d0c-4a76-9a33-0d4a1f7b9c11",
                valid_from: now,
                places: &[place],
                evidence_ids: &[format!("{BASE}/evidence/{}", self.ambient.token())],
                email_salt: None,
            },
        );
        let prepared = prepare(&unsigned).expect("what we compose conforms");
        std::hint::black_box(
            secure(prepared, &self.signers, Securing::default(), now).expect("it can be signed"),
        );
    }
}

fn repeat(seconds: f64, mut work: impl FnMut()) -> Measured {
    (0..50).for_each(|_| work());
    let (started, before) = (Instant::now(), processor_seconds("thread-self"));
    let end = Duration::from_secs_f64(seconds);
    let mut turns = 0;
    while started.elapsed() < end {
        (0..20).for_each(|_| work());
        turns += 20;
    }
    let used = processor_seconds("thread-self") - before;
    Measured::new(turns, started.elapsed().as_secs_f64(), used)
}
