//! What a micro-credential counts for before anybody files it: told from its
//! achievement, or from itself.
//!
//! It is counted alone, by the same code as a claim, as if all went well that only a
//! claim can tell: it is the claimant's and good, the dates of the license fit, the
//! statements are made and the approvals given. Those stand beside it as conditions.
//!
//! Invariant: pure. An outlook promises nothing: what a policy does not accept has
//! none, and what counts only together with more says so.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::decision::{Decision, Outcome, Why};
use super::facts::{Answer, ClaimFacts, CountedCredential};
use super::policy::span::Days;
use super::policy::{Award, Condition, Policy, PolicyReference, Unit};
use super::{count, words};
use crate::model::decimal::Amount;

/// What one credential counts for by one policy version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Outlook {
    pub policy: PolicyReference,
    pub unit: Unit,
    pub worth: Worth,
}

/// How much, and with what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Worth {
    /// By itself.
    Each { amount: Amount },
    /// Together with so many more that are related by this.
    Together { amount: Amount, more: usize, by: String },
    /// Toward a row of a table, which so many more credentials or clock hours reach; none where it
    /// reaches the row alone.
    Toward { amount: Amount, row: String, more: Amount, hours: bool },
    /// Together with so many more clock hours.
    WithHours { amount: Amount, more: Amount },
}

/// Menus of recognizers, by their DIDs, with the achievements on them.
pub type Menus = BTreeMap<String, BTreeSet<String>>;

/// None where the policy would not count it.
pub fn outlook(
    policy: &Policy,
    known: &CountedCredential,
    (today, menus): (Date, &Menus),
) -> Option<Outlook> {
    // Between two rounds, as of the day that the next one opens.
    let late = policy.deadline.as_ref().and_then(|deadline| deadline.refused_until(today));
    let on = late.unwrap_or(today);
    let awarded = known.awarded_in(&policy.zone()).unwrap_or(on);
    let [statements, approvals] = [&policy.statements, &policy.approvals].map(|it| granted(it));
    let facts = ClaimFacts {
        license: Some(Days { from: awarded.min(on), until: awarded.max(on) }),
        statements: statements.clone(),
        approvals: approvals.clone(),
        menus: menus.clone(),
        ..ClaimFacts::on(on)
    };
    let named = |given: &Option<String>| given.clone().or_else(|| Some(String::from("urn:one")));
    let credential = CountedCredential {
        awarded: Some(awarded),
        awarded_at: None,
        id: named(&known.id),
        authentic: Answer::Yes,
        current: Answer::Yes,
        status: None,
        belongs: Answer::Yes,
        already_counted: false,
        statements,
        approvals,
        ..known.clone()
    };
    let decision = count(policy, &[credential], &facts);
    let worth = worth(policy, &decision)?;
    Some(Outlook { policy: decision.policy, unit: policy.unit, worth })
}

fn granted(conditions: &[Condition]) -> BTreeMap<String, bool> {
    conditions.iter().map(|condition| (condition.id.clone(), true)).collect()
}

fn worth(policy: &Policy, decision: &Decision) -> Option<Worth> {
    let line = decision.credentials.first()?;
    let why = line.reasons.first().map(|reason| &reason.why)?;
    match (line.outcome, why, &policy.award) {
        (Outcome::NotCounted, ..) => None,
        (Outcome::Counted, Why::CountedInRow { row }, _) => Some(Worth::Toward {
            amount: decision.total,
            row: row.clone(),
            more: Amount::ZERO,
            hours: false,
        }),
        (Outcome::Counted, ..) => Some(Worth::Each { amount: decision.total }),
        (_, Why::MoreRelated { more, by, .. }, Award::PerGroup(group)) => {
            Some(Worth::Together { amount: group.amount, more: *more, by: by.clone() })
        }
        (_, Why::MoreForRow { more, hours, row }, Award::Table(table)) => {
            let reached = table.rows.iter().find(|it| it.name == *row)?;
            let (amount, row) = (reached.amount, row.clone());
            Some(Worth::Toward { amount, row, more: *more, hours: *hours })
        }
        (_, Why::MoreHours { more }, Award::PerHours(by)) => {
            Some(Worth::WithHours { amount: by.rounding.to, more: *more })
        }
        _ => None,
    }
}

impl Outlook {
    /// In English, as in *10 PDPs with one more related one*.
    pub fn says(&self) -> String {
        let amount = |amount| words::amount(amount, self.unit);
        match &self.worth {
            Worth::Each { amount: worth } => format!("{} each", amount(*worth)),
            Worth::Together { amount: worth, more: 1, .. } => {
                format!("{} with one more related one", amount(*worth))
            }
            Worth::Together { amount: worth, more, .. } => {
                format!("{} with {more} more related ones", amount(*worth))
            }
            Worth::Toward { amount: worth, row, more, hours } => {
                let worth = amount(*worth);
                match (more.is_zero(), hours) {
                    (true, _) => format!("{worth} for {row}"),
                    (_, true) => format!("toward {row} ({worth}), with {more} more clock hours"),
                    (_, false) => {
                        format!("toward {row} ({worth}), with {more} more micro-credentials")
                    }
                }
            }
            Worth::WithHours { amount: worth, more } => {
                format!("{} with {more} more clock hours", amount(*worth))
            }
        }
    }
}

