//! How checks make verdicts, and the names that readers of reports rely on.

use super::*;

#[test]
fn one_failure_makes_no_and_one_doubt_makes_undecided() {
    let pass = Check::pass("a", "");
    let fail = Check::fail("b", "", Problem::new("x", "y"));
    let doubt = Check::undecided("c", "", Problem::new("x", "y"));
    let skipped = Check::skipped("d", "no reason");
    assert_eq!(verdict([&pass, &skipped]), Verdict::Yes);
    assert_eq!(verdict([&pass, &doubt]), Verdict::Undecided);
    assert_eq!(verdict([&doubt, &fail, &doubt]), Verdict::No);
}

#[test]
fn a_report_has_the_names_that_readers_rely_on() {
    let problem = Problem::new("not-json", "It is not JSON.").at("/id");
    let report = Report::unreadable(Check::fail("form", "5 bytes", problem));
    let expected = serde_json::json!({
        "verified": false,
        "verdicts": {"authentic": "no", "current": "undecided",
                     "recognized": "not-asked", "belongs": "not-asked"},
        "status": "unknown",
        "checks": [{"name": "form", "outcome": "fail", "observed": "5 bytes",
                    "problem": {"code": "not-json", "detail": "It is not JSON.",
                                "remedy": remedy("not-json"), "pointer": "/id"}}],
        "warnings": [],
        "statusAsOf": null,
    });
    assert_eq!(serde_json::to_value(report).unwrap(), expected);
}
