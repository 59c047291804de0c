//! What one office makes of it: its sum in a line, and each of its policies in words.

use std::collections::BTreeSet;

use crate::model::decimal::Amount;
use crate::model::links::Links;
use crate::pages::amounts::amount;
use crate::pages::here;
use crate::pages::reasons::{further, reason};
use crate::pages::speech::Speech;
use crate::recognition::Decision;
use crate::recognition::decision::{Line, Outcome, Reason, Why};
use crate::recognition::policy::Unit;
use crate::recognition::prospect::Prospect;
use crate::recognize::counts::{ByPolicy, Office};

/// An office, and what it counts.
pub struct OfficeTold<'a> {
    pub sum: Sum<'a>,
    pub page: String,
    pub web: Option<&'a str>,
    pub email: Option<&'a str>,
    pub policies: Vec<PolicyTold<'a>>,
}

/// An office in one line.
#[derive(Clone)]
pub struct Sum<'a> {
    /// Its short name.
    pub name: &'a str,
    pub office: &'a str,
    /// `good`, `open` or `none`.
    pub tone: &'static str,
    /// What its policies give; never empty.
    pub parts: Vec<Part>,
}

/// What one policy gives.
#[derive(Clone)]
pub struct Part {
    /// What stands between it and the part before it.
    pub joiner: &'static str,
    pub worth: Worth,
}

/// An amount, and what it hangs on.
#[derive(Clone)]
pub struct Worth {
    pub tone: &'static str,
    pub amount: String,
    pub condition: Option<String>,
}

/// A policy, and what it makes of each.
pub struct PolicyTold<'a> {
    pub name: &'a str,
    pub worth: Worth,
    pub lines: Vec<LineTold<'a>>,
    pub missing: Vec<String>,
    pub notes: Vec<String>,
    pub version: &'a str,
    pub link: &'a str,
    pub authority: Vec<(&'a str, Option<&'a str>)>,
}

/// Those of which the same is to be said.
pub struct LineTold<'a> {
    pub tone: &'static str,
    /// The message of what becomes of them.
    pub outcome: &'static str,
    pub names: Vec<&'a str>,
    pub reasons: Vec<String>,
}

impl<'a> OfficeTold<'a> {
    pub fn of(t: &Speech, links: &'a Links, office: &'a Office) -> Self {
        let profile = &office.party.profile;
        let told = office.policies.iter().map(|by| PolicyTold::of(t, links, by));
        Self {
            sum: Sum::of(t, office),
            page: here(links, &links.recognizer(&office.party.name)).to_owned(),
            web: profile.url.as_deref().filter(|url| url.starts_with("https://")),
            email: profile.email.as_deref(),
            policies: told.collect(),
        }
    }
}

impl<'a> Sum<'a> {
    fn of(t: &Speech, office: &'a Office) -> Self {
        let mut parts: Vec<Part> = Vec::new();
        let mut groups: Vec<&str> = Vec::new();
        for by in &office.policies {
            let worth = Worth::of(t, &by.prospect);
            if worth.tone == "none" {
                continue;
            }
            let group = by.prospect.known.exclusive_group.as_str();
            let joiner = if groups.contains(&group) { "counts-or" } else { "counts-and" };
            groups.push(group);
            parts.push(Part { joiner, worth });
        }
        if parts.is_empty() {
            let worth = Worth { tone: "none", amount: t.text("counts-nothing"), condition: None };
            parts.push(Part { joiner: "counts-and", worth });
        }
        let tones = ["good", "open"];
        let tone = tones.into_iter().find(|tone| parts.iter().any(|it| it.worth.tone == *tone));
        Self {
            name: &office.party.name,
            office: &office.party.profile.name,
            tone: tone.unwrap_or("none"),
            parts,
        }
    }
}

impl Worth {
    fn of(t: &Speech, prospect: &Prospect) -> Self {
        let (known, best) = (&prospect.known, prospect.best());
        let said = |total: Amount| amount(t, total, known.unit);
        let conditions = conditions(t, known);
        if !known.total.is_zero() {
            let more = (best.total > known.total).then(|| said(best.total));
            let condition =
                more.map(|more| t.two("counts-up-to", "amount", more, "condition", conditions));
            return Self { tone: "good", amount: said(known.total), condition };
        }
        if !best.total.is_zero() {
            return Self { tone: "open", amount: said(best.total), condition: Some(conditions) };
        }
        let most = best.suggestions.iter().filter_map(|it| gain(t, &it.why));
        let most = most.max_by_key(|(gain, ..)| *gain);
        match most {
            Some((gain, unit, more)) => {
                let more = [more, conditions].into_iter().filter(|it| !it.is_empty());
                let condition = Some(more.collect::<Vec<_>>().join(", "));
                Self { tone: "open", amount: amount(t, gain, unit), condition }
            }
            None if !known.open.is_empty() && hopeful(known) => {
                Self { tone: "open", amount: t.text("counts-nothing"), condition: Some(conditions) }
            }
            None => Self { tone: "none", amount: t.text("counts-nothing"), condition: None },
        }
    }
}

