//! Step 5: what others say of a credential whose signature held.
//!
//! Invariant: nothing here runs before the signature held, so a forged credential
//! cannot choose our URLs.

use std::sync::Arc;

use futures_util::future::join3;

use super::lists::lists;
use super::refresh::refresh;
use super::{Follow, Sources, Verifier, schemas};
use crate::check::Check;
use crate::check::issuer_books::{self, IssuerRecord};
use crate::check::proof::Authentic;
use crate::check::refresh::{Answer, Service};
use crate::check::status::{ListFact, Named};
use crate::did::ControllerDocument;

/// What others said.
#[derive(Default)]
pub(super) struct Facts {
    pub lists: Vec<(Named, Option<ListFact>)>,
    /// Where we are the issuer: whether we minted it.
    pub books: Option<Check>,
    /// Where we are the issuer and minted it: what replaces it.
    pub superseded_by: Option<Option<String>>,
    /// Whether it keeps the JSON Schemas that it names.
    pub schemas: Vec<Check>,
    /// The refresh service that it names, and what that answered.
    pub refreshed: Option<(Service, Answer)>,
}

/// Our own books are asked first: a credential that we did not mint,
/// signed with a key of ours, chooses no URL either.
pub(super) async fn gather<S: Sources>(
    authentic: &Authentic<'_, '_>,
    claims: bool,
    keys: &Arc<ControllerDocument>,
    follow: Follow,
    verifier: Verifier<'_, S>,
) -> Facts {
    let credential = authentic.credential();
    let record = verifier.sources.issuer_record(authentic.issuer(), credential.id()).await;
    let books = issuer_books::check(authentic, claims, &record, verifier.contexts);
    if books.as_ref().is_some_and(Check::failed) {
        return Facts { books, ..Facts::default() };
    }
    let superseded_by = match record {
        IssuerRecord::Found { superseded_by, .. }
        | IssuerRecord::Forgotten { superseded_by, .. } => Some(superseded_by),
        _ => None,
    };
    let schemas = schemas::checks(authentic.document(), verifier);
    let refreshed = async {
        match follow {
            Follow::RefreshService => refresh(&credential, verifier).await,
            Follow::Nothing => None,
        }
    };
    let (lists, schemas, refreshed) =
        join3(lists(&credential, keys, verifier), schemas, refreshed).await;
    Facts { lists, books, superseded_by, schemas, refreshed }
}
