//! How much is awarded for credentials that pass, which of them that takes, and
//! what more would bring.
//!
//! Invariant: what adds nothing is not used up: it stays free for a later claim or
//! another policy. Where a limit lets only some count, those count that bring the
//! most.

use std::collections::BTreeMap;

use super::Slot;
use super::related;
use crate::model::decimal::{Amount, Rounding};
use crate::recognition::decision::{Grouped, Outcome, Reason, Why};
use crate::recognition::facts::{ClaimFacts, CountedCredential};
use crate::recognition::policy::{
    self, ByHours, Flat, Group, HoursOf, Policy, Relation, Table, TableBy, Topic, tag_key,
};

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
struct Room {
    credentials: Option<(usize, usize)>,
    amount: Option<(Amount, usize)>,
}

impl Room {
    fn of(policy: &Policy, facts: &ClaimFacts) -> Self {
        let mut room = Room { credentials: None, amount: None };
        for (i, limit) in policy.limits.iter().enumerate() {
            // Of a license that is not known, all that was recorded counts against it.
            let days = limit.per.around(facts.on, facts.license);
            let claim = limit.per == policy::Span::Claim;
            let before = facts
                .before
                .iter()
                .filter(|before| !claim && days.is_none_or(|days| days.contain(before.on)));
            let (mut amount, mut credentials) = (Amount::ZERO, 0usize);
            for before in before {
                amount = amount + before.amount;
                credentials += before.credentials as usize;
            }
            if let Some(most) = limit.amount.map(|most| most.less(amount))
                && room.amount.is_none_or(|(least, _)| most < least)
            {
                room.amount = Some((most, i));
            }
            if let Some(most) =
                limit.credentials.map(|most| usize::from(most).saturating_sub(credentials))
                && room.credentials.is_none_or(|(least, _)| most < least)
            {
                room.credentials = Some((most, i));
            }
        }
        room
    }

    /// As much of an amount as there is room for, and the limit that cut it.
    fn cut(&self, amount: Amount) -> (Amount, Option<usize>) {
        match self.amount {
            Some((most, limit)) if amount > most => (most, Some(limit)),
            _ => (amount, None),
        }
    }
}

struct Working<'w> {
    policy: &'w Policy,
    facts: &'w ClaimFacts,
    sorted: &'w [&'w CountedCredential],
    slots: &'w [Slot],
    room: Room,
    award: Award,
}

impl<'w> Working<'w> {
    fn per_credential(&mut self, flat: &Flat) {
        let at = "/award/perCredential";
        for (n, slot) in self.slots.iter().enumerate() {
            self.single(n, (slot[0], flat.amount), at);
        }
    }

    fn per_hours_each(&mut self, by: &ByHours) {
        let at = "/award/perHours";
        let rounding = (by.rounding.way, by.rounding.to);
        let worth = |hours: Amount| hours.in_proportion(by.amount, by.every, rounding);
        let mut taken = 0;
        for (hours, member, slot) in self.most_hours_first() {
            if worth(hours).is_zero() {
                let least = hours_for(by, by.rounding.to);
                let why = Why::TooFewHours { hours, least };
                self.tell(slot, member, (Outcome::NotCounted, Amount::ZERO, why, at.into()));
                continue;
            }
            self.single_of(taken, slot, (member, worth(hours)), at);
            taken += 1;
        }
    }

    /// One credential with an award of its own, the `n`th that could have one.
    fn single(&mut self, n: usize, counted: (usize, Amount), at: &str) {
        self.single_of(n, &self.slots[n], counted, at);
    }

    fn single_of(&mut self, n: usize, slot: &'w Slot, (member, amount): (usize, Amount), at: &str) {
        if let Some((_, limit)) = self.room.credentials.filter(|(most, _)| n >= *most) {
            return self.held(slot, member, limit);
        }
        let before = self.award.total;
        let (total, cut) = self.room.cut(before + amount);
        self.award.held.extend(cut);
        match cut {
            Some(limit) if total == before => self.held(slot, member, limit),
            _ => {
                self.award.total = total;
                let amount = total.less(before);
                let why = Why::Counted { amount, unit: self.policy.unit };
                self.tell(slot, member, (Outcome::Counted, amount, why, at.into()));
            }
        }
    }

