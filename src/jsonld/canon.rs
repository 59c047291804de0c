//! RDFC-1.0, the canonical form of a dataset.
//!
//! Spec: <https://www.w3.org/TR/rdf-canon/>. The step numbers are those of its
//! sections 4.4 to 4.8. Invariant: the work is bounded by [`BUDGET`], whatever
//! the graph, and for all graphs of one verification together ([`Work`]); within
//! it the answer is the specification's.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256, Sha384};

use super::dataset::{Dataset, Quad, Term, TermKind};
use super::issued::{Canonical, Issuer};
use super::lines::{Line, Lines};

/// How much work one dataset or one verification may cost, in bytes hashed and
/// copied: some tens of milliseconds. Documents without symmetric blank nodes
/// cost almost none of it; a 10-clique would need far more than any budget.
const BUDGET: u64 = 20_000_000;

/// How far paths are followed, so that the stack holds.
const MAX_DEPTH: u32 = 256;

/// What a hash costs besides its bytes.
const HASH: usize = 128;

/// Of so many bytes written one is counted: the longest graph may be written some nine times in
/// one verification.
const WRITTEN: usize = 8;

/// What several graphs may still cost together.
#[derive(Debug)]
pub(super) struct Work(AtomicU64);

impl Default for Work {
    fn default() -> Self {
        Work(AtomicU64::new(BUDGET))
    }
}

impl Work {
    pub(super) fn left(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn take(&self, spent: u64) {
        let left = |left: u64| Some(left.saturating_sub(spent));
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, left);
    }
}

/// Which hash RDFC-1.0 runs with: SHA-256, or SHA-384 for P-384 keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HashAlgorithm {
    Sha256,
    Sha384,
}

/// The graph has so many interchangeable blank nodes that canonicalizing it
/// was given up. Nothing is known about its signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the document's graph is too complex to be put into canonical form")]
pub struct TooComplex;

/// The canonical form, paid for from the `work` of a verification where it is part of one. What
/// is too complex leaves nothing for others.
pub(super) fn canonicalize(
    dataset: &Dataset,
    hash: HashAlgorithm,
    work: Option<&Work>,
) -> Result<String, TooComplex> {
    let budget = work.map_or(BUDGET, Work::left);
    if budget == 0 {
        return Err(TooComplex);
    }
    let lines = Lines::new(dataset);
    let mut state = State::new(dataset, &lines, hash, budget);
    let canonical = state.canonical();
    if let Some(work) = work {
        work.take(canonical.as_ref().map_or(budget, |_| budget - state.budget));
    }
    canonical
}
/// A hash; it sorts as its hexadecimal text does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Hash {
    bytes: [u8; 48],
    length: usize,
}

impl Hash {
    fn new(digest: &[u8]) -> Self {
        let mut bytes = [0; 48];
        bytes[..digest.len()].copy_from_slice(digest);
        Hash { bytes, length: digest.len() }
    }

    fn write(&self, out: &mut String) {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        for byte in &self.bytes[..self.length] {
            out.push(DIGITS[usize::from(byte >> 4)] as char);
            out.push(DIGITS[usize::from(byte & 15)] as char);
        }
    }
}

struct State<'d> {
    dataset: &'d Dataset,
    lines: &'d Lines<'d>,
    hash: HashAlgorithm,
    mentions: Mentions,
    /// By blank node; none for one that no quad mentions.
    first_degree: Vec<Option<Hash>>,
    budget: u64,
    depth: u32,
}

/// For each blank node, the quads that mention it.
struct Mentions {
    /// Where the quads of each blank node start.
    starts: Vec<u32>,
    quads: Vec<u32>,
}

impl Mentions {
    fn new(dataset: &Dataset) -> Self {
        let mut starts = vec![0; dataset.blanks() as usize + 1];
        for quad in dataset.quads() {
            mentioned(quad).for_each(|blank| starts[blank as usize + 1] += 1);
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut quads = vec![0; starts.last().map_or(0, |end| *end as usize)];
        let mut next = starts.clone();
        for (number, quad) in (0..).zip(dataset.quads()) {
            for blank in mentioned(quad) {
                quads[next[blank as usize] as usize] = number;
                next[blank as usize] += 1;
            }
        }
        Mentions { starts, quads }
    }

    fn of(&self, blank: u32) -> &[u32] {
        let at = blank as usize;
        &self.quads[self.starts[at] as usize..self.starts[at + 1] as usize]
    }
}

impl<'d> State<'d> {
    fn new(dataset: &'d Dataset, lines: &'d Lines<'d>, hash: HashAlgorithm, budget: u64) -> Self {
        let mentions = Mentions::new(dataset);
        State { dataset, lines, hash, mentions, first_degree: vec![], budget, depth: 0 }
    }

