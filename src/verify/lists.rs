//! The status lists of a credential whose signature held.
//!
//! Invariant: a list of bits is read only if its signature held under a key of the
//! credential's own issuer; and what is read of a document depends on it alone,
//! not on who asked, since it is kept for all who ask.

use std::sync::Arc;

use futures_util::future::join_all;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use url::Url;

use super::{Sources, Verifier, decode, examine};
use crate::check::proof::Authentic;
use crate::check::status::{ListFact, Named};
use crate::check::{self, Basis, Check, Problem};
use crate::did::ControllerDocument;
use crate::fetch::ListError;
use crate::fetch::readings::{ListAsked, ProvenList, silent_list};
use crate::model::json::Value;
use crate::model::{Credential, date_time};
use crate::status::revocation_list::RevocationList;

/// The lists that a credential names, asked at the same time, each of them once.
pub(super) async fn lists<S: Sources>(
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
    // By the usual rules, whatever this asker wishes: what was proven is kept for others too.
    let basis = Basis::usual(verifier.contexts, verifier.now);
    let prove = |bytes: &[u8]| prove_list(url, bytes, keys, basis);
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

/// The list, if its signature held, or if it is of a kind that nobody signs; when it was fetched,
/// only the caller knows.
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
    let sha256 = Sha256::digest(bytes).into();
    if RevocationList::is_shape_of(document.root()) {
        let fact = ListFact::answered(document.root());
        return Ok(ProvenList { fact, until: None, sha256 });
    }
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
            Ok(ProvenList { fact: ListFact::read(authentic), until: end(authentic, keys), sha256 })
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
