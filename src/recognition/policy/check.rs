//! Where a policy contradicts itself, or says what nothing can fit.
//!
//! Invariant: each fault names the member that has to change.

use std::collections::HashMap;

use super::{
    Acceptance, AfterDeadline, Award, ByHours, Condition, Deadline, Group, Limit, Policy, Span,
    Table, TableBy, Zone,
};
use crate::model::Fault;
use crate::model::decimal::Amount;
use crate::model::fault::{Faults, is_slug};

/// An hour of work is worth no more steps of an award than this.
const MOST_STEPS: usize = 1_000_000;

impl Policy {
    pub(super) fn check(&self) -> Result<(), Vec<Fault>> {
        let faults = &mut Faults::default();
        self.check_names(faults);
        self.check_acceptance(faults);
        self.check_times(faults);
        match &self.award {
            Award::PerCredential(flat) => {
                faults.some("/award/perCredential/amount", flat.amount);
            }
            Award::PerGroup(group) => group.check(faults),
            Award::PerHours(by_hours) => by_hours.check(faults),
            Award::Table(table) => table.check(faults),
        }
        faults.count("/limits", self.limits.len(), 20);
        for (i, limit) in self.limits.iter().enumerate() {
            limit.check(&format!("/limits/{i}"), &self.award, faults);
        }
        conditions("/statements", &self.statements, faults);
        conditions("/approvals", &self.approvals, faults);
        std::mem::take(faults).into_result()
    }

    fn check_names(&self, faults: &mut Faults) {
        faults.slug("/id", &self.id);
        faults.text("/version", &self.version, 50);
        faults.text("/name", &self.name, 200);
        faults.optional_text("/description", self.description.as_ref(), 2000);
        faults.text("/recognizer/name", &self.recognizer.name, 300);
        if let Some(id) = &self.recognizer.id {
            faults.uri("/recognizer/id", id);
        }
        if self.authority.is_empty() {
            faults.add("/authority", "no-authority", "name what the policy rests on");
        }
        faults.count("/authority", self.authority.len(), 20);
        for (i, citation) in self.authority.iter().enumerate() {
            let at = format!("/authority/{i}");
            faults.text(&format!("{at}/title"), &citation.title, 500);
            faults.optional_text(&format!("{at}/says"), citation.says.as_ref(), 2000);
            if let Some(url) = &citation.url {
                faults.https_url(&format!("{at}/url"), url);
            }
        }
        faults.count("/readings", self.readings.len(), 20);
        for (i, reading) in self.readings.iter().enumerate() {
            faults.text(&format!("/readings/{i}"), reading, 2000);
        }
        if let Some(exclusive) = &self.exclusive {
            faults.slug("/exclusive/group", &exclusive.group);
            faults.text("/exclusive/says", &exclusive.says, 500);
        }
    }

    fn check_acceptance(&self, faults: &mut Faults) {
        if self.accepts.is_empty() {
            let detail = "say what is accepted; nothing would ever count";
            faults.add("/accepts", "accepts-nothing", detail);
        }
        faults.count("/accepts", self.accepts.len(), 100);
        for (i, acceptance) in self.accepts.iter().enumerate() {
            acceptance.check(&format!("/accepts/{i}"), faults);
        }
        if let Some(hours) = self.minimum_hours {
            faults.some("/minimumHours", hours);
            faults.hours("/minimumHours", hours);
        }
        // A receipt states what it awarded, not clock hours of work.
        let receipts = self.accepts.iter().position(|acceptance| acceptance.receipts);
        if let Some(i) = receipts.filter(|_| self.needs_hours()) {
            let detail = "receipts state no clock hours, which this policy counts by";
            faults.add(format!("/accepts/{i}/receipts"), "receipts-have-no-hours", detail);
        }
    }

    fn check_times(&self, faults: &mut Faults) {
        if self.time_zone.as_deref().is_some_and(|name| Zone::named(name).is_none()) {
            let detail = "the IANA database has no such time zone; \"America/New_York\" is one";
            faults.add("/timeZone", "unknown-time-zone", detail);
        }
        if let Some(window) = &self.window {
            faults.span("/window", window);
            if matches!(window, Span::Claim | Span::Ever) {
                let detail = "this is no window; leave it out where any date will do";
                faults.add("/window", "no-window", detail);
            }
        }
        if let Some(again) = &self.again {
            faults.span("/again", again);
            if matches!(again, Span::Years(_) | Span::Dates(_) | Span::Claim) {
                let detail = "stretches that follow one another are needed here: license, \
                              calendarYear, schoolYear or ever";
                faults.add("/again", "not-a-period", detail);
            }
        }
        if let Some(Deadline { day, after, says }) = &self.deadline {
            faults.optional_text("/deadline/says", says.as_ref(), 500);
            if matches!(after, AfterDeadline::RefusedUntil(opens) if opens == day) {
                let detail = "the next round opens on the day of the deadline, so no day is late";
                faults.add("/deadline/after/refusedUntil", "never-late", detail);
            }
        }
    }
}

