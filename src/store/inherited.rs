//! What a correction takes over from the credential whose place it takes.
//!
//! Invariant: what an earner closed stays closed. A page that was hidden is hidden under its new
//! address, and an artifact that was private stays so, whatever the issuer asked for; only what
//! opens something to robots passes from an earner to nobody but themselves.

use sqlx::AnyConnection;

use super::{CredentialRow, Result, control, row};

/// Puts what was decided about `old` onto its successor of this id, in the same transaction.
pub(super) async fn inherit(
    tx: &mut AnyConnection,
    old: &CredentialRow,
    successor: &str,
) -> Result<()> {
    // Locked: what its earner decides meanwhile is decided before this, or by another link.
    let Some((_, decided)) = control::lock(tx, &old.id).await? else { return Ok(()) };
    let sql = "SELECT subject_lookup FROM credentials WHERE id = $1";
    let lookup: String = sqlx::query_scalar(sql).bind(successor).fetch_one(&mut *tx).await?;
    let robots = decided.robots && lookup == old.subject_lookup;
    if decided.hidden || robots {
        // One that was minted before may have been decided on already.
        sqlx::query(
            "INSERT INTO control (credential, hidden, robots) VALUES ($1, $2, $3) \
             ON CONFLICT (credential) DO UPDATE SET hidden = \
             CASE WHEN excluded.hidden = 1 THEN 1 ELSE control.hidden END",
        )
        .bind(successor)
        .bind(i64::from(decided.hidden))
        .bind(i64::from(robots))
        .execute(&mut *tx)
        .await?;
    }
    let (before, now) = (artifacts(tx, &old.id).await?, artifacts(tx, successor).await?);
    for position in to_close(&before, &now) {
        sqlx::query("UPDATE evidence SET opened = 0 WHERE credential = $1 AND position = $2")
            .bind(successor)
            .bind(position)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

/// One artifact of a credential.
#[derive(Debug, PartialEq, Eq)]
struct Artifact {
    position: i64,
    url: String,
    open: bool,
}

async fn artifacts(tx: &mut AnyConnection, credential: &str) -> Result<Vec<Artifact>> {
    let sql = "SELECT position, url, opened FROM evidence WHERE credential = $1 ORDER BY position";
    let found = sqlx::query(sql).bind(credential).fetch_all(tx).await?;
    let read = |found| {
        Ok(Artifact {
            position: row::number(found, "position")?,
            url: row::text(found, "url")?,
            open: row::flag(found, "opened")?,
        })
    };
    found.iter().map(read).collect()
}

/// The positions that are open now and were private before: by their address, or by their place
/// where the address was what had to be corrected. Where their number changed as well, nobody knows
/// which it was: then every artifact with a new address may be it.
fn to_close(before: &[Artifact], now: &[Artifact]) -> Vec<i64> {
    let named = |url: &str, of: &[Artifact]| of.iter().any(|one| one.url == url);
    let may_be = |one: &Artifact, other: &Artifact| {
        (before.len() != now.len() || one.position == other.position)
            && !named(&one.url, now)
            && !named(&other.url, before)
    };
    let was_private = |now: &&Artifact| {
        before.iter().any(|one| !one.open && (one.url == now.url || may_be(one, now)))
    };
    now.iter().filter(|one| one.open).filter(was_private).map(|one| one.position).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn artifacts(of: &[(&str, bool)]) -> Vec<Artifact> {
        let artifact = |(position, (url, open)): (i64, &(&str, bool))| Artifact {
            position,
            url: (*url).into(),
            open: *open,
        };
        (0..).zip(of).map(artifact).collect()
    }

    #[test]
    fn what_was_private_is_closed_wherever_it_stands_now() {
        let closed = |before: &[(&str, bool)], now: &[(&str, bool)]| {
            to_close(&artifacts(before), &artifacts(now))
        };
        let before = [("a", false), ("b", true)];
        assert_eq!(closed(&before, &[("a", true), ("b", true)]), [0]);
        assert_eq!(closed(&before, &[("b", true), ("a", true)]), [1], "it moved");
        assert_eq!(closed(&before, &[("a2", true), ("b", true)]), [0], "its address was mended");
        assert_eq!(closed(&before, &[("b", true)]), [0; 0], "it is not there any more");
        assert_eq!(closed(&before, &[("c", true), ("b", true), ("a", false)]), [0; 0]);
        let longer = [("c", true), ("b", true), ("a2", true)];
        assert_eq!(closed(&before, &longer), [0, 2], "either may be it");
        assert_eq!(closed(&[("a", false), ("b", false), ("c", true)], &[("a2", true)]), [0]);
        assert_eq!(closed(&before[1..], &longer), [0; 0], "nothing was private");
        assert_eq!(closed(&[("b", true)], &[("b", true)]), [0; 0]);
    }
}
