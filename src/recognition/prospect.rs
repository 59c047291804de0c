//! What credentials would count for, asked before anything is filed: by what is known,
//! and by what could still be said.
//!
//! Invariant: what is hoped for is told apart from what is known, and hoped for is only
//! what the claimant or the office can settle: dates of the license, statements,
//! approvals. What could not be told of a credential stays open.

use jiff::civil::Date;

use super::count::count;
use super::decision::Decision;
use super::facts::{ClaimFacts, CountedCredential};
use super::policy::span::Days;
use super::policy::{Condition, ConditionOf, Policy};

/// What a policy would make of some credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prospect {
    /// By what is known.
    pub known: Decision,
    /// If all that can be settled is settled well; none where that changes nothing.
    pub hoped: Option<Decision>,
}

impl Prospect {
    pub fn of(policy: &Policy, credentials: &[CountedCredential], facts: &ClaimFacts) -> Self {
        let known = count(policy, credentials, facts);
        if known.open.is_empty() {
            return Self { known, hoped: None };
        }
        let (credentials, facts) = hope(policy, credentials, facts);
        let hoped = count(policy, &credentials, &facts);
        Self { hoped: (hoped != known).then_some(hoped), known }
    }

    /// The better of the two.
    pub fn best(&self) -> &Decision {
        self.hoped.as_ref().unwrap_or(&self.known)
    }
}

/// The same with all that was not said taken as good.
fn hope(
    policy: &Policy,
    credentials: &[CountedCredential],
    facts: &ClaimFacts,
) -> (Vec<CountedCredential>, ClaimFacts) {
    let mut facts = facts.clone();
    let mut credentials = credentials.to_vec();
    facts.license = facts.license.or_else(|| Some(valid_for_all(&credentials, facts.on)));
    let of = |wanted: ConditionOf| move |condition: &&Condition| condition.of == wanted;
    for condition in policy.statements.iter().filter(of(ConditionOf::Claim)) {
        facts.statements.entry(condition.id.clone()).or_insert(true);
    }
    for condition in policy.approvals.iter().filter(of(ConditionOf::Claim)) {
        facts.approvals.entry(condition.id.clone()).or_insert(true);
    }
    for credential in &mut credentials {
        for condition in policy.statements.iter().filter(of(ConditionOf::Credential)) {
            credential.statements.entry(condition.id.clone()).or_insert(true);
        }
        for condition in policy.approvals.iter().filter(of(ConditionOf::Credential)) {
            credential.approvals.entry(condition.id.clone()).or_insert(true);
        }
    }
    (credentials, facts)
}

/// A license within which all of it was earned, and that is valid still.
fn valid_for_all(credentials: &[CountedCredential], on: Date) -> Days {
    let days = || credentials.iter().filter_map(|credential| credential.awarded).chain([on]);
    Days { from: days().min().unwrap_or(on), until: days().max().unwrap_or(on) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::decimal::{Amount, Hours};
    use crate::recognition::Answer;
    use crate::recognition::decision::Outcome;
    use jiff::civil::date;

    fn policy(text: &str) -> Policy {
        Policy::read(text.as_bytes()).unwrap_or_else(|faults| panic!("{faults:?}"))
    }

    fn tennessee() -> Policy {
        policy(include_str!("../../schemas/policies/tennessee-relicensure.yaml"))
    }

    fn massachusetts() -> Policy {
        policy(include_str!("../../schemas/policies/massachusetts-renewal.yaml"))
    }

    fn leader() -> Policy {
        policy(include_str!("../../schemas/policies/lebanon-instructional-assistant-leader.yaml"))
    }

    fn earned(name: &str, on: Date) -> CountedCredential {
        CountedCredential {
            awarded: Some(on),
            issuer: Some("did:web:nea.example".into()),
            id: Some(format!("urn:{name}")),
            input: name.into(),
            achievement: Some(format!("https://nea.example/{name}")),
            hours: Hours::parse("15").ok(),
            tags: vec![name.into()],
            trusted: true,
            authentic: Answer::Yes,
            current: Answer::Yes,
            belongs: Answer::Yes,
            ..CountedCredential::default()
        }
    }

    fn total(text: &str) -> Amount {
        Amount::parse(text).unwrap()
    }

    #[test]
    fn what_hangs_on_the_dates_of_the_license_is_hoped_for_until_they_are_known() {
        let credentials = [earned("circles", date(2025, 11, 3)), earned("arts", date(2026, 3, 3))];
        let mut facts = ClaimFacts::on(date(2026, 4, 1));
        let prospect = Prospect::of(&tennessee(), &credentials, &facts);
        assert_eq!((prospect.known.total, prospect.best().total), (Amount::ZERO, total("12")));
        facts.license = Some(Days { from: date(2026, 1, 1), until: date(2030, 1, 1) });
        let prospect = Prospect::of(&tennessee(), &credentials, &facts);
        assert_eq!((prospect.known.total, prospect.hoped), (total("6"), None));
    }

    #[test]
    fn what_is_missing_is_told_as_if_the_license_fitted() {
        let credentials = [earned("circles", date(2025, 11, 3))];
        let prospect =
            Prospect::of(&massachusetts(), &credentials, &ClaimFacts::on(date(2026, 4, 1)));
        assert!(prospect.known.suggestions.is_empty());
        let best = prospect.best();
        assert_eq!(best.total, Amount::ZERO);
        assert_eq!(best.credentials[0].outcome, Outcome::CountedIf);
        assert!(best.suggestions[0].detail.contains("would make 10 PDPs"), "{best:?}");
    }

    #[test]
    fn statements_and_approvals_are_hoped_for_and_what_was_denied_is_not() {
        let mut credentials = vec![earned("circles", date(2025, 11, 3))];
        let facts = ClaimFacts::on(date(2026, 4, 1));
        let prospect = Prospect::of(&leader(), &credentials, &facts);
        assert_eq!((prospect.known.total, prospect.best().total), (Amount::ZERO, total("0.5")));
        credentials[0].statements.insert("not-required".into(), false);
        let prospect = Prospect::of(&leader(), &credentials, &facts);
        assert_eq!(prospect.best().total, Amount::ZERO);
    }

    #[test]
    fn what_could_not_be_told_of_a_credential_is_not_hoped_for() {
        let mut credential = earned("circles", date(2025, 11, 3));
        credential.current = Answer::Undecided;
        let facts = ClaimFacts::on(date(2026, 4, 1));
        let prospect = Prospect::of(&tennessee(), &[credential], &facts);
        assert_eq!(prospect.best().total, Amount::ZERO);
        assert_eq!(prospect.best().credentials[0].outcome, Outcome::CountedIf);
    }
}
