//! `/counts`: what an educator's micro-credentials count for, office by office, before anything is
//! filed.
//!
//! The total comes first, then each micro-credential with why, what is missing, and what to do.
//!
//! Invariant: what hangs on something that is not known yet is shown as what could count, with the
//! condition beside the amount, and never as what counts.

mod given;
mod office;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use askama::Template;

pub use self::given::Given;
use self::office::{OfficeTold, Sum};
use super::render;
use super::speech::Speech;
use crate::http::problem::Problem;
use crate::issue::parties::Party;
use crate::model::links::Links;
use crate::recognition::decision::Why;
use crate::recognition::policy::ConditionOf;
use crate::recognize::counts::{Counts, Wish};

/// What the names of the fields begin with that hold the day on which one was earned; its key
/// follows ([`Given::key`]).
pub const AWARDED: &str = "awarded-";

/// What the page is made of.
pub struct Told<'a> {
    pub offices: &'a Offices,
    pub wish: &'a Wish,
    pub answer: Option<Answer<'a>>,
    /// What kept something of the form from being used, as messages.
    pub mistakes: Vec<String>,
}

/// Those that an educator can choose.
#[derive(Debug, Default)]
pub struct Offices {
    pub listed: Vec<Party>,
    /// There are others, which are not listed.
    pub more: bool,
    /// Some that would be listed could not be read.
    pub unreadable: bool,
    /// Why the one that was asked for is not among them.
    pub asked_for: Option<NotHere>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotHere {
    /// There is none of that name.
    Unknown,
    /// It could not be read.
    Unreadable,
}

impl NotHere {
    fn message(self) -> &'static str {
        match self {
            Self::Unknown => "counts-unknown-office",
            Self::Unreadable => "counts-unreadable-office",
        }
    }
}

/// What was counted.
pub struct Answer<'a> {
    pub given: &'a [Given],
    pub counts: &'a Counts,
    /// A day, as `2026-05-04`.
    pub on: String,
    /// What was verified, for the next form to bring along.
    pub kept: Option<String>,
}

#[derive(Template)]
#[template(path = "counts.html")]
struct Page<'a> {
    t: &'a Speech,
    title: String,
    choices: Vec<Choice<'a>>,
    offices: &'a Offices,
    mistakes: Vec<&'a str>,
    answer: Option<Shown<'a>>,
}

struct Choice<'a> {
    name: &'a str,
    label: &'a str,
    chosen: bool,
}

impl<'a> Choice<'a> {
    fn of(party: &'a Party, wish: &Wish) -> Self {
        let chosen = wish.recognizer.as_ref() == Some(&party.name);
        Self { name: &party.name, label: &party.profile.name, chosen }
    }
}

/// The answer, in words.
struct Shown<'a> {
    on: &'a str,
    names: String,
    count: usize,
    /// The names of their earners, where they are several.
    people: Option<String>,
    /// When they were checked.
    checked: Vec<Checked>,
    /// What holds, so that there is something to count.
    any: bool,
    more: bool,
    sums: Vec<Sum<'a>>,
    /// The offices that count nothing of it.
    none: String,
    troubles: Vec<&'a Given>,
    offices: Vec<OfficeTold<'a>>,
    license: Option<License>,
    statements: Vec<Question<'a>>,
    days: Vec<Day<'a>>,
    kept: Option<&'a str>,
}

/// As of when some of them were verified.
pub struct Checked {
    /// RFC 3339, in whole seconds.
    at: String,
    told: String,
}

impl Checked {
    /// One for each minute; which of them it is about is said where there are several.
    fn of<'g>(t: &Speech, given: impl Iterator<Item = &'g Given>) -> Vec<Self> {
        let mut minutes: BTreeMap<i64, Vec<&Given>> = BTreeMap::new();
        for one in given {
            minutes.entry(one.at.as_second().div_euclid(60)).or_default().push(one);
        }
        let alone = minutes.len() == 1;
        let told = |group: Vec<&Given>| match alone {
            true => group[0].checked(t),
            false => {
                let Checked { at, .. } = group[0].checked(t);
                let names: Vec<&str> = group.iter().map(|it| it.name()).collect();
                let (names, when) = (names.join(", "), t.moment(&at));
                let told = t.two("counts-checked-these", "names", names, "when", when);
                Self { at, told }
            }
        };
        minutes.into_values().map(told).collect()
    }
}

struct License {
    from: String,
    until: String,
}

/// A statement that a policy asks for.
struct Question<'a> {
    /// In the words of the policy.
    text: &'a str,
    office: &'a str,
    of_each: bool,
    ticks: Vec<Tick<'a>>,
}

struct Tick<'a> {
    value: String,
    label: Option<&'a str>,
    ticked: bool,
}

/// One that does not say when it was earned.
struct Day<'a> {
    field: String,
    name: &'a str,
    value: String,
}

