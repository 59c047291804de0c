//! How many requests are under way at once: in all, and to one host.
//!
//! Invariant: who waits for a host holds no place among all, so a slow host keeps
//! only those waiting who asked it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Requests under way, whoever asked for them.
const IN_ALL: usize = 64;
/// Those of them to one host.
const TO_ONE_HOST: usize = 4;

/// Cheap to clone; clones share the places.
#[derive(Clone)]
pub(super) struct Turns {
    all: Arc<Semaphore>,
    /// By host, while anybody asks it or waits to.
    hosts: Arc<Mutex<HashMap<String, Weak<Semaphore>>>>,
}

/// A request may be under way while this is held.
pub(super) struct Turn {
    _host: OwnedSemaphorePermit,
    _all: OwnedSemaphorePermit,
}

impl Default for Turns {
    fn default() -> Self {
        Self { all: Arc::new(Semaphore::new(IN_ALL)), hosts: Arc::default() }
    }
}

impl Turns {
    /// Waits for a place.
    pub async fn take(&self, host: &str) -> Turn {
        let of_host = self.of_host(host);
        let host = of_host.acquire_owned().await.expect("nobody closes it");
        let all = self.all.clone().acquire_owned().await.expect("nobody closes it");
        Turn { _host: host, _all: all }
    }

    fn of_host(&self, host: &str) -> Arc<Semaphore> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(places) = hosts.get(host).and_then(Weak::upgrade) {
            return places;
        }
        hosts.retain(|_, places| places.strong_count() > 0);
        let places = Arc::new(Semaphore::new(TO_ONE_HOST));
        hosts.insert(host.to_owned(), Arc::downgrade(&places));
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    // Outside of a runtime, whose tasks have to yield now and then: each waiting here is for a place.
    #[test]
    fn a_host_has_few_places_and_all_hosts_have_a_bounded_number() {
        let turns = Turns::default();
        let mut held = Vec::new();
        for host in 0..IN_ALL / TO_ONE_HOST {
            let host = format!("a{host}.example");
            for _ in 0..TO_ONE_HOST {
                held.push(turns.take(&host).now_or_never().expect("there is a place"));
            }
            assert!(turns.take(&host).now_or_never().is_none(), "a fifth to {host}");
        }
        assert!(turns.take("b.example").now_or_never().is_none());
        held.clear();
        assert!(turns.take("b.example").now_or_never().is_some());
        assert_eq!(turns.hosts.lock().unwrap().len(), 1, "nobody asks the others any more");
    }
}
