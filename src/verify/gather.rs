//! Step 5: what others say of a credential whose signature held.
//!
//! Invariant: nothing here runs before the signature held, so a forged credential
//! cannot choose our URLs.

use std::sync::Arc;

use futures_util::future::join_all;
use jiff::Timestamp;
use url::Url;

use super::{Sources, Verifier, decode, examine};
use crate::check::issuer_books::{self, IssuerRecord};
use crate::check::proof::Authentic;
use crate::check::status::{ListFact, Named};
use crate::check::{self, Basis, Check, Problem};
use crate::did::ControllerDocument;
use crate::fetch::ListError;
use crate::fetch::readings::{ListAsked, ProvenList, silent_list};
use crate::model::json::Value;
use crate::model::{Credential, date_time};

/// What others said.
#[derive(Default)]
pub(super) struct Facts {
    pub lists: Vec<(Named, Option<ListFact>)>,
    /// Where we are the issuer: whether we minted it.
    pub books: Option<Check>,
    /// Where we are the issuer and minted it: what replaces it.
    pub superseded_by: Option<Option<String>>,
}

/// Our own books are asked first: a credential that we did not mint,
/// signed with a key of ours, chooses no URL either.
pub(super) async fn gather<S: Sources>(
    authentic: &Authentic<'_, '_>,
    claims: bool,
    keys: &Arc<ControllerDocument>,
    verifier: Verifier<'_, S>,
) -> Facts {
    let credential = authentic.credential();
    let record = verifier.sources.issuer_record(authentic.issuer(), credential.id()).await;
    let books = issuer_books::check(authentic, claims, &record, verifier.contexts);
    if books.as_ref().is_some_and(Check::failed) {
        return Facts { books, ..Facts::default() };
    }
    let superseded_by = match record {
        IssuerRecord::Found { superseded_by, .. } => Some(superseded_by),
        _ => None,
    };
    Facts { lists: lists(&credential, keys, verifier).await, books, superseded_by }
}

/// The lists that a credential names, asked at the same time, each of them once.
async fn lists<S: Sources>(
    credential: &Credential<'_, '_>,
    keys: &Arc<ControllerDocument>,
    verifier: Verifier<'_, S>,
) -> Vec<(Named, Option<ListFact>)> {
    let named = check::status::named(credential);
    let mut urls: Vec<&str> = named.iter().filter_map(Named::list).collect();
    urls.sort_unstable();
    urls.dedup();
    let facts = join_all(urls.iter().map(|url| list(url, keys, verifier))).await;
    let fact = |entry: &Named| {
        let at = urls.binary_search(&entry.list()?).ok()?;
        facts.get(at).cloned()
    };
    named.iter().map(|entry| (entry.clone(), fact(entry))).collect()
}

/// One status list, verified as any other credential, with the keys of the
/// credential's issuer: nobody else's list says anything.
async fn list<S: Sources>(
    url: &str,
    keys: &Arc<ControllerDocument>,
    verifier: Verifier<'_, S>,
) -> ListFact {
    let Ok(parsed) = Url::parse(url) else {
        return ListFact::Unknown(silent_list(&format!("{url} is not a URL")));
    };
    let asked = ListAsked { url: &parsed, keys, now: verifier.now };
    let prove = |bytes: &[u8]| prove_list(url, bytes, keys, verifier.basis());
    match verifier.sources.list(asked, &prove).await {
        Ok((proven, fetched_at)) => proven
            .fact
            .fetched(fetched_at)
            .unless_behind(|issuer, from| newest_list(verifier, (issuer, url), from)),
        Err(ListError::Fetch(error)) => ListFact::Unknown(silent_list(&error.to_string())),
        Err(ListError::NotProven(problem)) => ListFact::Unknown(problem),
    }
}

/// The latest start that was seen. A list dated ahead, signed once by mistake or
/// with a stolen key, is not remembered: every true one would look played again.
fn newest_list<S: Sources>(
    verifier: Verifier<'_, S>,
    (issuer, url): (&str, &str),
    from: Timestamp,
) -> Timestamp {
    match from.duration_since(verifier.now) > check::SKEW {
        true => from,
        false => verifier.sources.newest_list(issuer, url, from),
    }
}

/// The list, if its signature held; when it was fetched, only the caller knows.
fn prove_list(
    url: &str,
    bytes: &[u8],
    keys: &Arc<ControllerDocument>,
    basis: Basis<'_>,
) -> Result<ProvenList, Problem> {
    let unreadable = |detail| Problem::new("status-list-unreadable", detail);
    let secured = decode(bytes).map_err(|error| {
        unreadable(format!("The status list at {url} cannot be read: {error}."))
    })?;
    let document =
        secured.document().map_err(|error| unreadable(format!("The list at {url}: {error}.")))?;
    let issuer = Credential(document.root()).issuer().unwrap_or_default();
    if issuer != keys.id() {
        let detail = format!(
            "The list at {url} is issued by {issuer:?}, which nothing entitles to speak for {}.",
            keys.id()
        );
        return Err(Problem::new("status-list-of-another-issuer", detail));
    }
    let examined = examine(&secured, &document, &Ok(keys.clone()), basis);
    let mut checks = examined.checks().chain(&examined.proven.dates);
    let problem = checks.find_map(Check::problem);
    match (problem, &examined.proven.authentic) {
        (None, Some(authentic)) => {
            Ok(ProvenList { fact: ListFact::read(authentic), until: end(authentic, keys) })
        }
        (problem, _) => {
            let why = problem.map_or("it is not signed", |problem| problem.detail.as_str());
            let detail = format!("The list at {url} does not hold: {why}");
            Err(Problem::new("status-list-not-authentic", detail))
        }
    }
}

/// When what held of the proofs may hold no longer: the first end of any of them, or of a key
/// that any of them names, since each must hold.
fn end(authentic: &Authentic<'_, '_>, keys: &ControllerDocument) -> Option<Timestamp> {
    let proofs = authentic.document().root().get("proof").map(Value::items).unwrap_or_default();
    let proofs = || proofs.iter().filter_map(Value::as_object);
    let named = proofs().filter_map(|proof| proof.str("verificationMethod"));
    let methods = named.filter_map(|id| keys.assertion_method(id).ok()).chain([authentic.method()]);
    let of_keys = methods.flat_map(|method| [method.revoked, method.expires]).flatten();
    let own = proofs().flat_map(|proof| ["expires", "validUntil"].map(|name| proof.str(name)));
    own.flatten().filter_map(date_time::parse).chain(of_keys).min()
}
