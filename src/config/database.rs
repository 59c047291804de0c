//! Which database: a file of SQLite's, or PostgreSQL.

use std::path::{Path, PathBuf};

use url::Url;

use super::ConfigError;
use crate::keys::Secret;

/// Where the rows are. The URL can hold a password, so it is never printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// The file; its folder is the store's to make.
    Sqlite(PathBuf),
    /// The whole `postgres://` URL.
    Postgres(Secret),
}

impl Database {
    pub(super) fn parse(url: Option<&str>, data: &Path) -> Result<Self, ConfigError> {
        let Some(url) = url.filter(|url| !url.is_empty()) else {
            return Ok(Self::Sqlite(data.join("touchmark.db")));
        };
        if let Some(file) = url.strip_prefix("sqlite:") {
            let file = file.strip_prefix("//").unwrap_or(file);
            return match file.is_empty() || file.contains('?') || file.contains(":memory:") {
                true => Err(ConfigError::SqliteUrl),
                false => Ok(Self::Sqlite(file.into())),
            };
        }
        match url.starts_with("postgres://") || url.starts_with("postgresql://") {
            true => Ok(Self::Postgres(Secret::new(url.to_owned()))),
            false => Err(ConfigError::DatabaseScheme),
        }
    }

    /// For logs and `doctor`: which database, without user and password.
    pub fn describe(&self) -> String {
        match self {
            Self::Sqlite(file) => format!("SQLite, {}", file.display()),
            Self::Postgres(url) => match Url::parse(url.expose()) {
                Ok(url) => {
                    format!("PostgreSQL, {}{}", url.host_str().unwrap_or("local"), url.path())
                }
                Err(_) => "PostgreSQL".into(),
            },
        }
    }
}
