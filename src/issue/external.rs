//! Signing a credential that its issuer composed elsewhere, by the W3C's VC-API.
//! Spec: <https://w3c-ccg.github.io/vc-api/#issue-credential>
//!
//! What is missing and ours to give is added: an id, the issuer, a place in a
//! status list of ours, the context that proofs need. Then it goes the way of any
//! mint: the checks that verifying runs, the signature and our own verification
//! of it, one transaction with status entry and audit row. A place that was taken
//! is drawn again.
//!
//! Invariant: what the issuer wrote is signed as it was written, or refused; only
//! an issuer of this service is signed for, with a key of its own. No status list
//! is signed: one composed elsewhere could take back what was revoked.

mod again;
mod mechanism;

use std::borrow::Cow;
use std::sync::Arc;

use jiff::Timestamp;

pub use mechanism::Mechanism;

use super::parties::{MethodSigner, Party, Signers};
use super::secure::{self, ByProof};
use super::{Issuance, IssueError, Minter};
use crate::check::options::Profile;
use crate::check::{self, Problem, related_resource};
use crate::did;
use crate::jsonld::Contexts;
use crate::model::credential::{CONTEXT_V1, CONTEXT_V2, Credential, first_context, types};
use crate::model::document::DocumentError;
use crate::model::json::{self, Object, Value};
use crate::model::key::Algorithm;
use crate::model::{Document, date_time};
use crate::proof::secured::MAX_BYTES;
use crate::proof::suite::Suite;
use crate::proof::{ecdsa_rdfc_2019, eddsa_rdfc_2022};
use crate::status::{bitstring, status_list_2021};
use crate::store::{
    Ceiling, Mint, Minted, Purpose, Recorded, StatusEntry, StatusListRow, StoreError,
};

/// As in a batch: a free index is found in two draws on average at worst.
const MOST_DRAWS: usize = 40;

const DATA_INTEGRITY: &str = "https://w3id.org/security/data-integrity/v2";
/// The terms of status entries, which the data model 1.1 has not.
const STATUS: &str = "https://www.w3.org/ns/credentials/status/v1";

/// A credential that is to be signed.
#[derive(Debug, Clone, Copy)]
pub struct External<'c> {
    /// As its issuer wrote it.
    pub credential: &'c Document<'c>,
    /// The usual one of the issuer's key where absent.
    pub mechanism: Option<Mechanism>,
    pub profile: Profile,
    pub contexts: &'c Contexts,
    /// The same request under the same key is signed once.
    pub idempotency_key: Option<&'c str>,
}

/// A credential that was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedExternal {
    /// The secured credential's JSON.
    pub credential: String,
    /// It was signed by an earlier request under the same key.
    pub replayed: bool,
}

/// Why it was not signed.
#[derive(Debug, thiserror::Error)]
pub enum ExternalError {
    /// By which check, and what is wrong.
    #[error("the credential is not one that can be signed")]
    NotValid(Vec<(String, Problem)>),
    #[error(transparent)]
    Issue(#[from] IssueError),
}

impl ExternalError {
    /// There is a credential of this id already.
    fn is_taken(&self) -> bool {
        matches!(self, Self::Issue(IssueError::Store(error))
            if matches!(**error, StoreError::Taken { .. }))
    }
}

impl From<StoreError> for ExternalError {
    fn from(error: StoreError) -> Self {
        Self::Issue(error.into())
    }
}

impl Issuance {
    /// The secured credential, after its commit.
    pub async fn issue_external(
        &self,
        issuer: &Party,
        by: &Minter,
        asked: External<'_>,
    ) -> Result<SignedExternal, ExternalError> {
        if let Some(before) = self.signed_before(issuer, by, asked).await? {
            return Ok(before);
        }
        match self.sign_and_record(issuer, by, asked).await {
            // Another request under the same key may have been the one that took it.
            Err(error) if error.is_taken() => {
                self.signed_before(issuer, by, asked).await?.ok_or(error)
            }
            other => other,
        }
    }

