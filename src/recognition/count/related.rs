//! Groups of related credentials, as many as there can be, each credential in one.
//!
//! Two make a group: a greatest matching (Edmonds, 1965), exact at any size. More
//! than two: whether there is a better division is as hard as exact cover, so ways
//! are tried until a bound that is counted, and the answer says whether it was
//! reached.
//!
//! Invariant: the same members in the same order always give the same groups, and
//! no more are claimed than were formed.

use std::collections::VecDeque;

/// Looks at so many members while forming groups of more than two.
const WORK: usize = 2_000_000;

/// The groups that were formed.
#[derive(Debug, PartialEq, Eq)]
pub struct Formed {
    /// The members of each, rising, and what they share. In the order of their first members.
    pub groups: Vec<(Vec<usize>, usize)>,
    /// No division has more groups.
    pub exhaustive: bool,
}

/// Divides members into groups `of` so many that share a topic. `topics` has the topics of each
/// member, rising; they are numbered from zero to below `count`.
pub fn form(topics: &[Vec<usize>], count: usize, of: usize) -> Formed {
    let mut members = vec![Vec::new(); count];
    for (member, topics) in topics.iter().enumerate() {
        topics.iter().for_each(|topic| members[*topic].push(member));
    }
    let (mut groups, exhaustive) = match of {
        2 => (Matching::greatest(topics, &members), true),
        _ => in_larger_groups(topics, &members, of),
    };
    groups.sort();
    Formed { groups, exhaustive }
}

/// A matching that grows by alternating paths.
struct Matching<'t> {
    topics: &'t [Vec<usize>],
    members: &'t [Vec<usize>],
    mate: Vec<Option<usize>>,
    /// In a tree that led nowhere: no path will ever go through it.
    spent: Vec<bool>,
}

/// One search for a path, from a member without a mate.
struct Search {
    parent: Vec<Option<usize>>,
    /// The base of the blossom that a member is in; itself where it is in none.
    base: Vec<usize>,
    outer: Vec<bool>,
    queue: VecDeque<usize>,
}

impl<'t> Matching<'t> {
    fn greatest(topics: &'t [Vec<usize>], members: &'t [Vec<usize>]) -> Vec<(Vec<usize>, usize)> {
        let size = topics.len();
        let mut matching =
            Matching { topics, members, mate: vec![None; size], spent: vec![false; size] };
        matching.pair_greedily();
        for (root, own) in topics.iter().enumerate() {
            let related = own.iter().any(|topic| members[*topic].len() > 1);
            if related && matching.mate[root].is_none() {
                matching.augment(root);
            }
        }
        let pairs = matching.mate.iter().enumerate().filter_map(|(a, mate)| {
            let b = mate.filter(|b| a < *b)?;
            let shared = topics[a].iter().find(|topic| topics[b].contains(topic));
            Some((vec![a, b], *shared.expect("mates share a topic")))
        });
        pairs.collect()
    }

    /// Topics with few members first: they have the fewest other ways.
    fn pair_greedily(&mut self) {
        let mut order: Vec<usize> = (0..self.members.len()).collect();
        order.sort_by_key(|topic| (self.members[*topic].len(), *topic));
        for topic in order {
            let mut waiting = None;
            for &member in self.members[topic].iter().filter(|m| self.topics[**m].len() == 1) {
                self.pair(&mut waiting, member);
            }
            for &member in self.members[topic].iter().filter(|m| self.topics[**m].len() > 1) {
                self.pair(&mut waiting, member);
            }
        }
    }

    fn pair(&mut self, waiting: &mut Option<usize>, member: usize) {
        if self.mate[member].is_some() {
            return;
        }
        match waiting.take() {
            None => *waiting = Some(member),
            Some(other) => {
                self.mate[member] = Some(other);
                self.mate[other] = Some(member);
            }
        }
    }

