//! As many groups as there can be, and an end to looking for them.

use super::*;
use proptest::prelude::*;

/// The most groups there are, by trying all ways.
fn by_trial(topics: &[Vec<usize>], count: usize, of: usize) -> usize {
    fn assign(topics: &[Vec<usize>], sizes: &mut [usize], of: usize) -> usize {
        let Some((first, others)) = topics.split_first() else {
            return sizes.iter().map(|size| size / of).sum();
        };
        let mut best = assign(others, sizes, of);
        for topic in first {
            sizes[*topic] += 1;
            best = best.max(assign(others, sizes, of));
            sizes[*topic] -= 1;
        }
        best
    }
    assign(topics, &mut vec![0; count], of)
}

fn check(topics: &[Vec<usize>], count: usize, of: usize) {
    let formed = form(topics, count, of);
    assert!(formed.exhaustive);
    assert_eq!(formed.groups.len(), by_trial(topics, count, of), "{topics:?} by {of}");
    let mut used = vec![false; topics.len()];
    for (members, topic) in &formed.groups {
        assert_eq!(members.len(), of);
        for member in members {
            assert!(topics[*member].contains(topic), "{topics:?}");
            assert!(!std::mem::replace(&mut used[*member], true), "nothing counts twice");
        }
    }
}

#[test]
fn a_pair_is_given_up_where_two_come_of_it() {
    // Taken first, the middle two would leave both ends alone.
    check(&[vec![1, 2], vec![0, 1], vec![0], vec![2]], 3, 2);
    // One that is related to three others, which are not related to each other.
    check(&[vec![0, 1, 2], vec![0], vec![1], vec![2]], 3, 2);
}

#[test]
fn a_thousand_of_one_topic_are_divided_without_trying_all_ways() {
    for of in [2, 3, 7] {
        let formed = form(&vec![vec![0]; 1000], 1, of);
        assert_eq!((formed.groups.len(), formed.exhaustive), (1000 / of, true));
    }
}

#[test]
fn what_is_too_much_to_try_says_so() {
    let topics: Vec<Vec<usize>> = (0..300)
        .map(|member| {
            let mut own: Vec<usize> = (1..4).map(|k| (member * k * 7 + k * k) % 90).collect();
            own.sort_unstable();
            own.dedup();
            own
        })
        .collect();
    let formed = form(&topics, 90, 5);
    let size = formed.groups.len();
    assert!(formed.exhaustive || size < 60, "a bound that was reached is an answer: {size}");
}

#[test]
fn topics_that_all_share_end_at_once() {
    for of in [2, 3, 4] {
        let formed = form(&vec![(0..20_000).collect(); of], 20_000, of);
        assert_eq!(formed.groups, [((0..of).collect(), 0)]);
        assert!(formed.exhaustive);
    }
}

#[test]
fn topics_that_nobody_can_look_at_all_end_the_search_and_not_the_process() {
    // Each pair of the others makes a topic with the first, so that one group can be formed.
    let size = 200;
    let mut topics = vec![Vec::new(); size];
    let pairs = (1..size).flat_map(|a| (a + 1..size).map(move |b| (a, b)));
    let mut count = 0;
    for (a, b) in pairs {
        for member in [0, a, b] {
            topics[member].push(count);
        }
        count += 1;
    }
    let formed = form(&topics, count, 3);
    assert_eq!((formed.groups.len(), formed.exhaustive), (1, false));
}

proptest! {
    #[test]
    fn as_many_groups_as_trying_all_ways_finds(
        topics in prop::collection::vec(prop::collection::btree_set(0usize..5, 0..4), 0..9),
        of in 2usize..4,
    ) {
        let topics: Vec<Vec<usize>> =
            topics.into_iter().map(|own| own.into_iter().collect()).collect();
        check(&topics, 5, of);
    }
}
