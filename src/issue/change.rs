//! After minting: revoke, suspend, reinstate, supersede.

use super::{Issuance, IssueError};
use crate::model::Fault;
use crate::store::{Change, Changed, StatusRefusal};

impl Issuance {
    /// Changes the state of an issuer's credential; to what holds already changes nothing.
    pub async fn change(
        &self,
        issuer: &str,
        credential: &str,
        change: &Change,
        reason: &str,
        actor: &str,
    ) -> Result<Changed, IssueError> {
        let at = self.ambient.now();
        let changed =
            self.store.change_status((issuer, credential), change, reason, actor, at).await?;
        let changed = changed.map_err(|refusal| refused(&refusal))?;
        if changed.changed {
            let state = changed.credential.state.as_str();
            tracing::info!(
                credential.id = credential,
                issuer,
                state,
                "changed a credential's status"
            );
        }
        Ok(changed)
    }
}

/// What a refused change means to the one who asked.
pub fn refused(refusal: &StatusRefusal) -> IssueError {
    let conflict = |code, detail: String| IssueError::Conflict { code, detail };
    match refusal {
        StatusRefusal::NoSuchCredential => IssueError::NotFound,
        StatusRefusal::Terminal { state } => conflict(
            "status-is-final",
            format!("this credential is {}, which is final", state.as_str()),
        ),
        StatusRefusal::NotSuspendable => conflict(
            "not-suspendable",
            "this credential was minted of an achievement that cannot be suspended; revoke it, or \
             set \"suspendable\" on the achievement for those minted from now on"
                .into(),
        ),
        StatusRefusal::KeptElsewhere => conflict(
            "status-kept-elsewhere",
            "this credential came with a `credentialStatus` of its own, and verifiers ask there; \
             change it there, for nothing that is done here would reach them"
                .into(),
        ),
        StatusRefusal::NoSuchSuccessor => IssueError::Invalid(vec![Fault::new(
            "/successor",
            "unknown-successor",
            "this issuer has no such credential",
        )]),
        StatusRefusal::SuccessorIsItself => IssueError::Invalid(vec![Fault::new(
            "/successor",
            "successor-is-itself",
            "a credential cannot succeed itself",
        )]),
        StatusRefusal::SuccessorTerminal { state } => conflict(
            "successor-not-good",
            format!("the successor is {} itself; name one that is good", state.as_str()),
        ),
        StatusRefusal::NotASuccessor => conflict(
            "not-a-successor",
            "the successor is neither the same earner's nor of the same achievement; name one \
             that corrects this credential, or revoke this one and mint the other by itself"
                .into(),
        ),
    }
}
