//! Whom a recognizer trusts: its own list of issuers.
//!
//! Invariant: a list that a recognizer published is the whole of what it trusts, an empty one too;
//! the operator's file stands in only for whoever published none.

use super::{Recognition, RecognizeError};
use crate::check::trusted_issuers::{TrustedIssuer, TrustedIssuers};
use crate::issue::IssueError;
use crate::issue::access::note;
use crate::issue::parties::Party;
use crate::recognition::digest_multibase;
use crate::store::{NewTrustedIssuers, TrustedIssuersRow};

impl Recognition<'_> {
    /// Publishes whom the recognizer trusts from now on; false where it is so already.
    pub async fn trust(
        self,
        recognizer: &Party,
        issuers: &TrustedIssuers,
        actor: &str,
    ) -> Result<(TrustedIssuersRow, bool), RecognizeError> {
        let body = issuers.canonical();
        let digest = digest_multibase(body.as_bytes());
        let (ambient, owner) = (&self.issuance.ambient, recognizer.owner());
        let note = note(ambient, (actor, "trusted-issuers.publish"), Some(&owner), &digest);
        let ids: Vec<&str> = issuers.ids().collect();
        let new = NewTrustedIssuers {
            recognizer: &recognizer.name,
            digest: &digest,
            body: &body,
            issuers: &ids,
        };
        Ok(self.issuance.store.publish_trusted_issuers(new, &note).await?)
    }
}

/// The list that a row holds.
pub fn issuers(row: &TrustedIssuersRow) -> Result<TrustedIssuers, IssueError> {
    #[derive(serde::Deserialize)]
    struct Body {
        issuers: Vec<TrustedIssuer>,
    }
    let broken = |what: String| {
        IssueError::Broken(format!("trusted issuers {} of {}: {what}", row.number, row.recognizer))
    };
    let body: Body = serde_json::from_str(&row.body).map_err(|error| broken(error.to_string()))?;
    TrustedIssuers::of(body.issuers).map_err(|faults| broken(format!("{} faults", faults.len())))
}
