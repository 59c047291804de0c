//! The checks of a report, what went wrong first, each in words that need no knowledge of keys.
//!
//! What was seen stands beneath in English, as the API tells it.

use super::speech::Speech;
use crate::check::Report;
use crate::check::report::{CheckReport, OutcomeName};

/// Checks that ended alike.
pub struct Group {
    /// Its message.
    pub title: &'static str,
    pub checks: Vec<Check>,
}

/// One check, for people.
pub struct Check {
    pub label: String,
    /// The question that it answers.
    pub about: String,
    /// What was seen, in English.
    pub seen: String,
    pub pointer: Option<String>,
}

pub fn groups(report: &Report, t: &Speech) -> Vec<Group> {
    let order = [
        (OutcomeName::Fail, "group-fail"),
        (OutcomeName::Undecided, "group-undecided"),
        (OutcomeName::Pass, "group-pass"),
        (OutcomeName::Skipped, "group-skipped"),
    ];
    let group = |(outcome, title)| {
        let checks = report.checks.iter().filter(|check| check.outcome == outcome);
        let checks: Vec<_> = checks.map(|check| Check::of(check, t)).collect();
        (!checks.is_empty()).then_some(Group { title, checks })
    };
    order.into_iter().filter_map(group).collect()
}

impl Check {
    fn of(check: &CheckReport, t: &Speech) -> Self {
        let problem = check.problem.as_ref();
        let about = format!("check-{}-about", check.name);
        Self {
            label: label(&check.name, t),
            about: if t.has(&about) { t.text(&about) } else { String::new() },
            seen: problem.map_or(&check.observed, |problem| &problem.detail).clone(),
            pointer: problem.and_then(|problem| problem.pointer.clone()),
        }
    }
}

/// A check's name for people. One that has none here is shown under its own.
pub fn label(name: &str, t: &Speech) -> String {
    let key = format!("check-{name}");
    if t.has(&key) { t.text(&key) } else { name.replace('-', " ") }
}
