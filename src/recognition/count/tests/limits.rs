//! What a limit leaves: it holds on its own days, and nobody is promised what is past it.

use super::*;

const HALVES: &str = "unit: credit\naward: {perHours: {every: 8, amount: 0.5, of: together, \
                      rounding: {way: down, to: 0.5}}}\n";

fn recorded(on: Date, amount: &str, credentials: u32) -> CountedBefore {
    let amount = Amount::parse(amount).unwrap();
    CountedBefore { on, amount, credentials, hours: Amount::ZERO, license: None }
}

fn codes(decision: &Decision) -> Vec<String> {
    told(decision).into_iter().map(|(_, _, codes)| codes[0].clone()).collect()
}

fn suggested(decision: &Decision) -> Vec<&str> {
    decision.suggestions.iter().map(|it| it.detail.as_str()).collect()
}

#[test]
fn a_limit_for_some_dates_holds_on_these_days_alone() {
    let dates = "{dates: {from: 2026-01-01, until: 2026-12-31}}";
    let policy = policy(&format!("{EACH}limits: [{{credentials: 1, per: {dates}}}]\n"));
    let on = |day: Date| {
        let before = vec![recorded(date(2026, 5, 1), "6", 1)];
        let facts = ClaimFacts { before, ..ClaimFacts::on(day) };
        count(&policy, &[credential(1), credential(2)], &facts).total.to_string()
    };
    assert_eq!(on(date(2026, 12, 31)), "0");
    assert_eq!(on(date(2027, 1, 1)), "12");
    assert_eq!(count(&policy, &[credential(1), credential(2)], &today()).total.to_string(), "6");
}

#[test]
fn a_group_that_a_limit_leaves_no_room_for_is_promised_to_nobody() {
    let three = [1, 2, 3].map(|n| tagged(n, &["Restorative"]));
    for limit in ["amount: 10", "credentials: 2", "credentials: 3"] {
        let policy = policy(&format!("{PAIRS}limits: [{{{limit}, per: ever}}]\n"));
        let decision = count(&policy, &three, &today());
        let expected = ["counted-in-group", "counted-in-group", "limit-reached"];
        assert_eq!(codes(&decision), expected, "{limit}");
        assert!(decision.suggestions.is_empty(), "{decision:?}");
    }
    let policy = policy(&format!("{PAIRS}limits: [{{amount: 14, per: ever}}]\n"));
    let decision = count(&policy, &three, &today());
    assert_eq!(codes(&decision)[2], "more-related");
    let four = "1 more micro-credential related by the stack Restorative would make 4 PDPs.";
    assert_eq!(suggested(&decision), [four]);
}

#[test]
fn no_more_hours_are_asked_for_where_a_limit_is_filled_to_the_last() {
    let full = policy(&format!("{HALVES}limits: [{{amount: 5, per: ever}}]\n"));
    let decision = count(&full, &[with_hours(1, "80"), with_hours(2, "3")], &today());
    assert_eq!(decision.total.to_string(), "5");
    assert_eq!(codes(&decision), ["counted-by-hours", "limit-reached"]);
    assert!(decision.suggestions.is_empty(), "{decision:?}");
    let one = policy(&format!("{HALVES}limits: [{{credentials: 1, per: ever}}]\n"));
    let decision = count(&one, &[with_hours(1, "12")], &today());
    assert_eq!((decision.total.to_string(), suggested(&decision)), ("0.5".into(), vec![]));
    // What is left of the limit is told, where it is less than a step.
    let part = policy(&format!("{HALVES}limits: [{{amount: 0.75, per: ever}}]\n"));
    let decision = count(&part, &[with_hours(1, "12")], &today());
    assert_eq!(suggested(&decision), ["4 more clock hours would make 0.25 credit more."]);
}

#[test]
fn no_row_is_promised_that_a_limit_leaves_out_of_reach() {
    let text = "unit: lane\naward: {table: {by: credentials, rows: [{from: 5, amount: 1, name: Lane \
                2}, {from: 10, amount: 2, name: Lane 3}]}}\nlimits: [{credentials: 7, per: \
                calendarYear}]\n";
    let policy = policy(text);
    let decision = |before: Vec<CountedBefore>, more: usize| {
        let credentials: Vec<_> = (0..more).map(credential).collect();
        count(&policy, &credentials, &ClaimFacts { before, ..today() })
    };
    let this_year = vec![recorded(date(2026, 2, 1), "1", 5)];
    let filled = decision(this_year, 1);
    assert_eq!((codes(&filled), suggested(&filled)), (vec!["limit-reached".into()], vec![]));
    let last_year = vec![recorded(date(2025, 2, 1), "1", 5)];
    let open = decision(last_year, 1);
    assert_eq!((codes(&open), open.suggestions.len()), (vec!["more-for-row".into()], 1));
}

#[test]
fn the_hours_that_are_missing_go_by_the_way_of_rounding() {
    let by = |way: &str, of: &str| {
        policy(&format!(
            "unit: credit\naward: {{perHours: {{every: 8, amount: 0.5, of: {of}, \
             rounding: {{way: {way}, to: 0.5}}}}}}\n"
        ))
    };
    let suggested = |way: &str| {
        let decision = count(&by(way, "together"), &[with_hours(1, "9")], &today());
        (decision.total.to_string(), suggested(&decision).join(" "))
    };
    let more = |hours: &str| format!("{hours} more clock hours would make 0.5 credit more.");
    assert_eq!(suggested("down"), ("0.5".into(), more("7")));
    assert_eq!(suggested("nearest"), ("0.5".into(), more("3")));
    assert_eq!(suggested("up"), ("1".into(), more("7.01")));
    let least = |way: &str, hours: &str| {
        let decision = count(&by(way, "each"), &[with_hours(1, hours)], &today());
        decision.credentials[0].reasons[0].detail.clone()
    };
    let few = |hours: &str, least: &str| {
        format!("It states {hours} clock hours; the policy asks for {least} at least.")
    };
    assert_eq!(least("down", "7.99"), few("7.99", "8"));
    assert_eq!(least("nearest", "3.99"), few("3.99", "4"));
    assert_eq!(least("nearest", "4"), "It counts 0.5 credit.");
}

#[test]
fn hours_together_waste_as_few_as_they_can_and_tell_what_is_left_over() {
    let policy = policy(HALVES);
    let hours = ["12", "5", "4"];
    let credentials: Vec<_> = hours.iter().enumerate().map(|(n, it)| with_hours(n, it)).collect();
    let decision = count(&policy, &credentials, &today());
    assert_eq!(codes(&decision), ["counted-by-hours", "more-hours", "counted-by-hours"]);
    assert!(decision.notes.is_empty(), "{decision:?}");
    let decision = count(&policy, &[with_hours(1, "15")], &today());
    assert_eq!(
        decision.notes[0].detail,
        "7 of these clock hours are left over. They are used up with their micro-credentials, and \
         add nothing to a later claim: file together what is to count together."
    );
    assert_eq!(decision.notes[0].code(), "hours-left-over");
}
