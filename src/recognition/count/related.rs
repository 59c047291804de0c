//! Groups of related credentials, as many as there can be, each credential in one.
//!
//! Two make a group: a greatest matching (Edmonds, 1965), exact at any size. More
//! than two: whether there is a better division is as hard as exact cover, so ways
//! are tried until a bound that is counted, and the answer says whether it was
//! reached.
//!
//! Invariant: the same members in the same order always give the same groups, and
//! no more are claimed than were formed.

use std::collections::{BTreeMap, HashSet, VecDeque};

/// Looks at so many members while forming groups of more than two.
const WORK: usize = 2_000_000;

/// Looks at so many topics that hang together, one within the other, for the same.
const MOST_TOPICS: usize = 2_000;

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
    forget_the_same(&mut members);
    let (mut groups, exhaustive) = match of {
        2 => (Matching::greatest(topics, &members), true),
        _ => in_larger_groups(topics, &members, of),
    };
    groups.sort();
    Formed { groups, exhaustive }
}

/// Of topics that the same members have, the first is enough.
fn forget_the_same(members: &mut [Vec<usize>]) {
    let mut known = HashSet::new();
    for own in members {
        if !own.is_empty() && !known.insert(own.clone()) {
            own.clear();
        }
    }
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
            let shared = topics[a].iter().find(|topic| topics[b].binary_search(topic).is_ok());
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
    let mut exhaustive = true;
    let mut packing = Packing {
        topics,
        members,
        of,
        owner: vec![None; topics.len()],
        taken: vec![0; members.len()],
        seen: vec![0; members.len()],
        turn: 0,
        best: (0, Vec::new()),
        most: 0,
        work: WORK,
    };
    for mut part in parts(topics, members, of) {
        let all = part.topics.len() <= MOST_TOPICS;
        part.topics.truncate(MOST_TOPICS);
        (packing.best, packing.most) = ((0, Vec::new()), part.members.len() / of);
        let still = part.topics.iter().map(|topic| members[*topic].len() / of).sum();
        packing.search(&part, 0, (0, still));
        let (formed, owners) = &packing.best;
        exhaustive &= *formed == packing.most || (all && packing.work > 0);
        let mut own: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (member, owner) in part.members.iter().zip(owners) {
            if let Some(topic) = owner {
                own.entry(*topic).or_default().push(*member);
            }
        }
        for (topic, own) in own {
            groups.extend(own.chunks(of).map(|group| (group.to_vec(), topic)));
        }
    }
    (groups, exhaustive)
}

/// Topics that hang together by their members, the smallest first, and the members, rising.
struct Part {
    topics: Vec<usize>,
    members: Vec<usize>,
}

/// Of topics that have members enough for a group.
fn parts(topics: &[Vec<usize>], members: &[Vec<usize>], of: usize) -> Vec<Part> {
    let mut seen: Vec<bool> = members.iter().map(|members| members.len() < of).collect();
    let mut counted = vec![false; topics.len()];
    let mut parts = Vec::new();
    for start in 0..members.len() {
        if seen[start] {
            continue;
        }
        let mut part = Part { topics: Vec::new(), members: Vec::new() };
        let mut waiting = vec![start];
        while let Some(topic) = waiting.pop() {
            if std::mem::replace(&mut seen[topic], true) {
                continue;
            }
            part.topics.push(topic);
            for &member in &members[topic] {
                if !std::mem::replace(&mut counted[member], true) {
                    part.members.push(member);
                    waiting.extend(topics[member].iter().filter(|topic| !seen[**topic]));
                }
            }
        }
        part.topics.sort_by_key(|topic| (members[*topic].len(), *topic));
        part.members.sort_unstable();
        parts.push(part);
    }
    parts
}

/// Members given to topics, `of` so many or none at a time.
struct Packing<'t> {
    topics: &'t [Vec<usize>],
    members: &'t [Vec<usize>],
    of: usize,
    owner: Vec<Option<usize>>,
    /// Before this, a topic has no free member.
    taken: Vec<usize>,
    /// The last turn that asked a topic for a member.
    seen: Vec<usize>,
    turn: usize,
    /// The most groups that were formed, and the owners of the part's members then.
    best: (usize, Vec<Option<usize>>),
    /// No division can have more groups.
    most: usize,
    work: usize,
}

impl Packing<'_> {
    /// Tries from the most to the fewest groups of the topic at `next`, then the others: so many are
    /// formed, and so many may still be.
    fn search(&mut self, part: &Part, next: usize, (formed, still): (usize, usize)) {
        if formed > self.best.0 || self.best.1.is_empty() {
            self.best = (formed, self.owners(part));
        }
        let Some(&topic) = part.topics.get(next) else { return };
        if self.best.0 == self.most || formed + still <= self.best.0 || self.work == 0 {
            return;
        }
        let still = still - self.members[topic].len() / self.of;
        let mut more = 0;
        while self.give(topic) {
            more += 1;
        }
        loop {
            let state = self.owners(part);
            self.search(part, next + 1, (formed + more, still));
            if more == 0 || self.best.0 == self.most || self.work == 0 {
                return;
            }
            for (member, owner) in part.members.iter().zip(state) {
                self.owner[*member] = owner;
            }
            more -= 1;
            self.release(topic, self.of);
            part.topics.iter().for_each(|topic| self.taken[*topic] = 0);
            self.spend(part.topics.len());
        }
    }

    fn owners(&mut self, part: &Part) -> Vec<Option<usize>> {
        self.spend(part.members.len());
        part.members.iter().map(|member| self.owner[*member]).collect()
    }

    /// Copying is less work than looking.
    fn spend(&mut self, copied: usize) {
        self.work = self.work.saturating_sub(1 + copied / 8);
    }

    /// One group more for a topic, where all others keep theirs.
    fn give(&mut self, topic: usize) -> bool {
        for given in 0..self.of {
            self.turn += 1;
            if !self.one_more(topic) {
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
        for member in own {
            self.owner[member] = None;
            self.spend(self.topics[member].len());
            self.topics[member].iter().for_each(|topic| self.taken[*topic] = 0);
        }
    }

    /// One member more for a topic: a free one, or one of a topic that finds another for it.
    fn one_more(&mut self, topic: usize) -> bool {
        self.seen[topic] = self.turn;
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
            let asked = |owner: &usize| self.seen[*owner] == self.turn;
            let Some(owner) = self.owner[member].filter(|owner| !asked(owner)) else { continue };
            // Taken first, so that its owner does not find it again.
            self.owner[member] = Some(topic);
            if self.one_more(owner) {
                return true;
            }
            self.owner[member] = Some(owner);
        }
        false
    }
}

#[cfg(test)]
mod tests;
