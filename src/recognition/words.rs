//! Policies and decisions in plain words: every sentence there is, in English.
//! Translations go by the codes of [`Why`].
//!
//! Invariant: a sentence says no more than its reason holds; names that strangers
//! chose are in it as text only.

use super::count::Beyond;
use super::decision::{Part, Why};
use super::policy::Acceptance;
use super::policy::{
    AfterDeadline, Award, BelongsAsked, Condition, ConditionOf, HoursOf, Limit, Policy, Relation,
    Span, TableBy, Unit,
};
use crate::model::decimal::{Amount, Rounding};

/// `6 PDPs`, `US$175`, `US$112.50`, `0.5 credit`.
pub fn amount(amount: Amount, unit: Unit) -> String {
    let one = amount <= Amount::from(1) && !amount.is_zero();
    let noun = match (unit, one) {
        (Unit::Usd, _) => return format!("US${}", number(amount, unit)),
        (Unit::Pdp, true) => "PDP",
        (Unit::Pdp, false) => "PDPs",
        (Unit::Ceu, true) => "CEU",
        (Unit::Ceu, false) => "CEUs",
        (Unit::Credit, true) => "credit",
        (Unit::Credit, false) => "credits",
        (Unit::Hours, true) => "hour",
        (Unit::Hours, false) => "hours",
        (Unit::Lane, true) => "lane",
        (Unit::Lane, false) => "lanes",
        (Unit::Step, true) => "step",
        (Unit::Step, false) => "steps",
    };
    format!("{amount} {noun}")
}

/// An amount without its unit; cents are told with both digits.
pub fn number(amount: Amount, unit: Unit) -> String {
    let text = amount.to_string();
    let tenths = text.split_once('.').is_some_and(|(_, fraction)| fraction.len() == 1);
    if unit == Unit::Usd && tenths { format!("{text}0") } else { text }
}

