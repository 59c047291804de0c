//! Statements over many rows: one trip to the database for what a slice wants.
//!
//! Their lengths are few, so that a connection prepares each of them once.

use std::fmt::Write as _;

/// Rows of one statement. Longest first; the last is one, so that they add up to any number.
const LENGTHS: [usize; 3] = [64, 8, 1];

/// Cuts rows into as few pieces of those lengths as there can be.
pub fn pieces<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let length = LENGTHS.into_iter().find(|length| *length <= rows.len())?;
        let (piece, rest) = rows.split_at(length);
        rows = rest;
        Some(piece)
    })
}

/// Places for so many rows of so many columns: `($1, $2), ($3, $4)`.
pub fn places(rows: usize, columns: usize) -> String {
    let mut text = String::new();
    for place in 0..rows * columns {
        let before = match (place, place % columns) {
            (0, _) => "(",
            (_, 0) => "), (",
            _ => ", ",
        };
        write!(text, "{before}${}", place + 1).expect("a String takes any text");
    }
    text.push(')');
    text
}

/// A list of so many places that begins with `$first`: `$3, $4`.
pub fn list(first: usize, length: usize) -> String {
    let places: Vec<_> = (first..first + length).map(|place| format!("${place}")).collect();
    places.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_of_few_lengths_and_leave_nothing_out() {
        let rows: Vec<_> = (0..83).collect();
        let lengths: Vec<_> = pieces(&rows).map(<[_]>::len).collect();
        assert_eq!(lengths, [64, 8, 8, 1, 1, 1]);
        assert_eq!(pieces(&rows).flatten().copied().collect::<Vec<_>>(), rows);
        assert_eq!(pieces::<u8>(&[]).count(), 0);
    }

    #[test]
    fn places_are_numbered_through() {
        assert_eq!(places(2, 3), "($1, $2, $3), ($4, $5, $6)");
        assert_eq!(list(3, 2), "$3, $4");
    }
}
