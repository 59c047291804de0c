//! Menus of recognizers, version by version, and the endorsements that stand.
//!
//! Invariant: a published version never changes; what stands on its newest version is
//! endorsed by a credential that is good, and what was taken off by none: both are
//! written in one transaction.

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::mint::slice::{self, Line};
use super::status::{self, Wanted};
use super::{
    Change, CredentialRow, Mint, Minted, Note, PartyKind, Result, Store, credentials, retrying,
    row, signing_keys,
};

macro_rules! columns {
    () => {
        "recognizer, name, number, digest, body, created_at"
    };
}

/// One published version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MenuRow {
    /// The recognizer's short name.
    pub recognizer: String,
    pub name: String,
    /// 1, 2, … in the order of publishing.
    pub number: i64,
    /// Of what was asked for, with the version of the policy.
    pub digest: String,
    /// JSON, as anyone reads it.
    pub body: String,
    pub created_at: Timestamp,
}

/// An achievement on the newest version of a menu.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MenuEntryRow {
    pub recognizer: String,
    /// The menu's.
    pub name: String,
    pub achievement: String,
    /// The menu's.
    pub title: String,
    /// What its endorsement says.
    pub comment: String,
    /// The id of the credential that endorses it.
    pub endorsement: String,
}

/// An endorsement that is to end.
#[derive(Clone, Debug)]
pub struct EndedEndorsement {
    pub id: String,
    /// The new one of the same achievement, in other words or in a new signature; none where it is
    /// taken off the menu.
    pub successor: Option<String>,
}

/// A version that is to be published, as of its note's time.
#[derive(Clone, Debug)]
pub struct NewMenu {
    pub recognizer: String,
    pub name: String,
    /// One more than the newest that was seen; 1 before the first.
    pub number: i64,
    pub digest: String,
    pub body: String,
    pub entries: Vec<MenuEntryRow>,
    /// The endorsements that are new.
    pub mints: Vec<Mint>,
    pub ended: Vec<EndedEndorsement>,
    /// How many of the recognizer's keys were withdrawn when it was seen which endorsements stand.
    pub withdrawn: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MenuPublished {
    Published,
    /// Another version was published since, or a key withdrawn; nothing of this one stays.
    Stale,
    /// The places of these mints in their status list are taken, or the keys that signed them were
    /// withdrawn; nothing stays.
    SignAgain(Vec<usize>),
}

impl Store {
    /// Publishes a version with its endorsements, and ends those that others take the place of, or
    /// none.
    pub async fn publish_menu(&self, new: &NewMenu, note: &Note) -> Result<MenuPublished> {
        self.admit_external(&PartyKind::Recognizer.owner(&new.recognizer)).await?;
        retrying(|| async {
            let mut tx = self.begin().await?;
            let outcome = publish(&mut tx, new, note).await?;
            if outcome == MenuPublished::Published {
                note.append(&mut tx).await?;
                tx.commit().await?;
            }
            Ok(outcome)
        })
        .await
    }

    /// The version that was published last.
    pub async fn latest_menu(&self, recognizer: &str, name: &str) -> Result<Option<MenuRow>> {
        let sql = concat!(
            "SELECT ",
            columns!(),
            " FROM menus WHERE recognizer = $1 AND name = $2 ORDER BY number DESC LIMIT 1"
        );
        let query = sqlx::query(sql).bind(recognizer).bind(name);
        query.fetch_optional(&self.readers).await?.as_ref().map(read).transpose()
    }

    pub async fn menu_version(
        &self,
        (recognizer, name): (&str, &str),
        number: i64,
    ) -> Result<Option<MenuRow>> {
        let sql = concat!(
            "SELECT ",
            columns!(),
            " FROM menus WHERE recognizer = $1 AND name = $2 AND number = $3"
        );
        let query = sqlx::query(sql).bind(recognizer).bind(name).bind(number);
        query.fetch_optional(&self.readers).await?.as_ref().map(read).transpose()
    }

    /// The newest version of each of a recognizer's menus, by name; so many at most.
    pub async fn latest_menus(&self, recognizer: &str, most: i64) -> Result<Vec<MenuRow>> {
        let sql = concat!(
            "SELECT ",
            columns!(),
            " FROM menus AS newest WHERE recognizer = $1 AND number = (SELECT MAX(number) \
             FROM menus AS any_of WHERE any_of.recognizer = newest.recognizer \
             AND any_of.name = newest.name) ORDER BY name LIMIT $2"
        );
        let rows = sqlx::query(sql).bind(recognizer).bind(most).fetch_all(&self.readers).await?;
        rows.iter().map(read).collect()
    }

    /// What stands on the newest version of a menu.
    pub async fn menu_entries(&self, recognizer: &str, name: &str) -> Result<Vec<MenuEntryRow>> {
        let sql = "SELECT recognizer, name, achievement, title, comment, endorsement FROM menu_entries \
                   WHERE recognizer = $1 AND name = $2 ORDER BY achievement";
        let rows = sqlx::query(sql).bind(recognizer).bind(name).fetch_all(&self.readers).await?;
        rows.iter().map(read_entry).collect()
    }

    /// The endorsements of what stands on the newest version of a menu.
    pub async fn menu_endorsements(
        &self,
        recognizer: &str,
        name: &str,
    ) -> Result<Vec<CredentialRow>> {
        let sql = concat!(
            "SELECT ",
            credentials::columns!(),
            " FROM credentials WHERE id IN \
             (SELECT endorsement FROM menu_entries WHERE recognizer = $1 AND name = $2)"
        );
        let rows = sqlx::query(sql).bind(recognizer).bind(name).fetch_all(&self.readers).await?;
        rows.iter().map(credentials::read).collect()
    }