    async fn sign_and_record(
        &self,
        issuer: &Party,
        by: &Minter,
        asked: External<'_>,
    ) -> Result<SignedExternal, ExternalError> {
        let document = asked.credential;
        if document.root().str("id").is_some_and(|id| self.links.own(id).is_some()) {
            let detail = "This `id` is one that only this service gives; leave it out.";
            return Err(not_valid(check::data_model::NAME, "id-of-ours", detail, "/id"));
        }
        refuse_lists(document.root())?;
        let mut signing = self.signing(issuer, document.root(), asked).await?;
        self.settle_public_url().await?;
        self.store.admit_external(&issuer.name).await?;
        let subject = Credential(document.root()).subject().and_then(|subject| subject.str("id"));
        let lookup = self.external_lookup(subject).await?;
        for _ in 0..MOST_DRAWS {
            let list = self.list_for(issuer, &signing).await?;
            let composed = Composed::new(self, document.root(), &signing, &list);
            let (mint, answer) = self.sign_external(issuer, by, (&composed, &signing), asked)?;
            let now = self.ambient.now();
            let ceiling = Ceiling { api_key: by.api_key.clone(), per_hour: by.per_hour };
            let mint = Mint { subject_lookup: lookup.clone(), ..mint };
            match self.store.record(vec![mint].into(), now, Some(ceiling)).await? {
                Recorded::CeilingReached { per_hour, resets_at, .. } => {
                    let retry_after = super::batch::seconds_until(resets_at, now);
                    return Err(IssueError::MintCeiling { per_hour, retry_after }.into());
                }
                Recorded::Done(outcomes) if outcomes == [Minted::Recorded] => {
                    metrics::counter!("touchmark_credentials_minted_total").increment(1);
                    tracing::info!(credential.id = %composed.token, issuer = %issuer.name,
                        "signed a credential that was composed elsewhere");
                    return Ok(SignedExternal { credential: answer, replayed: false });
                }
                Recorded::Done(outcomes) => match outcomes.into_iter().next() {
                    Some(Minted::Replayed(replay)) => return again::replayed(*replay, asked),
                    Some(Minted::KeyWithdrawn) => {
                        signing = self.signing(issuer, document.root(), asked).await?;
                    }
                    _ => {}
                },
            }
        }
        Err(IssueError::Broken("no free status index was found".into()).into())
    }

    /// Who signs, and how.
    async fn signing(
        &self,
        issuer: &Party,
        root: &Object<'_>,
        asked: External<'_>,
    ) -> Result<Signing, ExternalError> {
        let wishes = issuer.profile.securing;
        let kind = asked.mechanism.map_or(wishes.proof_key(), |mechanism| mechanism.key(wishes));
        let signers = self.parties.signers_with(issuer, &[kind]).await?;
        let conformance = asked.profile == Profile::Conformance;
        let named = Credential(root).issuer();
        let is_key = |by: &&MethodSigner| named == Some(did::key::did(&by.public).as_str());
        let (by, usual, embeds) = match dids(&signers).find(is_key) {
            Some(by) if conformance => {
                let method = did::key::method_id(&by.public);
                let by = MethodSigner { method, ..by.clone() };
                (by.clone(), usual_suite(by.public.algorithm()), by)
            }
            // The suites name issuers of their own. What comes of it is no strict verifier's yes.
            _ if conformance || named.is_none_or(|named| named == issuer.did) => {
                let embeds = signers.of_proofs(wishes)?.clone();
                (signers.of(kind)?.clone(), Suite::signing(wishes.cryptosuite()), embeds)
            }
            _ => return Err(other_issuer(issuer)),
        };
        let signed_as = match by.method.starts_with(&issuer.did) {
            true => String::new(),
            false => by.public.multikey(),
        };
        let mechanism = asked.mechanism.unwrap_or(Mechanism::DataIntegrity(usual, None));
        let algorithm = by.public.algorithm();
        let (takes, embeds) = match mechanism {
            Mechanism::DataIntegrity(suite, _) => {
                (suite.keys.contains(&algorithm), (suite, by.clone()))
            }
            Mechanism::VcJose(alg) => {
                (alg.is_none_or(|alg| alg.key() == algorithm), (usual, embeds))
            }
        };
        if !takes {
            let detail = format!(
                "The issuer's key is for {algorithm}, and what was asked for takes another kind."
            );
            return Err(not_valid("issuer", "key-type", detail, "/issuer"));
        }
        // The suites want what has no issuer refused; others may leave it to us.
        let fill_in = (!root.contains("issuer") && !conformance).then(|| issuer.did.clone());
        Ok(Signing { by, mechanism, embeds, signed_as, fill_in })
    }

    async fn list_for(
        &self,
        issuer: &Party,
        signing: &Signing,
    ) -> Result<StatusListRow, ExternalError> {
        let (id, now) = (self.token(), self.ambient.now());
        let owner = (issuer.name.as_str(), signing.signed_as.as_str());
        Ok(self.store.open_list_as(owner, Purpose::Revocation, &id, now).await?)
    }

