//! Verifying the credentials of a claim.

use std::sync::Arc;

use tokio::task::JoinSet;
use url::Url;

use super::App;
use super::problem::Problem;
use super::sources::Own;
use crate::check::Report;
use crate::check::options::Options;
use crate::fetch::{ACCEPT_CREDENTIAL, Sources as _};
use crate::recognition::digest_multibase;
use crate::recognition::receipt::{DecidedOn, Genre};
use crate::recognize::RecognizeError;
use crate::recognize::examined::Examined;
use crate::recognize::request::{ClaimRequest, Filed, Input};
use crate::verify::Verifier;

/// Verifies the credentials of a claim, on all cores.
pub async fn examine(
    app: &Arc<App>,
    recognizer: &str,
    request: &ClaimRequest,
) -> Result<(Vec<Filed>, Vec<Examined>), Problem> {
    let filed = request.read().map_err(RecognizeError::Invalid)?;
    let inputs = filed.iter().map(|one| one.input.clone()).collect();
    let verified = verify_all(app, recognizer, inputs).await?;
    let mut examined = Vec::with_capacity(filed.len());
    for (i, (report, bytes)) in verified.into_iter().enumerate() {
        let mut one = Examined::new((i, &filed[i]), &request.claimant, report, &bytes);
        one.lists = lists(app, &one.list_urls()).await;
        examined.push(one);
    }
    Ok((filed, examined))
}

/// The reports on credentials and what they are on, in their order, for a recognizer.
pub(super) async fn verify_all(
    app: &Arc<App>,
    recognizer: &str,
    inputs: Vec<Input>,
) -> Result<Vec<(Report, Vec<u8>)>, Problem> {
    let options = Arc::new(Options { counted: true, ..app.options_of(recognizer).await? });
    let mut tasks = JoinSet::new();
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    let turns = Arc::new(tokio::sync::Semaphore::new(4 * cores));
    let count = inputs.len();
    for (i, input) in inputs.into_iter().enumerate() {
        let (app, options, turns) = (app.clone(), options.clone(), turns.clone());
        tasks.spawn(async move {
            let _turn = turns.acquire_owned().await;
            (i, verify_one(&app, &options, input).await)
        });
    }
    let mut done: Vec<Option<(Report, Vec<u8>)>> = (0..count).map(|_| None).collect();
    while let Some(ended) = tasks.join_next().await {
        let (i, verified) = ended.map_err(|error| {
            tracing::error!(%error, "a verification came to no end");
            Problem::Internal
        })?;
        done[i] = Some(verified);
    }
    Ok(done.into_iter().flatten().collect())
}

async fn verify_one(app: &App, options: &Options, input: Input) -> (Report, Vec<u8>) {
    let own = Own::of(app);
    let now = app.issuance.ambient.now();
    let contexts = app.contexts;
    let verifier = Verifier { sources: &own, contexts, now, options };
    match input {
        Input::Bytes(bytes) => (verifier.verify(&bytes).await, bytes),
        Input::Link(url) => verifier.verify_url_and_keep(&url).await,
    }
}

/// The digests of status lists, as they were asked for a moment ago.
async fn lists(app: &App, urls: &[String]) -> Vec<DecidedOn> {
    let own = Own::of(app);
    let mut found = Vec::new();
    for text in urls {
        let Ok(url) = Url::parse(text) else { continue };
        if let Ok(fetched) = own.fetch(&url, ACCEPT_CREDENTIAL).await {
            found.push(DecidedOn {
                genre: Genre::StatusList,
                id: Some(text.clone()),
                name: "Status list".into(),
                description: None,
                digest_multibase: digest_multibase(&fetched.bytes),
            });
        }
    }
    found
}
