//! The contexts that are known, by URL.
//!
//! Spec: <https://www.w3.org/TR/vc-data-model-2.0/#base-context>: a verifier
//! that uses pinned copies need not load anything. Invariant: the bytes are the
//! published ones (`schemas/index.json` holds their digests, a test recomputes
//! them), and nothing is ever loaded from elsewhere.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::canon::Work;
use super::context::Context;
use super::process::Memo;
use super::source::Source;
use super::{Input, expand};
use crate::model::json;

macro_rules! vendored {
    ($($url:literal => $file:literal,)*) => {
        &[$(($url, include_bytes!(concat!("../../schemas/contexts/", $file)) as &[u8]),)*]
    };
}

/// What production documents may name.
const BUNDLED: &[(&str, &[u8])] = vendored! {
    "https://www.w3.org/ns/credentials/v2" => "credentials-v2.jsonld",
    "https://www.w3.org/2018/credentials/v1" => "credentials-v1.jsonld",
    "https://w3id.org/security/data-integrity/v2" => "data-integrity-v2.jsonld",
    "https://w3id.org/security/data-integrity/v1" => "data-integrity-v1.jsonld",
    "https://w3id.org/security/multikey/v1" => "multikey-v1.jsonld",
    "https://www.w3.org/ns/did/v1" => "did-v1.jsonld",
    "https://w3id.org/security/suites/ed25519-2020/v1" => "ed25519-2020-v1.jsonld",
    "https://w3id.org/security/suites/jws-2020/v1" => "jws-2020-v1.jsonld",
    "https://w3id.org/security/v1" => "security-v1.jsonld",
    "https://w3id.org/security/v2" => "security-v2.jsonld",
    "https://w3id.org/vc/status-list/2021/v1" => "status-list-2021-v1.jsonld",
    "https://www.w3.org/ns/credentials/status/v1" => "credentials-status-v1.jsonld",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json" => "ob-3.0.1.jsonld",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json" => "ob-3.0.2.jsonld",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json" => "ob-3.0.3.jsonld",
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json" => "ob-extensions.jsonld",
    "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json" => "clr-2.0.1.jsonld",
};

/// What only a conformance run may name: it defines every term there is.
const CONFORMANCE: &[(&str, &[u8])] = vendored! {
    "https://www.w3.org/2018/credentials/examples/v1" => "credentials-examples-v1.jsonld",
    "https://www.w3.org/ns/credentials/examples/v2" => "credentials-examples-v2.jsonld",
};

/// How documents usually name their contexts.
const USUAL_CONTEXTS: [&str; 3] = [
    r#""https://www.w3.org/ns/credentials/v2","https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json""#,
    r#""https://www.w3.org/ns/credentials/v2","https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json","https://purl.imsglobal.org/spec/ob/v3p0/extensions.json""#,
    r#""https://www.w3.org/ns/credentials/v2","https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json""#,
];

/// What usually stands under them: a badge, a status list and proof options.
const USUAL_MEMBERS: [&str; 3] = [
    r#""type":["VerifiableCredential","OpenBadgeCredential"],
    "issuer":{"type":["Profile"],"address":{"type":["Address"],"addressCountry":"x"}},
    "credentialSubject":{"type":["AchievementSubject"],
      "identifier":[{"type":"IdentityObject","hashed":false}],
      "achievement":{"type":["Achievement"],"criteria":{"narrative":"x"},
        "image":{"type":"Image","caption":"x"},
        "alignment":[{"type":["Alignment"],"targetName":"x"}],
        "creator":{"type":["Profile"],"name":"x"},
        "resultDescription":[{"type":["ResultDescription"],"name":"x",
          "rubricCriterionLevel":[{"type":["RubricCriterionLevel"],"name":"x"}]}]},
      "result":[{"type":["Result"],"achievedLevel":"urn:x"}]},
    "evidence":[{"type":["Evidence"],"name":"x"}],
    "credentialStatus":{"type":"BitstringStatusListEntry","statusPurpose":"revocation"}"#,
    r#""type":["VerifiableCredential","BitstringStatusListCredential"],
    "credentialSubject":{"type":"BitstringStatusList","statusPurpose":"revocation"}"#,
    r#""type":"DataIntegrityProof","cryptosuite":"x","proofPurpose":"assertionMethod""#,
];

/// The contexts that are known: URL to parsed context. Never loads anything.
#[derive(Debug)]
pub struct Contexts {
    known: Arc<Known>,
    /// What canonicalizing all that is expanded with these may still cost together.
    work: Option<Arc<Work>>,
}

#[derive(Debug)]
struct Known {
    sources: BTreeMap<Arc<str>, Source>,
    initial: Arc<Context>,
    memo: Memo,
    /// Behind the URLs of the bundled contexts are the bundled documents.
    keeps_bundled: bool,
}