    /// The menus that an achievement stands on, by recognizer and name; so many at most.
    pub async fn menus_naming(&self, achievement: &str, most: i64) -> Result<Vec<MenuEntryRow>> {
        let sql = "SELECT recognizer, name, achievement, title, comment, endorsement FROM menu_entries \
                   WHERE achievement = $1 ORDER BY recognizer, name LIMIT $2";
        let rows = sqlx::query(sql).bind(achievement).bind(most).fetch_all(&self.readers).await?;
        rows.iter().map(read_entry).collect()
    }

    /// The recognizers here that have an achievement on a menu.
    pub async fn recognizers_naming(&self, achievement: &str) -> Result<Vec<String>> {
        let sql = "SELECT DISTINCT recognizer FROM menu_entries WHERE achievement = $1";
        Ok(sqlx::query_scalar(sql).bind(achievement).fetch_all(&self.readers).await?)
    }
}

async fn publish(tx: &mut AnyConnection, new: &NewMenu, note: &Note) -> Result<MenuPublished> {
    if !insert_version(tx, new, note.entry.at).await? {
        return Ok(MenuPublished::Stale);
    }
    // Those that stay were seen to stand: a key that signed them is not withdrawn until the commit.
    let owner = PartyKind::Recognizer.owner(&new.recognizer);
    let withdrawn = signing_keys::hold_and_list_withdrawn(tx, &owner).await?;
    if withdrawn.len() != new.withdrawn {
        return Ok(MenuPublished::Stale);
    }
    let ended = lock_ended(tx, new).await?;
    sqlx::query("DELETE FROM menu_entries WHERE recognizer = $1 AND name = $2")
        .bind(&*new.recognizer)
        .bind(&*new.name)
        .execute(&mut *tx)
        .await?;
    for entry in &new.entries {
        insert_entry(tx, entry).await?;
    }
    let mut lines: Vec<Line<'_>> =
        new.mints.iter().map(|mint| Line::new(mint, note.entry.at)).collect();
    let outcomes = slice::record(tx, &mut lines).await?;
    let again = outcomes.iter().enumerate().filter(|(_, it)| **it != Minted::Recorded);
    let again: Vec<usize> = again.map(|(i, _)| i).collect();
    if !again.is_empty() {
        return Ok(MenuPublished::SignAgain(again));
    }
    end(tx, ended, note).await?;
    Ok(MenuPublished::Published)
}

/// False where there is such a version already; waits for a transaction that is about to.
async fn insert_version(tx: &mut AnyConnection, new: &NewMenu, at: Timestamp) -> Result<bool> {
    let inserted = sqlx::query(
        "INSERT INTO menus (recognizer, name, number, digest, body, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
    )
    .bind(&*new.recognizer)
    .bind(&*new.name)
    .bind(new.number)
    .bind(&*new.digest)
    .bind(&*new.body)
    .bind(at.as_millisecond())
    .execute(tx)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Locks the endorsements that end, in the order of their ids and before any list, as every change
/// of a status does.
async fn lock_ended(tx: &mut AnyConnection, new: &NewMenu) -> Result<Vec<(CredentialRow, Change)>> {
    let owner = PartyKind::Recognizer.owner(&new.recognizer);
    let mut ended: Vec<&EndedEndorsement> = new.ended.iter().collect();
    ended.sort_unstable_by_key(|ended| &ended.id);
    let mut locked = Vec::with_capacity(ended.len());
    for EndedEndorsement { id, successor } in ended {
        let Some(current) = status::lock(tx, &owner, id).await? else { continue };
        let supersede = |successor: String| Change::Supersede { successor };
        locked.push((current, successor.clone().map_or(Change::Revoke, supersede)));
    }
    Ok(locked)
}

/// Ends them, once their successors are recorded.
async fn end(
    tx: &mut AnyConnection,
    ended: Vec<(CredentialRow, Change)>,
    note: &Note,
) -> Result<()> {
    for (current, change) in ended {
        let reason = match change {
            Change::Supersede { .. } => "It stands on the menu in other words or a new signature",
            _ => "It stands on the menu no more",
        };
        let (actor, at) = (&*note.entry.actor, note.entry.at);
        let wanted = Wanted { change: &change, reason, actor, at };
        // One that has ended already needs no end.
        let _ = status::apply(tx, current, wanted).await?;
    }
    Ok(())
}

async fn insert_entry(tx: &mut AnyConnection, entry: &MenuEntryRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO menu_entries (recognizer, name, achievement, title, comment, endorsement) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&*entry.recognizer)
    .bind(&*entry.name)
    .bind(&*entry.achievement)
    .bind(&*entry.title)
    .bind(&*entry.comment)
    .bind(&*entry.endorsement)
    .execute(tx)
    .await?;
    Ok(())
}

fn read(row: &AnyRow) -> Result<MenuRow> {
    Ok(MenuRow {
        recognizer: row::text(row, "recognizer")?,
        name: row::text(row, "name")?,
        number: row::number(row, "number")?,
        digest: row::text(row, "digest")?,
        body: row::text(row, "body")?,
        created_at: row::time(row, "created_at")?,
    })
}

fn read_entry(row: &AnyRow) -> Result<MenuEntryRow> {
    Ok(MenuEntryRow {
        recognizer: row::text(row, "recognizer")?,
        name: row::text(row, "name")?,
        achievement: row::text(row, "achievement")?,
        title: row::text(row, "title")?,
        comment: row::text(row, "comment")?,
        endorsement: row::text(row, "endorsement")?,
    })
}
