//! How much is awarded for credentials that pass, which of them that takes, and
//! what more would bring: for each, and by hours. Groups and tables have files of
//! their own.
//!
//! Invariant: what adds nothing is not used up: it stays free for a later claim or
//! another policy. Where a limit lets only some count, those count that bring the
//! most.

use super::Slot;
use crate::model::decimal::{Amount, Rounding};
use crate::recognition::decision::{Grouped, Outcome, Reason, Why};
use crate::recognition::facts::{ClaimFacts, CountedBefore, CountedCredential};
use crate::recognition::policy::span::Days;
use crate::recognition::policy::{self, ByHours, Flat, HoursOf, Policy, Span};

/// What was awarded.
#[derive(Debug, Default)]
pub struct Award {
    pub total: Amount,
    /// What became of each credential, by its place.
    pub told: Vec<(usize, (Outcome, Amount, Reason))>,
    pub groups: Vec<Grouped>,
    pub suggestions: Vec<Reason>,
    /// The limits that held something back, by their places.
    pub held: Vec<usize>,
    /// Hours of what counts that reach no step.
    pub left_over: Option<Amount>,
    pub exhaustive: bool,
}

/// Works the award out for credentials that were laid together.
pub fn award(
    policy: &Policy,
    facts: &ClaimFacts,
    sorted: &[&CountedCredential],
    slots: &[Slot],
) -> Award {
    let room = Room::of(policy, facts);
    let award = Award { exhaustive: true, ..Award::default() };
    let mut working = Working { policy, facts, sorted, slots, room, award };
    match &policy.award {
        policy::Award::PerCredential(flat) => working.per_credential(flat),
        policy::Award::PerGroup(group) => working.per_group(group),
        policy::Award::PerHours(by) if by.of == HoursOf::Each => working.per_hours_each(by),
        policy::Award::PerHours(by) => working.per_hours_together(by),
        policy::Award::Table(table) => working.by_table(table),
    }
    working.award.held.sort_unstable();
    working.award.held.dedup();
    working.award
}

/// What the limits leave, and which of them it is that leaves no more.
pub(super) struct Room {
    pub credentials: Option<(usize, usize)>,
    amount: Option<(Amount, usize)>,
}

impl Room {
    fn of(policy: &Policy, facts: &ClaimFacts) -> Self {
        let mut room = Room { credentials: None, amount: None };
        let limits = policy.limits.iter().enumerate();
        for (i, limit) in limits.filter(|(_, limit)| limit.per.may_hold(facts.on)) {
            let (amount, credentials) = recorded(facts, &limit.per);
            let most = limit.amount.map(|most| most.less(amount));
            if let Some(most) = most
                && room.amount.is_none_or(|(least, _)| most < least)
            {
                room.amount = Some((most, i));
            }
            let most = limit.credentials.map(|most| usize::from(most).saturating_sub(credentials));
            if let Some(most) = most
                && room.credentials.is_none_or(|(least, _)| most < least)
            {
                room.credentials = Some((most, i));
            }
        }
        room
    }

    /// As much of an amount as there is room for, and the limit that cut it.
    pub fn cut(&self, amount: Amount) -> (Amount, Option<usize>) {
        match self.amount {
            Some((most, limit)) if amount > most => (most, Some(limit)),
            _ => (amount, None),
        }
    }

    /// How much more is given for so much more; the limit that leaves nothing of it, by the amount or
    /// since it takes so many credentials in all.
    pub fn more(&self, total: Amount, more: Amount, takes: usize) -> Result<Amount, usize> {
        let (then, cut) = self.cut(total + more);
        let full = cut.filter(|_| then == total);
        match full.or(self.full_for(Amount::from(1).times(takes))) {
            Some(limit) => Err(limit),
            None => Ok(then.less(total)),
        }
    }

    /// The limit that leaves no room for so many credentials.
    pub fn full_for(&self, credentials: Amount) -> Option<usize> {
        let full = self.credentials.filter(|(most, _)| credentials > Amount::from(1).times(*most));
        full.map(|(_, limit)| limit)
    }
}

/// What was recorded before within the stretch that the day of the claim lies in: amount, and
/// number of credentials.
fn recorded(facts: &ClaimFacts, per: &Span) -> (Amount, usize) {
    match per {
        Span::Claim => (Amount::ZERO, 0),
        Span::License => sum(facts, |before| by_the_license(before, facts.license)),
        Span::Years(_) => {
            // Papers may come in for a day before those of others. Whatever stretch has the day in
            // it: the limit holds in the fullest.
            let filled = per.all_around(facts.on, facts.before.iter().map(|before| before.on));
            let filled = filled.map(|days| sum(facts, |before| days.contain(before.on)));
            filled.fold((Amount::ZERO, 0), |most, one| (most.0.max(one.0), most.1.max(one.1)))
        }
        per => {
            let days = per.around(facts.on, facts.license);
            sum(facts, |before| days.is_none_or(|days| days.contain(before.on)))
        }
    }
}

