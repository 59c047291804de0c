//! One credential against the rules that look at it alone.
//!
//! Invariant: a credential passes only where every rule was seen to hold. What
//! breaks a rule is *not counted because*, what cannot be told yet is *counted if*.

use std::collections::{BTreeMap, HashSet};

use jiff::civil::Date;

use crate::model::decimal::Amount;
use crate::recognition::decision::{Part, Reason, Why};
use crate::recognition::facts::{Answer, ClaimFacts, CountedCredential};
use crate::recognition::policy::{
    Acceptance, BelongsAsked, Condition, ConditionOf, Policy, Span, Zone, tag_key,
};

/// A policy and a claim, ready to look at many credentials.
pub struct Rules<'p> {
    policy: &'p Policy,
    facts: &'p ClaimFacts,
    accepts: Vec<Accepts<'p>>,
    late: Option<Reason>,
    again: Span,
    zone: Zone,
}

/// What the rules say of one credential. It passes where both are empty.
#[derive(Debug, Default)]
pub struct Weighed {
    /// Why it does not count.
    pub broken: Vec<Reason>,
    /// What is still to be settled.
    pub open: Vec<Reason>,
    /// Within this its achievement counts once.
    pub period: Option<String>,
}

impl Weighed {
    pub fn passes(&self) -> bool {
        self.broken.is_empty() && self.open.is_empty()
    }
}

impl<'p> Rules<'p> {
    pub fn of(policy: &'p Policy, facts: &'p ClaimFacts) -> Self {
        let accepts = policy.accepts.iter().map(Accepts::of).collect();
        let (again, zone) = (policy.again(), policy.zone());
        Self { policy, facts, accepts, late: late(policy, facts), again, zone }
    }

    pub fn weigh(&self, credential: &CountedCredential) -> Weighed {
        let awarded = credential.awarded_in(&self.zone);
        let mut weighed =
            Weighed { period: self.again.label(awarded, self.facts.license), ..Weighed::default() };
        self.weigh_verdicts(credential, &mut weighed);
        if credential.authentic == Answer::No {
            // What it says of itself means nothing.
            return weighed;
        }
        self.weigh_identity(credential, &mut weighed);
        self.weigh_acceptance(credential, &mut weighed);
        self.weigh_hours(credential, &mut weighed);
        self.weigh_dates(awarded, &mut weighed);
        for (at, conditions) in
            [("statements", &self.policy.statements), ("approvals", &self.policy.approvals)]
        {
            for (i, condition) in conditions.iter().enumerate() {
                self.weigh_condition((at, i), condition, credential, &mut weighed);
            }
        }
        weighed
    }

    fn weigh_verdicts(&self, credential: &CountedCredential, weighed: &mut Weighed) {
        match credential.authentic {
            Answer::Yes => {}
            Answer::No => return weighed.broken(Why::NotAuthentic, ""),
            Answer::Undecided | Answer::NotAsked => weighed.open(Why::AuthenticUndecided, ""),
        }
        match credential.current {
            Answer::Yes => {}
            Answer::No => {
                let status = credential.status.clone().unwrap_or_else(|| "unknown".into());
                weighed.broken(Why::NotCurrent { status }, "");
            }
            // Nothing is known of the state of what may be forged; that was said.
            Answer::Undecided | Answer::NotAsked if credential.authentic != Answer::Yes => {}
            Answer::Undecided | Answer::NotAsked => weighed.open(Why::CurrentUndecided, ""),
        }
        match (credential.belongs, self.policy.belongs) {
            (Answer::Yes, _) | (Answer::Undecided, BelongsAsked::Likely) => {}
            (Answer::No, _) => {
                let differs = credential.differs.clone();
                weighed.broken(Why::NotTheClaimants { differs }, "/belongs");
            }
            (Answer::Undecided | Answer::NotAsked, _) => weighed.open(Why::BelongsOpen, "/belongs"),
        }
        if credential.already_counted {
            weighed.broken(Why::AlreadyCounted, "/exclusive");
        }
        weighed.broken.extend(self.late.clone());
    }

