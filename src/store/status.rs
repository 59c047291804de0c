//! Changing a credential's state, with its bits, list version and audit row.
//!
//! Invariant: revoked and superseded are terminal, and their revocation bit is
//! set; a suspension is possible only where the credential has an entry for it.

use jiff::Timestamp;
use serde_json::json;
use sqlx::AnyConnection;

use super::{
    AuditEntry, CredentialRow, CredentialState, Purpose, Result, Store, audit, claims, credentials,
    inherited, lists, retrying,
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Revoke,
    Suspend,
    Reinstate,
    Supersede {
        /// The id of a credential of the same issuer.
        successor: String,
    },
}

impl Change {
    fn verb(&self) -> &'static str {
        match self {
            Self::Revoke => "revoke",
            Self::Suspend => "suspend",
            Self::Reinstate => "reinstate",
            Self::Supersede { .. } => "supersede",
        }
    }

    fn successor(&self) -> Option<&str> {
        match self {
            Self::Supersede { successor } => Some(successor),
            _ => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// As it is now.
    pub credential: CredentialRow,
    /// False when it was so already.
    pub changed: bool,
}

/// Why a state stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StatusRefusal {
    #[error("there is no such credential")]
    NoSuchCredential,
    #[error("the credential is {}, which is final", .state.as_str())]
    Terminal { state: CredentialState },
    #[error("the credential was minted without an entry in a suspension list")]
    NotSuspendable,
    #[error("the credential names a status that is kept elsewhere")]
    KeptElsewhere,
    #[error("there is no such successor")]
    NoSuchSuccessor,
    #[error("a credential cannot succeed itself")]
    SuccessorIsItself,
    #[error("the successor is {} itself", .state.as_str())]
    SuccessorTerminal { state: CredentialState },
    #[error("the successor is neither the same earner's nor of the same achievement")]
    NotASuccessor,
}

impl Store {
    /// Changes the state of an issuer's credential; a change to what holds
    /// already is answered with `changed: false`.
    pub async fn change_status(
        &self,
        (issuer, id): (&str, &str),
        change: &Change,
        reason: &str,
        actor: &str,
        at: Timestamp,
    ) -> Result<Result<Changed, StatusRefusal>> {
        retrying(|| async {
            let mut tx = self.begin().await?;
            let current = match lock_for(&mut tx, (issuer, id), change).await? {
                Ok(current) => current,
                Err(refusal) => return Ok(Err(refusal)),
            };
            let wanted = Wanted { change, reason, actor, at };
            let outcome = apply(&mut tx, current, wanted).await?;
            if matches!(&outcome, Ok(Changed { changed: true, .. })) {
                tx.commit().await?;
            }
            Ok(outcome)
        })
        .await
    }
}

/// A change to be made, by whom, why and when.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub change: &'a Change,
    pub reason: &'a str,
    pub actor: &'a str,
    pub at: Timestamp,
}

/// Locks the credential, and the successor that a change names, in the order
/// of their ids: two that are to supersede each other cannot both pass.
async fn lock_for(
    tx: &mut AnyConnection,
    (issuer, id): (&str, &str),
    change: &Change,
) -> Result<Result<CredentialRow, StatusRefusal>> {
    let Some(successor) = change.successor() else {
        return Ok(lock(tx, issuer, id).await?.ok_or(StatusRefusal::NoSuchCredential));
    };
    if successor == id {
        let found = lock(tx, issuer, id).await?;
        return Ok(Err(
            found.map_or(StatusRefusal::NoSuchCredential, |_| StatusRefusal::SuccessorIsItself)
        ));
    }
    let (current, successor) = if id < successor {
        let current = lock(tx, issuer, id).await?;
        (current, lock(tx, issuer, successor).await?)
    } else {
        let successor = lock(tx, issuer, successor).await?;
        (lock(tx, issuer, id).await?, successor)
    };
    Ok(match (current, successor) {
        (None, _) => Err(StatusRefusal::NoSuchCredential),
        (_, None) => Err(StatusRefusal::NoSuchSuccessor),
        // Said again after the successor's own end, it holds still.
        (Some(current), _) if settled(&current, change) => Ok(current),
        (_, Some(successor)) if successor.state.is_terminal() => {
            Err(StatusRefusal::SuccessorTerminal { state: successor.state })
        }
        (Some(current), Some(successor)) => {
            let named = (&*successor.subject_lookup, &*successor.achievement_slug);
            may_succeed(&current, named).map(|()| current)
        }
    })
}

/// A correction keeps the earner or the achievement; with neither in common the
/// page of one earner would send its readers to somebody else's credential.
pub(super) fn may_succeed(
    current: &CredentialRow,
    (subject_lookup, achievement_slug): (&str, &str),
) -> Result<(), StatusRefusal> {
    // What was composed elsewhere is of no achievement, and has none in common.
    let same = !achievement_slug.is_empty() && current.achievement_slug == achievement_slug;
    if same || current.subject_lookup == subject_lookup {
        Ok(())
    } else {
        Err(StatusRefusal::NotASuccessor)
    }
}