fn sum(facts: &ClaimFacts, counts: impl Fn(&CountedBefore) -> bool) -> (Amount, usize) {
    let before = facts.before.iter().filter(|before| counts(before));
    before.fold((Amount::ZERO, 0), |(amount, credentials), before| {
        (amount + before.amount, credentials + before.credentials as usize)
    })
}

/// Whether an earlier claim went by this license, on whatever day it was filed: licenses are
/// renewed late. Where it is not known of either, it may have.
fn by_the_license(before: &CountedBefore, license: Option<Days>) -> bool {
    match (license, before.license) {
        (Some(license), Some(its)) => license.overlap(its),
        (Some(license), None) => license.from <= before.on,
        (None, _) => true,
    }
}

/// An award that is being worked out.
pub(super) struct Working<'w> {
    pub policy: &'w Policy,
    pub facts: &'w ClaimFacts,
    pub sorted: &'w [&'w CountedCredential],
    pub slots: &'w [Slot],
    pub room: Room,
    pub award: Award,
}

/// A slot's credential that would count, and what it brings: hours, or itself.
pub(super) struct Candidate<'w> {
    pub value: Amount,
    pub member: usize,
    pub slot: &'w Slot,
}

/// What became of a credential: the outcome, its amount, why, and the rule's place.
pub(super) type Told = (Outcome, Amount, Why, String);

impl<'w> Working<'w> {
    fn per_credential(&mut self, flat: &Flat) {
        let slots = self.slots;
        for (n, slot) in slots.iter().enumerate() {
            let one = Candidate { value: flat.amount, member: slot[0], slot };
            self.single(n, &one, "/award/perCredential");
        }
    }

    fn per_hours_each(&mut self, by: &ByHours) {
        let at = "/award/perHours";
        let mut taken = 0;
        for candidate in self.most_hours_first() {
            let Candidate { value: hours, member, slot } = candidate;
            let value = worth(by, hours);
            if value.is_zero() {
                let why = Why::TooFewHours { hours, least: least_hours(by, by.rounding.to) };
                self.tell(slot, member, (Outcome::NotCounted, Amount::ZERO, why, at.into()));
            } else {
                self.single(taken, &Candidate { value, ..candidate }, at);
                taken += 1;
            }
        }
    }

    /// One credential with an award of its own, the `n`th that could have one.
    fn single(&mut self, n: usize, one: &Candidate<'w>, at: &str) {
        if let Some((_, limit)) = self.room.credentials.filter(|(most, _)| n >= *most) {
            return self.held(one.slot, one.member, limit);
        }
        let before = self.award.total;
        let (total, cut) = self.room.cut(before + one.value);
        self.award.held.extend(cut);
        match cut {
            Some(limit) if total == before => self.held(one.slot, one.member, limit),
            _ => {
                self.award.total = total;
                let amount = total.less(before);
                let why = Why::Counted { amount, unit: self.policy.unit };
                self.tell(one.slot, one.member, (Outcome::Counted, amount, why, at.into()));
            }
        }
    }

    fn per_hours_together(&mut self, by: &ByHours) {
        let at = "/award/perHours";
        let mut ordered = self.most_hours_first();
        let past = self.past_the_limit(&mut ordered);
        let sum: Amount = ordered.iter().map(|candidate| candidate.value).sum();
        let (total, cut) = self.room.cut(worth(by, sum));
        self.award.held.extend(cut);
        self.award.total = total;
        let taken = take_least(&mut ordered, least_hours(by, total));
        let (mut hours, mut so_far, count) = (Amount::ZERO, Amount::ZERO, taken.len());
        for Candidate { value, member, slot } in taken {
            hours = hours + value;
            let amount = self.room.cut(worth(by, hours)).0.less(so_far);
            so_far = so_far + amount;
            let why = Why::CountedByHours { hours: value };
            self.tell(slot, member, (Outcome::Counted, amount, why, at.into()));
        }
        if cut.is_none() && by.rounding.way == Rounding::Down {
            let left = hours.less(least_hours(by, total));
            self.award.left_over = (!left.is_zero()).then_some(left);
        }
        self.tell_what_more_would_bring(by, sum, (count, ordered));
        self.hold_all(past);
    }