    fn per_hours_together(&mut self, by: &ByHours) {
        let at = "/award/perHours";
        let mut ordered = self.most_hours_first();
        let rest = self.within_credentials(&mut ordered);
        let rounding = (by.rounding.way, by.rounding.to);
        let worth = |hours: Amount| hours.in_proportion(by.amount, by.every, rounding);
        let sum: Amount = ordered.iter().map(|(hours, _, _)| *hours).sum();
        let (total, cut) = self.room.cut(worth(sum));
        self.award.held.extend(cut);
        self.award.total = total;
        let next = worth(sum) + by.rounding.to;
        let more = hours_for(by, next).less(sum);
        let (mut hours, mut so_far) = (Amount::ZERO, Amount::ZERO);
        for (own, member, slot) in ordered {
            // Those before reach the total; what adds nothing to it is not used up.
            if so_far == total {
                match cut {
                    Some(limit) => self.held(slot, member, limit),
                    None => {
                        let why = Why::MoreHours { more };
                        self.tell(slot, member, (Outcome::CountedIf, Amount::ZERO, why, at.into()));
                    }
                }
                continue;
            }
            hours = hours + own;
            let amount = self.room.cut(worth(hours)).0.less(so_far);
            so_far = so_far + amount;
            self.tell(
                slot,
                member,
                (Outcome::Counted, amount, Why::CountedByHours { hours: own }, at.into()),
            );
        }
        self.hold_all(rest);
        if cut.is_none() && by.rounding.way == Rounding::Down && !sum.is_zero() {
            let why = Why::SuggestHours { more, amount: by.rounding.to, unit: self.policy.unit };
            self.award.suggestions.push(Reason::new(why, at));
        }
    }

    fn by_table(&mut self, table: &Table) {
        let hours = table.by == TableBy::Hours;
        let mut ordered = match table.by {
            TableBy::Hours => self.most_hours_first(),
            TableBy::Credentials => {
                let one = |slot: &'w Slot| (Amount::from(1), slot[0], slot);
                self.slots.iter().map(one).collect()
            }
        };
        let rest = self.within_credentials(&mut ordered);
        let before: Amount = match table.by {
            TableBy::Hours => self.facts.before.iter().map(|before| before.hours).sum(),
            TableBy::Credentials => {
                self.facts.before.iter().map(|before| Amount::from(before.credentials)).sum()
            }
        };
        let now = before + ordered.iter().map(|(value, _, _)| *value).sum();
        let reached = |value: Amount| table.rows.iter().rposition(|row| row.from <= value);
        let worth = |row: Option<usize>| row.map_or(Amount::ZERO, |row| table.rows[row].amount);
        let (base, row) = (reached(before), reached(now));
        let (total, cut) = self.room.cut(worth(row).less(worth(base)));
        self.award.total = total;
        self.award.held.extend(cut);
        let needed = row.filter(|_| row != base).map_or(Amount::ZERO, |row| table.rows[row].from);
        let next = table.rows.get(row.map_or(0, |row| row + 1));
        let mut value = before;
        for (own, member, slot) in ordered {
            let at = |row: usize| format!("/award/table/rows/{row}");
            let told = match (row, next) {
                (Some(row), _) if value < needed => {
                    value = value + own;
                    let why = Why::CountedInRow { row: table.rows[row].name.clone() };
                    (Outcome::Counted, Amount::ZERO, why, at(row))
                }
                (_, Some(next)) => {
                    let row = next.name.clone();
                    let why = Why::MoreForRow { more: next.from.less(now), hours, row };
                    (Outcome::CountedIf, Amount::ZERO, why, "/award/table".into())
                }
                (row, None) => {
                    let row = row.expect("a table has a row, and all of them were reached");
                    let why = Why::BeyondTable { row: table.rows[row].name.clone() };
                    (Outcome::NotCounted, Amount::ZERO, why, at(row))
                }
            };
            self.tell(slot, member, told);
        }
        self.hold_all(rest);
        if let Some(next) = next.filter(|_| cut.is_none() && !self.slots.is_empty()) {
            let (row, unit) = (next.name.clone(), self.policy.unit);
            let amount = next.amount.less(worth(row_of(table, now)));
            let more = next.from.less(now);
            let why = Why::SuggestRow { more, hours, row, amount, unit };
            self.award.suggestions.push(Reason::new(why, "/award/table"));
        }
    }

