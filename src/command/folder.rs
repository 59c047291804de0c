//! A folder for as long as a command runs.
//!
//! Invariant: only its owner can look into it, since what it holds would be
//! private anywhere else.

use std::path::{Path, PathBuf};

use super::CommandError;
use crate::ambient::Ambient;

/// Deleted with all that is in it when it is dropped.
pub struct Folder(PathBuf);

impl Folder {
    /// A new one of a name that starts with `prefix`.
    pub fn within(parent: &Path, prefix: &str, ambient: &Ambient) -> Result<Self, CommandError> {
        use std::os::unix::fs::DirBuilderExt as _;
        let path = parent.join(format!("{prefix}-{:016x}", u64::from_be_bytes(ambient.random())));
        let made = std::fs::DirBuilder::new().mode(0o700).create(&path);
        made.map_err(CommandError::io(format!("cannot make {}", path.display())))?;
        Ok(Self(path))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            eprintln!("could not delete {}: {error}", self.0.display());
        }
    }
}
