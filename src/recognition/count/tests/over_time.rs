//! Limits over the claims of years, in whatever order their papers are filed.

use jiff::ToSpan as _;
use proptest::prelude::*;

use super::*;

fn before(on: Date, license: Option<Days>) -> CountedBefore {
    let (amount, hours) = (Amount::from(6), Amount::ZERO);
    CountedBefore { on, amount, credentials: 1, hours, license }
}

fn renewed(from: i16) -> Days {
    Days { from: date(from, 7, 1), until: date(from + 5, 6, 30) }
}

#[test]
fn however_late_it_is_filed_a_license_has_one_limit() {
    let policy = policy(&format!("{EACH}limits: [{{amount: 12, per: license}}]\n"));
    let mut facts = ClaimFacts { license: Some(renewed(2021)), ..today() };
    let mut filed = |on: Date, license: Days| {
        facts = ClaimFacts { on, license: Some(license), ..facts.clone() };
        let n = facts.before.len();
        let decision = count(&policy, &[credential(n)], &facts);
        let counts = decision.total > Amount::ZERO;
        if counts {
            facts.before.push(before(on, Some(license)));
        }
        counts
    };
    assert!(filed(date(2026, 6, 1), renewed(2021)));
    // Renewed late: its papers come in when it has ended.
    assert!(filed(date(2026, 7, 10), renewed(2021)));
    assert!(!filed(date(2026, 7, 11), renewed(2021)));
    assert!(!filed(date(2027, 1, 1), renewed(2021)));
    // What was filed for the old one within the days of the new one takes nothing of that.
    assert!(filed(date(2026, 8, 1), renewed(2026)));
    assert!(filed(date(2026, 8, 2), renewed(2026)));
    assert!(!filed(date(2026, 8, 3), renewed(2026)));
}

#[test]
fn a_claim_whose_license_is_not_recorded_counts_once_the_license_had_begun() {
    let policy = policy(&format!("{EACH}limits: [{{amount: 6, per: license}}]\n"));
    let total = |on: Date| {
        let license = Some(renewed(2021));
        let before = vec![before(on, None)];
        let on = date(2026, 8, 1);
        let facts = ClaimFacts { on, license, before, ..today() };
        count(&policy, &[credential(1)], &facts).total.to_string()
    };
    assert_eq!(total(date(2021, 6, 30)), "6");
    assert_eq!(total(date(2021, 7, 1)), "0");
    assert_eq!(total(date(2026, 7, 15)), "0");
}

#[test]
fn what_was_awarded_after_the_day_of_the_claim_does_not_count() {
    let policy = policy(&format!("{EACH}window: calendarYear\n"));
    let awarded = |day: Date| {
        let credential = CountedCredential { awarded: Some(day), ..credential(1) };
        only(&policy, credential, &today())
    };
    let counted = (Outcome::Counted, "counted".into(), "/award/perCredential".into());
    assert_eq!(awarded(date(2026, 4, 1)), counted);
    let later = (Outcome::NotCounted, "awarded-later".into(), String::new());
    assert_eq!(awarded(date(2026, 4, 2)), later);
}

proptest! {
    #[test]
    fn in_whatever_order_days_are_filed_no_stretch_of_years_has_more_than_its_limit(
        days in prop::collection::vec(0i64..3000, 1..14), years in 1u16..4, amounts in any::<bool>(),
    ) {
        let most = if amounts { "amount: 15" } else { "credentials: 2" };
        let policy = policy(&format!("{EACH}limits: [{{{most}, per: {{years: {years}}}}}]\n"));
        let mut facts = today();
        for (n, day) in days.iter().enumerate() {
            facts.on = date(2016, 2, 20).checked_add(day.days()).unwrap();
            let awarded = Some(date(2016, 1, 1));
            let claimed = CountedCredential { awarded, ..credential(n) };
            let decision = count(&policy, &[claimed], &facts);
            if decision.total > Amount::ZERO {
                let amount = decision.total;
                facts.before.push(CountedBefore { amount, ..before(facts.on, None) });
            }
        }
        for last in &facts.before {
            let stretch = Span::Years(years).around(last.on, None).unwrap();
            let within = || facts.before.iter().filter(|it| stretch.contain(it.on));
            let amount: Amount = within().map(|it| it.amount).sum();
            prop_assert!(!amounts || amount <= Amount::from(15), "{amount} in {stretch:?}");
            prop_assert!(amounts || within().count() <= 2, "{} in {stretch:?}", within().count());
        }
    }
}
