//! Tables over claims that are filed, withdrawn, corrected, and decided by newer versions.

use proptest::prelude::*;

use super::*;

const ROWS: &str = "unit: USD\naward: {table: {by: credentials, rows: \
                    [{from: 2, amount: 200, name: Two}, {from: 3, amount: 500, name: Three}]}}\n";

/// A claim that stands.
fn standing(amount: &str, credentials: u32) -> CountedBefore {
    let amount = Amount::parse(amount).unwrap();
    CountedBefore {
        on: date(2025, 1, 1),
        amount,
        credentials,
        hours: Amount::from(credentials * 10),
        license: None,
    }
}

/// What so many credentials more are awarded after these claims, and how many of them that takes.
fn awarded(policy: &Policy, more: usize, before: &[CountedBefore]) -> (String, u32) {
    let credentials: Vec<_> = (0..more).map(|n| with_hours(n, "10")).collect();
    let facts = ClaimFacts { before: before.to_vec(), ..today() };
    let decision = count(policy, &credentials, &facts);
    (decision.total.to_string(), taken(&decision))
}

fn taken(decision: &Decision) -> u32 {
    let counted = decision.credentials.iter().filter(|line| line.outcome == Outcome::Counted);
    counted.count().try_into().unwrap()
}

#[test]
fn a_claim_that_is_corrected_or_filed_again_is_awarded_no_more_than_its_row_is_worth_now() {
    let policy = policy(ROWS);
    assert_eq!(awarded(&policy, 2, &[]), ("200".into(), 2));
    assert_eq!(awarded(&policy, 1, &[standing("200", 2)]), ("300".into(), 1));
    // The first one is withdrawn and filed again, or corrected: it is decided after the second.
    assert_eq!(awarded(&policy, 2, &[standing("300", 1)]), ("200".into(), 2));
}

#[test]
fn after_a_withdrawal_nothing_is_awarded_until_more_is_reached_than_was_recorded() {
    let policy = policy(ROWS);
    let before = [standing("300", 1)];
    assert_eq!(awarded(&policy, 1, &before), ("0".into(), 0), "two are worth less than that");
    let facts = ClaimFacts { before: before.to_vec(), ..today() };
    let decision = count(&policy, &[credential(1)], &facts);
    let detail = "It counts if Three is reached: one more micro-credential is needed.";
    assert_eq!(decision.credentials[0].reasons[0].detail, detail);
    let detail = "Reaching Three would make US$200 more: one more micro-credential is needed.";
    assert_eq!(decision.suggestions[0].detail, detail);
}

#[test]
fn a_newer_table_awards_no_row_that_was_recorded_by_an_older_one() {
    let newer = policy(
        "unit: lane\naward: {table: {by: credentials, rows: [{from: 6, amount: 1, name: Lane 2}, \
         {from: 12, amount: 2, name: Lane 3}]}}\n",
    );
    let five = [standing("1", 5)];
    assert_eq!(awarded(&newer, 1, &five), ("0".into(), 0));
    assert_eq!(awarded(&newer, 7, &five), ("1".into(), 7));
    // Where the newer one gives more for what was recorded, the next claim brings it.
    assert_eq!(awarded(&newer, 1, &[standing("1", 12)]), ("1".into(), 1));
}

#[test]
fn what_stands_beyond_the_row_that_is_reached_is_told() {
    let policy = policy(ROWS);
    let beyond = |standing: &[CountedBefore]| {
        beyond(&policy, standing).map(|it| (it.stands.to_string(), it.reached.to_string()))
    };
    assert_eq!(beyond(&[standing("200", 2), standing("300", 1)]), None);
    assert_eq!(beyond(&[standing("200", 2)]), None);
    assert_eq!(beyond(&[standing("300", 1)]), Some(("300".into(), "0".into())));
    assert_eq!(beyond(&[]), None);
    let each = super::policy(EACH);
    assert!(super::beyond(&each, &[standing("300", 1)]).is_none(), "each stands for itself");
}

proptest! {
    /// Each step files some, withdraws one or corrects one of the claims that stand.
    #[test]
    fn whatever_is_filed_withdrawn_and_corrected_no_more_stands_than_the_row_that_is_reached(
        steps in prop::collection::vec((0u8..4, 1usize..5, any::<prop::sample::Index>()), 1..12),
        hours in any::<bool>(),
    ) {
        let (by, rows) = match hours {
            true => ("hours", [20, 45, 80]),
            false => ("credentials", [2, 5, 7]),
        };
        let policy = policy(&format!(
            "unit: USD\naward: {{table: {{by: {by}, rows: [{{from: {}, amount: 100, name: A}}, \
             {{from: {}, amount: 300, name: B}}, {{from: {}, amount: 350, name: C}}]}}}}\n",
            rows[0], rows[1], rows[2],
        ));
        let mut claims: Vec<CountedBefore> = Vec::new();
        let all = |claims: &[CountedBefore]| -> Amount { claims.iter().map(|it| it.amount).sum() };
        for (what, size, which) in steps {
            let corrected = (what > 1 && !claims.is_empty())
                .then(|| claims.remove(which.index(claims.len())));
            let stood = all(&claims);
            if what == 2 {
                // It was withdrawn: what counted on it is told.
                prop_assert_eq!(beyond(&policy, &claims).is_some(), stood > worth(&policy, &claims));
                continue;
            }
            let size = corrected.map_or(size, |it| it.credentials as usize);
            let credentials: Vec<_> = (0..size).map(|n| with_hours(n, "10")).collect();
            let facts = ClaimFacts { before: claims.clone(), ..today() };
            let decision = count(&policy, &credentials, &facts);
            let taken = taken(&decision);
            prop_assert_eq!(taken > 0, decision.total > Amount::ZERO);
            if taken > 0 {
                claims.push(CountedBefore { amount: decision.total, ..standing("0", taken) });
                prop_assert_eq!(all(&claims), worth(&policy, &claims), "{:?}", claims);
                prop_assert!(beyond(&policy, &claims).is_none());
            }
        }
    }
}

/// What the row is worth that all these claims reach.
fn worth(policy: &Policy, claims: &[CountedBefore]) -> Amount {
    let crate::recognition::policy::Award::Table(table) = &policy.award else { unreachable!() };
    let of = |it: &CountedBefore| match table.by {
        crate::recognition::policy::TableBy::Hours => it.hours,
        crate::recognition::policy::TableBy::Credentials => it.credentials.into(),
    };
    let value: Amount = claims.iter().map(of).sum();
    let reached = table.rows.iter().rev().find(|row| row.from <= value);
    reached.map_or(Amount::ZERO, |row| row.amount)
}
