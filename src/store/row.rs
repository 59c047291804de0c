//! Reading rows of either database, with errors that name the column.
//!
//! Queries name their columns and never say `*`: a PostgreSQL session that has
//! prepared a `*` fails when a newer replica's migration adds a column.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Result, StoreError};

pub fn text(row: &AnyRow, column: &'static str) -> Result<String> {
    Ok(row.try_get(column)?)
}

pub fn text_or_none(row: &AnyRow, column: &'static str) -> Result<Option<String>> {
    Ok(row.try_get(column)?)
}

pub fn number(row: &AnyRow, column: &'static str) -> Result<i64> {
    Ok(row.try_get(column)?)
}

pub fn number_or_none(row: &AnyRow, column: &'static str) -> Result<Option<i64>> {
    Ok(row.try_get(column)?)
}

pub fn index(row: &AnyRow, column: &'static str) -> Result<u32> {
    u32::try_from(number(row, column)?).map_err(|_| StoreError::Corrupt { column })
}

pub fn flag(row: &AnyRow, column: &'static str) -> Result<bool> {
    Ok(number(row, column)? != 0)
}

pub fn time(row: &AnyRow, column: &'static str) -> Result<Timestamp> {
    timestamp(number(row, column)?, column)
}

pub fn time_or_none(row: &AnyRow, column: &'static str) -> Result<Option<Timestamp>> {
    let millis: Option<i64> = row.try_get(column)?;
    millis.map(|millis| timestamp(millis, column)).transpose()
}

/// A column of words that Rust knows as an enum.
pub fn word<T>(row: &AnyRow, column: &'static str, parse: impl Fn(&str) -> Option<T>) -> Result<T> {
    parse(&text(row, column)?).ok_or(StoreError::Corrupt { column })
}

fn timestamp(millis: i64, column: &'static str) -> Result<Timestamp> {
    Timestamp::from_millisecond(millis).map_err(|_| StoreError::Corrupt { column })
}
