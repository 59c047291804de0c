//! What earners decide about their credentials: the page, the evidence links, the manage link.
//!
//! No row means that nothing was decided. Invariant: whoever acts names the generation of the
//! manage link that they came by, and the act is refused, in its own transaction, once that link
//! has ended. What holds already is left as it is and leaves no audit row.

use jiff::Timestamp;
use serde_json::json;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::share_links::{self, NewShareLink};
use super::{CredentialRow, Note, Result, Store, credentials, retrying, row};

macro_rules! columns {
    () => {
        "hidden, robots, generation, ended, forgotten_at, digest"
    };
}
pub(super) use columns;

/// Who may see a credential's page, and which manage link leads to what decides it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Control {
    /// The page keeps the earner's part to itself.
    pub hidden: bool,
    /// Search engines may list the page.
    pub robots: bool,
    /// The number of the newest manage link.
    pub generation: i64,
    /// That link leads nowhere any more.
    pub ended: bool,
    /// When the earner's data was removed from these books.
    pub forgotten_at: Option<Timestamp>,
    /// Of what the credential said, where it was forgotten.
    pub digest: Option<String>,
}

impl Default for Control {
    fn default() -> Self {
        let (hidden, robots, ended) = (false, false, false);
        Self { hidden, robots, generation: 1, ended, forgotten_at: None, digest: None }
    }
}

/// Whoever came by a manage link.
#[derive(Clone, Copy, Debug)]
pub struct Holder<'a> {
    pub credential: &'a str,
    /// Of the link.
    pub generation: i64,
}

/// One decision of an earner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    Evidence {
        position: i64,
        open: bool,
    },
    /// Shows the page, or hides it.
    Page {
        hidden: bool,
    },
    /// Hides the page and closes all of the evidence.
    HideAll,
    Robots {
        allowed: bool,
    },
    Share(NewShareLink),
    Withdraw {
        token: String,
    },
    EndManageLink,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acted {
    Done,
    /// It was so before.
    Already,
    /// The manage link leads nowhere any more.
    LinkEnded,
    /// The credential has no such evidence or share link.
    NoSuchThing,
    /// Another share link has this name.
    NameTaken,
    /// The credential has as many share links as it may.
    TooMany,
}

impl Act {
    /// As the audit names it.
    fn verb(&self) -> &'static str {
        match self {
            Self::Evidence { open: true, .. } => "evidence.open",
            Self::Evidence { open: false, .. } => "evidence.close",
            Self::Page { hidden: true } | Self::HideAll => "page.hide",
            Self::Page { hidden: false } => "page.show",
            Self::Robots { allowed: true } => "robots.allow",
            Self::Robots { allowed: false } => "robots.refuse",
            Self::Share(_) => "share-link.make",
            Self::Withdraw { .. } => "share-link.withdraw",
            Self::EndManageLink => "manage-link.end",
        }
    }

    /// Without names, and without what would open anything.
    fn detail(&self) -> String {
        match self {
            Self::Evidence { position, .. } => json!({ "evidence": position }).to_string(),
            Self::HideAll => json!({ "evidence": "closed" }).to_string(),
            _ => "{}".into(),
        }
    }
}

impl Store {
    /// A credential for anyone who has the link, and what its earner decided.
    pub async fn credential_and_control(
        &self,
        id: &str,
    ) -> Result<Option<(CredentialRow, Control)>> {
        let sql = concat!(
            "SELECT ",
            credentials::columns!(),
            ", ",
            columns!(),
            " FROM credentials LEFT JOIN control ON credential = id WHERE id = $1"
        );
        let found = sqlx::query(sql).bind(id).fetch_optional(&self.readers).await?;
        found.map(|row| Ok((credentials::read(&row)?, read_joined(&row)?))).transpose()
    }

    pub async fn control(&self, credential: &str) -> Result<Control> {
        let sql = concat!("SELECT ", columns!(), " FROM control WHERE credential = $1");
        let found = sqlx::query(sql).bind(credential).fetch_optional(&self.readers).await?;
        found.as_ref().map_or_else(|| Ok(Control::default()), read)
    }

    /// Does what an earner decided. The note says when; who and what is filled in.
    pub async fn act(&self, by: Holder<'_>, act: &Act, note: &Note) -> Result<Acted> {
        retrying(|| async {
            let mut tx = self.begin().await?;
            let Some((issuer, control)) = lock(&mut tx, by.credential).await? else {
                return Ok(Acted::LinkEnded);
            };
            if control.ended || control.generation != by.generation {
                return Ok(Acted::LinkEnded);
            }
            let acted = apply(&mut tx, by.credential, &control, act, note.entry.at).await?;
            if acted == Acted::Done {
                let mut note = note.clone();
                note.entry.action = act.verb().into();
                note.entry.issuer = Some(issuer);
                note.entry.subject = by.credential.into();
                note.entry.detail = act.detail();
                note.append(&mut tx).await?;
                tx.commit().await?;
            }
            Ok(acted)
        })
        .await
    }

