//! What is still told of a credential whose key was withdrawn: whether our own books hold it, and
//! which one took its place.
//!
//! Nothing that the key signed is believed any more, nor is a signature looked at. Who holds it
//! honestly has to find the one that its issuer signed anew all the same.
//!
//! Invariant: only our own books are asked, and they tell of a credential only where they hold it as
//! it is here; what is held otherwise is told like what is not, so that who knows an id alone learns
//! nothing by it.

use super::gather::Facts;
use super::{Examined, Sources, Verifier};
use crate::check::issuer_books::{self, IssuerRecord};
use crate::check::{Check, issuer_key};
use crate::model::Credential;

pub(super) async fn facts<S: Sources>(
    examined: &Examined<'_, '_>,
    verifier: Verifier<'_, S>,
) -> Facts {
    let withdrawn =
        |check: &Check| check.problem().is_some_and(|it| it.code == issuer_key::WITHDRAWN);
    let credential = Credential(examined.document.root());
    let Some(issuer) = credential.issuer().filter(|_| examined.checks().any(withdrawn)) else {
        return Facts::default();
    };
    let record = verifier.sources.issuer_record(issuer, credential.id()).await;
    let claims = examined.secured.jws_kind().is_some();
    let books = issuer_books::check_unsigned(credential.0, claims, &record, verifier.contexts);
    let held = books.as_ref().is_some_and(|check| check.problem().is_none());
    let superseded_by = match record {
        IssuerRecord::Found { superseded_by, .. }
        | IssuerRecord::Forgotten { superseded_by, .. }
            if held =>
        {
            Some(superseded_by)
        }
        _ => None,
    };
    Facts { books, superseded_by, ..Facts::default() }
}
