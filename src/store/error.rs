//! What can go wrong between us and the database.

use std::borrow::Cow;

use sqlx::migrate::MigrateError;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another row already has this name.
    #[error("{what} already exists")]
    Taken { what: &'static str },

    /// The URL names no database that we can use.
    #[error("cannot use this database URL: {0}")]
    Url(String),

    /// The database file could not be made.
    #[error("cannot create the database file: {0}")]
    File(#[source] std::io::Error),

    /// A concurrent transaction won, again and again.
    #[error("too many concurrent changes of the same rows")]
    Contended,

    /// A row holds what this version never writes.
    #[error("column {column} holds an unexpected value")]
    Corrupt { column: &'static str },

    #[error("cannot migrate the database: {0}")]
    Migrate(#[from] MigrateError),

    /// PostgreSQL keeps no U+0000 in text, nor looks for it; SQLite does.
    #[error("text that holds U+0000 cannot be stored")]
    Unstorable,

    #[error("the database failed: {0}")]
    Database(#[source] sqlx::Error),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        // character_not_in_repertoire
        if code(&error).is_some_and(|code| code == "22021") {
            return Self::Unstorable;
        }
        Self::Database(error)
    }
}

impl StoreError {
    /// Whether the database is out of reach or overloaded just now: the
    /// request was right, and may succeed later.
    pub fn is_unavailable(&self) -> bool {
        match self {
            Self::Database(error) => {
                use sqlx::Error::{Io, PoolClosed, PoolTimedOut, Tls, WorkerCrashed};
                // PostgreSQL: connection failures, too few resources, a server
                // that shuts down, a lock or statement that took too long.
                let classes = ["08", "53", "57", "55P03"];
                let by_code = |code: Cow<'_, str>| {
                    code.len() == 5 && classes.iter().any(|class| code.starts_with(class))
                };
                matches!(error, Io(_) | PoolClosed | PoolTimedOut | Tls(_) | WorkerCrashed)
                    || code(error).is_some_and(by_code)
                    || self.is_contention()
            }
            _ => self.is_contention(),
        }
    }

    /// Whether the same work may succeed when simply tried again.
    pub(super) fn is_contention(&self) -> bool {
        match self {
            Self::Contended => true,
            Self::Database(error) => code(error).is_some_and(|code| is_contention_code(&code)),
            _ => false,
        }
    }

    /// A unique key's violation becomes `Taken`.
    pub(super) fn taken(error: sqlx::Error, what: &'static str) -> Self {
        match error.as_database_error() {
            Some(seen) if seen.is_unique_violation() => Self::Taken { what },
            _ => error.into(),
        }
    }
}

pub(super) fn code(error: &sqlx::Error) -> Option<Cow<'_, str>> {
    error.as_database_error()?.code()
}

fn is_contention_code(code: &str) -> bool {
    // PostgreSQL: serialization_failure, deadlock_detected.
    if matches!(code, "40001" | "40P01") {
        return true;
    }
    // SQLite: the low byte of an extended code is SQLITE_BUSY (5) or SQLITE_LOCKED (6).
    // Five characters are PostgreSQL's, whose codes also may be all digits.
    code.len() < 5 && code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn busy_and_deadlock_are_tried_again_but_constraints_are_not() {
        for code in ["5", "6", "261", "517", "40001", "40P01"] {
            assert!(is_contention_code(code), "{code}");
        }
        for code in ["2067", "1555", "787", "23505", "23503", "57014"] {
            assert!(!is_contention_code(code), "{code}");
        }
    }
}