    fn per_group(&mut self, group: &Group) {
        let at = "/award/perGroup";
        let of = usize::from(group.of);
        let mut names: BTreeMap<String, String> = BTreeMap::new();
        let keys = |member: &usize| keys(group, self.sorted[*member]);
        let by_slot: Vec<Vec<Vec<Key>>> =
            self.slots.iter().map(|slot| slot.iter().map(keys).collect()).collect();
        for key in by_slot.iter().flatten().flatten() {
            let name = names.entry(key.key.clone()).or_insert_with(|| key.name.clone());
            *name = std::cmp::min(std::mem::take(name), key.name.clone());
        }
        let ids: BTreeMap<&str, usize> = names.keys().map(String::as_str).zip(0..).collect();
        let names: Vec<&String> = names.values().collect();
        // What any of the credentials that stand for each other shares, the slot shares.
        let topics: Vec<Vec<usize>> = by_slot
            .iter()
            .map(|members| {
                let mut own: Vec<usize> =
                    members.iter().flatten().map(|key| ids[key.key.as_str()]).collect();
                own.sort_unstable();
                own.dedup();
                own
            })
            .collect();
        let stands_for = |slot: usize, topic: usize| {
            let has = |keys: &Vec<Key>| keys.iter().any(|key| ids[key.key.as_str()] == topic);
            self.slots[slot][by_slot[slot].iter().position(has).unwrap_or(0)]
        };
        let formed = related::form(&topics, ids.len(), of);
        self.award.exhaustive = formed.exhaustive;
        let mut left = vec![true; self.slots.len()];
        for (n, (members, topic)) in formed.groups.iter().enumerate() {
            members.iter().for_each(|slot| left[*slot] = false);
            let members: Vec<(usize, usize)> =
                members.iter().map(|slot| (*slot, stands_for(*slot, *topic))).collect();
            self.grouped((n, of), &members, (names[*topic], group.amount));
        }
        let left: Vec<usize> = (0..self.slots.len()).filter(|slot| left[*slot]).collect();
        self.left_over(group, &left, (&topics, &names), at);
    }

    /// The `n`th group of `of` credentials.
    fn grouped(
        &mut self,
        (n, of): (usize, usize),
        members: &[(usize, usize)],
        (by, amount): (&str, Amount),
    ) {
        let before = self.award.total;
        let (total, cut) = self.room.cut(before + amount);
        let crowded = self.room.credentials.filter(|(most, _)| (n + 1) * of > *most);
        self.award.held.extend(cut);
        let full = cut.filter(|_| total == before);
        if let Some(limit) = crowded.map(|(_, limit)| limit).or(full) {
            for (slot, member) in members {
                self.held(&self.slots[*slot], *member, limit);
            }
            return;
        }
        self.award.total = total;
        let input = |member: usize| self.sorted[member].input.clone();
        let inputs: Vec<String> = members.iter().map(|(_, member)| input(*member)).collect();
        for (slot, member) in members {
            let with = inputs.iter().filter(|other| **other != input(*member)).cloned().collect();
            let why = Why::CountedInGroup { with, by: by.to_owned() };
            let told = (Outcome::Counted, Amount::ZERO, why, "/award/perGroup".into());
            self.tell(&self.slots[*slot], *member, told);
        }
        let amount = total.less(before);
        self.award.groups.push(Grouped { credentials: inputs, by: by.to_owned(), amount });
    }

    /// What is in no group, and how many more of a kind would make one.
    fn left_over(
        &mut self,
        group: &Group,
        left: &[usize],
        (topics, names): (&[Vec<usize>], &[&String]),
        at: &str,
    ) {
        let mut waiting = vec![0usize; names.len()];
        left.iter().flat_map(|slot| &topics[*slot]).for_each(|topic| waiting[*topic] += 1);
        let mut suggested = BTreeMap::new();
        for &slot in left {
            let members = &self.slots[slot];
            let most = topics[slot].iter().max_by_key(|t| (waiting[**t], std::cmp::Reverse(**t)));
            let told = match most {
                None => (Outcome::NotCounted, Amount::ZERO, Why::Unrelated, at.to_owned()),
                Some(&topic) => {
                    let more = usize::from(group.of).saturating_sub(waiting[topic]).max(1);
                    suggested.insert(topic, more);
                    let (by, alone) = (names[topic].clone(), group.alone.clone());
                    let why = Why::MoreRelated { more, by, alone };
                    (Outcome::CountedIf, Amount::ZERO, why, at.to_owned())
                }
            };
            self.tell(members, members[0], told);
        }
        let full = self.room.cut(self.award.total + group.amount).1.is_some();
        for (topic, more) in suggested.into_iter().filter(|_| !full) {
            let (by, amount, unit) = (names[topic].clone(), group.amount, self.policy.unit);
            let why = Why::SuggestRelated { more, by, amount, unit };
            self.award.suggestions.push(Reason::new(why, at));
        }
    }

