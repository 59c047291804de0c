//! Counting: one version of a policy, some credentials, and what is known of the
//! claim, to a decision.
//!
//! The rules that look at one credential come first ([`weigh`]). What passes is laid
//! together so that nothing counts twice, by the two keys that the ledger holds too:
//! a credential's own id, and its achievement within a period. Then the award is
//! worked out ([`award`]), once for what counts and once for what might.
//!
//! Invariant: the order of the credentials changes nothing, and one more never makes
//! the total smaller.

mod approvals;
mod award;
mod group;
mod related;
mod table;
mod weigh;

use std::collections::{BTreeMap, HashMap};

use self::award::{Award, award};
pub use self::table::{Beyond, beyond};
use self::weigh::{Rules, Weighed};
use super::decision::{Decision, Line, Outcome, Reason, Why};
use super::facts::{ClaimFacts, CountedCredential};
use super::policy::Policy;
use super::words;
use crate::model::decimal::Amount;

/// What the policy makes of these credentials.
pub fn count(policy: &Policy, credentials: &[CountedCredential], facts: &ClaimFacts) -> Decision {
    let mut sorted: Vec<&CountedCredential> = credentials.iter().collect();
    sorted.sort();
    let rules = Rules::of(policy, facts);
    let weighed: Vec<Weighed> = sorted.iter().map(|credential| rules.weigh(credential)).collect();
    let laid = Laid::of(&sorted, &weighed, Weighed::passes);
    let mut awarded = award(policy, facts, &sorted, &laid.slots);
    let possible = match weighed.iter().any(|weighed| !weighed.open.is_empty()) {
        true => {
            let hoped = Laid::of(&sorted, &weighed, |weighed| weighed.broken.is_empty());
            award(policy, facts, &sorted, &hoped.slots).total
        }
        false => awarded.total,
    };
    let lines = lines(&sorted, &weighed, laid.twice, &mut awarded);
    let mut notes = notes(policy, facts, &awarded);
    notes.extend(approvals::decided(policy, &sorted, facts));
    Decision {
        policy: policy.reference(),
        unit: policy.unit,
        total: awarded.total,
        possible,
        open: open(&weighed),
        credentials: lines,
        groups: awarded.groups,
        suggestions: awarded.suggestions,
        notes,
        exclusive_group: policy.exclusive_group().to_owned(),
        exhaustive: awarded.exhaustive,
    }
}

/// Credentials of which one counts: of one issuer, for one achievement, within one period. They
/// stand for each other, since a later version may be tagged differently.
type Slot = Vec<usize>;

/// Credentials laid together.
struct Laid {
    /// In the order of their first ones.
    slots: Vec<Slot>,
    /// Copies of the same credential, each with the one that stands for it.
    twice: Vec<(usize, usize)>,
}

impl Laid {
    fn of(
        sorted: &[&CountedCredential],
        weighed: &[Weighed],
        taken: impl Fn(&Weighed) -> bool,
    ) -> Self {
        let mut laid = Laid { slots: Vec::new(), twice: Vec::new() };
        let mut ids = HashMap::new();
        let mut slots: HashMap<_, usize> = HashMap::new();
        for (i, credential) in sorted.iter().enumerate().filter(|(i, _)| taken(&weighed[*i])) {
            let first = *ids.entry((&credential.issuer, &credential.id)).or_insert(i);
            if first != i {
                laid.twice.push((i, first));
                continue;
            }
            let key = (&credential.issuer, &credential.achievement, &weighed[i].period);
            let slot = *slots.entry(key).or_insert(laid.slots.len());
            match laid.slots.get_mut(slot) {
                Some(slot) => slot.push(i),
                None => laid.slots.push(vec![i]),
            }
        }
        laid
    }
}

/// What is said of each credential.
fn lines(
    sorted: &[&CountedCredential],
    weighed: &[Weighed],
    twice: Vec<(usize, usize)>,
    awarded: &mut Award,
) -> Vec<Line> {
    let mut told: HashMap<usize, (Outcome, Amount, Reason)> = awarded.told.drain(..).collect();
    for (i, first) in twice {
        let other = sorted[first].input.clone();
        let reason = Reason::new(Why::SameCredential { other }, "");
        told.insert(i, (Outcome::NotCounted, Amount::ZERO, reason));
    }
    let line = |(i, credential): (usize, &&CountedCredential)| {
        let weighed = &weighed[i];
        let (outcome, amount, reasons) = match told.remove(&i) {
            Some((outcome, amount, reason)) => (outcome, amount, vec![reason]),
            None if weighed.broken.is_empty() => {
                (Outcome::CountedIf, Amount::ZERO, weighed.open.clone())
            }
            None => (Outcome::NotCounted, Amount::ZERO, weighed.broken.clone()),
        };
        Line {
            input: credential.input.clone(),
            name: credential.name.clone(),
            issuer: credential.issuer.clone(),
            id: credential.id.clone(),
            achievement: credential.achievement.clone(),
            outcome,
            amount,
            reasons,
            period: weighed.period.clone(),
        }
    };
    sorted.iter().enumerate().map(line).collect()
}

/// What is still to be settled, each once, of what nothing else speaks against.
fn open(weighed: &[Weighed]) -> Vec<Reason> {
    let hopeful = weighed.iter().filter(|weighed| weighed.broken.is_empty());
    let reasons = hopeful.flat_map(|weighed| &weighed.open);
    let by_place: BTreeMap<(&str, &str), &Reason> =
        reasons.map(|reason| ((reason.at.as_str(), reason.detail.as_str()), reason)).collect();
    by_place.into_values().cloned().collect()
}

/// What is to be known of the claim as a whole.
fn notes(policy: &Policy, facts: &ClaimFacts, awarded: &Award) -> Vec<Reason> {
    let held = awarded.held.iter().map(|i| {
        let most = words::limit(&policy.limits[*i], policy.unit);
        Reason::new(Why::LimitHeld { most }, format!("/limits/{i}"))
    });
    let excludes = policy.exclusive.iter().map(|exclusive| {
        let (group, says) = (exclusive.group.clone(), exclusive.says.clone());
        Reason::new(Why::Excludes { group, says }, "/exclusive")
    });
    let taken = policy.deadline.iter().filter(|it| it.refused_until(facts.on).is_none());
    let deadline = taken.map(|deadline| {
        let day = deadline.day.next(facts.on);
        Reason::new(Why::Deadline { day, says: deadline.says.clone() }, "/deadline")
    });
    let left =
        awarded.left_over.map(|hours| Reason::new(Why::HoursLeftOver { hours }, "/award/perHours"));
    let bounded = (!awarded.exhaustive).then(|| Reason::new(Why::NotExhaustive, "/award/perGroup"));
    held.chain(excludes).chain(deadline).chain(left).chain(bounded).collect()
}

#[cfg(test)]
mod tests;
