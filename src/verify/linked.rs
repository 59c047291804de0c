//! Keys that an issuer's document lists and that lie at addresses of their own.
//! Spec: <https://www.w3.org/TR/cid-1.0/#retrieve-verification-method>
//!
//! Invariant: an address is asked only if the issuer's own document lists it for
//! this purpose, so a credential can choose among the issuer's keys and no URL of
//! its own.

use std::sync::Arc;

use super::{Sources, Verifier};
use crate::did::ControllerDocument;
use crate::fetch::ACCEPT_CONTROLLER;
use crate::model::credential::items;
use crate::model::json::{Object, Value};
use crate::proof::Secured;

/// More keys of one issuer than any credential is signed with; each costs a fetch.
const MAX_LINKED: usize = 4;

/// The document, with the keys in it that the credential names and that lie elsewhere.
pub(super) async fn with_linked_keys<S: Sources>(
    keys: Arc<ControllerDocument>,
    secured: &Secured<'_>,
    root: &Object<'_>,
    verifier: Verifier<'_, S>,
) -> Arc<ControllerDocument> {
    let mut asked = 0;
    let mut keys = keys;
    for id in named(secured, root) {
        let Some(url) = keys.linked(id).filter(|_| asked < MAX_LINKED) else { continue };
        asked += 1;
        let answer = verifier.sources.fetch(&url, ACCEPT_CONTROLLER).await;
        let answer = answer.map_err(|error| error.to_string());
        let read = keys.with_linked(id, answer.as_ref().map(|fetched| fetched.bytes.as_slice()));
        keys = Arc::new(read);
    }
    keys
}

/// The keys that a credential's proofs or its header name.
fn named<'n>(secured: &'n Secured<'_>, root: &'n Object<'_>) -> impl Iterator<Item = &'n str> {
    let (proofs, kid) = match secured {
        Secured::Embedded(_) => (Some(items(root, "proof")), None),
        Secured::Jws { header, .. } => {
            (None, header.as_ref().ok().and_then(|header| header.kid.as_deref()))
        }
    };
    let proofs = proofs.into_iter().flatten().filter_map(Value::as_object);
    proofs.filter_map(|proof| proof.str("verificationMethod")).chain(kid)
}
