//! What came of rare local contexts: a memory that forgets.
//!
//! Invariant: at most twice [`ROOM`] results are held, whoever asks for what; a
//! result that is asked for stays, one that is not goes with its generation.

use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::context::Context;
use super::process::Key;
use super::source::Source;

/// How many results a generation holds.
const ROOM: usize = 250;

/// Two generations of results. What is found in the older joins the younger;
/// when that is full, it becomes the older one.
#[derive(Debug, Default)]
pub(super) struct Recent(Mutex<Generations>);

#[derive(Debug, Default)]
struct Generations {
    young: Generation,
    old: Generation,
}

type Generation = HashMap<Key, Kept>;

/// A result, and what keeps the addresses of its key.
#[derive(Debug)]
struct Kept {
    result: Arc<Context>,
    _active: Arc<Context>,
    _local: Source,
}

impl Recent {
    pub(super) fn recall(&self, key: &Key) -> Option<Arc<Context>> {
        let mut generations = self.lock();
        if let Some(kept) = generations.young.get(key) {
            return Some(kept.result.clone());
        }
        let kept = generations.old.remove(key)?;
        let result = kept.result.clone();
        let forgotten = generations.insert(*key, kept);
        drop(generations);
        drop(forgotten);
        Some(result)
    }

    pub(super) fn keep(
        &self,
        key: Key,
        active: &Arc<Context>,
        local: &Source,
        result: &Arc<Context>,
    ) {
        let kept = Kept { result: result.clone(), _active: active.clone(), _local: local.clone() };
        let forgotten = self.lock().insert(key, kept);
        // Only now, when nobody waits for it.
        drop(forgotten);
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        let generations = self.lock();
        generations.young.len() + generations.old.len()
    }

    fn lock(&self) -> MutexGuard<'_, Generations> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Generations {
    /// What is forgotten for it.
    fn insert(&mut self, key: Key, kept: Kept) -> (Generation, Option<Kept>) {
        let forgotten = match self.young.len() {
            ROOM => mem::replace(&mut self.old, mem::take(&mut self.young)),
            _ => Generation::new(),
        };
        (forgotten, self.young.insert(key, kept))
    }
}

#[cfg(test)]
mod tests {
    use super::super::process::Mode;
    use super::*;

    #[test]
    fn what_is_asked_for_stays_and_the_rest_is_forgotten() {
        let recent = Recent::default();
        let mode = Mode { propagate: true, override_protected: false, known: true };
        let active = Arc::new(Context::default());
        let keep = |n: usize| {
            recent.keep((n, n, mode), &active, &Source::Null, &Arc::new(Context::default()));
        };
        keep(0);
        let first = recent.recall(&(0, 0, mode)).unwrap();
        for n in 1..10 * ROOM {
            keep(n);
            assert!(Arc::ptr_eq(&first, &recent.recall(&(0, 0, mode)).unwrap()));
            assert!(recent.len() <= 2 * ROOM);
        }
        assert!(recent.recall(&(1, 1, mode)).is_none());
    }
}