impl Acceptance {
    fn check(&self, at: &str, faults: &mut Faults) {
        if *self == Self::default() {
            let detail = "this accepts anything; say what has to fit";
            faults.add(at, "accepts-anything", detail);
        }
        let uris = [
            ("achievements", &self.achievements),
            ("issuers", &self.issuers),
            ("alignments", &self.alignments),
        ];
        for (name, list) in uris {
            faults.count(&format!("{at}/{name}"), list.len(), 10_000);
            for (i, uri) in list.iter().enumerate() {
                faults.uri(&format!("{at}/{name}/{i}"), uri);
            }
        }
        faults.count(&format!("{at}/tags"), self.tags.len(), 1000);
        for (i, tag) in self.tags.iter().enumerate() {
            faults.text(&format!("{at}/tags/{i}"), tag, 100);
        }
        if let Some(menu) = &self.menu {
            faults.uri(&format!("{at}/menu"), menu);
        }
    }
}

impl Group {
    fn check(&self, faults: &mut Faults) {
        let at = "/award/perGroup";
        faults.some(&format!("{at}/amount"), self.amount);
        if !(2..=100).contains(&self.of) {
            let detail = "a group has 2 to 100 credentials; for single ones there is perCredential";
            faults.add(format!("{at}/of"), "not-a-group", detail);
        }
        if self.related_by.is_empty() && self.topics.is_empty() {
            let detail = "say what makes credentials related: relatedBy, topics, or both";
            faults.add(at, "nothing-related", detail);
        }
        faults.optional_text(&format!("{at}/alone"), self.alone.as_ref(), 1000);
        faults.count(&format!("{at}/topics"), self.topics.len(), 1000);
        self.check_topics(at, faults);
    }

    /// Nothing stands in two topics: a credential of it would be divided between two groups.
    fn check_topics(&self, at: &str, faults: &mut Faults) {
        let mut names = HashMap::new();
        let mut seen: HashMap<(&str, String), &str> = HashMap::new();
        for (i, topic) in self.topics.iter().enumerate() {
            let at = format!("{at}/topics/{i}");
            faults.text(&format!("{at}/name"), &topic.name, 200);
            if names.insert(topic.name.as_str(), i).is_some() {
                faults.add(format!("{at}/name"), "duplicate", "another topic has this name");
            }
            let lists = [
                ("achievements", &topic.achievements),
                ("alignments", &topic.alignments),
                ("tags", &topic.tags),
            ];
            if lists.iter().all(|(_, list)| list.is_empty()) {
                faults.add(&at, "empty-topic", "say what stands in this topic");
            }
            for (kind, list) in lists {
                for (j, text) in list.iter().enumerate() {
                    let at = format!("{at}/{kind}/{j}");
                    faults.text(&at, text, 2000);
                    let key = if kind == "tags" { super::tag_key(text) } else { text.clone() };
                    if let Some(other) = seen.insert((kind, key), &topic.name) {
                        let detail = format!(
                            "{text:?} stands in the topic {other:?} too, which would divide a \
                             credential between two groups"
                        );
                        faults.add(at, "two-groups", detail);
                    }
                }
            }
        }
    }
}

impl ByHours {
    fn check(&self, faults: &mut Faults) {
        let at = "/award/perHours";
        let step = self.rounding.to;
        faults.some(&format!("{at}/every"), self.every);
        faults.hours(&format!("{at}/every"), self.every);
        faults.some(&format!("{at}/amount"), self.amount);
        faults.some(&format!("{at}/rounding/to"), step);
        if step > self.amount {
            let detail = format!(
                "awards are multiples of {step}, so {} for each {} hours is never given",
                self.amount, self.every
            );
            faults.add(format!("{at}/rounding/to"), "step-above-amount", detail);
        }
        if self.amount > (self.every.times(MOST_STEPS)).in_steps_of(step) {
            let detail = format!(
                "an hour is {MOST_STEPS} steps at most, and {} for each {} hours, by {step}, is \
                 more",
                self.amount, self.every
            );
            faults.add(format!("{at}/rounding/to"), "too-many-steps", detail);
        }
    }
}

