//! Why something counts or does not, to whoever earned it: each reason of a decision in the
//! reader's language.
//!
//! What a policy's author or an issuer wrote stands in a sentence as it was written.

use jiff::civil::Date;

use super::amounts::amount;
use super::speech::{Said as _, Speech};
use crate::model::decimal::Amount;
use crate::recognition::decision::{ALIGNMENT, Part, STACK, Why};

/// One sentence or two.
pub fn reason(t: &Speech, why: &Why) -> String {
    match why {
        Why::Counted { amount: counted, unit } => {
            t.one("why-counted", "amount", amount(t, *counted, *unit))
        }
        Why::CountedByHours { hours } => t.one("why-counted-by-hours", "hours", of_hours(t, hours)),
        Why::CountedInGroup { with, by } => {
            t.two("why-counted-in-group", "with", with.join(", "), "by", related(t, by))
        }
        Why::CountedInRow { row } => t.one("why-counted-in-row", "row", row),
        Why::NotAuthentic => t.text("why-not-authentic"),
        Why::NotCurrent { status } => t.text(not_current(status)),
        Why::NotTheClaimants { .. } => t.text("why-not-the-claimants"),
        Why::Unidentified { .. } => t.text("why-unidentified"),
        Why::IsAReceipt => t.text("why-is-a-receipt"),
        Why::NotAccepted { missing } => {
            let parts: Vec<String> = missing.iter().map(|part| t.text(missed(part))).collect();
            t.one("why-not-accepted", "missing", parts.join("; "))
        }
        Why::NoHours => t.text("why-no-hours"),
        Why::TooFewHours { hours, least } => {
            t.two("why-too-few-hours", "hours", of_hours(t, hours), "least", of_hours(t, least))
        }
        Why::NoDate => t.text("why-no-date"),
        Why::AwardedLater { awarded, on } => {
            let days = [("awarded", awarded), ("on", on)];
            t.with("why-awarded-later", &days.map(|(name, date)| (name, day(t, *date).said())))
        }
        Why::OutsideWindow { awarded, from, until } => {
            let days = [("awarded", awarded), ("from", from), ("until", until)];
            let days = days.map(|(name, date)| (name, day(t, *date).said()));
            t.with("why-outside-window", &days)
        }
        Why::DeadlinePassed { opens } => t.one("why-deadline-passed", "opens", day(t, *opens)),
        Why::StatedOtherwise { text, .. } => t.one("why-stated-otherwise", "text", text),
        Why::NotApproved { text, .. } => t.one("why-not-approved", "text", text),
        Why::AlreadyCounted => t.text("why-already-counted"),
        Why::SameCredential { other } => t.one("why-same-credential", "other", other),
        Why::SameAchievement { other } => t.one("why-same-achievement", "other", other),
        Why::Unrelated => t.text("why-unrelated"),
        Why::LimitReached => t.text("why-limit-reached"),
        Why::BeyondTable { row } => t.one("why-beyond-table", "row", row),
        why => open_or_more(t, why),
    }
}