/// The sentence of a reason.
pub fn why(why: &Why) -> String {
    match why {
        Why::Counted { amount: counted, unit } => format!("It counts {}.", amount(*counted, *unit)),
        Why::CountedByHours { hours } => format!("It counts with its {hours} clock hours."),
        Why::CountedInGroup { with, by } => {
            format!("It counts together with {}, related by {by}.", with.join(", "))
        }
        Why::CountedInRow { row } => format!("It counts toward {row}."),
        Why::NotAuthentic => "Its signature does not hold, or it is not its issuer's. Ask the \
                              issuer for the original file or link."
            .into(),
        Why::NotCurrent { status } => {
            format!("It is no longer good: {status}. Ask its issuer why, and for a new one.")
        }
        Why::NotTheClaimants { differs } if !differs.is_empty() => format!(
            "It is not the claimant's: it names {}. If it is theirs all the same, claim it under \
             what it names, or have a person at the office decide and say why.",
            join(differs.iter().map(|what| other(what)), " and ")
        ),
        Why::NotTheClaimants { .. } => {
            "It is not the claimant's. File it through the link that the \
                                 issuer sent to its earner, or show control of the earner's id."
                .into()
        }
        Why::Unidentified { missing } => format!(
            "It names no {missing}, so that nothing could keep it from being counted twice. Ask \
             the issuer for one that does."
        ),
        Why::IsAReceipt => "It is a receipt, which says what others counted for; this policy \
                            counts none."
            .into(),
        Why::NotAccepted { missing } => {
            format!("The policy does not accept it: {}.", join(missing.iter().map(part), "; "))
        }
        Why::NoHours => "It states no clock hours, or several different ones, and the policy goes \
                         by them. Ask the issuer for a micro-credential that states its hours."
            .into(),
        Why::TooFewHours { hours, least } => {
            format!("It states {hours} clock hours; the policy asks for {least} at least.")
        }
        Why::NoDate => "It does not say when it was awarded, and the policy goes by that.".into(),
        Why::AwardedLater { awarded, on } => format!(
            "It was awarded on {awarded}, after {on}, the day that this claim goes by. File it in a \
             claim of a later day."
        ),
        Why::OutsideWindow { awarded, from, until } => format!(
            "It was awarded on {awarded}; the policy counts what was awarded from {from} to {until}."
        ),
        Why::DeadlinePassed { opens } => {
            format!("The deadline has passed. Claims are taken again from {opens} on.")
        }
        Why::StatedOtherwise { text, .. } => format!("The claimant did not state: {text}"),
        Why::NotApproved { text, .. } => format!("The office did not approve: {text}"),
        Why::AlreadyCounted => "It was counted already.".into(),
        Why::SameCredential { other } => format!("It is the same micro-credential as {other}."),
        Why::SameAchievement { other } => {
            format!("It is for the same achievement as {other}, which counts once.")
        }
        Why::Unrelated => "It names nothing that another could be related by, such as a stack or \
                           an alignment."
            .into(),
        Why::LimitReached => "The most that the policy allows is reached without it. It is not \
                              used up."
            .into(),
        Why::BeyondTable { row } => {
            format!("The highest row, {row}, is reached without it. It is not used up.")
        }
        Why::AuthenticUndecided => {
            "It counts if it can be told whether its issuer signed it; something needed \
                                    for that could not be had. Try again later."
                .into()
        }
        Why::CurrentUndecided => {
            "It counts if it can be told whether it is still good; its status could not \
                                  be had. Try again later."
                .into()
        }
        Why::BelongsOpen => {
            "It counts if it is shown to be the claimant's: by filing it through the link that \
                             the issuer sent, by control of the earner's id, or by a clerk's \
                             decision."
                .into()
        }
        Why::LicenseUnknown => "It counts if the dates of the claimant's license are given.".into(),
        Why::MenuUnknown { menu } => {
            format!(
                "It counts if {menu} has it on its menu. Hand in the endorsement that says so: of \
                 those that came with it, none of {menu} holds."
            )
        }
        Why::StatementMissing { text, .. } => format!("It counts if the claimant states: {text}"),
        Why::ApprovalPending { text, .. } => format!("It counts if the office approves: {text}"),
        Why::MoreRelated { more, by, alone } => {
            let alone = alone.as_ref().map(|text| format!(" Else: {text}")).unwrap_or_default();
            format!("It counts if there {} related by {by}.{alone}", further(*more))
        }
        Why::MoreForRow { more, hours, row } => {
            format!("It counts if {row} is reached: {}.", lacking(*more, *hours))
        }
        Why::MoreHours { more } => {
            format!("It counts if more hours come with it: {}.", lacking(*more, true))
        }
        Why::SuggestRelated { more, by, amount: gain, unit } => {
            let noun = if *more == 1 { "micro-credential" } else { "micro-credentials" };
            format!("{more} more {noun} related by {by} would make {}.", amount(*gain, *unit))
        }
        Why::SuggestHours { more, amount: gain, unit } => {
            format!("{more} more clock hours would make {} more.", amount(*gain, *unit))
        }
        Why::SuggestRow { more, hours, row, amount: gain, unit } => {
            format!(
                "Reaching {row} would make {} more: {}.",
                amount(*gain, *unit),
                lacking(*more, *hours)
            )
        }
        Why::LimitHeld { most } => format!("The policy's limit was reached: {most}."),
        Why::Excludes { says, .. } => {
            format!("What is counted here cannot be used for what this excludes: {says}")
        }
        Why::Deadline { day, says } => {
            let says = says.as_ref().map(|text| format!(" {text}")).unwrap_or_default();
            format!("This claim is for the deadline of {day}.{says}")
        }
        Why::HoursLeftOver { hours } => format!(
            "{hours} of these clock hours are left over. They are used up with their \
             micro-credentials, and add nothing to a later claim: file together what is to count \
             together."
        ),
        Why::ApprovalDecided { of, text, approved, by, reason } => {
            let reason = reason.as_ref().map(|text| format!(" The reason given: {text}"));
            let said = approval(of.as_deref(), text, *approved, by);
            format!("{said}{}", reason.unwrap_or_default())
        }
        Why::NotExhaustive => "There are too many ways of forming groups to look at all; more \
                               might count."
            .into(),
    }
}

/// Who approved of what, or did not.
pub fn approval(of: Option<&str>, text: &str, approved: bool, by: &str) -> String {
    let verb = if approved { "approved" } else { "did not approve" };
    let of = of.map(|of| format!(" of {of}")).unwrap_or_default();
    format!("{by} {verb}{of}: {text}")
}

fn part(part: &Part) -> &'static str {
    match part {
        Part::Achievement => "its achievement is not among those accepted",
        Part::Issuer => "its issuer is not among those accepted",
        Part::TrustedIssuer => "its issuer is not in the recognizer's list of trusted issuers",
        Part::Alignment => "it is aligned to nothing that is asked for",
        Part::Tag => "it has none of the tags that are asked for",
        Part::Menu => "it is not on the menu that is asked for",
        Part::Receipt => "it is not a receipt",
    }
}