    /// Section 4.4.3.
    fn canonical(&mut self) -> Result<String, TooComplex> {
        // 3: the first degree hashes.
        let mut by_hash = self.first_degree_hashes();
        by_hash.sort_unstable();
        // 4: what is unique is named in the order of its hash.
        let mut canonical = Canonical::new(self.dataset.blanks());
        let groups = || by_hash.chunk_by(|(a, _), (b, _)| a == b);
        for group in groups() {
            if let [(_, only)] = group {
                canonical.issue(*only);
            }
        }
        // 5: the rest by the paths that lead away from it.
        for group in groups().filter(|group| group.len() > 1) {
            let mut paths = Vec::new();
            for (_, blank) in group.iter().filter(|(_, blank)| !canonical.has(*blank)) {
                let mut issuer = Issuer::default();
                issuer.issue(*blank);
                paths.push(self.hash_n_degree(*blank, issuer, &canonical)?);
            }
            paths.sort_by_key(|(hash, _)| *hash);
            for (_, issuer) in paths {
                for blank in issuer.order {
                    canonical.issue(blank);
                }
            }
        }
        let order = canonical.order_of_labels();
        let mut text = String::with_capacity(self.lines.bytes());
        let by_order = |blank| order[blank as usize];
        let label = |blank, out: &mut String| canonical.write(blank, out);
        let mut room = Vec::with_capacity(self.dataset.len());
        self.lines.write(self.dataset.quads(), (by_order, label), &mut room, &mut text);
        self.spend(text.len() / WRITTEN)?;
        Ok(text)
    }

    /// The first degree hashes of all blank nodes that quads mention.
    fn first_degree_hashes(&mut self) -> Vec<(Hash, u32)> {
        let (mut text, mut lines) = (String::with_capacity(2048), Vec::new());
        let hash = |blank: u32| {
            let quads = self.mentions.of(blank);
            (!quads.is_empty())
                .then(|| self.hash_first_degree(blank, quads, (&mut lines, &mut text)))
        };
        self.first_degree = (0..self.dataset.blanks()).map(hash).collect();
        let hashes = (0..).zip(&self.first_degree);
        hashes.filter_map(|(blank, hash)| hash.map(|hash| (hash, blank))).collect()
    }

    fn spend(&mut self, work: usize) -> Result<(), TooComplex> {
        self.budget = self.budget.checked_sub(work as u64).ok_or(TooComplex)?;
        Ok(())
    }

    fn digest(&self, text: &str) -> Hash {
        match self.hash {
            HashAlgorithm::Sha256 => Hash::new(&Sha256::digest(text)),
            HashAlgorithm::Sha384 => Hash::new(&Sha384::digest(text)),
        }
    }

