//! Share links: named ways to one credential, each with what it shows and how long.
//!
//! Invariant: a link is its credential's; whoever withdraws one names both. A link is never
//! deleted, so that whoever comes by it later is told that it ended.

use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::control::{self, Acted, Control};
use super::{CredentialRow, Result, Store, StoreError, credentials, row};

/// Links of one credential that lead somewhere.
pub const MOST_SHARE_LINKS: i64 = 50;

macro_rules! columns {
    () => {
        "token, name, evidence, last_day, views, made_at, withdrawn_at"
    };
}

/// A link that an earner asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewShareLink {
    /// 128 random bits.
    pub token: String,
    /// Tells the form that asks apart from others: sent twice, it makes one link.
    pub form: String,
    pub name: String,
    /// Positions of the evidence that it shows.
    pub evidence: Vec<i64>,
    pub last_day: Option<Date>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShareLink {
    pub token: String,
    /// What its earner calls it; nobody else reads it.
    pub name: String,
    pub evidence: Vec<i64>,
    pub last_day: Option<Date>,
    pub views: i64,
    pub made_at: Timestamp,
    pub withdrawn_at: Option<Timestamp>,
}

impl ShareLink {
    /// Whether it leads somewhere. Its last day ends where days end last: at noon UTC of the next.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.withdrawn_at.is_none() && self.last_day.is_none_or(|day| !is_over(day, now))
    }
}

/// Whether that day is over everywhere on Earth.
pub fn is_over(day: Date, now: Timestamp) -> bool {
    let end = day.tomorrow().map(|next| next.at(12, 0, 0, 0));
    let end = end.and_then(|end| end.to_zoned(jiff::tz::TimeZone::UTC));
    end.is_ok_and(|end| end.timestamp() <= now)
}

impl Store {
    /// A link, its credential and what the earner decided about that.
    pub async fn shared(&self, token: &str) -> Result<Option<(ShareLink, CredentialRow, Control)>> {
        let sql = concat!(
            "SELECT ",
            columns!(),
            ", ",
            credentials::columns!(),
            ", ",
            control::columns!(),
            " FROM share_links JOIN credentials ON credentials.id = share_links.credential \
             LEFT JOIN control ON control.credential = share_links.credential WHERE token = $1"
        );
        let found = sqlx::query(sql).bind(token).fetch_optional(&self.readers).await?;
        let Some(row) = found else { return Ok(None) };
        Ok(Some((read(&row)?, credentials::read(&row)?, control::read_joined(&row)?)))
    }

    /// A credential's links, the newest first.
    pub async fn share_links(&self, credential: &str) -> Result<Vec<ShareLink>> {
        let sql = concat!(
            "SELECT ",
            columns!(),
            " FROM share_links WHERE credential = $1 ORDER BY made_at DESC, token"
        );
        let found = sqlx::query(sql).bind(credential).fetch_all(&self.readers).await?;
        found.iter().map(read).collect()
    }

    /// Counts a view; of whom, nobody knows.
    pub async fn count_view(&self, token: &str) -> Result<()> {
        let sql = "UPDATE share_links SET views = views + 1 WHERE token = $1";
        sqlx::query(sql).bind(token).execute(&self.writer).await?;
        Ok(())
    }
}

pub(super) async fn make(
    tx: &mut AnyConnection,
    credential: &str,
    new: &NewShareLink,
    at: Timestamp,
) -> Result<Acted> {
    let sql = "SELECT COUNT(*) FROM share_links WHERE credential = $1 AND form = $2";
    let made: i64 = count(tx, sqlx::query_scalar(sql).bind(credential).bind(&*new.form)).await?;
    if made > 0 {
        return Ok(Acted::Already);
    }
    let sql = "SELECT COUNT(*) FROM share_links WHERE credential = $1 AND withdrawn_at IS NULL";
    if count(tx, sqlx::query_scalar(sql).bind(credential)).await? >= MOST_SHARE_LINKS {
        return Ok(Acted::TooMany);
    }
    let inserted = sqlx::query(
        "INSERT INTO share_links (token, credential, form, name, evidence, last_day, made_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
    )
    .bind(&*new.token)
    .bind(credential)
    .bind(&*new.form)
    .bind(&*new.name)
    .bind(write_positions(&new.evidence))
    .bind(new.last_day.map(|day| day.to_string()))
    .bind(at.as_millisecond())
    .execute(tx)
    .await?;
    Ok(if inserted.rows_affected() == 1 { Acted::Done } else { Acted::NameTaken })
}

pub(super) async fn withdraw(
    tx: &mut AnyConnection,
    (credential, token): (&str, &str),
    at: Timestamp,
) -> Result<Acted> {
    let withdrawn = sqlx::query(
        "UPDATE share_links SET withdrawn_at = $3 \
         WHERE credential = $1 AND token = $2 AND withdrawn_at IS NULL",
    )
    .bind(credential)
    .bind(token)
    .bind(at.as_millisecond())
    .execute(&mut *tx)
    .await?;
    if withdrawn.rows_affected() == 1 {
        return Ok(Acted::Done);
    }
    let sql = "SELECT COUNT(*) FROM share_links WHERE credential = $1 AND token = $2";
    let known = count(tx, sqlx::query_scalar(sql).bind(credential).bind(token)).await?;
    Ok(if known > 0 { Acted::Already } else { Acted::NoSuchThing })
}

type Count<'q> = sqlx::query::QueryScalar<'q, sqlx::Any, i64, sqlx::any::AnyArguments>;

async fn count(tx: &mut AnyConnection, query: Count<'_>) -> Result<i64> {
    Ok(query.fetch_one(tx).await?)
}

fn write_positions(positions: &[i64]) -> String {
    let positions: Vec<_> = positions.iter().map(i64::to_string).collect();
    positions.join(" ")
}

fn read(row: &AnyRow) -> Result<ShareLink> {
    let corrupt = |column| StoreError::Corrupt { column };
    let positions = row::text(row, "evidence")?;
    let positions =
        positions.split_whitespace().map(|n| n.parse().map_err(|_| corrupt("evidence")));
    let last_day = row::text_or_none(row, "last_day")?;
    Ok(ShareLink {
        token: row::text(row, "token")?,
        name: row::text(row, "name")?,
        evidence: positions.collect::<Result<_>>()?,
        last_day: last_day.map(|day| day.parse().map_err(|_| corrupt("last_day"))).transpose()?,
        views: row::number(row, "views")?,
        made_at: row::time(row, "made_at")?,
        withdrawn_at: row::time_or_none(row, "withdrawn_at")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_last_day_is_over_when_it_is_over_everywhere() {
        let day: Date = "2026-06-30".parse().unwrap();
        let over = |now: &str| is_over(day, now.parse().unwrap());
        assert!(!over("2026-06-30T23:59:59Z"));
        assert!(!over("2026-07-01T11:59:59Z"), "it is still that day on Baker Island");
        assert!(over("2026-07-01T12:00:00Z"));
        assert!(!is_over(Date::MAX, "2026-07-01T12:00:00Z".parse().unwrap()));
    }

    #[test]
    fn positions_are_kept_as_text() {
        assert_eq!(write_positions(&[0, 2, 11]), "0 2 11");
        assert_eq!(write_positions(&[]), "");
    }
}
