//! The latest start of each status list that was seen: an older list is one
//! played again.
//!
//! Invariant: whatever strangers choose for an issuer's name and a list's URL, a
//! list takes the same room here, and displaces no more than one other.

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

/// How much room there is, in bytes.
const ROOM: u64 = 1024 * 1024;
/// What each takes, with what the cache needs for itself.
const WEIGHT: u32 = 64;

/// By a hash of issuer and URL. Cheap to clone; clones share it.
#[derive(Clone)]
pub(super) struct Starts(moka::sync::Cache<[u8; 32], Timestamp>);

impl Default for Starts {
    fn default() -> Self {
        let cache = moka::sync::Cache::builder().weigher(|_, _| WEIGHT).max_capacity(ROOM);
        Self(cache.build())
    }
}

impl Starts {
    /// Remembers this start, and says the latest one that was seen.
    pub fn newest(&self, issuer: &str, url: &str, start: Timestamp) -> Timestamp {
        let key = key(issuer, url);
        let newest = self.0.get(&key).map_or(start, |seen| seen.max(start));
        self.0.insert(key, newest);
        newest
    }
}

/// Each of the two is hashed by itself, so that no other pair runs together to the same text.
fn key(issuer: &str, url: &str) -> [u8; 32] {
    let both = [issuer, url].map(Sha256::digest).concat();
    Sha256::digest(both).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_start_of_a_list_is_remembered_for_its_issuer() {
        let starts = Starts::default();
        let at = |second| Timestamp::from_second(second).unwrap();
        assert_eq!(starts.newest("did:a:a", "https://a.example/l", at(5)), at(5));
        assert_eq!(starts.newest("did:a:a", "https://a.example/l", at(4)), at(5));
        assert_eq!(starts.newest("did:a:b", "https://a.example/l", at(4)), at(4));
        assert_eq!(starts.newest("did:a:ah", "ttps://a.example/l", at(4)), at(4));
    }

    #[test]
    fn the_starts_stay_within_their_room_whatever_strangers_call_their_lists() {
        let starts = Starts::default();
        let (long, most) = ("x".repeat(2000), ROOM / u64::from(WEIGHT));
        for number in 0..most + 1000 {
            starts.newest(&long, &number.to_string(), Timestamp::UNIX_EPOCH);
        }
        starts.0.run_pending_tasks();
        let (weight, entries) = (starts.0.weighted_size(), starts.0.entry_count());
        assert!(weight <= ROOM && (1..=most).contains(&entries), "{weight} {entries}");
    }
}
