//! Verifying the credentials of a claim.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use tokio::task::JoinSet;
use url::Url;

use super::App;
use super::problem::Problem;
use super::sources::Own;
use crate::check::issuer_books::IssuerRecord;
use crate::check::options::Options;
use crate::check::{Check, Report};
use crate::did::ControllerDocument;
use crate::fetch::readings::{ListAsked, Prove, ProvenList};
use crate::fetch::{FetchError, Fetched, ListError, Sources};
use crate::issue::parties::Party;
use crate::recognition::receipt::{DecidedOn, Genre};
use crate::recognition::sha256_multibase;
use crate::recognize::control::Asked;
use crate::recognize::examined::Examined;
use crate::recognize::request::{ClaimRequest, Filed, Input};
use crate::recognize::{Recognition, RecognizeError};
use crate::verify::Verifier;

/// A credential that was verified.
pub(super) struct Verified {
    pub report: Report,
    /// What it was verified on: the credential, or the picture or presentation that it is in.
    pub bytes: Vec<u8>,
    /// The status lists that the verification went by, and the recognizer's own of trusted issuers.
    pub lists: Vec<DecidedOn>,
}

/// Verifies the credentials of a claim, on all cores, and settles whose they are.
pub async fn examine(
    app: &Arc<App>,
    recognizer: &Party,
    request: &ClaimRequest,
) -> Result<(Vec<Filed>, Vec<Examined>), Problem> {
    let filed = request.read().map_err(RecognizeError::Invalid)?;
    let inputs = filed.iter().map(|one| one.input.clone()).collect();
    let asked = Asked::of(recognizer, app.issuance.links.base(), request);
    let verified = verify_all(app, (&recognizer.name, &asked), inputs).await?;
    let mut examined = Vec::with_capacity(filed.len());
    for (i, Verified { report, bytes, lists }) in verified.into_iter().enumerate() {
        let of = (i, &filed[i]);
        examined.push(Examined::new(of, &request.claimant, (report, lists), &bytes));
    }
    let recognition = Recognition { issuance: &app.issuance };
    recognition.settle_control((recognizer, &asked), &filed, &mut examined).await?;
    let handed = super::menus::handed(app, (&recognizer.name, &asked), request).await?;
    if let Some(first) = examined.first_mut() {
        first.accepted.extend(handed);
    }
    Ok((filed, examined))
}

/// In their order, for a recognizer.
pub(super) async fn verify_all(
    app: &Arc<App>,
    (recognizer, asked): (&str, &Asked),
    inputs: Vec<Input>,
) -> Result<Vec<Verified>, Problem> {
    let (usual, trusted) = app.trust_of(recognizer).await?;
    let mut verified = verify_by(app, (asked.clone(), usual), inputs).await?;
    for one in &mut verified {
        one.lists.extend(trusted.clone());
    }
    Ok(verified)
}

/// The same by any options, with what counting goes by.
pub(super) async fn verify_by(
    app: &Arc<App>,
    (asked, usual): (Asked, Options),
    inputs: Vec<Input>,
) -> Result<Vec<Verified>, Problem> {
    let mut tasks = JoinSet::new();
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    let turns = Arc::new(tokio::sync::Semaphore::new(4 * cores));
    let asked = Arc::new((asked, Options { counted: true, ..usual }));
    let count = inputs.len();
    for (i, input) in inputs.into_iter().enumerate() {
        let (app, asked, turns) = (app.clone(), asked.clone(), turns.clone());
        tasks.spawn(async move {
            let _turn = turns.acquire_owned().await;
            (i, verify_one(&app, &asked, input).await)
        });
    }
    let mut done: Vec<Option<Verified>> = (0..count).map(|_| None).collect();
    while let Some(ended) = tasks.join_next().await {
        let (i, verified) = ended.map_err(|error| {
            tracing::error!(%error, "a verification came to no end");
            Problem::Internal
        })?;
        done[i] = Some(verified);
    }
    Ok(done.into_iter().flatten().collect())
}

async fn verify_one(app: &App, (asked, usual): &(Asked, Options), input: Input) -> Verified {
    let sources = Remembering { own: Own::of(app), lists: Mutex::default() };
    let now = app.issuance.ambient.now();
    let contexts = app.contexts;
    let (report, bytes) = match input {
        Input::Bytes(bytes) => {
            let options = &asked.options(&bytes, usual);
            let verifier = Verifier { sources: &sources, contexts, now, options };
            (verifier.verify(&bytes).await, bytes)
        }
        Input::Link(url) => {
            let verifier = Verifier { sources: &sources, contexts, now, options: usual };
            verifier.verify_url_and_keep(&url).await
        }
    };
    Verified { report, bytes, lists: sources.lists() }
}

/// Our sources, which remember the lists that they answered: those, and no later ones, are what a
/// verdict went by.
struct Remembering<'a> {
    own: Own<'a>,
    /// Their digests, by their addresses.
    lists: Mutex<BTreeMap<String, [u8; 32]>>,
}

impl Remembering<'_> {
    fn lists(self) -> Vec<DecidedOn> {
        let lists = self.lists.into_inner().unwrap_or_else(PoisonError::into_inner);
        let named = lists.into_iter().map(|(url, sha256)| DecidedOn {
            genre: Genre::StatusList,
            id: Some(url),
            name: "Status list".into(),
            description: None,
            digest_multibase: sha256_multibase(sha256),
        });
        named.collect()
    }
}

impl Sources for Remembering<'_> {
    fn ask_others(&self) -> bool {
        self.own.ask_others()
    }

    async fn fetch(&self, url: &Url, accept: &str) -> Result<Fetched, FetchError> {
        self.own.fetch(url, accept).await
    }

    async fn keys(&self, issuer: &str) -> Result<Arc<ControllerDocument>, Check> {
        self.own.keys(issuer).await
    }

    async fn list(
        &self,
        asked: ListAsked<'_>,
        prove: &Prove<'_>,
    ) -> Result<(ProvenList, Timestamp), ListError> {
        let url = asked.url.to_string();
        let proven = self.own.list(asked, prove).await?;
        let mut lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        lists.insert(url, proven.0.sha256);
        Ok(proven)
    }

    fn newest_list(&self, issuer: &str, url: &str, valid_from: Timestamp) -> Timestamp {
        self.own.newest_list(issuer, url, valid_from)
    }

    async fn issuer_record(&self, issuer: &str, credential_id: Option<&str>) -> IssuerRecord {
        self.own.issuer_record(issuer, credential_id).await
    }
}
