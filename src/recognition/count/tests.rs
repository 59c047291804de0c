//! The rules one by one; what holds whatever the credentials is in [`properties`].

use jiff::civil::{Date, date};

use super::*;
use crate::recognition::facts::{Answer, CountedBefore};
use crate::recognition::policy::Span;
use crate::recognition::policy::span::Days;

mod limits;
mod over_time;
mod properties;
mod tables;

const ISSUER: &str = "did:web:nea.example";

fn policy(rules: &str) -> Policy {
    let text = format!(
        "id: p\nversion: '1'\nname: P\nrecognizer: {{name: Office}}\nauthority: [{{title: Rule}}]\n\
         accepts: [{{issuers: ['{ISSUER}']}}]\n{rules}"
    );
    Policy::read(text.as_bytes()).unwrap_or_else(|faults| panic!("{faults:?}"))
}

fn credential(n: usize) -> CountedCredential {
    CountedCredential {
        awarded: Some(date(2026, 3, 1)),
        issuer: Some(ISSUER.into()),
        id: Some(format!("urn:c:{n}")),
        input: format!("{n}.json"),
        achievement: Some(format!("urn:a:{n}")),
        authentic: Answer::Yes,
        current: Answer::Yes,
        belongs: Answer::Yes,
        ..CountedCredential::default()
    }
}

fn with_hours(n: usize, hours: &str) -> CountedCredential {
    CountedCredential { hours: Some(hours_of(hours)), ..credential(n) }
}

fn tagged(n: usize, tags: &[&str]) -> CountedCredential {
    CountedCredential { tags: tags.iter().map(ToString::to_string).collect(), ..credential(n) }
}

fn hours_of(text: &str) -> crate::model::decimal::Hours {
    crate::model::decimal::Hours::parse(text).unwrap()
}

fn today() -> ClaimFacts {
    ClaimFacts::on(date(2026, 4, 1))
}

fn total(policy: &Policy, credentials: &[CountedCredential]) -> String {
    count(policy, credentials, &today()).total.to_string()
}

/// Outcome and codes of each line, by input.
fn told(decision: &Decision) -> Vec<(String, Outcome, Vec<String>)> {
    let line = |line: &Line| {
        let codes = line.reasons.iter().map(Reason::code).collect();
        (line.input.clone(), line.outcome, codes)
    };
    let mut lines: Vec<_> = decision.credentials.iter().map(line).collect();
    lines.sort_by(|a, b| a.0.cmp(&b.0));
    lines
}

/// The one line's outcome, its first code and the rule's place.
fn only(
    policy: &Policy,
    credential: CountedCredential,
    facts: &ClaimFacts,
) -> (Outcome, String, String) {
    let decision = count(policy, &[credential], facts);
    let line = &decision.credentials[0];
    (line.outcome, line.reasons[0].code(), line.reasons[0].at.clone())
}

const EACH: &str = "unit: PDP\naward: {perCredential: {amount: 6}}\n";
const PAIRS: &str = "unit: PDP\naward: {perGroup: {of: 2, amount: 10, relatedBy: [stack]}}\n";

#[test]
fn each_credential_counts_once_however_often_it_is_given() {
    let policy = policy(EACH);
    let again = CountedCredential { input: "copy.jwt".into(), ..credential(1) };
    let later =
        CountedCredential { id: Some("urn:c:9".into()), input: "later".into(), ..credential(1) };
    let decision = count(&policy, &[credential(1), again, later, credential(2)], &today());
    assert_eq!(decision.total.to_string(), "12");
    let codes: Vec<_> =
        told(&decision).into_iter().map(|(input, _, codes)| (input, codes[0].clone())).collect();
    let code = |input: &str| codes.iter().find(|(i, _)| i == input).unwrap().1.clone();
    assert_eq!(code("1.json"), "counted");
    assert_eq!(code("copy.jwt"), "same-credential");
    assert_eq!(code("later"), "same-achievement");
}

#[test]
fn an_achievement_counts_again_in_another_period() {
    let policy = policy(&format!("{EACH}again: {{schoolYear: '07-01'}}\n"));
    let later = CountedCredential {
        id: Some("urn:c:9".into()),
        awarded: Some(date(2026, 7, 1)),
        input: "later".into(),
        ..credential(1)
    };
    let facts = ClaimFacts::on(date(2026, 7, 1));
    assert_eq!(count(&policy, &[credential(1), later], &facts).total.to_string(), "12");
}