    /// Checked, signed and verified; the row that it becomes, and what is answered.
    fn sign_external(
        &self,
        issuer: &Party,
        by: &Minter,
        (composed, signing): (&Composed<'_>, &Signing),
        asked: External<'_>,
    ) -> Result<(Mint, String), ExternalError> {
        let text = json::text(&Value::Object(composed.root.clone()));
        let document = Document::parse(text.as_bytes()).map_err(|error| unreadable(&error))?;
        conform(&document, asked)?;
        let created = date_time::whole_seconds(self.ambient.now());
        let (suite, signer) = &signing.embeds;
        let by_proof = ByProof { suite, signer };
        let embedded = secure::sign_by(&document, by_proof, created, asked.contexts)?;
        let vc_jose = match signing.mechanism {
            Mechanism::DataIntegrity(..) => None,
            Mechanism::VcJose(_) => Some(secure::enveloped(&document, &signing.by)?),
        };
        if embedded.len() > MAX_BYTES {
            let detail = format!("The credential would be larger than {MAX_BYTES} bytes.");
            return Err(not_valid("form", "too-large", detail, ""));
        }
        let answer = answer(embedded.clone(), vc_jose.as_deref());
        let mint = self.external_mint(issuer, by, (composed, signing), (embedded, vc_jose));
        let valid_from = composed.valid_from.unwrap_or(created);
        Ok((Mint { valid_from, idempotency: again::idempotency(by, asked), ..mint }, answer))
    }

    fn external_mint(
        &self,
        issuer: &Party,
        by: &Minter,
        (composed, signing): (&Composed<'_>, &Signing),
        (embedded, vc_jose): (String, Option<String>),
    ) -> Mint {
        let credential = Credential(&composed.root);
        let subject = credential.subject().and_then(|subject| subject.str("id"));
        let in_own_name =
            signing.signed_as.is_empty() && credential.issuer() == Some(issuer.did.as_str());
        Mint {
            id: composed.token.clone(),
            issuer: issuer.name.clone(),
            achievement_slug: String::new(),
            achievement_version: 0,
            subject_id: subject.unwrap_or_default().to_owned(),
            new_subject: false,
            subject_lookup: String::new(),
            embedded,
            jwt: String::new(),
            awarded_at: None,
            valid_from: self.ambient.now(),
            valid_until: credential.valid_until(),
            entries: composed.entry.clone().into_iter().collect(),
            evidence: Vec::new(),
            idempotency: None,
            actor: by.api_key.clone(),
            supersedes: None,
            // Only what is signed in the issuer's own name is looked up by its id.
            external_id: composed.own_id.clone().filter(|_| in_own_name),
            vc_jose,
            keys: signing.keys(),
        }
    }
}

/// Who signs, and how.
struct Signing {
    by: MethodSigner,
    mechanism: Mechanism,
    /// What is stored of each, whatever is answered. RSA embeds nothing.
    embeds: (&'static Suite, MethodSigner),
    /// The Multikey of the did:key in whose name it is; empty where it is the issuer's own.
    signed_as: String,
    /// The issuer, where the credential leaves it to us.
    fill_in: Option<String>,
}

impl Signing {
    /// The ids of the keys.
    fn keys(&self) -> Arc<[String]> {
        [&self.by, &self.embeds.1].map(MethodSigner::id).map(str::to_owned).into()
    }
}

/// A credential with what is ours to give.
struct Composed<'c> {
    root: Object<'c>,
    /// Our id for it.
    token: String,
    /// The id that its issuer gave it.
    own_id: Option<String>,
    entry: Option<StatusEntry>,
    valid_from: Option<Timestamp>,
}

impl<'c> Composed<'c> {
    fn new(
        issuance: &Issuance,
        given: &Object<'c>,
        signing: &Signing,
        list: &StatusListRow,
    ) -> Self {
        let token = issuance.ambient.dated_token();
        let mut root = given.clone();
        let own_id = given.str("id").map(str::to_owned);
        root.add("id", text(issuance.links.credential(&token)));
        if let Some(issuer) = &signing.fill_in {
            root.add("issuer", text(issuer.clone()));
        }
        let index = issuance.ambient.random_below(list.length);
        let url = issuance.links.status_list(&list.id);
        let entry = root
            .add("credentialStatus", place(&url, index))
            .then(|| StatusEntry { list: list.id.clone(), index });
        if first_context(given) == Some(CONTEXT_V1) {
            let proof = matches!(signing.mechanism, Mechanism::DataIntegrity(..));
            let wanted = [proof.then_some(DATA_INTEGRITY), entry.as_ref().map(|_| STATUS)];
            add_contexts(&mut root, wanted.into_iter().flatten());
        }
        let valid_from = Credential(&root).valid_from();
        Self { root, token, own_id, entry, valid_from }
    }
}

fn text<'c>(text: String) -> Value<'c> {
    Value::String(Cow::Owned(text))
}

fn place<'c>(list: &str, index: u32) -> Value<'c> {
    let mut entry = Object::default();
    for (name, value) in [
        ("id", format!("{list}#{index}")),
        ("type", "BitstringStatusListEntry".to_owned()),
        ("statusPurpose", Purpose::Revocation.as_str().to_owned()),
        ("statusListIndex", index.to_string()),
        ("statusListCredential", list.to_owned()),
    ] {
        entry.add(name, text(value));
    }
    Value::Object(entry)
}

fn add_contexts<'c>(root: &mut Object<'c>, urls: impl Iterator<Item = &'static str>) {
    let Some(Value::Array(contexts)) = root.get_mut("@context") else { return };
    for url in urls {
        if !contexts.iter().any(|context| context.as_str() == Some(url)) {
            contexts.push(Value::String(url.into()));
        }
    }
}

/// By their names, and by the same written out as URLs.
fn refuse_lists(root: &Object<'_>) -> Result<(), ExternalError> {
    let is_list = |name: &str| {
        let name = name.rsplit(['#', '/', ':']).next().unwrap_or(name);
        [
            bitstring::List::CREDENTIAL_TYPE,
            bitstring::List::SUBJECT_TYPE,
            status_list_2021::CREDENTIAL_TYPE,
            status_list_2021::SUBJECT_TYPE,
        ]
        .contains(&name)
    };
    if !types(root).chain(Credential(root).subjects().flat_map(types)).any(is_list) {
        return Ok(());
    }
    let detail = "This is a status list. The issuer's own are kept and signed by this service; \
                  change a credential's status instead.";
    Err(not_valid(check::data_model::NAME, "status-list", detail, "/type"))
}

/// The checks that every verifier runs, and those of an issuer.
fn conform(document: &Document<'_>, asked: External<'_>) -> Result<(), ExternalError> {
    let root = document.root();
    if root.contains("proof") {
        let detail = "The credential has a `proof` already.";
        return Err(not_valid("form", "already-secured", detail, "/proof"));
    }
    if matches!(asked.mechanism, Some(Mechanism::VcJose(_)))
        && first_context(root) == Some(CONTEXT_V1)
    {
        let detail = "A `vc+jwt` holds a credential of the data model 2.0.";
        return Err(not_valid(check::data_model::NAME, "vc-jose-of-1-1", detail, "/@context/0"));
    }
    let conformance = check::conform(document, asked.contexts);
    let checks = conformance.checks.iter().filter_map(|c| Some((c.name, c.problem()?.clone())));
    let digests = related_resource::wrong(root);
    let digests = digests.into_iter().map(|problem| (related_resource::NAME, problem));
    let found: Vec<_> = checks.chain(digests).map(|(name, p)| (name.to_owned(), p)).collect();
    if found.is_empty() { Ok(()) } else { Err(ExternalError::NotValid(found)) }
}

/// The form that was asked for: embedded, or in an envelope.
fn answer(embedded: String, vc_jose: Option<&str>) -> String {
    let Some(jws) = vc_jose else { return embedded };
    serde_json::json!({
        "@context": CONTEXT_V2, "type": "EnvelopedVerifiableCredential",
        "id": format!("data:application/vc+jwt,{jws}"),
    })
    .to_string()
}

/// What embeds a proof by a key of this kind.
pub(super) fn usual_suite(algorithm: Algorithm) -> &'static Suite {
    match algorithm {
        Algorithm::Ed25519 => &eddsa_rdfc_2022::SUITE,
        Algorithm::P256 | Algorithm::P384 | Algorithm::Rsa => &ecdsa_rdfc_2019::SUITE,
    }
}

/// The keys whose did:key may sign. None is told of RSA.
fn dids(signers: &Signers) -> impl Iterator<Item = &MethodSigner> {
    signers.all().iter().filter(|by| by.public.algorithm() != Algorithm::Rsa)
}

fn other_issuer(issuer: &Party) -> ExternalError {
    let detail = format!("`issuer` must be this issuer, {}.", issuer.did);
    not_valid("issuer", "other-issuer", detail, "/issuer")
}

fn unreadable(error: &DocumentError) -> ExternalError {
    not_valid("form", "not-strict-json", format!("It is not JSON that we read: {error}."), "")
}

fn not_valid(check: &str, code: &str, detail: impl Into<String>, pointer: &str) -> ExternalError {
    let problem = Problem::new(code, detail).at(pointer);
    ExternalError::NotValid(vec![(check.to_owned(), problem)])
}