fn further(more: usize) -> String {
    match more {
        1 => "is one more micro-credential".into(),
        more => format!("are {more} more micro-credentials"),
    }
}

fn lacking(more: Amount, hours: bool) -> String {
    match (hours, more == Amount::from(1)) {
        (true, true) => "one more clock hour is needed".into(),
        (true, false) => format!("{more} more clock hours are needed"),
        (false, true) => "one more micro-credential is needed".into(),
        (false, false) => format!("{more} more micro-credentials are needed"),
    }
}

fn join<T: AsRef<str>>(parts: impl Iterator<Item = T>, with: &str) -> String {
    let parts: Vec<T> = parts.collect();
    parts.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join(with)
}

/// What a policy means: each rule's place, and its sentence.
pub fn policy(policy: &Policy) -> Vec<(String, String)> {
    let mut rules = Vec::new();
    let mut add = |at: &str, sentence: String| rules.push((at.to_owned(), sentence));
    for (i, citation) in policy.authority.iter().enumerate() {
        let url = citation.url.as_ref().map(|url| format!(" <{url}>")).unwrap_or_default();
        let says = citation.says.as_ref().map(|says| format!(": {says}")).unwrap_or_default();
        add(&format!("/authority/{i}"), format!("It rests on {}{url}{says}", citation.title));
    }
    for (i, reading) in policy.readings.iter().enumerate() {
        add(&format!("/readings/{i}"), reading.clone());
    }
    for (i, acceptance) in policy.accepts.iter().enumerate() {
        let or = if i == 0 { "Accepts" } else { "Or accepts" };
        add(&format!("/accepts/{i}"), format!("{or} {}.", accepted(acceptance)));
    }
    if let Some(hours) = policy.minimum_hours {
        add("/minimumHours", format!("Each must state {hours} clock hours at least."));
    }
    if let Some(zone) = &policy.time_zone {
        add("/timeZone", format!("Days begin and end as in {zone}."));
    }
    if let Some(window) = &policy.window {
        add("/window", format!("It must have been awarded within {}.", span(window)));
    }
    add("/award", award(&policy.award, policy.unit));
    for (i, limit) in policy.limits.iter().enumerate() {
        add(&format!("/limits/{i}"), format!("At most {}.", self::limit(limit, policy.unit)));
    }
    add("/again", format!("The same achievement counts {}.", again(&policy.again())));
    if let Some(exclusive) = &policy.exclusive {
        add("/exclusive", exclusive.says.clone());
    }
    if let Some(deadline) = &policy.deadline {
        let after = match deadline.after {
            AfterDeadline::NextYear => "a later one is for the next year".to_owned(),
            AfterDeadline::RefusedUntil(opens) => format!("a later one waits until {opens}"),
        };
        let says = deadline.says.as_ref().map(|says| format!(" {says}")).unwrap_or_default();
        add("/deadline", format!("A claim is due by {} (month-day); {after}.{says}", deadline.day));
    }
    for (name, who, conditions) in [
        ("statements", "The claimant states", &policy.statements),
        ("approvals", "The office approves", &policy.approvals),
    ] {
        for (i, condition) in conditions.iter().enumerate() {
            add(&format!("/{name}/{i}"), self::condition(who, condition));
        }
    }
    let belongs = match policy.belongs {
        BelongsAsked::Shown => "It must be shown to be the claimant's.",
        BelongsAsked::Likely => "A name or an address that fits is enough to be the claimant's.",
    };
    add("/belongs", belongs.into());
    rules
}