#[test]
fn what_cannot_be_told_is_counted_if_and_never_in_the_total() {
    let policy = policy(EACH);
    let facts = today();
    let case = |change: fn(&mut CountedCredential)| {
        let mut credential = credential(1);
        change(&mut credential);
        let decision = count(&policy, &[credential.clone()], &facts);
        assert_eq!(decision.total, Amount::ZERO);
        let (outcome, code, _) = only(&policy, credential, &facts);
        (outcome, code, decision.possible.to_string())
    };
    let open = |code: &str| (Outcome::CountedIf, code.to_owned(), "6".to_owned());
    let broken = |code: &str| (Outcome::NotCounted, code.to_owned(), "0".to_owned());
    assert_eq!(case(|c| c.authentic = Answer::Undecided), open("authentic-undecided"));
    assert_eq!(case(|c| c.authentic = Answer::NotAsked), open("authentic-undecided"));
    assert_eq!(case(|c| c.current = Answer::Undecided), open("current-undecided"));
    assert_eq!(case(|c| c.belongs = Answer::Undecided), open("belongs-open"));
    assert_eq!(case(|c| c.belongs = Answer::NotAsked), open("belongs-open"));
    assert_eq!(case(|c| c.authentic = Answer::No), broken("not-authentic"));
    assert_eq!(case(|c| c.current = Answer::No), broken("not-current"));
    assert_eq!(case(|c| c.belongs = Answer::No), broken("not-the-claimants"));
    assert_eq!(case(|c| c.id = None), broken("unidentified"));
    assert_eq!(case(|c| c.receipt = true), broken("is-a-receipt"));
    assert_eq!(case(|c| c.already_counted = true), broken("already-counted"));
    assert_eq!(case(|c| c.issuer = Some("did:web:evil.example".into())), broken("not-accepted"));
}

#[test]
fn an_address_that_fits_is_enough_only_where_the_policy_says_so() {
    let likely = policy(&format!("{EACH}belongs: likely\n"));
    let undecided = CountedCredential { belongs: Answer::Undecided, ..credential(1) };
    assert_eq!(total(&likely, &[undecided]), "6");
    let not_asked = CountedCredential { belongs: Answer::NotAsked, ..credential(1) };
    assert_eq!(total(&likely, &[not_asked]), "0");
}

#[test]
fn hours_are_asked_for_only_where_the_policy_goes_by_them() {
    assert_eq!(total(&policy(EACH), &[credential(1)]), "6");
    let least = policy(&format!("{EACH}minimumHours: 10\n"));
    let facts = today();
    assert_eq!(only(&least, credential(1), &facts).1, "no-hours");
    assert_eq!(only(&least, with_hours(1, "9.99"), &facts).1, "too-few-hours");
    assert_eq!(only(&least, with_hours(1, "10"), &facts).0, Outcome::Counted);
}

#[test]
fn a_window_has_its_first_and_last_day_in_it() {
    let policy = policy(&format!("{EACH}window: license\n"));
    let on = |day: Date| {
        let license = Days { from: date(2024, 7, 1), until: date(2026, 6, 30) };
        let facts = ClaimFacts { license: Some(license), ..ClaimFacts::on(date(2026, 7, 1)) };
        only(&policy, CountedCredential { awarded: Some(day), ..credential(1) }, &facts).1
    };
    assert_eq!(on(date(2024, 7, 1)), "counted");
    assert_eq!(on(date(2026, 6, 30)), "counted");
    assert_eq!(on(date(2024, 6, 30)), "outside-window");
    assert_eq!(on(date(2026, 7, 1)), "outside-window");
    let unknown = only(&policy, credential(1), &today());
    assert_eq!(unknown, (Outcome::CountedIf, "license-unknown".into(), "/window".into()));
    let undated = CountedCredential { awarded: None, ..credential(1) };
    assert_eq!(only(&policy, undated, &today()).1, "no-date");
}

