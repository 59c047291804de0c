//! The award by the row of a table that is reached, by credentials or by hours.
//!
//! Invariant: what was recorded before counts on, and is never awarded again: a
//! claim gives the row that is reached now, less the one that was reached then.

use super::award::{Candidate, Told, Working};
use crate::model::decimal::Amount;
use crate::recognition::decision::{Outcome, Reason, Why};
use crate::recognition::policy::{Row, Table, TableBy, Unit};

impl<'w> Working<'w> {
    pub(super) fn by_table(&mut self, table: &Table) {
        let mut ordered = match table.by {
            TableBy::Hours => self.most_hours_first(),
            TableBy::Credentials => self.one_each(),
        };
        let past = self.past_the_limit(&mut ordered);
        let before = self.facts.before.iter().map(|before| match table.by {
            TableBy::Hours => before.hours,
            TableBy::Credentials => before.credentials.into(),
        });
        let before: Amount = before.sum();
        let now = before + ordered.iter().map(|candidate| candidate.value).sum();
        let reached = Reached::of(table, before, now);
        let (total, cut) = self.room.cut(reached.amount());
        self.award.total = total;
        self.award.held.extend(cut);
        let mut value = before;
        for Candidate { value: own, member, slot } in ordered {
            let told = match reached.row_in_reach(value) {
                Some(row) => {
                    value = value + own;
                    counted(table, row)
                }
                None => reached.left_over(),
            };
            self.tell(slot, member, told);
        }
        self.hold_all(past);
        if cut.is_none() && !self.slots.is_empty() {
            self.award.suggestions.extend(reached.suggestion(self.policy.unit));
        }
    }

    fn one_each(&self) -> Vec<Candidate<'w>> {
        let one = |slot: &'w Vec<usize>| Candidate { value: 1.into(), member: slot[0], slot };
        self.slots.iter().map(one).collect()
    }
}

fn counted(table: &Table, row: usize) -> Told {
    let why = Why::CountedInRow { row: table.rows[row].name.clone() };
    (Outcome::Counted, Amount::ZERO, why, place(row))
}

fn place(row: usize) -> String {
    format!("/award/table/rows/{row}")
}

/// How far a claim gets in a table.
struct Reached<'t> {
    table: &'t Table,
    now: Amount,
    /// The rows that were reached before, and that are now.
    before: Option<usize>,
    row: Option<usize>,
}

impl<'t> Reached<'t> {
    fn of(table: &'t Table, before: Amount, now: Amount) -> Self {
        let row = |value: Amount| table.rows.iter().rposition(|row| row.from <= value);
        Self { table, now, before: row(before), row: row(now) }
    }

    fn worth(&self, row: Option<usize>) -> Amount {
        row.map_or(Amount::ZERO, |row| self.table.rows[row].amount)
    }

    fn amount(&self) -> Amount {
        self.worth(self.row).less(self.worth(self.before))
    }

    /// The row that is awarded, while `value` does not reach it.
    fn row_in_reach(&self, value: Amount) -> Option<usize> {
        self.row.filter(|row| self.row != self.before && value < self.table.rows[*row].from)
    }

    fn next(&self) -> Option<&'t Row> {
        self.table.rows.get(self.row.map_or(0, |row| row + 1))
    }

    fn by_hours(&self) -> bool {
        self.table.by == TableBy::Hours
    }

    /// What becomes of a credential that no row needs.
    fn left_over(&self) -> Told {
        match (self.next(), self.row) {
            (Some(next), _) => {
                let (more, row) = (next.from.less(self.now), next.name.clone());
                let why = Why::MoreForRow { more, hours: self.by_hours(), row };
                (Outcome::CountedIf, Amount::ZERO, why, "/award/table".into())
            }
            (None, row) => {
                let row = row.expect("a table has rows, and none is ahead");
                let why = Why::BeyondTable { row: self.table.rows[row].name.clone() };
                (Outcome::NotCounted, Amount::ZERO, why, place(row))
            }
        }
    }

    fn suggestion(&self, unit: Unit) -> Option<Reason> {
        let next = self.next()?;
        let amount = next.amount.less(self.worth(self.row));
        let (more, row) = (next.from.less(self.now), next.name.clone());
        let why = Why::SuggestRow { more, hours: self.by_hours(), row, amount, unit };
        Some(Reason::new(why, "/award/table"))
    }
}