fn accepted(acceptance: &Acceptance) -> String {
    let Acceptance { achievements, issuers, trusted_issuers, alignments, tags, menu, receipts } =
        acceptance;
    let list = |what: &str, list: &Vec<String>| match list.as_slice() {
        [] => None,
        [one] => Some(format!("{what} {one}")),
        [first, ..] if list.len() > 5 => Some(format!("{what} one of {} ({first}, …)", list.len())),
        several => Some(format!("{what} one of {}", several.join(", "))),
    };
    let what = if *receipts { "receipts" } else { "micro-credentials" };
    let parts = [
        list("of the achievement", achievements),
        list("from the issuer", issuers),
        trusted_issuers.then(|| "from a trusted issuer".to_owned()),
        list("aligned to", alignments),
        list("tagged", tags),
        menu.as_ref().map(|menu| format!("on the menu of {menu}")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    format!("{what} {}", parts.join(", ")).trim_end().to_owned()
}

fn award(award: &Award, unit: Unit) -> String {
    match award {
        Award::PerCredential(flat) => format!("Each counts {}.", amount(flat.amount, unit)),
        Award::PerGroup(group) => {
            let by = group.related_by.iter().map(|by| match by {
                Relation::Alignment => "an alignment",
                Relation::Stack => "a stack",
            });
            let topics = (!group.topics.is_empty()).then_some("one of the topics listed");
            let by = join(by.chain(topics), " or ");
            let alone = group.alone.as_ref().map(|text| format!(" {text}")).unwrap_or_default();
            let worth = amount(group.amount, unit);
            format!("Every {} that share {by} count {worth} together.{alone}", group.of)
        }
        Award::PerHours(by) => {
            let of = match by.of {
                HoursOf::Each => "each by itself",
                HoursOf::Together => "all together",
            };
            let way = match by.rounding.way {
                Rounding::Down => "down",
                Rounding::Nearest => "to the nearest",
                Rounding::Up => "up",
            };
            let (worth, step) = (amount(by.amount, unit), amount(by.rounding.to, unit));
            format!("Every {} clock hours count {worth}, {of}, rounded {way} to {step}.", by.every)
        }
        Award::Table(table) => {
            let noun = match table.by {
                TableBy::Credentials => "micro-credentials",
                TableBy::Hours => "clock hours",
            };
            let rows = table.rows.iter().map(|row| {
                format!("{} from {} {noun}: {}", row.name, row.from, amount(row.amount, unit))
            });
            format!("The row reached is awarded. {}.", join(rows, "; "))
        }
    }
}

/// What of the claimant a credential contradicts.
fn other(what: &str) -> &'static str {
    match what {
        "email" => "another e-mail address",
        "name" => "another name",
        _ => "another id",
    }
}

/// Why a person has to look at a claim that stands for more than is left.
pub fn beyond(beyond: &Beyond, unit: Unit) -> String {
    format!(
        "an earlier claim is gone that this one counted on: {} stand, and what stands reaches {}",
        amount(beyond.stands, unit),
        amount(beyond.reached, unit)
    )
}

/// How often the same achievement counts.
pub fn again(again: &Span) -> String {
    match again {
        Span::Ever => "once and for all".into(),
        again => format!("once within {}", span(again)),
    }
}

/// What is awarded, of several.
pub fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Pdp => "PDPs",
        Unit::Ceu => "CEUs",
        Unit::Credit => "credits",
        Unit::Hours => "hours",
        Unit::Usd => "US dollars",
        Unit::Lane => "lanes",
        Unit::Step => "steps",
    }
}

/// A limit, as in *20 PDPs within a calendar year*.
pub fn limit(limit: &Limit, unit: Unit) -> String {
    let amounts = limit.amount.map(|most| amount(most, unit));
    let credentials = limit.credentials.map(|most| match most {
        1 => "1 micro-credential".to_owned(),
        most => format!("{most} micro-credentials"),
    });
    let most = join(amounts.into_iter().chain(credentials), " and ");
    format!("{most} within {}", span(&limit.per))
}

fn condition(who: &str, condition: &Condition) -> String {
    let of = match condition.of {
        ConditionOf::Claim => "",
        ConditionOf::Credential => " of each",
    };
    let after = condition.awarded_after.map(|day| format!(" awarded after {day}"));
    format!("{who}{of}{}: {}", after.unwrap_or_default(), condition.text)
}

fn span(span: &Span) -> String {
    match span {
        Span::License => "the validity of the claimant's license".into(),
        Span::CalendarYear => "a calendar year".into(),
        Span::SchoolYear(first) => format!("the year that starts on {first} (month-day)"),
        Span::Years(1) => "the year before the claim".into(),
        Span::Years(years) => format!("the {years} years before the claim"),
        Span::Dates(days) => format!("{} to {}", days.from, days.until),
        Span::Claim => "one claim".into(),
        Span::Ever => "all time".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_told_as_people_say_them() {
        let told = |text, unit| amount(Amount::parse(text).unwrap(), unit);
        assert_eq!(told("6", Unit::Pdp), "6 PDPs");
        assert_eq!(told("175.00", Unit::Usd), "US$175");
        assert_eq!(told("112.5", Unit::Usd), "US$112.50");
        assert_eq!(told("0.125", Unit::Usd), "US$0.125");
        assert_eq!(told("0.5", Unit::Credit), "0.5 credit");
        assert_eq!(told("1", Unit::Ceu), "1 CEU");
        assert_eq!(told("0", Unit::Credit), "0 credits");
    }
}
