//! What the conformance profile changes: the public suites sign credentials with
//! keys that are not their issuer's.
//!
//! Invariant: nothing of this is done in the strict profile. Whatever is passed
//! over is said in a warning.

use std::sync::Arc;

use futures_util::future::join_all;

use super::{Sources, Verifier};
use crate::check::{self, Check, Problem};
use crate::did::ControllerDocument;
use crate::model::credential::items;
use crate::model::json::{Object, Value};
use crate::model::{Credential, Document};
use crate::proof::Secured;

/// More owners of keys than a document of the suites names.
const MAX_OWNERS: usize = 8;

/// The keys of whoever the proofs say that theirs are of, as good as the issuer's own.
pub(super) async fn keys<S: Sources>(
    secured: &Secured<'_>,
    document: &Document<'_>,
    verifier: Verifier<'_, S>,
) -> Result<Arc<ControllerDocument>, Check> {
    let issuer = Credential(document.root()).issuer().unwrap_or_default();
    let owners = owners(secured, document.root());
    let found = join_all(owners.iter().map(|owner| verifier.sources.keys(owner))).await;
    let own = owners.iter().position(|owner| *owner == issuer);
    if let Some(own) = own
        && owners.len() == 1
    {
        return found.into_iter().nth(own).unwrap_or_else(|| Err(unnamed()));
    }
    let mut others = Vec::new();
    let mut missing = None;
    for keys in found {
        match keys {
            Ok(keys) => others.push(keys),
            Err(check) => missing = missing.or(Some(check)),
        }
    }
    match (others.is_empty(), missing) {
        (true, missing) => Err(missing.unwrap_or_else(unnamed)),
        (false, _) => Ok(Arc::new(ControllerDocument::empty(issuer).and_others(others))),
    }
}

fn unnamed() -> Check {
    let detail = "Expected a `verificationMethod` or `kid` that names the key; there is none.";
    let problem = Problem::new("no-key-named", detail);
    Check::fail(check::issuer_key::NAME, "no key", problem)
}

/// That the keys are not the issuer's, where they are not.
pub(super) fn not_bound(secured: &Secured<'_>, document: &Document<'_>) -> Option<Problem> {
    let issuer = Credential(document.root()).issuer().unwrap_or_default();
    let owners = owners(secured, document.root());
    let other = owners.iter().find(|owner| **owner != issuer)?;
    let detail = format!("The key is that of {other}, which is not the issuer {issuer}.");
    Some(Problem::new("issuer-not-bound", detail).at("/issuer"))
}

/// The identifiers before the fragments of the keys that are named, each once.
fn owners<'d>(secured: &'d Secured<'_>, root: &'d Object<'_>) -> Vec<&'d str> {
    let methods: Vec<&str> = match secured {
        Secured::Embedded(_) => items(root, "proof")
            .filter_map(Value::as_object)
            .filter_map(|proof| proof.str("verificationMethod"))
            .collect(),
        Secured::Jws { header, .. } => {
            header.as_ref().ok().and_then(|header| header.kid.as_deref()).into_iter().collect()
        }
    };
    let mut owners = Vec::new();
    for owner in methods.iter().filter_map(|method| method.split('#').next()) {
        if !owner.is_empty() && !owners.contains(&owner) && owners.len() < MAX_OWNERS {
            owners.push(owner);
        }
    }
    owners
}