    /// Looks for a path from `root` to another member without a mate, and turns it over.
    fn augment(&mut self, root: usize) {
        let size = self.topics.len();
        let mut search = Search {
            parent: vec![None; size],
            base: (0..size).collect(),
            outer: vec![false; size],
            queue: VecDeque::from([root]),
        };
        search.outer[root] = true;
        while let Some(from) = search.queue.pop_front() {
            let (topics, members) = (self.topics, self.members);
            for &to in topics[from].iter().flat_map(|topic| &members[*topic]) {
                if self.spent[to]
                    || search.base[from] == search.base[to]
                    || self.mate[from] == Some(to)
                {
                    continue;
                }
                let mate = self.mate[to];
                if to == root || mate.is_some_and(|mate| search.parent[mate].is_some()) {
                    search.contract(from, to, &self.mate);
                } else if search.parent[to].is_none() {
                    search.parent[to] = Some(from);
                    match mate {
                        None => return self.turn_over(to, &search.parent),
                        Some(mate) => {
                            search.outer[mate] = true;
                            search.queue.push_back(mate);
                        }
                    }
                }
            }
        }
        for member in 0..size {
            self.spent[member] |= search.outer[member] || search.parent[member].is_some();
        }
    }

    fn turn_over(&mut self, end: usize, parent: &[Option<usize>]) {
        let mut next = Some(end);
        while let Some(to) = next {
            let from = parent[to].expect("a path leads back to its root");
            next = self.mate[from];
            self.mate[to] = Some(from);
            self.mate[from] = Some(to);
        }
    }
}

impl Search {
    /// An edge between two outer members closes a cycle of odd length: a blossom.
    fn contract(&mut self, a: usize, b: usize, mate: &[Option<usize>]) {
        let base = self.common_base(a, b, mate);
        let mut blossom = vec![false; self.base.len()];
        self.mark(a, base, b, (mate, &mut blossom));
        self.mark(b, base, a, (mate, &mut blossom));
        for member in 0..self.base.len() {
            if blossom[self.base[member]] {
                self.base[member] = base;
                if !self.outer[member] {
                    self.outer[member] = true;
                    self.queue.push_back(member);
                }
            }
        }
    }

    fn common_base(&self, a: usize, b: usize, mate: &[Option<usize>]) -> usize {
        let mut above = vec![false; self.base.len()];
        let up = |member: usize| mate[member].and_then(|mate| self.parent[mate]);
        let mut at = Some(a);
        while let Some(member) = at {
            let base = self.base[member];
            above[base] = true;
            at = up(base);
        }
        let mut member = self.base[b];
        while !above[member] {
            member = self.base[up(member).expect("both stand in the tree of one root")];
        }
        member
    }

    fn mark(
        &mut self,
        mut member: usize,
        base: usize,
        mut child: usize,
        (mate, blossom): (&[Option<usize>], &mut [bool]),
    ) {
        while self.base[member] != base {
            let partner = mate[member].expect("only the root has none");
            blossom[self.base[member]] = true;
            blossom[self.base[partner]] = true;
            self.parent[member] = Some(child);
            child = partner;
            member = self.parent[partner].expect("an inner member was reached from somewhere");
        }
    }
}

/// Groups of three or more: topic by topic, and back where that was too greedy.
fn in_larger_groups(
    topics: &[Vec<usize>],
    members: &[Vec<usize>],
    of: usize,
) -> (Vec<(Vec<usize>, usize)>, bool) {
    let mut groups = Vec::new();
    let (mut exhaustive, mut work) = (true, WORK);
    for part in parts(topics, members) {
        let size: usize = part.members;
        let mut packing = Packing {
            members,
            of,
            owner: vec![None; topics.len()],
            taken: vec![0; members.len()],
            best: (0, Vec::new()),
            most: size / of,
            work,
        };
        packing.search(&part.topics, 0);
        exhaustive &= packing.best.0 == packing.most || packing.work > 0;
        work = packing.work;
        for topic in part.topics {
            let own = packing.best.1.iter().enumerate().filter(|(_, owner)| **owner == Some(topic));
            let own: Vec<usize> = own.map(|(member, _)| member).collect();
            groups.extend(own.chunks(of).map(|group| (group.to_vec(), topic)));
        }
    }
    (groups, exhaustive)
}