/// Something could still count, once it could be told.
fn hopeful(known: &Decision) -> bool {
    known.credentials.iter().any(|line| line.outcome == Outcome::CountedIf)
}

/// What would make it count, and how much that is.
fn gain(t: &Speech, why: &Why) -> Option<(Amount, Unit, String)> {
    match why {
        Why::SuggestRelated { more, amount, unit, .. } => {
            Some((*amount, *unit, t.one("counts-with-related", "count", *more)))
        }
        Why::SuggestHours { more, amount, unit } => {
            let hours = t.hours(more.to_string());
            Some((*amount, *unit, t.one("counts-with-hours", "hours", hours)))
        }
        Why::SuggestRow { more, hours, amount, unit, .. } => {
            let more = further(t, *more, *hours);
            Some((*amount, *unit, t.one("counts-with-row", "more", more)))
        }
        _ => None,
    }
}

/// What is open, each kind once.
fn conditions(t: &Speech, known: &Decision) -> String {
    let rank = |reason: &Reason| match reason.why {
        Why::LicenseUnknown => (0, "counts-if-license"),
        Why::StatementMissing { .. } => (1, "counts-if-state"),
        Why::ApprovalPending { .. } => (2, "counts-if-approved"),
        _ => (3, "counts-if-open"),
    };
    let ranked: BTreeSet<(u8, &str)> = known.open.iter().map(rank).collect();
    let said: Vec<String> = ranked.into_iter().map(|(_, key)| t.text(key)).collect();
    said.join(&format!(" {} ", t.text("counts-and")))
}

impl<'a> PolicyTold<'a> {
    fn of(t: &Speech, links: &'a Links, by: &'a ByPolicy) -> Self {
        let ByPolicy { policy, url, prospect } = by;
        let best = prospect.best();
        let say = |all: &[Reason]| all.iter().map(|it| reason(t, &it.why)).collect();
        let cited = policy.authority.iter().map(|citation| {
            let link = citation.url.as_deref().filter(|url| url.starts_with("https://"));
            (citation.title.as_str(), link)
        });
        Self {
            name: &policy.name,
            worth: Worth::of(t, prospect),
            lines: lines(t, prospect),
            missing: say(&best.suggestions),
            notes: say(&best.notes),
            version: &policy.version,
            link: here(links, url),
            authority: cited.collect(),
        }
    }
}

/// What becomes of each, and why; those of which the same is said stand together.
fn lines<'a>(t: &Speech, prospect: &'a Prospect) -> Vec<LineTold<'a>> {
    let mut told: Vec<LineTold<'a>> = Vec::new();
    for known in &prospect.known.credentials {
        let line = line(t, known, prospect);
        match told.iter_mut().find(|it| it.outcome == line.outcome && it.reasons == line.reasons) {
            Some(same) => same.names.extend(line.names),
            None => told.push(line),
        }
    }
    told
}

/// What is open of it comes first, then what would become of it if that were settled.
fn line<'a>(t: &Speech, known: &'a Line, prospect: &Prospect) -> LineTold<'a> {
    let hoped = prospect
        .hoped
        .as_ref()
        .and_then(|hoped| hoped.credentials.iter().find(|line| line.input == known.input));
    let best = hoped.filter(|_| known.outcome == Outcome::CountedIf).unwrap_or(known);
    let (tone, outcome) = match (known.outcome, best.outcome) {
        (Outcome::Counted, _) => ("good", "counts-does"),
        (_, Outcome::NotCounted) => ("none", "counts-not"),
        _ => ("open", "counts-could"),
    };
    let mut whys: Vec<&Reason> = Vec::new();
    if best.outcome != Outcome::NotCounted || hoped.is_none() {
        whys.extend(&known.reasons);
    }
    if best.outcome != Outcome::Counted || known.outcome == Outcome::Counted {
        whys.extend(&best.reasons);
    }
    let mut reasons: Vec<String> = Vec::new();
    for why in whys {
        let said = reason(t, &why.why);
        if !reasons.contains(&said) {
            reasons.push(said);
        }
    }
    LineTold { tone, outcome, names: vec![known.input.as_str()], reasons }
}
