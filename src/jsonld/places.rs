//! Where the IRIs of known contexts stand among each other, as numbers.
//!
//! Spec: <https://www.w3.org/TR/rdf-canon/#canonical-quads>. Canonical lines sort
//! by their predicates, nearly all of which are terms of known contexts: with
//! places, integers are compared in the place of texts.
//!
//! Invariant: of two IRIs that have places, the lesser place is that of the IRI
//! whose N-Quads text is less. Only known contexts give places, so that nobody
//! fills the memory.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::ops::Bound::{Excluded, Unbounded};
use std::sync::{Mutex, PoisonError};

/// Where an IRI stands.
pub(super) type Place = NonZeroU64;

/// More than all known contexts define together.
const MOST: usize = 10_000;

/// How far behind the last IRI one is put that comes after it.
const STEP: u64 = 1 << 48;

#[derive(Debug, Default)]
struct Places(BTreeMap<Box<str>, Place>);

/// The place of an IRI that a known context defines. `None`: there is no room
/// between its neighbours any more.
pub(super) fn of(iri: &str) -> Option<Place> {
    static PLACES: Mutex<Places> = Mutex::new(Places(BTreeMap::new()));
    PLACES.lock().unwrap_or_else(PoisonError::into_inner).of(iri)
}

impl Places {
    fn of(&mut self, iri: &str) -> Option<Place> {
        // The end is part of the text: `<a#b>` comes before `<a>`.
        let text = format!("{iri}>").into_boxed_str();
        if let Some(place) = self.0.get(&text) {
            return Some(*place);
        }
        if self.0.len() == MOST {
            return None;
        }
        let key = || Excluded(&*text);
        let before = self.0.range::<str, _>((Unbounded, key())).next_back();
        let after = self.0.range::<str, _>((key(), Unbounded)).next();
        let before = before.map_or(0, |(_, place)| place.get());
        let number = match after {
            Some((_, after)) => before.midpoint(after.get()),
            None => before.checked_add(STEP)?,
        };
        let place = Place::new(number).filter(|_| number > before)?;
        self.0.insert(text, place);
        Some(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_in_the_order_of_the_texts_whichever_comes_first() {
        let mut places = Places::default();
        let mut given = Vec::new();
        // 7 is prime to 1,009: every number once, in an order without pattern.
        for n in (0..1_009).map(|n| n * 7 % 1_009) {
            for iri in [format!("a:{n}"), format!("a:{n}#x"), format!("a:{n}x")] {
                let place = places.of(&iri).expect("there is room");
                assert_eq!(places.of(&iri), Some(place));
                given.push((format!("<{iri}>"), place));
            }
        }
        given.sort();
        assert!(given.is_sorted_by(|(_, a), (_, b)| a < b));
    }

    #[test]
    fn where_there_is_no_room_no_place_is_given() {
        let mut places = Places::default();
        let (last, mut end) = (places.of("z"), "a".to_owned());
        // Always right before the last one, where the room is halved.
        let given: Vec<_> = (0..100)
            .map(|_| {
                end.push('z');
                places.of(&end)
            })
            .collect();
        let fitting = given.iter().take_while(|place| place.is_some()).count();
        assert!((40..50).contains(&fitting), "{fitting}");
        assert!(given[..fitting].is_sorted() && given[fitting - 1] < last);
        assert!(given[fitting..].iter().all(Option::is_none));
    }
}