/// Topics that hang together by their members, the smallest first.
struct Part {
    topics: Vec<usize>,
    members: usize,
}

fn parts(topics: &[Vec<usize>], members: &[Vec<usize>]) -> Vec<Part> {
    let mut seen = vec![false; members.len()];
    let mut counted = vec![false; topics.len()];
    let mut parts = Vec::new();
    for start in 0..members.len() {
        let mut part = Part { topics: Vec::new(), members: 0 };
        let mut waiting = vec![start];
        while let Some(topic) = waiting.pop() {
            if std::mem::replace(&mut seen[topic], true) {
                continue;
            }
            part.topics.push(topic);
            for &member in &members[topic] {
                if !std::mem::replace(&mut counted[member], true) {
                    part.members += 1;
                    waiting.extend(&topics[member]);
                }
            }
        }
        part.topics.sort_by_key(|topic| (members[*topic].len(), *topic));
        parts.push(part);
    }
    parts
}

/// Members given to topics, `of` so many or none at a time.
struct Packing<'t> {
    members: &'t [Vec<usize>],
    of: usize,
    owner: Vec<Option<usize>>,
    /// Before this, a topic has no free member.
    taken: Vec<usize>,
    best: (usize, Vec<Option<usize>>),
    /// No division can have more groups.
    most: usize,
    work: usize,
}

impl Packing<'_> {
    /// Tries from the most to the fewest groups of the first topic, then the others.
    fn search(&mut self, topics: &[usize], formed: usize) {
        if formed > self.best.0 || self.best.1.is_empty() {
            self.best = (formed, self.owner.clone());
        }
        let Some((&topic, others)) = topics.split_first() else { return };
        let still: usize = topics.iter().map(|topic| self.members[*topic].len() / self.of).sum();
        if formed + still <= self.best.0 {
            return;
        }
        let mut more = 0;
        while self.give(topic) {
            more += 1;
        }
        loop {
            let state = self.owner.clone();
            self.search(others, formed + more);
            if more == 0 || self.best.0 == self.most || self.work == 0 {
                return;
            }
            self.owner = state;
            more -= 1;
            self.release(topic, self.of);
        }
    }

    /// One group more for a topic, where all others keep theirs.
    fn give(&mut self, topic: usize) -> bool {
        for given in 0..self.of {
            let mut seen = vec![false; self.members.len()];
            if !self.one_more(topic, &mut seen) {
                self.release(topic, given);
                return false;
            }
        }
        true
    }

    /// Sets the last so many members of a topic free.
    fn release(&mut self, topic: usize, count: usize) {
        let own = self.members[topic].iter().rev().filter(|m| self.owner[**m] == Some(topic));
        let own: Vec<usize> = own.take(count).copied().collect();
        own.into_iter().for_each(|member| self.owner[member] = None);
        self.taken.fill(0);
    }

    /// One member more for a topic: a free one, or one of a topic that finds another for it.
    fn one_more(&mut self, topic: usize, seen: &mut [bool]) -> bool {
        seen[topic] = true;
        let members = &self.members[topic];
        let from = self.taken[topic];
        let free = members[from..].iter().position(|member| self.owner[*member].is_none());
        self.taken[topic] = free.map_or(members.len(), |free| from + free);
        self.work = self.work.saturating_sub(self.taken[topic] - from + 1);
        if self.work == 0 {
            return false;
        }
        if let Some(&free) = members.get(self.taken[topic]) {
            self.owner[free] = Some(topic);
            return true;
        }
        for &member in members {
            self.work = self.work.saturating_sub(1);
            let Some(owner) = self.owner[member].filter(|owner| !seen[*owner]) else { continue };
            // Taken first, so that its owner does not find it again.
            self.owner[member] = Some(topic);
            if self.one_more(owner, seen) {
                return true;
            }
            self.owner[member] = Some(owner);
        }
        false
    }
}

#[cfg(test)]
mod tests {
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
}
