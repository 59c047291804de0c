//! Places in status lists that are taken already, as far as this process knows.
//!
//! A list is drawn from until half of it is taken, so every second draw would be
//! in vain at its end, and each of those costs a signature. The database decides
//! who has a place; what is remembered here only spares drawing it again. A place
//! stays random among all that are not known to be taken.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use moka::sync::Cache;

/// Lists that are remembered, the most used of them; each takes a bit for each of its places.
const LISTS: u64 = 256;

/// More draws than this mean that places were lost to orders that were refused: the database
/// shall say.
const TRIES: usize = 20;

/// What was drawn, list by list.
pub struct Drawn(Cache<String, Arc<[AtomicU64]>>);

impl Default for Drawn {
    fn default() -> Self {
        Self(Cache::new(LISTS))
    }
}

impl Drawn {
    /// Draws a place by `random`, which answers below `length`; again where it is known to be taken.
    pub fn draw(&self, list: &str, length: u32, random: impl Fn() -> u32) -> u32 {
        let words = length.div_ceil(u64::BITS) as usize;
        let none = || (0..words).map(|_| AtomicU64::new(0)).collect();
        let taken = self.0.get_with_by_ref(list, none);
        let mut place = random();
        for _ in 0..TRIES {
            let bit = 1 << (place % u64::BITS);
            let before = taken[(place / u64::BITS) as usize].fetch_or(bit, Ordering::Relaxed);
            if before & bit == 0 {
                break;
            }
            place = random();
        }
        place
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_place_is_drawn_once_in_each_list() {
        let drawn = Drawn::default();
        let draws = RefCell::new(vec![7, 7, 130, 7, 7]);
        let random = || draws.borrow_mut().pop().unwrap();
        let places = ["a", "a", "b"].map(|list| drawn.draw(list, 131, random));
        assert_eq!(places, [7, 130, 7]);
    }

    #[test]
    fn a_list_whose_places_are_all_known_still_has_a_draw_for_the_database_to_judge() {
        let drawn = Drawn::default();
        let next = RefCell::new(0..);
        let random = || next.borrow_mut().next().unwrap() % 4;
        let all: HashSet<_> = (0..4).map(|_| drawn.draw("a", 4, random)).collect();
        assert_eq!(all.len(), 4);
        assert!(drawn.draw("a", 4, random) < 4);
    }
}