impl Table {
    fn check(&self, faults: &mut Faults) {
        let at = "/award/table/rows";
        if self.rows.is_empty() {
            faults.add(at, "no-rows", "a table needs a row");
        }
        faults.count(at, self.rows.len(), 100);
        for (i, row) in self.rows.iter().enumerate() {
            let at = format!("{at}/{i}");
            faults.some(&format!("{at}/from"), row.from);
            faults.some(&format!("{at}/amount"), row.amount);
            faults.text(&format!("{at}/name"), &row.name, 200);
            if self.by == TableBy::Credentials && !row.from.is_whole() {
                let detail = "credentials are counted whole";
                faults.add(format!("{at}/from"), "not-whole", detail);
            }
            let Some(before) = i.checked_sub(1).and_then(|before| self.rows.get(before)) else {
                continue;
            };
            if row.from <= before.from {
                let detail =
                    format!("rows rise; the one before it is reached from {}", before.from);
                faults.add(format!("{at}/from"), "not-rising", detail);
            }
            if row.amount < before.amount {
                let detail =
                    format!("a higher row awards no less; the one before: {}", before.amount);
                faults.add(format!("{at}/amount"), "not-rising", detail);
            }
        }
    }
}

impl Table {
    /// A row is reached by one claim: what reaches none is not recorded, and no later one adds to it.
    fn check_reach(&self, most: Amount, faults: &mut Faults) {
        if self.by != TableBy::Credentials {
            return;
        }
        let mut before = Amount::ZERO;
        for (i, row) in self.rows.iter().enumerate() {
            let lacking = row.from.less(before);
            if lacking > most {
                let detail = format!(
                    "a limit lets {most} credentials count, and from the row before, or from none, \
                     it takes {lacking}: this row would never be reached"
                );
                faults.add(format!("/award/table/rows/{i}/from"), "row-out-of-reach", detail);
            }
            before = row.from;
        }
    }
}

impl Limit {
    fn check(&self, at: &str, award: &Award, faults: &mut Faults) {
        faults.span(&format!("{at}/per"), &self.per);
        if self.amount.is_none() && self.credentials.is_none() {
            faults.add(at, "no-limit", "say how much at most: amount, credentials, or both");
        }
        let least = match award {
            Award::PerCredential(flat) => (flat.amount, 1),
            Award::PerGroup(group) => (group.amount, group.of),
            Award::PerHours(by_hours) => (by_hours.rounding.to, 1),
            Award::Table(table) => (table.rows.first().map_or(Amount::ZERO, |row| row.amount), 1),
        };
        if self.amount.is_some_and(|most| most < least.0) {
            let detail = format!("one award is {}, so none would ever be given whole", least.0);
            faults.add(format!("{at}/amount"), "limit-below-award", detail);
        }
        // Rows that were cut would use credentials up for less than they reach.
        if matches!(award, Award::Table(_)) && self.amount.is_some() {
            let detail =
                "a table says by its rows how much it awards; limit the credentials instead";
            faults.add(format!("{at}/amount"), "limit-with-table", detail);
        }
        if self.credentials.is_some_and(|most| most < least.1) {
            let detail = format!("an award takes {}, so none would ever be given", least.1);
            faults.add(format!("{at}/credentials"), "limit-below-award", detail);
        }
        if let (Award::Table(table), Some(most)) = (award, self.credentials) {
            table.check_reach(u32::from(most).into(), faults);
        }
    }
}

fn conditions(at: &str, conditions: &[Condition], faults: &mut Faults) {
    faults.count(at, conditions.len(), 50);
    let mut seen = HashMap::new();
    for (i, condition) in conditions.iter().enumerate() {
        let at = format!("{at}/{i}");
        faults.slug(&format!("{at}/id"), &condition.id);
        faults.text(&format!("{at}/text"), &condition.text, 1000);
        if seen.insert(&condition.id, i).is_some() {
            faults.add(format!("{at}/id"), "duplicate", "another one has this id");
        }
        let of_all = condition.of == super::ConditionOf::Claim;
        if of_all && condition.awarded_after.is_some() {
            let detail = "a claim has no date of award; ask it of each credential";
            faults.add(format!("{at}/awardedAfter"), "no-date-of-award", detail);
        }
    }
}

impl Faults {
    fn slug(&mut self, at: &str, text: &str) {
        if !is_slug(text) {
            self.add(at, "not-a-slug", "use lower-case letters, digits and single hyphens");
        }
    }

    fn some(&mut self, at: &str, amount: Amount) {
        if amount.is_zero() {
            self.add(at, "nothing", "this must be more than nothing");
        }
    }

    /// Credentials state fewer than ten thousand hours each.
    fn hours(&mut self, at: &str, hours: Amount) {
        if hours >= Amount::from(10_000) {
            self.add(at, "too-many-hours", "no credential states as many as 10000 hours");
        }
    }

    fn uri(&mut self, at: &str, text: &str) {
        if url::Url::parse(text).is_err() || text.contains(char::is_whitespace) {
            self.add(at, "not-a-uri", "this must be an absolute URL, DID or URN");
        }
    }

    fn span(&mut self, at: &str, span: &Span) {
        match span {
            Span::Years(0) => {
                self.add(format!("{at}/years"), "nothing", "this must be a year at least")
            }
            Span::Dates(days) if days.from > days.until => {
                self.add(format!("{at}/dates"), "ends-first", "its first day is after its last");
            }
            _ => {}
        }
    }
}