    fn weigh_identity(&self, credential: &CountedCredential, weighed: &mut Weighed) {
        let named = [
            ("id", &credential.id),
            ("issuer", &credential.issuer),
            ("achievement", &credential.achievement),
        ];
        for (missing, _) in named.into_iter().filter(|(_, member)| member.is_none()) {
            weighed.broken(Why::Unidentified { missing: missing.into() }, "");
        }
    }

    fn weigh_acceptance(&self, credential: &CountedCredential, weighed: &mut Weighed) {
        if credential.receipt && !self.policy.accepts.iter().any(|rule| rule.receipts) {
            return weighed.broken(Why::IsAReceipt, "/accepts");
        }
        let tags: Vec<String> = match self.accepts.iter().any(|rule| !rule.tags.is_empty()) {
            true => credential.tags.iter().map(|tag| tag_key(tag)).collect(),
            false => Vec::new(),
        };
        // Of rules that do not fit, the one that misses least is told.
        let (mut unknown, mut closest): (Option<Reason>, Option<(usize, Vec<Part>)>) = (None, None);
        for (i, rule) in self.accepts.iter().enumerate() {
            let at = || format!("/accepts/{i}");
            match rule.fit(credential, &tags, &self.facts.menus) {
                Fit::Yes => return,
                Fit::MenuUnknown(menu) => {
                    let why = Why::MenuUnknown { menu: menu.to_owned() };
                    unknown.get_or_insert_with(|| Reason::new(why, at() + "/menu"));
                }
                Fit::No(missing) => {
                    if closest.as_ref().is_none_or(|(_, least)| missing.len() < least.len()) {
                        closest = Some((i, missing));
                    }
                }
            }
        }
        match (unknown, closest) {
            (Some(unknown), _) => weighed.open.push(unknown),
            (None, Some((i, missing))) => {
                weighed.broken(Why::NotAccepted { missing }, format!("/accepts/{i}"));
            }
            (None, None) => weighed.broken(Why::NotAccepted { missing: Vec::new() }, "/accepts"),
        }
    }

    fn weigh_hours(&self, credential: &CountedCredential, weighed: &mut Weighed) {
        let at = if self.policy.minimum_hours.is_some() { "/minimumHours" } else { "/award" };
        match (credential.hours.as_ref().map(Amount::from), self.policy.minimum_hours) {
            (None, _) if self.policy.needs_hours() => weighed.broken(Why::NoHours, at),
            (Some(hours), Some(least)) if hours < least => {
                weighed.broken(Why::TooFewHours { hours, least }, at);
            }
            _ => {}
        }
    }

    fn weigh_dates(&self, awarded: Option<Date>, weighed: &mut Weighed) {
        let ClaimFacts { on, license, .. } = *self.facts;
        if let Some(awarded) = awarded.filter(|awarded| *awarded > on) {
            return weighed.broken(Why::AwardedLater { awarded, on }, "");
        }
        let named = [("/window", self.policy.window.as_ref()), ("/again", Some(&self.again))];
        let spans = named.into_iter().filter_map(|(at, span)| Some((at, span?)));
        for (at, span) in spans.filter(|(_, span)| !matches!(span, Span::Ever)) {
            let reason = match (awarded, span.around(on, license)) {
                (None, _) => Err(Why::NoDate),
                (_, None) => Ok(Why::LicenseUnknown),
                (Some(awarded), Some(days)) if at == "/window" && !days.contain(awarded) => {
                    Err(Why::OutsideWindow { awarded, from: days.from, until: days.until })
                }
                _ => continue,
            };
            // Window and period need the same; once is enough.
            match reason {
                Err(why) => return weighed.broken(why, at),
                Ok(why) => return weighed.open(why, at),
            }
        }
    }

