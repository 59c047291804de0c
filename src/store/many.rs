//! Statements over many rows: one trip to the database for what a slice wants.
//!
//! Their shapes are few, so that a connection prepares each of them once.

use std::borrow::Cow;
use std::fmt::Write as _;

use jiff::Timestamp;
use sqlx::Arguments as _;
use sqlx::any::AnyArguments;

/// Rows of one statement. Longest first; the last is one, so that they add up to any number. No
/// longer ones: the driver looks each place up by its name, and SQLite does so among all before it.
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

/// Rows of a `VALUES`. A value that all rows have is sent once: most of what mints of one upload
/// leave behind is the same for each of them.
pub struct Values<'v, const COLUMNS: usize> {
    rows: Vec<[Cell<'v>; COLUMNS]>,
    shared: [bool; COLUMNS],
}

/// One value of a row.
#[derive(Debug, PartialEq, Eq)]
pub enum Cell<'v> {
    Text(Option<Cow<'v, str>>),
    Number(Option<i64>),
}

impl<'v, const COLUMNS: usize> Values<'v, COLUMNS> {
    pub fn of(rows: impl IntoIterator<Item = [Cell<'v>; COLUMNS]>) -> Self {
        let rows: Vec<_> = rows.into_iter().collect();
        let shared = std::array::from_fn(|at| rows.windows(2).all(|two| two[0][at] == two[1][at]));
        Self { rows, shared }
    }

    /// `($1, $2), ($1, $3)`: only numbered places, which [`Values::arguments`] are for.
    pub fn places(&self) -> String {
        let mut text = String::new();
        let mut own = self.shared.iter().filter(|shared| **shared).count();
        for row in 0..self.rows.len() {
            let mut common = 0;
            for (column, shared) in self.shared.iter().enumerate() {
                let before = match (row, column) {
                    (0, 0) => "(",
                    (_, 0) => "), (",
                    _ => ", ",
                };
                let place = if *shared { &mut common } else { &mut own };
                *place += 1;
                write!(text, "{before}${place}").expect("a String takes any text");
            }
        }
        text.push(')');
        text
    }

    /// What stands in the places.
    pub fn arguments(self) -> AnyArguments {
        let mut common = AnyArguments::default();
        let mut own = Vec::with_capacity(self.rows.len() * COLUMNS);
        for (row, cells) in self.rows.into_iter().enumerate() {
            for (cell, shared) in cells.into_iter().zip(self.shared) {
                match (shared, row) {
                    (true, 0) => add(&mut common, cell),
                    (true, _) => {}
                    (false, _) => own.push(cell),
                }
            }
        }
        own.into_iter().for_each(|cell| add(&mut common, cell));
        common
    }
}

fn add(arguments: &mut AnyArguments, cell: Cell<'_>) {
    let added = match cell {
        Cell::Text(text) => arguments.add(text.map(Cow::into_owned)),
        Cell::Number(number) => arguments.add(number),
    };
    added.expect("texts and numbers are what every database takes");
}

impl<'v> From<&'v str> for Cell<'v> {
    fn from(text: &'v str) -> Self {
        Self::Text(Some(text.into()))
    }
}

impl<'v> From<&'v String> for Cell<'v> {
    fn from(text: &'v String) -> Self {
        Self::Text(Some(text.into()))
    }
}

impl<'v> From<Cow<'v, str>> for Cell<'v> {
    fn from(text: Cow<'v, str>) -> Self {
        Self::Text(Some(text))
    }
}

impl From<String> for Cell<'_> {
    fn from(text: String) -> Self {
        Self::Text(Some(text.into()))
    }
}

impl<'v> From<Option<&'v str>> for Cell<'v> {
    fn from(text: Option<&'v str>) -> Self {
        Self::Text(text.map(Cow::from))
    }
}

impl From<i64> for Cell<'_> {
    fn from(number: i64) -> Self {
        Self::Number(Some(number))
    }
}

impl From<Timestamp> for Cell<'_> {
    fn from(time: Timestamp) -> Self {
        Self::Number(Some(time.as_millisecond()))
    }
}

impl From<Option<Timestamp>> for Cell<'_> {
    fn from(time: Option<Timestamp>) -> Self {
        Self::Number(time.map(Timestamp::as_millisecond))
    }
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
    fn what_all_rows_share_has_one_place() {
        let rows = |second: &'static str| {
            Values::of(["a", second].map(|name| [name.into(), 7.into(), Cell::from(name)]))
        };
        assert_eq!(rows("b").places(), "($2, $1, $3), ($4, $1, $5)");
        assert_eq!(rows("b").arguments().len(), 5);
        assert_eq!(rows("a").places(), "($1, $2, $3), ($1, $2, $3)");
        assert_eq!(rows("a").arguments().len(), 3);
    }

    #[test]
    fn places_are_numbered_through() {
        assert_eq!(list(3, 2), "$3, $4");
    }
}
