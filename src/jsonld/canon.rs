//! RDFC-1.0, the canonical form of a dataset.
//!
//! Spec: <https://www.w3.org/TR/rdf-canon/>. The step numbers are those of its
//! sections 4.4 to 4.8. Invariant: the work is bounded by [`BUDGET`], whatever
//! the graph; within it the answer is the specification's.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use sha2::{Digest, Sha256, Sha384};

use super::dataset::{Dataset, Quad, Term};

/// How much work one dataset may cost, in bytes hashed and copied: some tens of
/// milliseconds. Documents without symmetric blank nodes cost almost none of
/// it; a 10-clique would need far more than any budget.
const BUDGET: u64 = 32_000_000;

/// How far paths are followed, so that the stack holds.
const MAX_DEPTH: u32 = 256;

/// What a hash costs besides its bytes.
const HASH: usize = 128;

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

/// Section 4.4.3.
pub(super) fn canonicalize(dataset: &Dataset, hash: HashAlgorithm) -> Result<String, TooComplex> {
    let mut state = State::new(dataset, hash);
    // 3: the first degree hashes.
    let mut by_hash: BTreeMap<Rc<str>, Vec<u32>> = BTreeMap::new();
    for blank in 0..dataset.blanks() {
        if !state.quads_of[blank as usize].is_empty() {
            let hash = state.hash_first_degree(blank)?;
            by_hash.entry(hash).or_default().push(blank);
        }
    }
    // 4: what is unique is named in the order of its hash.
    let mut canonical = Issuer::new("c14n");
    for blanks in by_hash.values() {
        if let [only] = blanks.as_slice() {
            canonical.issue(*only);
        }
    }
    // 5: the rest by the paths that lead away from it.
    for blanks in by_hash.values().filter(|blanks| blanks.len() > 1) {
        let mut paths = Vec::new();
        for &blank in blanks.iter().filter(|blank| !canonical.has(**blank)) {
            let mut issuer = Issuer::new("b");
            issuer.issue(blank);
            paths.push(state.hash_n_degree(blank, issuer, &canonical)?);
        }
        paths.sort_by(|(a, _), (b, _)| a.cmp(b));
        for (_, issuer) in paths {
            for blank in issuer.order {
                canonical.issue(blank);
            }
        }
    }
    Ok(serialize(dataset, &canonical))
}

fn serialize(dataset: &Dataset, canonical: &Issuer) -> String {
    let mut lines: Vec<String> = dataset
        .quads()
        .iter()
        .map(|quad| {
            let mut line = String::new();
            write_quad(&mut line, dataset, quad, |blank, out| canonical.write(blank, out));
            line
        })
        .collect();
    lines.sort_unstable();
    lines.concat()
}

/// One line of canonical N-Quads; `label` writes a blank node.
fn write_quad(
    out: &mut String,
    dataset: &Dataset,
    quad: &Quad,
    mut label: impl FnMut(u32, &mut String),
) {
    let terms = [Some(quad.subject), Some(quad.predicate), Some(quad.object), quad.graph];
    for term in terms.into_iter().flatten() {
        match term {
            Term::Blank(blank) => label(blank, out),
            named => out.push_str(dataset.name(named)),
        }
        out.push(' ');
    }
    out.push_str(".\n");
}

struct State<'d> {
    dataset: &'d Dataset,
    hash: HashAlgorithm,
    /// For each blank node, the quads that mention it.
    quads_of: Vec<Vec<&'d Quad>>,
    first_degree: HashMap<u32, Rc<str>>,
    budget: u64,
    depth: u32,
}

impl<'d> State<'d> {
    fn new(dataset: &'d Dataset, hash: HashAlgorithm) -> Self {
        let mut quads_of = vec![Vec::new(); dataset.blanks() as usize];
        for quad in dataset.quads() {
            let mut mentioned: Vec<u32> = blanks_of(quad).map(|(_, blank)| blank).collect();
            mentioned.sort_unstable();
            mentioned.dedup();
            for blank in mentioned {
                quads_of[blank as usize].push(quad);
            }
        }
        State { dataset, hash, quads_of, first_degree: HashMap::new(), budget: BUDGET, depth: 0 }
    }

    fn spend(&mut self, work: usize) -> Result<(), TooComplex> {
        self.budget = self.budget.checked_sub(work as u64).ok_or(TooComplex)?;
        Ok(())
    }

    fn digest(&self, text: &str) -> Rc<str> {
        match self.hash {
            HashAlgorithm::Sha256 => hex(&Sha256::digest(text)),
            HashAlgorithm::Sha384 => hex(&Sha384::digest(text)),
        }
    }

