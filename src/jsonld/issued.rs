//! The identifiers that RDFC-1.0 issues to blank nodes: canonical ones, and temporary ones while
//! paths are tried.
//! Spec: <https://www.w3.org/TR/rdf-canon/#issue-identifier> (4.5)
//!
//! Invariant: a blank node gets one identifier of an issuer, numbered in the order of asking.

/// Section 4.5: the canonical identifiers, issued in order.
pub(super) struct Canonical {
    /// By blank node.
    numbers: Vec<Option<u32>>,
    issued: u32,
}

impl Canonical {
    pub(super) fn new(blanks: u32) -> Self {
        Canonical { numbers: vec![None; blanks as usize], issued: 0 }
    }

    pub(super) fn has(&self, blank: u32) -> bool {
        self.numbers[blank as usize].is_some()
    }

    pub(super) fn issue(&mut self, blank: u32) {
        if !self.has(blank) {
            self.numbers[blank as usize] = Some(self.issued);
            self.issued += 1;
        }
    }

    pub(super) fn write(&self, blank: u32, out: &mut String) {
        let number = self.numbers[blank as usize].expect("only issued identifiers are written");
        out.push_str("_:c14n");
        write_number(number, out);
    }

    /// By blank node, its place among the labels, which sort as text: 10 before 2.
    pub(super) fn order_of_labels(&self) -> Vec<u32> {
        let mut labels: Vec<(u64, usize)> = Vec::with_capacity(self.issued as usize);
        for (blank, number) in self.numbers.iter().enumerate() {
            labels.extend(number.map(|number| (as_text(number), blank)));
        }
        labels.sort_unstable();
        let mut order = vec![0; self.numbers.len()];
        for (place, (_, blank)) in (0..).zip(labels) {
            order[blank] = place;
        }
        order
    }
}

/// Section 4.5: temporary identifiers, issued in order.
#[derive(Clone, Default)]
pub(super) struct Issuer {
    pub(super) order: Vec<u32>,
    /// Blank node and number, by blank node: cheap to copy for each path tried.
    numbers: Vec<(u32, u32)>,
}

impl Issuer {
    fn find(&self, blank: u32) -> Result<usize, usize> {
        self.numbers.binary_search_by_key(&blank, |(blank, _)| *blank)
    }

    pub(super) fn has(&self, blank: u32) -> bool {
        self.find(blank).is_ok()
    }

    pub(super) fn issue(&mut self, blank: u32) {
        if let Err(at) = self.find(blank) {
            let number = u32::try_from(self.order.len()).expect("blank nodes are counted in u32");
            self.numbers.insert(at, (blank, number));
            self.order.push(blank);
        }
    }

    pub(super) fn write(&self, blank: u32, out: &mut String) {
        let at = self.find(blank).expect("only issued identifiers are written");
        out.push_str("_:b");
        write_number(self.numbers[at].1, out);
    }
}

fn write_number(number: u32, out: &mut String) {
    if number >= 10 {
        write_number(number / 10, out);
    }
    out.push(char::from(b'0' + (number % 10) as u8));
}

/// Sorts as the decimal text of the number: by digits from the left, then by length.
fn as_text(number: u32) -> u64 {
    let digits = number.checked_ilog10().unwrap_or(0) + 1;
    u64::from(number) * 10_u64.pow(10 - digits) * 16 + u64::from(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_issued_once_and_in_order() {
        let mut issuer = Issuer::default();
        for blank in [7, 3, 7, 5] {
            issuer.issue(blank);
        }
        assert_eq!(issuer.order, [7, 3, 5]);
        let mut text = String::new();
        issuer.write(5, &mut text);
        issuer.write(7, &mut text);
        assert_eq!(text, "_:b2_:b0");
    }

    #[test]
    fn numbers_sort_and_are_written_as_their_text() {
        let mut numbers =
            vec![0, 1, 9, 10, 11, 19, 99, 100, 101, 1_000, 4_294_967_295, 429_496_729];
        numbers.sort_by_key(|number| as_text(*number));
        let text = |number: &u32| {
            let mut text = String::new();
            write_number(*number, &mut text);
            assert_eq!(text, number.to_string());
            text
        };
        assert!(numbers.iter().map(text).is_sorted());
    }

    #[test]
    fn canonical_labels_sort_as_text() {
        let mut canonical = Canonical::new(13);
        (0..12).rev().for_each(|blank| canonical.issue(blank));
        // The blank node 11 is c14n0, 1 is c14n10, 0 is c14n11; 12 has no label.
        assert_eq!(canonical.order_of_labels()[..3], [3, 2, 11]);
        assert_eq!(canonical.order_of_labels()[10..], [1, 0, 0]);
    }
}