    fn weigh_condition(
        &self,
        (list, i): (&str, usize),
        condition: &Condition,
        credential: &CountedCredential,
        weighed: &mut Weighed,
    ) {
        let spared = |after| credential.awarded_in(&self.zone).is_some_and(|day| day <= after);
        if condition.awarded_after.is_some_and(spared) {
            return;
        }
        let statements = list == "statements";
        let answers = match (condition.of, statements) {
            (ConditionOf::Claim, true) => &self.facts.statements,
            (ConditionOf::Claim, false) => &self.facts.approvals,
            (ConditionOf::Credential, true) => &credential.statements,
            (ConditionOf::Credential, false) => &credential.approvals,
        };
        let (id, text) = (condition.id.clone(), condition.text.clone());
        let at = format!("/{list}/{i}");
        match (answers.get(&condition.id), statements) {
            (Some(true), _) => {}
            (Some(false), true) => weighed.broken(Why::StatedOtherwise { id, text }, at),
            (Some(false), false) => weighed.broken(Why::NotApproved { id, text }, at),
            (None, true) => weighed.open(Why::StatementMissing { id, text }, at),
            (None, false) => weighed.open(Why::ApprovalPending { id, text }, at),
        }
    }
}

impl Weighed {
    fn broken(&mut self, why: Why, at: impl Into<String>) {
        self.broken.push(Reason::new(why, at));
    }

    fn open(&mut self, why: Why, at: impl Into<String>) {
        self.open.push(Reason::new(why, at));
    }
}

/// Whether a claim of this day comes too late for anything.
fn late(policy: &Policy, facts: &ClaimFacts) -> Option<Reason> {
    let opens = policy.deadline.as_ref()?.refused_until(facts.on)?;
    Some(Reason::new(Why::DeadlinePassed { opens }, "/deadline"))
}

/// An acceptance with its lists to look things up in.
struct Accepts<'p> {
    rule: &'p Acceptance,
    achievements: HashSet<&'p str>,
    issuers: HashSet<&'p str>,
    alignments: HashSet<&'p str>,
    tags: HashSet<String>,
}

enum Fit<'p> {
    Yes,
    No(Vec<Part>),
    MenuUnknown(&'p str),
}

impl<'p> Accepts<'p> {
    fn of(rule: &'p Acceptance) -> Self {
        let set = |list: &'p [String]| list.iter().map(String::as_str).collect();
        Self {
            rule,
            achievements: set(&rule.achievements),
            issuers: set(&rule.issuers),
            alignments: set(&rule.alignments),
            tags: rule.tags.iter().map(|tag| tag_key(tag)).collect(),
        }
    }

    /// `tags` are the credential's, as they are compared.
    fn fit(
        &self,
        credential: &CountedCredential,
        tags: &[String],
        menus: &BTreeMap<String, std::collections::BTreeSet<String>>,
    ) -> Fit<'p> {
        let rule = self.rule;
        let among = |set: &HashSet<&str>, member: &Option<String>| {
            set.is_empty() || member.as_deref().is_some_and(|member| set.contains(member))
        };
        let aligned = self.alignments.is_empty()
            || credential.alignments.iter().any(|url| self.alignments.contains(url.as_str()));
        let tagged = self.tags.is_empty() || tags.iter().any(|tag| self.tags.contains(tag));
        let menu = rule.menu.as_ref().map(|menu| menus.get(menu));
        let on_menu = match (menu, &credential.achievement) {
            (None, _) => true,
            (Some(Some(menu)), Some(achievement)) => menu.contains(achievement),
            (Some(Some(_)), None) => false,
            // What is not known is no miss.
            (Some(None), _) => true,
        };
        let fits = [
            (Part::Receipt, credential.receipt == rule.receipts),
            (Part::Achievement, among(&self.achievements, &credential.achievement)),
            (Part::Issuer, among(&self.issuers, &credential.issuer)),
            (Part::TrustedIssuer, credential.trusted || !rule.trusted_issuers),
            (Part::Alignment, aligned),
            (Part::Tag, tagged),
            (Part::Menu, on_menu),
        ];
        let missing: Vec<Part> =
            fits.into_iter().filter_map(|(part, fits)| (!fits).then_some(part)).collect();
        match (&rule.menu, menu) {
            _ if !missing.is_empty() => Fit::No(missing),
            (Some(menu), Some(None)) => Fit::MenuUnknown(menu),
            _ => Fit::Yes,
        }
    }
}