impl Contexts {
    /// The contexts of production.
    pub fn bundled() -> &'static Contexts {
        static BUNDLED_CONTEXTS: OnceLock<Contexts> = OnceLock::new();
        BUNDLED_CONTEXTS.get_or_init(|| Contexts::vendored(BUNDLED))
    }

    /// The bundled contexts, and the W3C's examples contexts.
    pub fn conformance() -> &'static Contexts {
        static CONFORMANCE_CONTEXTS: OnceLock<Contexts> = OnceLock::new();
        CONFORMANCE_CONTEXTS.get_or_init(|| Contexts::vendored(&[BUNDLED, CONFORMANCE].concat()))
    }

    /// The bundled contexts and more, which are none of them: URL and document. The error says
    /// which one it is about.
    pub fn bundled_and<'m>(
        more: impl IntoIterator<Item = (&'m str, &'m [u8])>,
    ) -> Result<Contexts, (usize, NotAContextDocument)> {
        let mut sources = Contexts::bundled().known.sources.clone();
        let mut keeps_bundled = true;
        for (at, (url, bytes)) in more.into_iter().enumerate() {
            let source = read(bytes).map_err(|error| (at, error))?;
            keeps_bundled &= sources.insert(url.into(), source).is_none();
        }
        let contexts = Contexts::over(sources, keeps_bundled);
        if keeps_bundled {
            contexts.meet_the_usual();
        }
        Ok(contexts)
    }

    /// Whether what usual documents name means here what it means in production.
    pub fn keeps_bundled(&self) -> bool {
        self.known.keeps_bundled
    }

    /// The same contexts for one verification: whatever number of graphs it meets, they may
    /// cost together what one of them may.
    pub fn for_one_verification(&self) -> Contexts {
        Contexts { known: self.known.clone(), work: Some(Arc::default()) }
    }

    /// Whether nothing more may be put into canonical form, so that none of it need be expanded.
    pub fn spent(&self) -> bool {
        self.work.as_ref().is_some_and(|work| work.left() == 0)
    }

    /// These contexts and one more; `bytes` is the document behind `url`.
    pub fn with(&self, url: &str, bytes: &[u8]) -> Result<Contexts, NotAContextDocument> {
        let source = read(bytes)?;
        let mut sources = self.known.sources.clone();
        sources.insert(url.into(), source);
        Ok(Contexts::over(sources, false))
    }

    /// The document behind a bundled context's URL, as published.
    pub fn bundled_document(url: &str) -> Option<&'static [u8]> {
        BUNDLED.iter().find(|(known, _)| *known == url).map(|(_, bytes)| *bytes)
    }

    pub fn urls(&self) -> impl Iterator<Item = &str> {
        self.known.sources.keys().map(|url| &**url)
    }

    fn vendored(list: &[(&str, &[u8])]) -> Contexts {
        let read = |(url, bytes): &(&str, &[u8])| {
            ((*url).into(), read(bytes).expect("the vendored contexts are context documents"))
        };
        let contexts = Contexts::over(list.iter().map(read).collect(), true);
        contexts.meet_the_usual();
        contexts
    }

    /// Keeps what usual documents ask for before any other can take its room.
    fn meet_the_usual(&self) {
        for (urls, members) in
            USUAL_CONTEXTS.iter().flat_map(|urls| USUAL_MEMBERS.map(|members| (urls, members)))
        {
            let text = format!("{{\"@context\":[{urls}],{members}}}");
            let document = json::parse(text.as_bytes()).expect("the usual documents are JSON");
            let object = document.as_object().expect("the usual documents are objects");
            let input = Input { object, without: &[], context: None };
            expand(&input, self).expect("the usual documents are safe JSON-LD");
        }
    }

    fn over(sources: BTreeMap<Arc<str>, Source>, keeps_bundled: bool) -> Contexts {
        let initial = Arc::new(Context { known: true, ..Context::default() });
        let known = Known { sources, initial, memo: Memo::default(), keeps_bundled };
        Contexts { known: Arc::new(known), work: None }
    }

    pub(super) fn work(&self) -> Option<&Arc<Work>> {
        self.work.as_ref()
    }

    pub(super) fn source(&self, url: &str) -> Option<(&Arc<str>, &Source)> {
        self.known.sources.get_key_value(url)
    }

    pub(super) fn initial(&self) -> &Arc<Context> {
        &self.known.initial
    }

    pub(super) fn memo(&self) -> &Memo {
        &self.known.memo
    }
}

/// The bytes are not a document with an `@context`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAContextDocument {
    #[error(transparent)]
    Json(#[from] json::Error),
    #[error("a context document is an object with the member @context")]
    NoContext,
}

fn read(bytes: &[u8]) -> Result<Source, NotAContextDocument> {
    let document = json::parse(bytes)?;
    let context = document.as_object().and_then(|object| object.get("@context"));
    context.map(Source::copy).ok_or(NotAContextDocument::NoContext)
}
