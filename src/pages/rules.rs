//! A policy in the reader's words: what it accepts, what it awards, and what a claim has
//! to fit beside.
//!
//! Invariant: what the policy's author wrote is told as it was written; everything
//! else is said in the reader's language.

use super::amounts::amount;
use super::speech::{Said as _, Speech};
use crate::model::decimal::Amount;
use crate::recognition::outlook::{Outlook, Worth};
use crate::recognition::policy::{
    Acceptance, AfterDeadline, Award, BelongsAsked, ByHours, Condition, Deadline, HoursOf, Limit,
    MonthDay, Policy, Span, TableBy,
};

/// How much it counts for, as in *10 PDPs with one more related one*.
pub fn worth(t: &Speech, outlook: &Outlook) -> String {
    let amount = |worth| amount(t, worth, outlook.unit);
    match &outlook.worth {
        Worth::Each { amount: worth } => t.one("rule-each", "amount", amount(*worth)),
        Worth::Together { amount: worth, more, .. } => {
            t.two("rule-with-more", "count", *more, "amount", amount(*worth))
        }
        Worth::WithHours { amount: worth, more } => {
            t.two("rule-with-hours", "amount", amount(*worth), "hours", t.hours(more.to_string()))
        }
        Worth::Toward { amount: worth, row, more, .. } if more.is_zero() => {
            t.two("rule-for-row", "amount", amount(*worth), "row", row)
        }
        Worth::Toward { amount: worth, row, more, hours } => {
            let more = match hours {
                true => t.hours(more.to_string()),
                false => micro_credentials(t, *more),
            };
            let said = [("amount", amount(*worth)), ("row", row.clone()), ("more", more)];
            t.with("rule-toward", &said.map(|(name, text)| (name, text.said())))
        }
    }
}

/// What it accepts: one for each way. `own` is the DID of whose policy it is.
pub fn accepts(t: &Speech, policy: &Policy, own: &str) -> Vec<String> {
    let mut said: Vec<String> = policy.accepts.iter().map(|it| accepted(t, it, own)).collect();
    if let Some(least) = policy.minimum_hours {
        said.push(t.one("rule-minimum-hours", "hours", t.hours(least.to_string())));
    }
    said
}

/// What it awards.
pub fn awards(t: &Speech, policy: &Policy) -> Vec<String> {
    let worth = |worth: Amount| amount(t, worth, policy.unit);
    match &policy.award {
        Award::PerCredential(flat) => {
            vec![t.one("rule-award-each", "amount", worth(flat.amount))]
        }
        Award::PerGroup(group) => {
            let each = t.two("rule-award-group", "count", group.of, "amount", worth(group.amount));
            [each].into_iter().chain(group.alone.clone()).collect()
        }
        Award::PerHours(by) => vec![by_hours(t, by, worth(by.amount))],
        Award::Table(table) => {
            let row = |row: &crate::recognition::policy::Row| {
                let from = match table.by {
                    TableBy::Hours => t.hours(row.from.to_string()),
                    TableBy::Credentials => micro_credentials(t, row.from),
                };
                let said =
                    [("row", row.name.clone()), ("from", from), ("amount", worth(row.amount))];
                t.with("rule-award-row", &said.map(|(name, text)| (name, text.said())))
            };
            table.rows.iter().map(row).collect()
        }
    }
}

fn by_hours(t: &Speech, by: &ByHours, amount: String) -> String {
    let key = match by.of {
        HoursOf::Each => "rule-award-hours-each",
        HoursOf::Together => "rule-award-hours-together",
    };
    t.two(key, "hours", t.hours(by.every.to_string()), "amount", amount)
}

