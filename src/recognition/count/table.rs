//! The award by the row of a table that is reached, by credentials or by hours.
//!
//! Invariant: what was recorded before counts on, and is never awarded again: a
//! claim gives what the row is worth that is reached now, less the amounts that
//! were recorded, by whatever version and in whatever order. So no more stands for
//! somebody than that row is worth; where a claim is withdrawn that later ones
//! counted on, [`beyond`] tells.

use super::award::{Candidate, Told, Working};
use crate::model::decimal::Amount;
use crate::recognition::decision::{Outcome, Reason, Why};
use crate::recognition::facts::CountedBefore;
use crate::recognition::policy::{Award, Policy, Row, Table, TableBy};

/// More stands than what stands is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beyond {
    /// What was recorded in all.
    pub stands: Amount,
    /// What the row awards that all of it reaches.
    pub reached: Amount,
}

/// Whether the claims of somebody that stand under a policy were awarded more than they reach.
/// Only tables award a claim for what another has counted.
pub fn beyond(policy: &Policy, standing: &[CountedBefore]) -> Option<Beyond> {
    let Award::Table(table) = &policy.award else { return None };
    let stands = standing.iter().map(|claim| claim.amount).sum();
    let reached = worth(table, row_of(table, counted_on(table, standing)));
    (stands > reached).then_some(Beyond { stands, reached })
}

/// How far claims lead in a table.
fn counted_on(table: &Table, claims: &[CountedBefore]) -> Amount {
    let value = |claim: &CountedBefore| match table.by {
        TableBy::Hours => claim.hours,
        TableBy::Credentials => claim.credentials.into(),
    };
    claims.iter().map(value).sum()
}

fn row_of(table: &Table, value: Amount) -> Option<usize> {
    table.rows.iter().rposition(|row| row.from <= value)
}

fn worth(table: &Table, row: Option<usize>) -> Amount {
    row.map_or(Amount::ZERO, |row| table.rows[row].amount)
}

impl<'w> Working<'w> {
    pub(super) fn by_table(&mut self, table: &Table) {
        let mut ordered = match table.by {
            TableBy::Hours => self.most_hours_first(),
            TableBy::Credentials => self.one_each(),
        };
        let past = self.past_the_limit(&mut ordered);
        let mut value = counted_on(table, &self.facts.before);
        let now = value + ordered.iter().map(|candidate| candidate.value).sum();
        let row = row_of(table, now);
        let recorded = self.facts.before.iter().map(|before| before.amount).sum();
        let (total, cut) = self.room.cut(worth(table, row).less(recorded));
        self.award.total = total;
        self.award.held.extend(cut);
        let due = row.filter(|_| !total.is_zero());
        let reached = Reached { table, now, stands: recorded + total };
        let full = reached.next().and_then(|next| {
            let more = if reached.by_hours() { 1.into() } else { next.from.less(now) };
            self.room.full_for(more + u32::try_from(ordered.len()).unwrap_or(u32::MAX).into())
        });
        for (n, Candidate { value: own, member, slot }) in ordered.into_iter().enumerate() {
            let told = match (due, cut.or(full)) {
                // What was recorded may reach the row by itself: then one brings what is due.
                (Some(row), _) if n == 0 || value < table.rows[row].from => {
                    value = value + own;
                    counted(table, row)
                }
                (_, Some(limit)) => {
                    self.held(slot, member, limit);
                    continue;
                }
                _ => reached.left_over(),
            };
            self.tell(slot, member, told);
        }
        self.hold_all(past);
        if cut.or(full).is_none() && !self.slots.is_empty() {
            self.award.suggestions.extend(self.suggested_row(&reached));
        }
    }

    fn suggested_row(&self, reached: &Reached<'_>) -> Option<Reason> {
        let next = reached.next()?;
        let (amount, unit) = (next.amount.less(reached.stands), self.policy.unit);
        let (more, row) = (next.from.less(reached.now), next.name.clone());
        let why = Why::SuggestRow { more, hours: reached.by_hours(), row, amount, unit };
        Some(Reason::new(why, "/award/table"))
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
    /// What is recorded then, with this claim.
    stands: Amount,
}

impl<'t> Reached<'t> {
    /// The next row that awards more.
    fn next(&self) -> Option<&'t Row> {
        self.table.rows.iter().find(|row| row.from > self.now && row.amount > self.stands)
    }

    fn by_hours(&self) -> bool {
        self.table.by == TableBy::Hours
    }

    /// What becomes of a credential that no row needs.
    fn left_over(&self) -> Told {
        match self.next() {
            Some(next) => {
                let (more, row) = (next.from.less(self.now), next.name.clone());
                let why = Why::MoreForRow { more, hours: self.by_hours(), row };
                (Outcome::CountedIf, Amount::ZERO, why, "/award/table".into())
            }
            None => {
                let row = self.table.rows.len() - 1;
                let why = Why::BeyondTable { row: self.table.rows[row].name.clone() };
                (Outcome::NotCounted, Amount::ZERO, why, place(row))
            }
        }
    }
}