#[test]
fn a_window_has_the_days_of_the_policys_zone() {
    let window = "window: {dates: {from: 2026-01-01, until: 2026-03-31}}\n";
    let at = |zone: &str, time: &str| {
        let policy = policy(&format!("{EACH}{window}{zone}"));
        let awarded_at = Some(time.parse().unwrap());
        only(&policy, CountedCredential { awarded_at, ..credential(1) }, &today()).1
    };
    let oregon = "timeZone: America/Los_Angeles\n";
    assert_eq!(at(oregon, "2026-04-01T06:30:00Z"), "counted", "it is March 31 there");
    assert_eq!(at("", "2026-04-01T06:30:00Z"), "outside-window");
    assert_eq!(at(oregon, "2026-04-01T07:00:00Z"), "outside-window");
    assert_eq!(at(oregon, "2026-01-01T00:00:00Z"), "counted", "a day without its time");
}

#[test]
fn statements_and_approvals_are_waited_for() {
    let policy = policy(&format!(
        "{EACH}statements: [{{id: own-time, text: Not job training., of: credential}}]\n\
         approvals: [{{id: pre, text: Approved before., of: claim}}]\n"
    ));
    let decision = count(&policy, &[credential(1)], &today());
    let codes: Vec<_> = decision.open.iter().map(Reason::code).collect();
    assert_eq!(codes, ["approval-pending", "statement-missing"]);
    assert_eq!(decision.possible.to_string(), "6");
    let mut stated = credential(1);
    stated.statements.insert("own-time".into(), true);
    let mut facts = today();
    facts.approvals.insert("pre".into(), true);
    assert_eq!(only(&policy, stated.clone(), &facts).1, "counted");
    stated.statements.insert("own-time".into(), false);
    assert_eq!(only(&policy, stated, &facts).1, "stated-otherwise");
}

#[test]
fn a_menu_that_could_not_be_had_leaves_it_open() {
    let text = EACH.to_owned() + "description: by menu\n";
    let mut policy = policy(&text);
    policy.accepts[0].issuers.clear();
    policy.accepts[0].menu = Some("did:web:committee.example".into());
    let mut facts = today();
    assert_eq!(only(&policy, credential(1), &facts).1, "menu-unknown");
    let menu = ["urn:a:1".to_owned()].into();
    facts.menus.insert("did:web:committee.example".into(), menu);
    assert_eq!(only(&policy, credential(1), &facts).1, "counted");
    assert_eq!(
        only(&policy, credential(2), &facts),
        (Outcome::NotCounted, "not-accepted".into(), "/accepts/0".into())
    );
}

#[test]
fn pairs_are_formed_and_the_one_left_over_says_what_is_missing() {
    let policy = policy(PAIRS);
    let decision = count(
        &policy,
        &[
            tagged(1, &["Restorative"]),
            tagged(2, &["restorative "]),
            tagged(3, &["ESP"]),
            credential(4),
        ],
        &today(),
    );
    assert_eq!(decision.total.to_string(), "10");
    assert_eq!(decision.groups[0].credentials, ["1.json", "2.json"]);
    let lines = told(&decision);
    assert_eq!(lines[2].2, ["more-related"]);
    assert_eq!(lines[3].2, ["unrelated"]);
    assert_eq!(
        decision.suggestions[0].detail,
        "1 more micro-credential related by the stack ESP would make 10 PDPs."
    );
}

#[test]
fn hours_together_use_up_no_more_than_they_need() {
    let policy = policy(
        "unit: credit\naward: {perHours: {every: 8, amount: 0.5, of: together, \
         rounding: {way: down, to: 0.5}}}\n",
    );
    let decision = count(
        &policy,
        &[with_hours(1, "10"), with_hours(2, "15"), with_hours(3, "2"), with_hours(4, "1.5")],
        &today(),
    );
    assert_eq!(decision.total.to_string(), "1.5");
    let outcomes: Vec<_> = told(&decision).into_iter().map(|line| line.1).collect();
    use Outcome::{Counted, CountedIf};
    assert_eq!(outcomes, [Counted, Counted, CountedIf, CountedIf]);
    let suggestion = &decision.suggestions[0];
    assert_eq!(suggestion.detail, "3.5 more clock hours would make 0.5 credit more.");
    assert_eq!(count(&policy, &[with_hours(1, "7")], &today()).total, Amount::ZERO);
    assert_eq!(only(&policy, with_hours(1, "7"), &today()).0, CountedIf);
}