    /// Section 4.6.3.
    fn hash_first_degree(&mut self, reference: u32) -> Result<Rc<str>, TooComplex> {
        if let Some(hash) = self.first_degree.get(&reference) {
            return Ok(hash.clone());
        }
        let mut lines: Vec<String> = Vec::new();
        for quad in &self.quads_of[reference as usize] {
            let mut line = String::new();
            write_quad(&mut line, self.dataset, quad, |blank, out| {
                out.push_str(if blank == reference { "_:a" } else { "_:z" });
            });
            lines.push(line);
        }
        lines.sort_unstable();
        let hash = self.digest(&lines.concat());
        self.first_degree.insert(reference, hash.clone());
        Ok(hash)
    }

    /// Section 4.7.3.
    fn hash_related(
        &mut self,
        related: u32,
        quad: &Quad,
        position: char,
        canonical: &Issuer,
        issuer: &Issuer,
    ) -> Result<Rc<str>, TooComplex> {
        let mut input = String::new();
        input.push(position);
        if position != 'g' {
            input.push_str(self.dataset.name(quad.predicate));
        }
        if canonical.has(related) {
            canonical.write(related, &mut input);
        } else if issuer.has(related) {
            issuer.write(related, &mut input);
        } else {
            input.push_str(&self.hash_first_degree(related)?);
        }
        self.spend(input.len() + HASH)?;
        Ok(self.digest(&input))
    }

    /// Section 4.8.3: the hash, and the issuer that names in its order.
    fn hash_n_degree(
        &mut self,
        identifier: u32,
        mut issuer: Issuer,
        canonical: &Issuer,
    ) -> Result<(Rc<str>, Issuer), TooComplex> {
        let mut related_by_hash: BTreeMap<Rc<str>, Vec<u32>> = BTreeMap::new();
        for at in 0..self.quads_of[identifier as usize].len() {
            let quad = self.quads_of[identifier as usize][at];
            for (position, related) in blanks_of(quad).filter(|(_, blank)| *blank != identifier) {
                let hash = self.hash_related(related, quad, position, canonical, &issuer)?;
                related_by_hash.entry(hash).or_default().push(related);
            }
        }
        let mut data = String::new();
        for (related_hash, blanks) in related_by_hash {
            data.push_str(&related_hash);
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
        canonical: &Issuer,
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
        canonical: &Issuer,
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
            path.push_str(&hash);
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
    [('s', Some(quad.subject)), ('o', Some(quad.object)), ('g', quad.graph)].into_iter().filter_map(
        |(position, term)| match term {
            Some(Term::Blank(blank)) => Some((position, blank)),
            _ => None,
        },
    )
}

/// Section 4.5: names blank nodes in the order in which they are issued.
#[derive(Clone)]
struct Issuer {
    prefix: &'static str,
    order: Vec<u32>,
    /// Blank node and number, by blank node: cheap to copy for each path tried.
    numbers: Vec<(u32, u32)>,
}

impl Issuer {
    fn new(prefix: &'static str) -> Self {
        Issuer { prefix, order: Vec::new(), numbers: Vec::new() }
    }

    fn find(&self, blank: u32) -> Result<usize, usize> {
        self.numbers.binary_search_by_key(&blank, |(blank, _)| *blank)
    }

    fn has(&self, blank: u32) -> bool {
        self.find(blank).is_ok()
    }

    fn issue(&mut self, blank: u32) {
        if let Err(at) = self.find(blank) {
            let number = u32::try_from(self.order.len()).expect("blank nodes are counted in u32");
            self.numbers.insert(at, (blank, number));
            self.order.push(blank);
        }
    }

    fn write(&self, blank: u32, out: &mut String) {
        let at = self.find(blank).expect("only issued identifiers are written");
        out.push_str("_:");
        out.push_str(self.prefix);
        out.push_str(&self.numbers[at].1.to_string());
    }
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

fn hex(bytes: &[u8]) -> Rc<str> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)] as char);
        text.push(DIGITS[usize::from(byte & 15)] as char);
    }
    text.into()
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

    #[test]
    fn identifiers_are_issued_once_and_in_order() {
        let mut issuer = Issuer::new("b");
        for blank in [7, 3, 7, 5] {
            issuer.issue(blank);
        }
        assert_eq!(issuer.order, [7, 3, 5]);
        let mut text = String::new();
        issuer.write(5, &mut text);
        issuer.write(7, &mut text);
        assert_eq!(text, "_:b2_:b0");
    }
}