    /// Gives an issuer's credential another manage link; the one before leads nowhere from now on.
    /// `None` where the issuer has no such credential, or it is forgotten.
    pub async fn renew_manage_link(
        &self,
        (issuer, credential): (&str, &str),
        note: &Note,
    ) -> Result<Option<i64>> {
        retrying(|| async {
            let mut tx = self.begin().await?;
            match lock(&mut tx, credential).await? {
                Some((owner, _)) if owner == issuer => {}
                _ => return Ok(None),
            }
            let generation = sqlx::query_scalar(
                "UPDATE control SET generation = generation + 1, ended = 0 WHERE credential = \
                 (SELECT id FROM credentials WHERE id = $1 AND issuer = $2) RETURNING generation",
            )
            .bind(credential)
            .bind(issuer)
            .fetch_one(&mut *tx)
            .await?;
            note.append(&mut tx).await?;
            tx.commit().await?;
            Ok(Some(generation))
        })
        .await
    }
}

/// The issuer of a credential that is not forgotten, and what was decided so far, locked against
/// other decisions until the commit.
pub(super) async fn lock(
    tx: &mut AnyConnection,
    credential: &str,
) -> Result<Option<(String, Control)>> {
    // SQLite knows no FOR UPDATE; an update that changes nothing locks on both.
    let sql = concat!(
        "INSERT INTO control (credential) SELECT id FROM credentials WHERE id = $1 \
         ON CONFLICT (credential) DO UPDATE SET generation = control.generation RETURNING ",
        columns!()
    );
    let Some(found) = sqlx::query(sql).bind(credential).fetch_optional(&mut *tx).await? else {
        return Ok(None);
    };
    let control = read(&found)?;
    if control.forgotten_at.is_some() {
        return Ok(None);
    }
    let sql = "SELECT issuer FROM credentials WHERE id = $1";
    let issuer = sqlx::query_scalar(sql).bind(credential).fetch_one(tx).await?;
    Ok(Some((issuer, control)))
}

async fn apply(
    tx: &mut AnyConnection,
    credential: &str,
    control: &Control,
    act: &Act,
    at: Timestamp,
) -> Result<Acted> {
    let (column, was, wanted) = match act {
        Act::Page { hidden } => ("hidden", control.hidden, *hidden),
        Act::Robots { allowed } => ("robots", control.robots, *allowed),
        Act::EndManageLink => ("ended", control.ended, true),
        Act::HideAll => return hide_all(tx, credential, control).await,
        Act::Evidence { position, open } => {
            return set_evidence(tx, (credential, *position), *open).await;
        }
        Act::Share(new) => return share_links::make(tx, credential, new, at).await,
        Act::Withdraw { token } => return share_links::withdraw(tx, (credential, token), at).await,
    };
    if was == wanted {
        return Ok(Acted::Already);
    }
    let sql = match column {
        "hidden" => "UPDATE control SET hidden = $2 WHERE credential = $1",
        "robots" => "UPDATE control SET robots = $2 WHERE credential = $1",
        _ => "UPDATE control SET ended = $2 WHERE credential = $1",
    };
    sqlx::query(sql).bind(credential).bind(i64::from(wanted)).execute(tx).await?;
    Ok(Acted::Done)
}

async fn hide_all(tx: &mut AnyConnection, credential: &str, control: &Control) -> Result<Acted> {
    let sql = "UPDATE evidence SET opened = 0 WHERE credential = $1 AND opened = 1";
    let closed = sqlx::query(sql).bind(credential).execute(&mut *tx).await?.rows_affected();
    if control.hidden && closed == 0 {
        return Ok(Acted::Already);
    }
    let sql = "UPDATE control SET hidden = 1 WHERE credential = $1";
    sqlx::query(sql).bind(credential).execute(tx).await?;
    Ok(Acted::Done)
}

async fn set_evidence(
    tx: &mut AnyConnection,
    (credential, position): (&str, i64),
    open: bool,
) -> Result<Acted> {
    let sql = "SELECT opened FROM evidence WHERE credential = $1 AND position = $2";
    let found = sqlx::query(sql).bind(credential).bind(position).fetch_optional(&mut *tx).await?;
    let Some(found) = found else { return Ok(Acted::NoSuchThing) };
    if row::flag(&found, "opened")? == open {
        return Ok(Acted::Already);
    }
    sqlx::query("UPDATE evidence SET opened = $3 WHERE credential = $1 AND position = $2")
        .bind(credential)
        .bind(position)
        .bind(i64::from(open))
        .execute(tx)
        .await?;
    Ok(Acted::Done)
}

fn read(row: &AnyRow) -> Result<Control> {
    Ok(Control {
        hidden: row::flag(row, "hidden")?,
        robots: row::flag(row, "robots")?,
        generation: row::number(row, "generation")?,
        ended: row::flag(row, "ended")?,
        forgotten_at: row::time_or_none(row, "forgotten_at")?,
        digest: row::text_or_none(row, "digest")?,
    })
}

/// Of a row whose control may be missing.
pub(super) fn read_joined(row: &AnyRow) -> Result<Control> {
    match row::number_or_none(row, "generation")? {
        Some(_) => read(row),
        None => Ok(Control::default()),
    }
}