/// What a claim has to fit beside: dates, limits, what is to be stated and approved.
pub fn conditions(t: &Speech, policy: &Policy) -> Vec<String> {
    let mut said = Vec::new();
    if let Some(window) = &policy.window {
        said.push(t.one("rule-window", "span", span(t, window)));
    }
    said.extend(policy.limits.iter().map(|it| limit(t, policy, it)));
    said.push(match policy.again() {
        Span::Ever => t.text("rule-again-ever"),
        again => t.one("rule-again", "span", span(t, &again)),
    });
    said.extend(policy.exclusive.iter().map(|exclusive| exclusive.says.clone()));
    said.extend(policy.deadline.iter().map(|it| deadline(t, it)));
    said.extend(policy.time_zone.iter().map(|zone| t.one("rule-time-zone", "zone", place(zone))));
    said.extend(policy.statements.iter().map(|it| condition(t, "rule-states", it)));
    said.extend(policy.approvals.iter().map(|it| condition(t, "rule-approves", it)));
    said.push(t.text(match policy.belongs {
        BelongsAsked::Shown => "rule-belongs-shown",
        BelongsAsked::Likely => "rule-belongs-likely",
    }));
    said
}

fn accepted(t: &Speech, it: &Acceptance, own: &str) -> String {
    let list = |key, all: &[String]| {
        (!all.is_empty()).then(|| {
            let shown: Vec<&str> = all.iter().take(5).map(String::as_str).collect();
            let more = if all.len() > shown.len() { ", …" } else { "" };
            t.one(key, "list", shown.join(", ") + more)
        })
    };
    let parts = [
        list("rule-accepts-achievements", &it.achievements),
        list("rule-accepts-issuers", &it.issuers),
        it.trusted_issuers.then(|| t.text("rule-accepts-trusted")),
        list("rule-accepts-alignments", &it.alignments),
        list("rule-accepts-stacks", &it.tags),
        it.menu.as_ref().map(|menu| match menu == own {
            true => t.text("rule-accepts-own-menu"),
            false => t.one("rule-accepts-menu", "list", menu),
        }),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let what = if it.receipts { "rule-accepts-receipts" } else { "rule-accepts" };
    t.one(what, "list", parts.join("; "))
}

fn limit(t: &Speech, policy: &Policy, limit: &Limit) -> String {
    let amounts = limit.amount.map(|most| amount(t, most, policy.unit));
    let credentials =
        limit.credentials.map(|most| micro_credentials(t, Amount::from(u32::from(most))));
    let most: Vec<String> = amounts.into_iter().chain(credentials).collect();
    let most = most.join(" · ");
    match &limit.per {
        Span::Ever => t.one("rule-limit-ever", "most", most),
        per => t.two("rule-limit", "most", most, "span", span(t, per)),
    }
}

fn deadline(t: &Speech, deadline: &Deadline) -> String {
    let day = month_day(t, deadline.day);
    let said = match deadline.after {
        AfterDeadline::NextYear => t.one("rule-deadline-next-year", "day", day),
        AfterDeadline::RefusedUntil(opens) => {
            t.two("rule-deadline-refused", "day", day, "opens", month_day(t, opens))
        }
    };
    let own = deadline.says.iter().map(String::as_str);
    [said.as_str()].into_iter().chain(own).collect::<Vec<_>>().join(" ")
}

/// `Los Angeles`, of `America/Los_Angeles`; whole where its last part is no place.
fn place(zone: &str) -> String {
    const REGIONS: [&str; 9] = [
        "Africa",
        "America",
        "Antarctica",
        "Asia",
        "Atlantic",
        "Australia",
        "Europe",
        "Indian",
        "Pacific",
    ];
    let within = |(region, _): &(&str, &str)| REGIONS.contains(region);
    let told = match zone.split_once('/') {
        Some(("Etc", fixed)) => return offset(fixed),
        parted if parted.as_ref().is_some_and(within) => zone.rsplit('/').next().unwrap_or(zone),
        _ => zone,
    };
    told.replace('_', " ")
}

/// `UTC−5`, of `GMT+5`: those names count toward the west.
fn offset(fixed: &str) -> String {
    let hours = fixed.strip_prefix("GMT").unwrap_or_default();
    match hours.strip_prefix('+').map(|hours| ('−', hours)) {
        _ if hours.trim_matches(['+', '-', '0']).is_empty() => "UTC".to_owned(),
        Some((sign, hours)) => format!("UTC{sign}{hours}"),
        None => format!("UTC+{}", hours.trim_start_matches('-')),
    }
}

fn condition(t: &Speech, key: &str, condition: &Condition) -> String {
    let said = t.one(key, "text", &condition.text);
    match condition.awarded_after {
        None => said,
        Some(day) => {
            let after = t.one("rule-awarded-after", "date", t.date(day.to_string()));
            format!("{said} {after}")
        }
    }
}

fn span(t: &Speech, span: &Span) -> String {
    match span {
        Span::License => t.text("span-license"),
        Span::CalendarYear => t.text("span-calendar-year"),
        Span::SchoolYear(first) => t.one("span-school-year", "day", month_day(t, *first)),
        Span::Years(years) => t.one("span-years", "count", *years),
        Span::Dates(days) => {
            let day = |day: jiff::civil::Date| t.date(day.to_string());
            t.two("span-dates", "from", day(days.from), "until", day(days.until))
        }
        Span::Claim => t.text("span-claim"),
        Span::Ever => t.text("span-ever"),
    }
}

/// `May 15`.
fn month_day(t: &Speech, day: MonthDay) -> String {
    let text = day.to_string();
    let (month, day) = text.split_once('-').unwrap_or_default();
    let number = |text: &str| text.parse::<i64>().unwrap_or_default();
    t.two("day-of-year", "month", number(month), "day", number(day))
}

/// `3 micro-credentials`.
fn micro_credentials(t: &Speech, count: Amount) -> String {
    t.one("micro-credentials", "count", count.to_string().parse::<f64>().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> Policy {
        let text = include_str!("../../schemas/policies/lebanon-compensation.yaml");
        Policy::read(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_policy_is_told_in_either_language_and_its_authors_words_as_they_are() {
        let [english, spanish] =
            ["en", "es"].map(|tag| Speech::choose(Some(&format!("lang={tag}")), None, None));
        let policy = policy();
        assert_eq!(awards(&english, &policy), ["Each counts US$175."]);
        assert_eq!(awards(&spanish, &policy), ["Cada una cuenta US$175."]);
        let own = "A micro-credential is used for pay or toward the Instructional Assistant Leader \
                   role, never for both.";
        for t in [english, spanish] {
            assert!(conditions(&t, &policy).contains(&own.to_owned()));
            assert_eq!(accepts(&t, &policy, "").len(), 1);
        }
    }

    #[test]
    fn a_zone_is_told_by_its_place_and_whole_or_by_its_offset_where_it_names_none() {
        for (zone, told) in [
            ("America/Los_Angeles", "Los Angeles"),
            ("America/Argentina/Buenos_Aires", "Buenos Aires"),
            ("Europe/Madrid", "Madrid"),
            ("US/Eastern", "US/Eastern"),
            ("EST5EDT", "EST5EDT"),
            ("UTC", "UTC"),
            ("Etc/UTC", "UTC"),
            ("Etc/GMT", "UTC"),
            ("Etc/GMT-0", "UTC"),
            ("Etc/GMT+5", "UTC−5"),
            ("Etc/GMT+10", "UTC−10"),
            ("Etc/GMT-14", "UTC+14"),
        ] {
            assert_eq!(place(zone), told);
        }
    }

    #[test]
    fn whose_days_count_is_told_by_the_place_in_either_language() {
        let [english, spanish] =
            ["en", "es"].map(|tag| Speech::choose(Some(&format!("lang={tag}")), None, None));
        let mut policy = policy();
        let told = |t: &Speech, policy: &Policy, line: &str| {
            conditions(t, policy).contains(&line.to_owned())
        };
        let line = "Days begin and end by the clocks of Los Angeles";
        assert!(told(&english, &policy, line));
        let line = "Los días empiezan y acaban según la hora de Los Angeles";
        assert!(told(&spanish, &policy, line));
        policy.time_zone = None;
        assert!(conditions(&english, &policy).iter().all(|said| !said.contains("clocks")));
    }
}
