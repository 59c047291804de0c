//! The JSON Schemas that a credential names, asked once its signature held.
//!
//! Invariant: a forged credential chooses no address, and a schema chooses none at all: what
//! it refers to elsewhere is not followed.

use futures_util::future::join_all;
use url::Url;

use super::{Sources, Verifier};
use crate::check::Check;
use crate::check::credential_schema::{self, Known, Named};
use crate::fetch::{FetchError, too_many};
use crate::model::Document;
use crate::model::json::Value;

/// What came of each.
pub(super) async fn checks<S: Sources>(
    document: &Document<'_>,
    verifier: Verifier<'_, S>,
) -> Vec<Check> {
    let root = document.root();
    let named = credential_schema::named(root);
    if named.is_empty() {
        return Vec::new();
    }
    let checks = join_all(named.iter().map(|named| one(named, document.value(), verifier))).await;
    checks.into_iter().chain(credential_schema::too_many(root)).collect()
}

async fn one<S: Sources>(
    Named { pointer, schema }: &Named<'_>,
    document: &Value<'_>,
    verifier: Verifier<'_, S>,
) -> Check {
    let (url, digest) = match schema {
        Known::Bundled => return credential_schema::check_bundled(document, pointer),
        Known::Skipped(reason) => return Check::skipped(credential_schema::NAME, *reason),
        Known::At { url, digest } => (*url, *digest),
    };
    let silent = |error: &str| credential_schema::silent(url, error, pointer);
    let Ok(parsed) = Url::parse(url) else { return silent("its address is not a URL") };
    match verifier.sources.fetch(&parsed, credential_schema::ACCEPT).await {
        Ok(fetched) => credential_schema::check(document, (url, digest), &fetched.bytes, pointer),
        Err(FetchError::TooMany { .. }) => {
            let problem = too_many(url).at(pointer);
            Check::undecided(credential_schema::NAME, url, problem)
        }
        Err(error) => silent(&error.to_string()),
    }
}