/// Rules that a claim has to fit, each with its place in the policy, in English.
pub fn conditions(policy: &Policy) -> Vec<(String, String)> {
    let of_claims = ["/window", "/limits", "/again", "/exclusive", "/deadline", "/statements"];
    let tells = |at: &str| of_claims.iter().chain(&["/approvals"]).any(|rule| at.starts_with(rule));
    words::policy(policy).into_iter().filter(|(at, _)| tells(at)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(rest: &str) -> Policy {
        let text = format!(
            "id: p\nversion: '1'\nname: P\nrecognizer: {{name: Office}}\n\
             authority: [{{title: Rule}}]\nunit: PDP\n{rest}"
        );
        Policy::read(text.as_bytes()).unwrap()
    }

    fn circles() -> CountedCredential {
        CountedCredential {
            issuer: Some("did:web:nea.example".into()),
            achievement: Some("https://nea.example/achievements/circles".into()),
            tags: vec!["Restorative Practices".into()],
            hours: crate::model::decimal::Hours::parse("12.5").ok(),
            ..CountedCredential::default()
        }
    }

    fn says(rest: &str, known: &CountedCredential) -> Option<String> {
        let today = jiff::civil::date(2026, 11, 22);
        outlook(&policy(rest), known, (today, &Menus::new())).map(|outlook| outlook.says())
    }

    const ACCEPTS: &str = "accepts: [{issuers: ['did:web:nea.example']}]\n";

    #[test]
    fn what_only_a_claim_can_tell_is_taken_as_going_well() {
        let rest = format!(
            "{ACCEPTS}award: {{perCredential: {{amount: 6}}}}\nwindow: license\nagain: license\n\
             statements: [{{id: s, text: Not required., of: credential}}]\n\
             approvals: [{{id: a, text: Fits., of: claim}}]\n"
        );
        assert_eq!(says(&rest, &circles()).unwrap(), "6 PDPs each");
        let places: Vec<_> = conditions(&policy(&rest)).into_iter().map(|it| it.0).collect();
        assert_eq!(places, ["/window", "/again", "/statements/0", "/approvals/0"]);
    }

    #[test]
    fn what_counts_with_more_alone_says_with_what() {
        let pairs =
            format!("{ACCEPTS}award: {{perGroup: {{of: 2, relatedBy: [stack], amount: 10}}}}");
        assert_eq!(says(&pairs, &circles()).unwrap(), "10 PDPs with one more related one");
        let threes = pairs.replace("of: 2", "of: 3");
        assert_eq!(says(&threes, &circles()).unwrap(), "10 PDPs with 2 more related ones");
        let rows = "award: {table: {by: credentials, rows: [{from: 4, amount: 9, name: Lane 2}]}}";
        let rows = format!("{ACCEPTS}{rows}");
        assert_eq!(
            says(&rows, &circles()).unwrap(),
            "toward Lane 2 (9 PDPs), with 3 more micro-credentials"
        );
    }

    #[test]
    fn what_is_not_accepted_has_no_outlook() {
        let other = "accepts: [{issuers: ['did:web:other.example']}]\n\
                     award: {perCredential: {amount: 6}}";
        assert_eq!(says(other, &circles()), None);
        let trusted = "accepts: [{trustedIssuers: true}]\naward: {perCredential: {amount: 6}}";
        assert_eq!(says(trusted, &circles()), None);
        let known = CountedCredential { trusted: true, ..circles() };
        assert_eq!(says(trusted, &known).unwrap(), "6 PDPs each");
        let long = format!("{ACCEPTS}minimumHours: 20\naward: {{perCredential: {{amount: 6}}}}");
        assert_eq!(says(&long, &circles()), None);
        // A menu that is not known promises nothing.
        let menu = "accepts: [{menu: 'did:web:committee.example'}]\n\
                    award: {perCredential: {amount: 6}}";
        assert_eq!(says(menu, &circles()), None);
        let circle = circles().achievement.unwrap();
        let on_it = Menus::from([("did:web:committee.example".into(), [circle].into())]);
        let today = jiff::civil::date(2026, 11, 22);
        assert!(outlook(&policy(menu), &circles(), (today, &on_it)).is_some());
    }

    #[test]
    fn between_two_rounds_it_is_told_as_of_the_next() {
        let rest = format!(
            "{ACCEPTS}award: {{perCredential: {{amount: 6}}}}\n\
             deadline: {{day: '05-15', after: {{refusedUntil: '12-01'}}}}"
        );
        assert_eq!(says(&rest, &circles()).unwrap(), "6 PDPs each");
        // What was awarded, in a window that has passed, is told as it is.
        let window =
            format!("{ACCEPTS}award: {{perCredential: {{amount: 6}}}}\nwindow: {{years: 2}}\n");
        let old = CountedCredential { awarded: Some(jiff::civil::date(2019, 5, 4)), ..circles() };
        assert_eq!(says(&window, &old), None);
    }
}
