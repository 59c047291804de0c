//! Quads as sorted lines of canonical N-Quads.
//!
//! Spec: <https://www.w3.org/TR/rdf-canon/#canonical-quads>. Invariant: lines
//! stand in code point order, and yet hardly any text is compared. No term's
//! text is the start of another's, but for literals that go on with `@` or `^`,
//! which sort after the space that ends a term. So lines sort as their terms do,
//! one after the other: named terms (`"` and `<`) before blank nodes (`_`), and
//! no graph before any.

use std::cmp::Ordering;

use super::dataset::{Dataset, Quad, Term, TermKind};

/// The quads of one dataset, ready to be written under any labels.
pub(super) struct Lines<'d> {
    dataset: &'d Dataset,
    /// The rank of a name among subjects, and among predicates.
    ranks: Vec<[u32; 2]>,
}

/// What is sorted: by subject and predicate, and then by the rest of the quad.
pub(super) type Line<'q> = (u64, &'q Quad);

/// Set in the order of a blank node: it comes after all names.
const BLANK: u32 = 1 << 31;

impl<'d> Lines<'d> {
    pub(super) fn new(dataset: &'d Dataset) -> Self {
        let mut ranks = vec![[u32::MAX; 2]; dataset.name_count()];
        let (mut subjects, mut predicates) = (Vec::with_capacity(32), Vec::with_capacity(64));
        for quad in dataset.quads() {
            for (at, used, term) in
                [(0, &mut subjects, quad.subject), (1, &mut predicates, quad.predicate)]
            {
                if let TermKind::Named(name) = term.kind()
                    && std::mem::replace(&mut ranks[name as usize][at], 0) == u32::MAX
                {
                    used.push(name);
                }
            }
        }
        subjects.sort_unstable_by_key(|name| dataset.name(*name));
        let mut places = vec![None; dataset.name_count()];
        for (name, place) in dataset.places() {
            places[*name as usize] = Some(*place);
        }
        predicates.sort_unstable_by(|a, b| match (places[*a as usize], places[*b as usize]) {
            (Some(a), Some(b)) => a.cmp(&b),
            _ => dataset.name(*a).cmp(dataset.name(*b)),
        });
        for (at, used) in [(0, subjects), (1, predicates)] {
            for (rank, name) in (0..).zip(used) {
                ranks[name as usize][at] = rank;
            }
        }
        Lines { dataset, ranks }
    }

    /// Appends the lines; `order` tells how blank nodes sort, `label` writes one.
    /// `lines` is an empty place to sort them in.
    pub(super) fn write<'q>(
        &self,
        quads: impl IntoIterator<Item = &'q Quad>,
        (order, label): (impl Fn(u32) -> u32, impl Fn(u32, &mut String)),
        lines: &mut Vec<Line<'q>>,
        out: &mut String,
    ) {
        lines.extend(quads.into_iter().map(|quad| (self.key(quad, &order), quad)));
        lines.sort_unstable_by_key(|(key, _)| *key);
        for alike in lines.chunk_by_mut(|(a, _), (b, _)| a == b).filter(|alike| alike.len() > 1) {
            alike.sort_unstable_by(|(_, a), (_, b)| self.rest(a, b, &order));
        }
        let write = |term: Term, out: &mut String| match term.kind() {
            TermKind::Named(name) => out.push_str(self.dataset.spaced(name)),
            TermKind::Blank(blank) => {
                label(blank, out);
                out.push(' ');
            }
        };
        for (_, quad) in lines {
            write(quad.subject, out);
            write(quad.predicate, out);
            write(quad.object, out);
            if let Some(graph) = quad.graph {
                write(graph, out);
            }
            out.push_str(".\n");
        }
    }

    fn key(&self, quad: &Quad, order: impl Fn(u32) -> u32) -> u64 {
        let rank = |term: Term, at: usize| match term.kind() {
            TermKind::Named(name) => self.ranks[name as usize][at],
            TermKind::Blank(blank) => BLANK | order(blank),
        };
        u64::from(rank(quad.subject, 0)) << 32 | u64::from(rank(quad.predicate, 1))
    }

    fn rest(&self, a: &Quad, b: &Quad, order: impl Fn(u32) -> u32) -> Ordering {
        use TermKind::{Blank, Named};
        let compare = |a: Term, b: Term| match (a.kind(), b.kind()) {
            (Named(a), Named(b)) => self.dataset.name(a).cmp(self.dataset.name(b)),
            (Named(_), Blank(_)) => Ordering::Less,
            (Blank(_), Named(_)) => Ordering::Greater,
            (Blank(a), Blank(b)) => order(a).cmp(&order(b)),
        };
        compare(a.object, b.object).then_with(|| match (a.graph, b.graph) {
            (Some(a), Some(b)) => compare(a, b),
            (a, b) => a.is_some().cmp(&b.is_some()),
        })
    }

    /// How long the text of all quads will be, roughly: a name stands in two
    /// quads or so, beside a blank node or two.
    pub(super) fn bytes(&self) -> usize {
        2 * self.dataset.name_bytes() + 32 * self.dataset.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jsonld::dataset::{Builder, XSD_STRING};

    #[test]
    fn lines_sort_as_their_text_does() {
        let mut builder = Builder::with_room(0);
        let iris: Vec<Term> = ["a:", "a:b", "a:\u{e9}", "a:!"].map(|i| builder.iri(i)).into();
        let blanks: Vec<Term> = (0..12).map(|_| builder.fresh_blank()).collect();
        let mut objects = [&iris[..], &blanks[..]].concat();
        objects.push(builder.literal("x", XSD_STRING));
        objects.push(builder.literal("x", "a:t"));
        objects.push(builder.literal("x\"", XSD_STRING));
        objects.extend(["en", "en-us", "d"].map(|tag| builder.tagged("x", tag)));
        objects.push(builder.literal("x y", XSD_STRING));
        let graphs = [None, Some(iris[0]), Some(iris[1]), Some(blanks[10]), Some(blanks[2])];
        for &subject in iris.iter().chain(&blanks) {
            for &object in &objects {
                for graph in graphs {
                    builder.add(Quad {
                        subject,
                        predicate: iris[object_parity(object)],
                        object,
                        graph,
                    });
                }
            }
        }
        let dataset = builder.finish(None).expect("it is small");
        let mut text = String::new();
        let label = |blank: u32, out: &mut String| out.push_str(&format!("_:c14n{blank}"));
        // 10 and 11 sort between 1 and 2.
        let order = [0, 1, 4, 5, 6, 7, 8, 9, 10, 11, 2, 3];
        let order = |blank: u32| order[blank as usize];
        let mut room = Vec::new();
        Lines::new(&dataset).write(dataset.quads(), (order, label), &mut room, &mut text);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), dataset.len());
        assert!(lines.is_sorted());
    }

    fn object_parity(object: Term) -> usize {
        match object.kind() {
            TermKind::Named(n) | TermKind::Blank(n) => n as usize % 2,
        }
    }
}
