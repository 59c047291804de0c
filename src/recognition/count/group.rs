//! The award for groups of related credentials, and what an unpaired one misses.
//!
//! Invariant: a credential is in one group at most, however many topics it shares.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::award::Working;
use super::related;
use crate::model::decimal::Amount;
use crate::recognition::decision::{ALIGNMENT, Grouped, Outcome, Reason, STACK, Why};
use crate::recognition::facts::CountedCredential;
use crate::recognition::policy::{Group, Relation, Topic, tag_key};

const AT: &str = "/award/perGroup";

impl Working<'_> {
    pub(super) fn per_group(&mut self, group: &Group) {
        let topics = Topics::of(group, self);
        let of = usize::from(group.of);
        let formed = related::form(&topics.of_slots, topics.names.len(), of);
        self.award.exhaustive = formed.exhaustive;
        let mut left = vec![true; self.slots.len()];
        for (n, (slots, topic)) in formed.groups.iter().enumerate() {
            slots.iter().for_each(|slot| left[*slot] = false);
            let members: Vec<(usize, usize)> =
                slots.iter().map(|slot| (*slot, topics.stands_for(*slot, *topic))).collect();
            self.grouped((n + 1) * of, &members, (&topics.names[*topic], group.amount));
        }
        let left: Vec<usize> = (0..self.slots.len()).filter(|slot| left[*slot]).collect();
        self.left_over(group, &left, &topics);
    }

    /// A group, up to which so many credentials were taken. `members` are slots, and the
    /// credentials that stand for them.
    fn grouped(&mut self, taken: usize, members: &[(usize, usize)], (by, amount): (&str, Amount)) {
        let slots = self.slots;
        let before = self.award.total;
        let (total, cut) = self.room.cut(before + amount);
        self.award.held.extend(cut);
        let crowded = self.room.credentials.filter(|(most, _)| taken > *most);
        let full = cut.filter(|_| total == before);
        if let Some(limit) = crowded.map(|(_, limit)| limit).or(full) {
            for (slot, member) in members {
                self.held(&slots[*slot], *member, limit);
            }
            return;
        }
        self.award.total = total;
        let input = |member: usize| self.sorted[member].input.clone();
        let inputs: Vec<String> = members.iter().map(|(_, member)| input(*member)).collect();
        for (n, (slot, member)) in members.iter().enumerate() {
            let others = inputs.iter().enumerate().filter(|(other, _)| *other != n);
            let with = others.map(|(_, input)| input.clone()).collect();
            let why = Why::CountedInGroup { with, by: by.to_owned() };
            self.tell(&slots[*slot], *member, (Outcome::Counted, Amount::ZERO, why, AT.into()));
        }
        let amount = total.less(before);
        self.award.groups.push(Grouped { credentials: inputs, by: by.to_owned(), amount });
    }

    /// What is in no group, and how many more of a kind would make one.
    fn left_over(&mut self, group: &Group, left: &[usize], topics: &Topics) {
        let slots = self.slots;
        let mut waiting = vec![0usize; topics.names.len()];
        left.iter().flat_map(|slot| &topics.of_slots[*slot]).for_each(|topic| waiting[*topic] += 1);
        let taken = self.award.groups.iter().map(|group| group.credentials.len()).sum::<usize>();
        let another = self.room.more(self.award.total, group.amount, taken + usize::from(group.of));
        let mut suggested = BTreeMap::new();
        for &slot in left {
            let own = &topics.of_slots[slot];
            let related = own.iter().max_by_key(|topic| (waiting[**topic], Reverse(**topic)));
            let told = match (related, another) {
                (None, _) => (Outcome::NotCounted, Amount::ZERO, Why::Unrelated, AT.to_owned()),
                (Some(_), Err(limit)) => {
                    self.held(&slots[slot], slots[slot][0], limit);
                    continue;
                }
                (Some(&topic), Ok(_)) => {
                    let more = usize::from(group.of).saturating_sub(waiting[topic]).max(1);
                    suggested.insert(topic, more);
                    let (by, alone) = (topics.names[topic].clone(), group.alone.clone());
                    let why = Why::MoreRelated { more, by, alone };
                    (Outcome::CountedIf, Amount::ZERO, why, AT.to_owned())
                }
            };
            self.tell(&slots[slot], slots[slot][0], told);
        }
        let Ok(amount) = another else { return };
        for (topic, more) in suggested {
            let (by, unit) = (topics.names[topic].clone(), self.policy.unit);
            let why = Why::SuggestRelated { more, by, amount, unit };
            self.award.suggestions.push(Reason::new(why, AT));
        }
    }
}

/// What the credentials can be related by, numbered in a stable order.
struct Topics {
    names: Vec<String>,
    /// Those of each slot, rising: what any of its credentials shares, the slot shares.
    of_slots: Vec<Vec<usize>>,
    /// For each slot, its credentials with the topics of each.
    of_members: Vec<Vec<(usize, Vec<usize>)>>,
}

impl Topics {
    fn of(group: &Group, working: &Working<'_>) -> Self {
        let keys = |slot: &Vec<usize>| -> Vec<(usize, Vec<Key>)> {
            slot.iter().map(|member| (*member, keys(group, working.sorted[*member]))).collect()
        };
        let slots: Vec<Vec<(usize, Vec<Key>)>> = working.slots.iter().map(keys).collect();
        let mut told: BTreeMap<&str, &str> = BTreeMap::new();
        for Key { key, name } in slots.iter().flatten().flat_map(|(_, keys)| keys) {
            // Of several ways to write a tag, one that does not hang on the order.
            told.entry(key).and_modify(|told| *told = (*told).min(name)).or_insert(name);
        }
        let ids: BTreeMap<&str, usize> = told.keys().copied().zip(0..).collect();
        let ids_of = |keys: &[Key]| keys.iter().map(|key| ids[key.key.as_str()]).collect();
        let of_members: Vec<Vec<(usize, Vec<usize>)>> = slots
            .iter()
            .map(|slot| slot.iter().map(|(member, keys)| (*member, ids_of(keys))).collect())
            .collect();
        let of_slot = |members: &Vec<(usize, Vec<usize>)>| {
            let mut own: Vec<usize> = members.iter().flat_map(|(_, ids)| ids).copied().collect();
            own.sort_unstable();
            own.dedup();
            own
        };
        let of_slots = of_members.iter().map(of_slot).collect();
        Self { names: told.values().map(ToString::to_string).collect(), of_slots, of_members }
    }

    /// The first credential of a slot that has the topic.
    fn stands_for(&self, slot: usize, topic: usize) -> usize {
        let found = self.of_members[slot].iter().find(|(_, topics)| topics.contains(&topic));
        found.expect("a slot's topics are those of its credentials").0
    }
}

/// What a credential is related by: as it is compared, and as it is told.
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
                name: format!("{STACK}{}", tag.trim()),
            })),
            Relation::Alignment => keys.extend(
                credential
                    .alignments
                    .iter()
                    .map(|url| Key { key: format!("2{url}"), name: format!("{ALIGNMENT}{url}") }),
            ),
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
