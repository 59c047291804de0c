//! Stretches of time that rules speak of, in days of the calendar.
//!
//! Invariant: a stretch has its first and its last day in it. Which day a moment
//! belongs to is its policy's [zone](super::Zone) to say.

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

/// A stretch of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Span {
    /// The validity of the claimant's license.
    License,
    /// January 1 to December 31.
    CalendarYear,
    /// A year from this day on.
    SchoolYear(MonthDay),
    /// So many years up to the day of the claim.
    Years(u16),
    Dates(Days),
    /// One claim.
    Claim,
    /// Without end.
    Ever,
}

/// A first and a last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Days {
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    #[schema(value_type = String, format = Date)]
    pub until: Date,
}

impl Days {
    /// All days that there are.
    const ALL: Self = Self { from: Date::MIN, until: Date::MAX };

    pub fn contain(&self, day: Date) -> bool {
        self.from <= day && day <= self.until
    }

    pub fn overlap(&self, other: Self) -> bool {
        self.from <= other.until && other.from <= self.until
    }

    /// Reads `FROM/UNTIL`.
    pub fn parse(text: &str) -> Option<Self> {
        let (from, until) = text.split_once('/')?;
        Some(Self { from: from.parse().ok()?, until: until.parse().ok()? })
    }
}

impl Span {
    /// The stretch that `day` lies in, or that ends on it; none where it is that of a license
    /// that is not known.
    pub fn around(&self, day: Date, license: Option<Days>) -> Option<Days> {
        Some(match self {
            Span::License => return license,
            Span::CalendarYear => MonthDay::JANUARY_1.year_around(day),
            Span::SchoolYear(first) => first.year_around(day),
            Span::Years(years) => {
                let from = day.checked_sub(i64::from(*years).years()).unwrap_or(Date::MIN);
                Days { from, until: day }
            }
            Span::Dates(days) => *days,
            Span::Claim | Span::Ever => Days::ALL,
        })
    }

    /// The stretches that have `day` in them and end on it or on one of these days.
    pub fn all_around(
        &self,
        day: Date,
        ends: impl Iterator<Item = Date>,
    ) -> impl Iterator<Item = Days> {
        let ends = std::iter::once(day).chain(ends.filter(move |end| *end > day));
        ends.filter_map(|end| self.around(end, None)).filter(move |days| days.contain(day))
    }

    /// Whether a limit for such a stretch can hold for a claim of this day: one for some dates holds
    /// on these alone.
    pub fn may_hold(&self, day: Date) -> bool {
        !matches!(self, Span::Dates(days) if !days.contain(day))
    }

    /// A stretch's stable name, of the one around `day`; none where it is a license that is not
    /// known.
    pub fn label(&self, day: Option<Date>, license: Option<Days>) -> Option<String> {
        if matches!(self, Span::Ever) {
            return Some("ever".into());
        }
        let around = match self {
            Span::License => license,
            _ => self.around(day?, license),
        };
        around.map(|days| format!("{}/{}", days.from, days.until))
    }
}

/// A day of every year, as `MM-DD`; kept as that day of a common year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(value_type = String, example = "05-15")]
pub struct MonthDay(Date);

impl MonthDay {
    const JANUARY_1: Self = Self(jiff::civil::date(2026, 1, 1));

    /// Reads `05-15`; February 29 is not a day of every year.
    pub fn parse(text: &str) -> Option<Self> {
        let (month, day) = text.split_once('-')?;
        let number = |part: &str| {
            let digits = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
            digits.then(|| part.parse::<i8>().ok()).flatten()
        };
        Date::new(2026, number(month)?, number(day)?).ok().map(Self)
    }

    /// This day of a year.
    fn of(self, year: i16) -> Option<Date> {
        Date::new(year, self.0.month(), self.0.day()).ok()
    }

    /// The first such day that is not before `day`.
    pub fn next(self, day: Date) -> Date {
        let year = day.year();
        let found = [Some(year), year.checked_add(1)].into_iter().flatten();
        found.filter_map(|year| self.of(year)).find(|found| *found >= day).unwrap_or(Date::MAX)
    }

    /// The last such day that is not after `day`.
    pub fn last(self, day: Date) -> Date {
        let year = day.year();
        let found = [Some(year), year.checked_sub(1)].into_iter().flatten();
        found.filter_map(|year| self.of(year)).find(|found| *found <= day).unwrap_or(Date::MIN)
    }

    /// The year that starts on such a day and has `day` in it.
    fn year_around(self, day: Date) -> Days {
        let from = self.last(day);
        let until = from.checked_add(1.year()).and_then(|next| next.yesterday());
        Days { from, until: until.unwrap_or(Date::MAX) }
    }
}

impl std::fmt::Display for MonthDay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}-{:02}", self.0.month(), self.0.day())
    }
}

impl Serialize for MonthDay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for MonthDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let form = "a day of every year is written as MM-DD, such as \"05-15\"";
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom(form))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn a_school_year_has_its_first_and_its_last_day() {
        let year = Span::SchoolYear(MonthDay::parse("07-01").unwrap());
        let around = |day| year.label(Some(date(day)), None).unwrap();
        assert_eq!(around("2026-06-30"), "2025-07-01/2026-06-30");
        assert_eq!(around("2026-07-01"), "2026-07-01/2027-06-30");
        assert_eq!(Span::CalendarYear.label(Some(date("2026-07-01")), None).unwrap()[..4], *"2026");
    }

    #[test]
    fn ten_years_before_an_application_start_on_the_same_day() {
        let days = Span::Years(10).around(date("2026-03-01"), None).unwrap();
        assert!(days.contain(date("2016-03-01")) && days.contain(date("2026-03-01")));
        assert!(!days.contain(date("2016-02-29")) && !days.contain(date("2026-03-02")));
    }

    #[test]
    fn a_license_that_is_not_known_has_no_days() {
        assert_eq!(Span::License.around(date("2026-01-01"), None), None);
        assert_eq!(Span::License.label(None, None), None);
    }

    #[test]
    fn days_of_every_year_are_written_in_one_way() {
        assert_eq!(MonthDay::parse("05-15").unwrap().to_string(), "05-15");
        for bad in ["5-15", "02-29", "13-01", "05-32", "May 15", "+5-15", "05/15", ""] {
            assert_eq!(MonthDay::parse(bad), None, "{bad}");
        }
        let may = MonthDay::parse("05-15").unwrap();
        assert_eq!(may.next(date("2026-05-15")), date("2026-05-15"));
        assert_eq!(may.next(date("2026-05-16")), date("2027-05-15"));
        assert_eq!(may.last(date("2026-05-14")), date("2025-05-15"));
    }
}
