//! Recognize: a recognizer publishes policies, and what it counted is recorded.
//!
//! A claim's steps: its credentials were verified by the caller; settle whose they
//! are ([`belongs`]), draw the facts, [`count`](crate::recognition::count()), and
//! record in one transaction ([`claim`]) together with the signed [`receipt`].
//!
//! Invariant: what is recorded is what was decided on the past that stands in the
//! books at that moment, or nothing is.

pub mod approval;
pub mod belongs;
pub mod claim;
pub mod control;
mod correction;
pub mod counts;
pub mod examined;
mod gone;
pub mod menus;
mod policies;
mod receipt;
mod refusal;
pub mod renew;
pub mod request;
pub mod review;
pub mod shelf;
mod sign;
pub mod standing;
pub mod trust;
mod uses;

use crate::issue::{Issuance, IssueError};
use crate::model::Fault;
use crate::recognition::Policy;
use crate::store::{PolicyRow, StoreError};

/// What recognizers do here: on the books, keys and clock of the service.
#[derive(Clone, Copy)]
pub struct Recognition<'i> {
    pub issuance: &'i Issuance,
}

/// Why a recognizer's request was not done.
#[derive(Debug, Clone, thiserror::Error)]
pub enum RecognizeError {
    /// What is wrong, and where.
    #[error("the request is not valid")]
    Invalid(Vec<Fault>),
    #[error("there is no such thing for this recognizer")]
    NotFound,
    #[error("{detail}")]
    Conflict { code: &'static str, detail: String },
    /// These were counted before, for whatever it was.
    #[error("already counted")]
    AlreadyCounted(Vec<Fault>),
    /// These were revoked, suspended or superseded here since they were verified.
    #[error("a credential's status changed")]
    StatusChanged(Vec<Fault>),
    #[error("the idempotency key was used with another request")]
    IdempotencyKeyReused,
    #[error(transparent)]
    Issue(#[from] IssueError),
}

impl From<StoreError> for RecognizeError {
    fn from(error: StoreError) -> Self {
        Self::Issue(error.into())
    }
}

/// The policy that a stored version holds.
pub fn policy(row: &PolicyRow) -> Result<Policy, IssueError> {
    Policy::published(row.body.as_bytes()).map_err(|Fault { detail, .. }| {
        IssueError::Broken(format!("policy {}.{} {}: {detail}", row.recognizer, row.id, row.number))
    })
}