    /// Section 4.6.3. `lines` and `text` are places to write in.
    fn hash_first_degree(
        &self,
        reference: u32,
        quads: &[u32],
        (lines, text): (&mut Vec<Line<'d>>, &mut String),
    ) -> Hash {
        text.clear();
        let quads = quads.iter().map(|quad| &self.dataset.quads()[*quad as usize]);
        let is_other = |blank| u32::from(blank != reference);
        let label = |blank, out: &mut String| {
            out.push_str(if blank == reference { "_:a" } else { "_:z" });
        };
        lines.clear();
        self.lines.write(quads, (is_other, label), lines, text);
        self.digest(text)
    }

    /// Section 4.7.3.
    fn hash_related(
        &mut self,
        related: u32,
        quad: &Quad,
        position: char,
        canonical: &Canonical,
        issuer: &Issuer,
    ) -> Result<Hash, TooComplex> {
        let mut input = String::new();
        input.push(position);
        if position != 'g' {
            self.write_name(quad.predicate, &mut input);
        }
        if canonical.has(related) {
            canonical.write(related, &mut input);
        } else if issuer.has(related) {
            issuer.write(related, &mut input);
        } else {
            let hash = &self.first_degree[related as usize];
            hash.expect("a quad mentions it").write(&mut input);
        }
        self.spend(input.len() + HASH)?;
        Ok(self.digest(&input))
    }

    fn write_name(&self, predicate: Term, out: &mut String) {
        match predicate.kind() {
            TermKind::Named(name) => out.push_str(self.dataset.name(name)),
            TermKind::Blank(_) => unreachable!("a predicate is an IRI"),
        }
    }

    /// Section 4.8.3: the hash, and the issuer that names in its order.
    fn hash_n_degree(
        &mut self,
        identifier: u32,
        mut issuer: Issuer,
        canonical: &Canonical,
    ) -> Result<(Hash, Issuer), TooComplex> {
        let mut related_by_hash: BTreeMap<Hash, Vec<u32>> = BTreeMap::new();
        for at in 0..self.mentions.of(identifier).len() {
            let quad = &self.dataset.quads()[self.mentions.of(identifier)[at] as usize];
            for (position, related) in blanks_of(quad).filter(|(_, blank)| *blank != identifier) {
                let hash = self.hash_related(related, quad, position, canonical, &issuer)?;
                related_by_hash.entry(hash).or_default().push(related);
            }
        }
        let mut data = String::new();
        for (related_hash, blanks) in related_by_hash {
            related_hash.write(&mut data);
            if self.depth == MAX_DEPTH {
                return Err(TooComplex);
            }
            self.depth += 1;
            let (path, chosen) = self.shortest_path(blanks, &issuer, canonical)?;
            self.depth -= 1;
            data.push_str(&path);
            issuer = chosen;
        }
        self.spend(data.len() + HASH)?;
        Ok((self.digest(&data), issuer))
    }

    /// Steps 5.2 to 5.6: the least path over all orders of `blanks`.
    fn shortest_path(
        &mut self,
        mut blanks: Vec<u32>,
        issuer: &Issuer,
        canonical: &Canonical,
    ) -> Result<(String, Issuer), TooComplex> {
        let mut chosen: Option<(String, Issuer)> = None;
        blanks.sort_unstable();
        loop {
            let least = chosen.as_ref().map(|(path, _)| path.as_str());
            if let Some(better) = self.path(&blanks, issuer, canonical, least)? {
                chosen = Some(better);
            }
            if !next_permutation(&mut blanks) {
                return Ok(chosen.expect("the first order is always taken"));
            }
        }
    }

    /// Steps 5.4.1 to 5.4.6: the path of one order, unless a lesser is known.
    fn path(
        &mut self,
        order: &[u32],
        issuer: &Issuer,
        canonical: &Canonical,
        least: Option<&str>,
    ) -> Result<Option<(String, Issuer)>, TooComplex> {
        let worse =
            |path: &str| least.is_some_and(|least| path.len() >= least.len() && path > least);
        let mut copy = issuer.clone();
        let mut path = String::new();
        let mut recursion = Vec::new();
        self.spend(HASH * order.len() + 12 * copy.order.len())?;
        for &related in order {
            if canonical.has(related) {
                canonical.write(related, &mut path);
            } else {
                if !copy.has(related) {
                    recursion.push(related);
                    copy.issue(related);
                }
                copy.write(related, &mut path);
            }
            if worse(&path) {
                return Ok(None);
            }
        }
        for related in recursion {
            let (hash, result) = self.hash_n_degree(related, copy.clone(), canonical)?;
            copy = result;
            copy.issue(related);
            copy.write(related, &mut path);
            path.push('<');
            hash.write(&mut path);
            path.push('>');
            if worse(&path) {
                return Ok(None);
            }
        }
        let better = least.is_none_or(|least| path.as_str() < least);
        Ok(better.then_some((path, copy)))
    }
}

/// The blank nodes of a quad, with the letter of their place.
fn blanks_of(quad: &Quad) -> impl Iterator<Item = (char, u32)> {
    [('s', Some(quad.subject)), ('o', Some(quad.object)), ('g', quad.graph)]
        .into_iter()
        .filter_map(|(position, term)| Some((position, term?.as_blank()?)))
}

/// The blank nodes of a quad, each once.
fn mentioned(quad: &Quad) -> impl Iterator<Item = u32> {
    let [subject, object, graph] = [Some(quad.subject), Some(quad.object), quad.graph];
    let object = object.filter(|_| object != subject);
    let graph = graph.filter(|_| graph != subject && graph != Some(quad.object));
    [subject, object, graph].into_iter().filter_map(|term| term?.as_blank())
}

/// The next order of the items, least first; false after the last one.
fn next_permutation(items: &mut [u32]) -> bool {
    let Some(pivot) = items.windows(2).rposition(|pair| pair[0] < pair[1]) else {
        return false;
    };
    let successor = items
        .iter()
        .rposition(|item| *item > items[pivot])
        .expect("the item after the pivot is greater than it");
    items.swap(pivot, successor);
    items[pivot + 1..].reverse();
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_comes_once_and_equal_items_are_not_told_apart() {
        let mut items = [1, 1, 2];
        let mut orders = vec![items];
        while next_permutation(&mut items) {
            orders.push(items);
        }
        assert_eq!(orders, [[1, 1, 2], [1, 2, 1], [2, 1, 1]]);
        assert!(!next_permutation(&mut []));
    }
}