    /// Of hours that were put together: so many credentials with some of them count, and these are
    /// left.
    fn tell_what_more_would_bring(
        &mut self,
        by: &ByHours,
        sum: Amount,
        (count, left): (usize, Vec<Candidate<'w>>),
    ) {
        let (at, total) = ("/award/perHours", self.award.total);
        let more = least_hours(by, worth(by, sum) + by.rounding.to).less(sum);
        let gain = worth(by, sum + more).less(total);
        // Those that were taken reach the total without the others.
        let with_more = self.room.more(total, gain, count + 2);
        for Candidate { member, slot, .. } in left {
            match with_more {
                Err(limit) => self.held(slot, member, limit),
                Ok(_) => {
                    let why = Why::MoreHours { more };
                    self.tell(slot, member, (Outcome::CountedIf, Amount::ZERO, why, at.into()));
                }
            }
        }
        if let Ok(amount) = self.room.more(total, gain, count + 1)
            && !sum.is_zero()
        {
            let why = Why::SuggestHours { more, amount, unit: self.policy.unit };
            self.award.suggestions.push(Reason::new(why, at));
        }
    }

    /// The credential of each slot that states the most hours, the most first.
    pub fn most_hours_first(&self) -> Vec<Candidate<'w>> {
        let hours =
            |member: usize| self.sorted[member].hours.as_ref().map_or(Amount::ZERO, Amount::from);
        let of_slot = |slot: &'w Slot| {
            // Of equals, the first.
            let most = slot.iter().copied().rev().max_by_key(|member| hours(*member));
            let member = most.expect("a slot has a member");
            Candidate { value: hours(member), member, slot }
        };
        let mut ordered: Vec<_> = self.slots.iter().map(of_slot).collect();
        ordered.sort_by_key(|candidate| (std::cmp::Reverse(candidate.value), candidate.member));
        ordered
    }

    /// Takes away what is past a limit in credentials.
    pub fn past_the_limit(&self, ordered: &mut Vec<Candidate<'w>>) -> Vec<Candidate<'w>> {
        match self.room.credentials {
            Some((most, _)) if most < ordered.len() => ordered.split_off(most),
            _ => Vec::new(),
        }
    }

    pub fn hold_all(&mut self, past: Vec<Candidate<'w>>) {
        let Some((_, limit)) = self.room.credentials else { return };
        past.into_iter().for_each(|candidate| self.held(candidate.slot, candidate.member, limit));
    }

    pub fn held(&mut self, slot: &Slot, member: usize, limit: usize) {
        self.award.held.push(limit);
        let at = format!("/limits/{limit}");
        self.tell(slot, member, (Outcome::NotCounted, Amount::ZERO, Why::LimitReached, at));
    }

    /// What became of a slot's one credential; the others stand behind it.
    pub fn tell(&mut self, slot: &Slot, member: usize, (outcome, amount, why, at): Told) {
        self.award.told.push((member, (outcome, amount, Reason::new(why, at))));
        for &behind in slot.iter().filter(|behind| **behind != member) {
            let other = self.sorted[member].input.clone();
            let reason = Reason::new(Why::SameAchievement { other }, "/again");
            self.award.told.push((behind, (Outcome::NotCounted, Amount::ZERO, reason)));
        }
    }
}

fn worth(by: &ByHours, hours: Amount) -> Amount {
    hours.in_proportion(by.amount, by.every, (by.rounding.way, by.rounding.to))
}

/// The fewest hours that are worth so much, to a hundredth.
fn least_hours(by: &ByHours, amount: Amount) -> Amount {
    let hundredth = Amount::parse("0.01").expect("this is a decimal");
    let (one, step) = (Amount::from(1), by.rounding.to);
    // What a limit cut is reached by the whole step.
    let steps = amount.in_proportion(one, one, (Rounding::Up, step));
    if steps.is_zero() {
        return Amount::ZERO;
    }
    let hours = |amount: Amount, way| amount.in_proportion(by.every, by.amount, (way, hundredth));
    match by.rounding.way {
        Rounding::Down => hours(steps, Rounding::Up),
        // From half of the last step on.
        Rounding::Nearest => {
            let twice = steps.times(2).less(step);
            twice.in_proportion(by.every, by.amount.times(2), (Rounding::Up, hundredth))
        }
        // Whatever is more than the steps before.
        Rounding::Up => hours(steps.less(step), Rounding::Down) + hundredth,
    }
}

/// Takes credentials with so many hours out, as few as there can be, and the last with the fewest
/// hours that will do.
fn take_least<'w>(ordered: &mut Vec<Candidate<'w>>, hours: Amount) -> Vec<Candidate<'w>> {
    let (mut taken, mut lacking) = (Vec::new(), hours);
    while !lacking.is_zero() && !ordered.is_empty() {
        let enough = ordered.iter().rposition(|candidate| candidate.value >= lacking);
        let candidate = ordered.remove(enough.unwrap_or(0));
        lacking = lacking.less(candidate.value);
        taken.push(candidate);
    }
    taken
}
