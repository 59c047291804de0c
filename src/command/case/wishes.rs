//! What a verification was asked with, as far as a pack keeps it, so that its replay is the same.
//!
//! Invariant: nothing personal is kept: that a recipient was expected, and not whom; and of
//! contexts that are not bundled their digests, since only who replays it may say what words mean.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::super::CommandError;
use super::malformed;
use crate::check::options::Options;

/// A part of `pack.json`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Wishes {
    /// Intermediate values were told.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub explain: bool,
    /// Somebody was expected to be named.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub recipient: bool,
    /// The SHA-256 of each pinned context that was named, by its URL.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    contexts: BTreeMap<String, String>,
}

impl Wishes {
    pub fn of(
        options: &Options,
        pinned: &BTreeMap<String, Vec<u8>>,
        named: &BTreeSet<String>,
    ) -> Self {
        let contexts = pinned.iter().filter(|(url, _)| named.contains(*url));
        let contexts = contexts.map(|(url, bytes)| (url.clone(), digest(bytes))).collect();
        Self { explain: options.explain, recipient: options.recipient.is_some(), contexts }
    }

    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    /// That what is pinned here means the same.
    pub fn refuse_other_contexts(
        &self,
        pack: impl std::fmt::Display,
        pinned: &BTreeMap<String, Vec<u8>>,
    ) -> Result<(), CommandError> {
        let other = |(url, sha256): &(&String, &String)| {
            pinned.get(*url).is_none_or(|bytes| digest(bytes) != **sha256)
        };
        match self.contexts.iter().find(other) {
            None => Ok(()),
            Some((url, sha256)) => Err(malformed(
                pack,
                format!(
                    "its verification knew the context {url} by the SHA-256 {sha256}, which is not \
                     pinned here; look at it among the pack's contexts, and if you trust it, name \
                     it in the map of --contexts"
                ),
            )),
        }
    }
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pack_is_refused_where_a_context_that_it_knew_is_not_pinned_to_the_same_bytes() {
        let url = "https://a.example/c".to_owned();
        let pinned = |text: &str| BTreeMap::from([(url.clone(), text.as_bytes().to_vec())]);
        let named = BTreeSet::from([url.clone()]);
        let wishes = Wishes::of(Options::USUAL, &pinned("{}"), &named);
        assert!(wishes.refuse_other_contexts("p", &pinned("{}")).is_ok());
        for other in [pinned("{ }"), BTreeMap::new()] {
            let error = wishes.refuse_other_contexts("p", &other).unwrap_err();
            assert!(
                error.to_string().contains("--contexts")
                    || format!("{error:?}").contains("--contexts")
            );
        }
        // What nothing names is no part of it.
        assert!(Wishes::of(Options::USUAL, &pinned("{}"), &BTreeSet::new()).is_usual());
    }
}