/// The page.
pub fn counts(t: &Speech, links: &Links, told: &Told<'_>) -> Result<String, Problem> {
    let key = if told.answer.is_some() { "counts-answer" } else { "counts" };
    let not_here = told.offices.asked_for.map(|why| t.text(why.message()));
    render(&Page {
        t,
        title: t.text(key),
        choices: told.offices.listed.iter().map(|party| Choice::of(party, told.wish)).collect(),
        offices: told.offices,
        mistakes: not_here.iter().chain(&told.mistakes).map(String::as_str).collect(),
        answer: told.answer.as_ref().map(|answer| Shown::of(t, links, answer, told.wish)),
    })
}

impl<'a> Shown<'a> {
    fn of(t: &Speech, links: &'a Links, answer: &'a Answer<'_>, wish: &Wish) -> Self {
        let holding = || answer.given.iter().filter(|given| given.can_count());
        let names: Vec<&str> = holding().map(Given::name).collect();
        let any = !names.is_empty();
        let people: BTreeSet<&str> = holding().filter_map(|it| it.earner.as_deref()).collect();
        let offices = answer.counts.offices.iter().filter(|_| any);
        let told: Vec<_> = offices.map(|office| OfficeTold::of(t, links, office)).collect();
        let (offices, none): (Vec<_>, Vec<_>) = told
            .into_iter()
            .partition(|office| office.sum.tone != "none" || wish.recognizer.is_some());
        let none: Vec<&str> = none.iter().map(|office| office.sum.office).collect();
        Self {
            on: &answer.on,
            count: names.len(),
            names: names.join(", "),
            people: (people.len() > 1).then(|| people.into_iter().collect::<Vec<_>>().join(", ")),
            checked: Checked::of(t, holding()),
            any,
            more: answer.counts.more,
            sums: offices.iter().map(|office| office.sum.clone()).collect(),
            none: none.join(", "),
            troubles: answer.given.iter().filter(|given| !given.can_count()).collect(),
            offices,
            license: license(answer, wish),
            statements: statements(answer, wish),
            days: days(answer),
            kept: answer.kept.as_deref(),
        }
    }
}

/// The dates of the license, where they matter.
fn license(answer: &Answer<'_>, wish: &Wish) -> Option<License> {
    let policies = || answer.counts.offices.iter().flat_map(|office| &office.policies);
    let open = |why: &Why| matches!(why, Why::LicenseUnknown);
    let matters = policies().any(|by| by.prospect.known.open.iter().any(|it| open(&it.why)));
    match wish.license {
        Some(days) => Some(License { from: days.from.to_string(), until: days.until.to_string() }),
        None => matters.then(|| License { from: String::new(), until: String::new() }),
    }
}

/// What could be stated: what is open, and what was stated so far.
fn statements<'a>(answer: &'a Answer<'_>, wish: &Wish) -> Vec<Question<'a>> {
    let mut questions = Vec::new();
    for office in &answer.counts.offices {
        for by in &office.policies {
            // Where nothing would count anyway, nothing needs to be stated.
            if by.prospect.best().total.is_zero() {
                continue;
            }
            for condition in &by.policy.statements {
                let name = format!("{}/{}/{}", office.party.name, by.policy.id, condition.id);
                let of_each = condition.of == ConditionOf::Credential;
                let ticks = match of_each {
                    true => each(answer, &name),
                    false => {
                        let ticked = wish.statements.get(&name) == Some(&true);
                        vec![Tick { value: name, label: None, ticked }]
                    }
                };
                let (text, office) = (condition.text.as_str(), office.party.profile.name.as_str());
                questions.push(Question { text, office, of_each, ticks });
            }
        }
    }
    questions
}

/// One tick for each that can count.
fn each<'a>(answer: &'a Answer<'_>, name: &str) -> Vec<Tick<'a>> {
    let tick = |(key, given): (String, &'a Given)| Tick {
        value: format!("{name}#{key}"),
        label: Some(given.name()),
        ticked: given.facts.statements.get(name) == Some(&true),
    };
    asked_of(answer).into_iter().map(tick).collect()
}

fn days<'a>(answer: &'a Answer<'_>) -> Vec<Day<'a>> {
    let silent = asked_of(answer).into_iter().filter(|(_, given)| given.is_silent_on_its_day());
    let day = |(key, given): (String, &'a Given)| Day {
        field: format!("{AWARDED}{key}"),
        name: given.name(),
        value: given.said_awarded.map(|day| day.to_string()).unwrap_or_default(),
    };
    silent.map(day).collect()
}

/// Those that can count, each once with its key.
fn asked_of<'a>(answer: &'a Answer<'_>) -> Vec<(String, &'a Given)> {
    let mut known = HashSet::new();
    let holding = answer.given.iter().filter(|given| given.can_count());
    let keyed = holding.map(|given| (given.key(), given));
    keyed.filter(|(key, _)| known.insert(key.clone())).collect()
}