/// An issuer's credential, locked against other changes until the commit.
pub(super) async fn lock(
    tx: &mut AnyConnection,
    issuer: &str,
    id: &str,
) -> Result<Option<CredentialRow>> {
    // SQLite knows no FOR UPDATE; an update that changes nothing locks on both.
    sqlx::query(concat!(
        "UPDATE credentials SET changes = changes WHERE id = $1 AND issuer = $2 RETURNING ",
        credentials::columns!()
    ))
    .bind(id)
    .bind(issuer)
    .fetch_optional(tx)
    .await?
    .as_ref()
    .map(credentials::read)
    .transpose()
}

/// Applies a change to a locked credential. After a refusal the caller rolls
/// back, or goes on: nothing was written.
pub(super) async fn apply(
    tx: &mut AnyConnection,
    current: CredentialRow,
    wanted: Wanted<'_>,
) -> Result<Result<Changed, StatusRefusal>> {
    let next = match next_state(&current, wanted.change) {
        Err(refusal) => return Ok(Err(refusal)),
        Ok(None) => return Ok(Ok(Changed { credential: current, changed: false })),
        Ok(Some(next)) => next,
    };
    let (purpose, bit) = match wanted.change {
        Change::Revoke | Change::Supersede { .. } => (Purpose::Revocation, true),
        Change::Suspend => (Purpose::Suspension, true),
        Change::Reinstate => (Purpose::Suspension, false),
    };
    let owner = (&*current.issuer, &*current.id);
    let had_entry = lists::set_bit(tx, owner, purpose, bit, wanted.at).await?;
    if !had_entry && next == CredentialState::Suspended {
        return Ok(Err(StatusRefusal::NotSuspendable));
    }
    // No verifier would learn of it. A successor is told of on the page all the same.
    if !had_entry && current.is_external() && next == CredentialState::Revoked {
        return Ok(Err(StatusRefusal::KeptElsewhere));
    }
    let credential = write_state(tx, &current, next, wanted).await?;
    audit_change(tx, &current, &credential, wanted).await?;
    if let Some(successor) = wanted.change.successor() {
        inherited::inherit(tx, &current, successor).await?;
    }
    if next != CredentialState::Good {
        claims::flag_own(tx, &credential.id, next.as_str(), wanted.at).await?;
    }
    Ok(Ok(Changed { credential, changed: true }))
}

/// The state after a change; `None` when it holds already.
pub(super) fn next_state(
    current: &CredentialRow,
    change: &Change,
) -> Result<Option<CredentialState>, StatusRefusal> {
    if settled(current, change) {
        return Ok(None);
    }
    if current.state.is_terminal() {
        return Err(StatusRefusal::Terminal { state: current.state });
    }
    Ok(Some(match change {
        Change::Revoke => CredentialState::Revoked,
        Change::Suspend => CredentialState::Suspended,
        Change::Reinstate => CredentialState::Good,
        Change::Supersede { .. } => CredentialState::Superseded,
    }))
}

fn settled(current: &CredentialRow, change: &Change) -> bool {
    match change {
        Change::Revoke => current.state == CredentialState::Revoked,
        Change::Suspend => current.state == CredentialState::Suspended,
        Change::Reinstate => current.state == CredentialState::Good,
        Change::Supersede { successor } => {
            current.state == CredentialState::Superseded
                && current.superseded_by.as_ref() == Some(successor)
        }
    }
}

async fn write_state(
    tx: &mut AnyConnection,
    current: &CredentialRow,
    next: CredentialState,
    wanted: Wanted<'_>,
) -> Result<CredentialRow> {
    let row = sqlx::query(concat!(
        "UPDATE credentials SET state = $3, state_reason = $4, state_at = $5, \
         superseded_by = $6, changes = changes + 1 WHERE id = $1 AND issuer = $2 RETURNING ",
        credentials::columns!()
    ))
    .bind(&*current.id)
    .bind(&*current.issuer)
    .bind(next.as_str())
    .bind(wanted.reason)
    .bind(wanted.at.as_millisecond())
    .bind(wanted.change.successor())
    .fetch_one(tx)
    .await?;
    credentials::read(&row)
}

async fn audit_change(
    tx: &mut AnyConnection,
    before: &CredentialRow,
    after: &CredentialRow,
    wanted: Wanted<'_>,
) -> Result<()> {
    let mut detail = json!({ "from": before.state.as_str(), "to": after.state.as_str() });
    if let Some(successor) = wanted.change.successor() {
        detail["successor"] = successor.into();
    }
    let entry = AuditEntry {
        at: wanted.at,
        actor: wanted.actor.to_owned(),
        action: wanted.change.verb().to_owned(),
        issuer: Some(after.issuer.clone()),
        subject: after.id.clone(),
        detail: detail.to_string(),
    };
    // The number of the change makes the row's id unique without randomness.
    let tail = format!("{}-{:04}", after.id, after.changes);
    audit::append(tx, &[(entry, tail)]).await
}
