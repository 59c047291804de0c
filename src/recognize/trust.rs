//! Whom a recognizer trusts: its own list of issuers.
//!
//! Invariant: a list that a recognizer published is the whole of what it trusts, an empty one too;
//! the operator's file stands in only for whoever published none.

use std::sync::Arc;
use std::time::Duration;

use super::{Recognition, RecognizeError};
use crate::cache::{Bound, Cache, Figures};
use crate::check::trusted_issuers::{TrustedIssuer, TrustedIssuers};
use crate::issue::IssueError;
use crate::issue::access::note;
use crate::issue::parties::Party;
use crate::recognition::digest_multibase;
use crate::store::{NewTrustedIssuers, Store, TrustedIssuersRow};

/// Lists by their digests, read once: thousands of issuers are not read anew for each verification.
pub struct TrustShelf(Cache<String, Option<Arc<TrustedIssuers>>>);

impl Default for TrustShelf {
    fn default() -> Self {
        let bound = Bound { bytes: 16 * 1024 * 1024, time: Duration::from_secs(24 * 3600) };
        // In memory a list takes a few times its text.
        let weigh = |digest: &String, list: &Option<Arc<TrustedIssuers>>| {
            digest.len() + list.as_ref().map_or(0, |list| 512 + 3 * list.canonical().len())
        };
        Self(Cache::new("trusted-issuers", bound, weigh))
    }
}

impl TrustShelf {
    /// A list that a recognizer published. One that cannot be read is an error: nothing stands in.
    pub async fn list(
        &self,
        store: &Store,
        (recognizer, digest): (&str, &str),
    ) -> Result<Arc<TrustedIssuers>, IssueError> {
        let make = async || match read(store, (recognizer, digest)).await {
            Ok(list) => list.map(Arc::new),
            Err(error) => {
                tracing::error!(%error, recognizer, digest, "whom it trusts cannot be read");
                None
            }
        };
        let broken = || IssueError::Broken(format!("no readable list {digest} of {recognizer}"));
        self.0.get(digest.to_owned(), Option::is_some, make).await.ok_or_else(broken)
    }

    pub async fn figures(&self) -> Figures {
        self.0.figures().await
    }
}

async fn read(store: &Store, of: (&str, &str)) -> Result<Option<TrustedIssuers>, IssueError> {
    let row = store.trusted_issuers_of(of.0, of.1).await?;
    row.map(|row| issuers(&row)).transpose()
}

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