    /// The credential of each slot that states the most hours, the most first.
    fn most_hours_first(&self) -> Vec<(Amount, usize, &'w Slot)> {
        let hours =
            |member: usize| self.sorted[member].hours.as_ref().map_or(Amount::ZERO, Amount::from);
        let of_slot = |slot: &'w Slot| {
            // Of equals, the first.
            let most = slot.iter().copied().rev().max_by_key(|member| hours(*member));
            let member = most.expect("a slot has a member");
            (hours(member), member, slot)
        };
        let mut ordered: Vec<_> = self.slots.iter().map(of_slot).collect();
        ordered.sort_by_key(|(hours, member, _)| (std::cmp::Reverse(*hours), *member));
        ordered
    }

    /// Takes away what is past the limit in credentials, with that limit.
    #[allow(clippy::type_complexity, reason = "read once, where it is made")]
    fn within_credentials(
        &self,
        ordered: &mut Vec<(Amount, usize, &'w Slot)>,
    ) -> Option<(Vec<(Amount, usize, &'w Slot)>, usize)> {
        let (most, limit) = self.room.credentials.filter(|(most, _)| *most < ordered.len())?;
        Some((ordered.split_off(most), limit))
    }

    #[allow(clippy::type_complexity, reason = "read once, where it is made")]
    fn hold_all(&mut self, rest: Option<(Vec<(Amount, usize, &'w Slot)>, usize)>) {
        let Some((rest, limit)) = rest else { return };
        for (_, member, slot) in rest {
            self.held(slot, member, limit);
        }
    }

    fn held(&mut self, slot: &Slot, member: usize, limit: usize) {
        self.award.held.push(limit);
        let at = format!("/limits/{limit}");
        self.tell(slot, member, (Outcome::NotCounted, Amount::ZERO, Why::LimitReached, at));
    }

    /// What became of a slot's one credential; the others stand behind it.
    fn tell(
        &mut self,
        slot: &Slot,
        member: usize,
        (outcome, amount, why, at): (Outcome, Amount, Why, String),
    ) {
        self.award.told.push((member, (outcome, amount, Reason::new(why, at))));
        for &behind in slot.iter().filter(|behind| **behind != member) {
            let other = self.sorted[member].input.clone();
            let reason = Reason::new(Why::SameAchievement { other }, "/again");
            self.award.told.push((behind, (Outcome::NotCounted, Amount::ZERO, reason)));
        }
    }
}

/// The row that a value reaches.
fn row_of(table: &Table, value: Amount) -> Option<usize> {
    table.rows.iter().rposition(|row| row.from <= value)
}

/// The fewest hours that are worth so much, to a hundredth.
fn hours_for(by: &ByHours, amount: Amount) -> Amount {
    let hundredth = Amount::parse("0.01").expect("this is a decimal");
    amount.in_proportion(by.every, by.amount, (Rounding::Up, hundredth))
}

/// What credentials are related by: as it is compared, and as it is told.
struct Key {
    key: String,
    name: String,
}

fn keys(group: &Group, credential: &CountedCredential) -> Vec<Key> {
    let mut keys = Vec::new();
    for relation in &group.related_by {
        match relation {
            Relation::Stack => keys.extend(credential.tags.iter().map(|tag| Key {
                key: format!("1{}", tag_key(tag)),
                name: format!("the stack {}", tag.trim()),
            })),
            Relation::Alignment => {
                keys.extend(credential.alignments.iter().map(|url| Key {
                    key: format!("2{url}"),
                    name: format!("the alignment {url}"),
                }))
            }
        }
    }
    let topics = group.topics.iter().filter(|topic| stands_in(topic, credential));
    keys.extend(topics.map(|topic| Key {
        key: format!("0{}", topic.name),
        name: format!("the topic {}", topic.name),
    }));
    keys
}

fn stands_in(topic: &Topic, credential: &CountedCredential) -> bool {
    let tagged = |tag: &String| {
        let tag = tag_key(tag);
        credential.tags.iter().any(|own| tag_key(own) == tag)
    };
    credential.achievement.as_ref().is_some_and(|id| topic.achievements.contains(id))
        || credential.alignments.iter().any(|url| topic.alignments.contains(url))
        || topic.tags.iter().any(tagged)
}