#[test]
fn hours_of_each_that_are_worth_nothing_are_not_used_up() {
    let policy = policy(
        "unit: CEU\naward: {perHours: {every: 10, amount: 1, of: each, rounding: {way: down, to: 1}}}\n",
    );
    let decision = count(&policy, &[with_hours(1, "19"), with_hours(2, "9")], &today());
    assert_eq!(decision.total.to_string(), "1");
    assert_eq!(told(&decision)[1].2, ["too-few-hours"]);
}

#[test]
fn a_table_awards_the_row_reached_less_what_it_awarded_before() {
    let policy = policy(
        "unit: lane\naward: {table: {by: credentials, rows: [{from: 2, amount: 1, name: Lane 2}, \
         {from: 4, amount: 2, name: Lane 3}]}}\n",
    );
    let of = |n: usize, before: &[(u32, u32)]| {
        let credentials: Vec<_> = (0..n).map(credential).collect();
        let before = before.iter().map(|(amount, credentials)| CountedBefore {
            on: date(2025, 1, 1),
            amount: Amount::from(*amount),
            credentials: *credentials,
            hours: Amount::ZERO,
            license: None,
        });
        let facts = ClaimFacts { before: before.collect(), ..today() };
        let decision = count(&policy, &credentials, &facts);
        let counted = decision.credentials.iter().filter(|l| l.outcome == Outcome::Counted).count();
        (decision.total.to_string(), counted)
    };
    assert_eq!(of(1, &[]), ("0".into(), 0));
    assert_eq!(of(3, &[]), ("1".into(), 2));
    assert_eq!(of(5, &[]), ("2".into(), 4));
    assert_eq!(of(2, &[(1, 2)]), ("1".into(), 2));
    assert_eq!(of(1, &[(1, 2)]), ("0".into(), 0));
}

#[test]
fn a_limit_cuts_what_is_past_it_and_leaves_it_free() {
    let capped = policy(&format!("{EACH}limits: [{{amount: 9, per: calendarYear}}]\n"));
    let decision = count(&capped, &[credential(1), credential(2), credential(3)], &today());
    assert_eq!(decision.total.to_string(), "9");
    let amounts: Vec<_> = decision.credentials.iter().map(|l| l.amount.to_string()).collect();
    assert_eq!(amounts, ["6", "3", "0"]);
    assert_eq!(decision.credentials[2].reasons[0].code(), "limit-reached");
    assert_eq!(decision.notes[0].at, "/limits/0");

    let before = CountedBefore {
        on: date(2026, 1, 1),
        amount: Amount::from(6),
        credentials: 1,
        hours: Amount::ZERO,
        license: None,
    };
    let facts = ClaimFacts { before: vec![before.clone()], ..today() };
    assert_eq!(count(&capped, &[credential(1)], &facts).total.to_string(), "3");
    let facts =
        ClaimFacts { before: vec![CountedBefore { on: date(2025, 12, 31), ..before }], ..today() };
    assert_eq!(count(&capped, &[credential(1)], &facts).total.to_string(), "6");
}

#[test]
fn after_a_deadline_a_claim_is_for_the_next_year_or_waits() {
    let on = |after: &str, day: Date| {
        let policy = policy(&format!("{EACH}deadline: {{day: '05-15', after: {after}}}\n"));
        let decision = count(&policy, &[credential(1)], &ClaimFacts::on(day));
        (decision.total.to_string(), decision.notes.first().map(|note| note.detail.clone()))
    };
    let note = |day: &str| Some(format!("This claim is for the deadline of {day}."));
    assert_eq!(on("nextYear", date(2026, 5, 15)), ("6".into(), note("2026-05-15")));
    assert_eq!(on("nextYear", date(2026, 5, 16)), ("6".into(), note("2027-05-15")));
    let refused = "{refusedUntil: '07-01'}";
    assert_eq!(on(refused, date(2026, 5, 15)), ("6".into(), note("2026-05-15")));
    assert_eq!(on(refused, date(2026, 5, 16)), ("0".into(), None));
    assert_eq!(on(refused, date(2026, 6, 30)), ("0".into(), None));
    assert_eq!(on(refused, date(2026, 7, 1)), ("6".into(), note("2027-05-15")));
}