/// What is open, what would make more count, and what is said of the whole.
fn open_or_more(t: &Speech, why: &Why) -> String {
    match why {
        Why::AuthenticUndecided | Why::CurrentUndecided => t.text("why-undecided"),
        Why::BelongsOpen => t.text("why-belongs-open"),
        Why::LicenseUnknown => t.text("why-license-unknown"),
        Why::MenuUnknown { menu } => t.one("why-menu-unknown", "menu", menu),
        Why::StatementMissing { text, .. } => t.one("why-statement-missing", "text", text),
        Why::ApprovalPending { text, .. } => t.one("why-approval-pending", "text", text),
        Why::MoreRelated { more, by, alone } => {
            let related = related(t, by);
            let said = t.two("why-more-related", "count", *more, "by", related);
            match alone {
                Some(alone) => format!("{said} {}", t.one("why-alone", "text", alone)),
                None => said,
            }
        }
        Why::MoreHours { more } => t.one("why-more-hours", "hours", of_hours(t, more)),
        Why::MoreForRow { more, hours, row } => {
            t.two("why-more-for-row", "more", further(t, *more, *hours), "row", row)
        }
        Why::SuggestRelated { more, by, amount: gain, unit } => {
            let arguments = [
                ("count", more.said()),
                ("by", related(t, by).said()),
                ("amount", amount(t, *gain, *unit).said()),
            ];
            t.with("why-suggest-related", &arguments)
        }
        Why::SuggestHours { more, amount: gain, unit } => {
            let gain = amount(t, *gain, *unit);
            t.two("why-suggest", "more", of_hours(t, more), "amount", gain)
        }
        Why::SuggestRow { more, hours, row, amount: gain, unit } => {
            let arguments = [
                ("more", further(t, *more, *hours).said()),
                ("row", row.said()),
                ("amount", amount(t, *gain, *unit).said()),
            ];
            t.with("why-suggest-row", &arguments)
        }
        Why::LimitHeld { most } => t.one("why-limit-held", "most", most),
        Why::Excludes { says, .. } => t.one("why-excludes", "says", says),
        Why::Deadline { day: due, says } => {
            let said = t.one("why-deadline", "day", day(t, *due));
            says.as_ref().map_or(said.clone(), |says| format!("{said} {says}"))
        }
        Why::HoursLeftOver { hours } => t.one("why-hours-left-over", "hours", of_hours(t, hours)),
        Why::ApprovalDecided { text, approved, by, .. } => {
            let key = if *approved { "why-approved-by" } else { "why-not-approved-by" };
            t.two(key, "by", by, "text", text)
        }
        _ => t.text("why-not-exhaustive"),
    }
}

/// How much more is needed: micro-credentials, or clock hours.
pub fn further(t: &Speech, more: Amount, hours: bool) -> String {
    match hours {
        true => of_hours(t, &more),
        false => {
            let one = if more == Amount::from(1) { 1 } else { 2 };
            t.two("counts-more-credentials", "count", one, "more", t.decimal(more.to_string()))
        }
    }
}

fn of_hours(t: &Speech, hours: &Amount) -> String {
    t.hours(hours.to_string())
}

fn day(t: &Speech, date: Date) -> String {
    t.date(date.to_string())
}

/// What micro-credentials have in common, as counting names it.
fn related(t: &Speech, by: &str) -> String {
    let kinds = [(STACK, "by-stack"), (ALIGNMENT, "by-alignment"), ("the topic ", "by-topic")];
    let known = kinds.into_iter().find_map(|(said, key)| Some((key, by.strip_prefix(said)?)));
    known.map_or_else(|| by.to_owned(), |(key, name)| t.one(key, "name", name))
}

fn not_current(status: &str) -> &'static str {
    match status {
        "revoked" => "why-revoked",
        "suspended" => "why-suspended",
        "superseded" => "why-superseded",
        "expired" => "why-expired",
        "not yet valid" => "why-not-yet-valid",
        _ => "why-not-current",
    }
}

fn missed(part: &Part) -> &'static str {
    match part {
        Part::Achievement => "missed-achievement",
        Part::Issuer => "missed-issuer",
        Part::TrustedIssuer => "missed-trusted-issuer",
        Part::Alignment => "missed-alignment",
        Part::Tag => "missed-tag",
        Part::Menu => "missed-menu",
        Part::Receipt => "missed-receipt",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recognition::policy::Unit;

    #[test]
    fn what_is_missing_is_said_in_the_readers_language() {
        let why = Why::SuggestRelated {
            more: 1,
            by: "the stack ESP".into(),
            amount: Amount::from(10),
            unit: Unit::Pdp,
        };
        assert_eq!(
            reason(&Speech::english(), &why),
            "One more micro-credential of the stack ESP would make 10 PDPs."
        );
        let spanish = Speech::choose(Some("lang=es"), None, None);
        assert!(reason(&spanish, &why).contains("10 PDP"), "{}", reason(&spanish, &why));
    }

    #[test]
    fn every_state_and_every_miss_has_its_words() {
        let t = Speech::english();
        for status in ["revoked", "suspended", "superseded", "expired", "not yet valid", "?"] {
            assert!(t.has(not_current(status)), "{status}");
        }
        let parts = [
            Part::Achievement,
            Part::Issuer,
            Part::TrustedIssuer,
            Part::Alignment,
            Part::Tag,
            Part::Menu,
            Part::Receipt,
        ];
        for part in parts {
            assert!(t.has(missed(&part)), "{part:?}");
        }
    }
}
