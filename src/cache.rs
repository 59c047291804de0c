//! A bounded cache: what was made once and is used many times.
//!
//! Invariant: an entry is used only while it *fits*, which each caller judges
//! for itself at each use; what does not fit is made anew, once for everybody
//! who waits for it. The weight of all entries, in bytes, stays under a bound,
//! so any of them may be gone at any time.

use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use moka::Equivalent;
use moka::notification::RemovalCause;

/// Entries of one kind.
pub struct Cache<K, V> {
    name: &'static str,
    entries: moka::future::Cache<K, V>,
    hits: AtomicU64,
    misses: AtomicU64,
    evictions: Arc<AtomicU64>,
}

/// What a cache holds, and what it was good for since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    pub cache: &'static str,
    pub entries: u64,
    /// What the entries weigh.
    pub bytes: u64,
    /// Uses of an entry that was there, or that another was making already.
    pub hits: u64,
    /// Entries that were made.
    pub misses: u64,
    /// Entries that had to go for want of room.
    pub evictions: u64,
}

/// What one cache may hold.
#[derive(Debug, Clone, Copy)]
pub struct Bound {
    pub bytes: u64,
    /// No entry is kept longer, whether it fits or not.
    pub time: Duration,
}

impl<K, V> Cache<K, V>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// `weigh` tells about how many bytes an entry takes.
    pub fn new(name: &'static str, bound: Bound, weigh: fn(&K, &V) -> usize) -> Self {
        let evictions = Arc::new(AtomicU64::new(0));
        let counted = evictions.clone();
        let entries = moka::future::Cache::builder()
            .weigher(move |key, value| u32::try_from(weigh(key, value)).unwrap_or(u32::MAX))
            .max_capacity(bound.bytes)
            .time_to_live(bound.time)
            .eviction_listener(move |_, _, cause| {
                if cause == RemovalCause::Size {
                    counted.fetch_add(1, Ordering::Relaxed);
                }
            })
            .build();
        let [hits, misses] = Default::default();
        Self { name, entries, hits, misses, evictions }
    }

    /// The entry, whether it fits or not; it counts as no use of it.
    pub async fn peek<Q>(&self, key: &Q) -> Option<V>
    where
        Q: Equivalent<K> + Hash + Sync + ?Sized,
    {
        self.entries.get(key).await
    }

    /// The entry, if there is one that fits.
    pub async fn find<Q>(&self, key: &Q, fits: impl Fn(&V) -> bool + Send + Sync) -> Option<V>
    where
        Q: Equivalent<K> + Hash + Sync + ?Sized,
    {
        let value = self.entries.get(key).await.filter(|value| fits(value))?;
        self.hits.fetch_add(1, Ordering::Relaxed);
        Some(value)
    }

    /// The entry, if it fits; else what `make` makes, which is kept.
    pub async fn get<M>(
        &self,
        key: K,
        fits: impl Fn(&V) -> bool + Send + Sync,
        make: impl Fn() -> M + Send + Sync,
    ) -> V
    where
        M: Future<Output = V> + Send,
    {
        if let Some(value) = self.find(&key, &fits).await {
            return value;
        }
        let made = self.entries.entry(key).or_insert_with_if(make(), |old| !fits(old)).await;
        let ours = made.is_fresh();
        let value = made.into_value();
        if !ours && fits(&value) {
            self.hits.fetch_add(1, Ordering::Relaxed);
            return value;
        }
        self.misses.fetch_add(1, Ordering::Relaxed);
        // At once, not some entries later: one of them may weigh as much as all others.
        self.entries.run_pending_tasks().await;
        // What another made in the meantime may fit that other only.
        if ours { value } else { make().await }
    }

    pub async fn figures(&self) -> Figures {
        self.entries.run_pending_tasks().await;
        Figures {
            cache: self.name,
            entries: self.entries.entry_count(),
            bytes: self.entries.weighted_size(),
            hits: self.hits.load(Ordering::Relaxed),
            misses: self.misses.load(Ordering::Relaxed),
            evictions: self.evictions.load(Ordering::Relaxed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn cache(bytes: u64) -> Cache<u32, Arc<Vec<u8>>> {
        Cache::new("test", Bound { bytes, time: HOUR }, |_, value| value.len())
    }

    /// Ten bytes that say which number made them.
    async fn ten(number: u8) -> Arc<Vec<u8>> {
        Arc::new(vec![number; 10])
    }

    #[tokio::test]
    async fn an_entry_is_made_once_and_again_when_it_fits_no_longer() {
        let cache = cache(100);
        for (fits, made, expected) in [(true, 1, 1), (true, 2, 1), (false, 3, 3), (true, 4, 3)] {
            let value = cache.get(7, |_| fits, || ten(made)).await;
            assert_eq!(value[0], expected);
        }
        let Figures { entries, bytes, hits, misses, evictions, .. } = cache.figures().await;
        assert_eq!((entries, bytes, hits, misses, evictions), (1, 10, 2, 2, 0));
    }

    #[tokio::test]
    async fn who_asks_at_the_same_time_waits_for_the_one_that_makes_it() {
        let cache = cache(100);
        let made = AtomicU64::new(0);
        let make = || async {
            made.fetch_add(1, Ordering::SeqCst);
            for _ in 0..10 {
                tokio::task::yield_now().await;
            }
            ten(1).await
        };
        let asked = (0..20).map(|_| cache.get(7, |_| true, make));
        futures_util::future::join_all(asked).await;
        assert_eq!(made.load(Ordering::SeqCst), 1);
        let figures = cache.figures().await;
        assert_eq!((figures.hits, figures.misses), (19, 1));
    }

    #[tokio::test]
    async fn what_was_made_for_another_and_does_not_fit_is_not_used() {
        let cache = cache(100);
        let slow = || async {
            tokio::task::yield_now().await;
            ten(1).await
        };
        let first = cache.get(7, |_| true, slow);
        let second = cache.get(7, |value| value[0] == 2, || ten(2));
        let (first, second) = tokio::join!(first, second);
        assert_eq!((first[0], second[0]), (1, 2));
    }

    #[tokio::test]
    async fn the_weight_stays_under_its_bound_and_the_answers_right() {
        let cache = cache(35);
        for number in (0..50).chain(0..50) {
            let value = cache.get(number.into(), |_| true, || ten(number)).await;
            assert_eq!(value[0], number);
        }
        let figures = cache.figures().await;
        assert!(figures.bytes <= 35 && figures.entries <= 3, "{figures:?}");
        assert_eq!(figures.hits + figures.misses, 100);
        assert!(figures.evictions > 0);
        // What is larger than the whole bound is made, and not kept.
        let large = cache.get(99, |_| true, || async { Arc::new(vec![9; 36]) }).await;
        assert_eq!(large.len(), 36);
        assert!(cache.figures().await.bytes <= 35);
    }
}
