//! Whose days a policy goes by: a time zone of the IANA database.
//!
//! The database comes with the program, so that every replica, and whoever replays a
//! decision, counts the same days whatever their machine knows.
//!
//! Invariant: a moment that is midnight in UTC is a day that was written without its
//! time, as issuers write the day of an award, and stays that day in every zone.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

#[derive(Debug, Clone, PartialEq)]
pub struct Zone(TimeZone);

impl Zone {
    pub const UTC: Self = Self(TimeZone::UTC);

    /// Such as `America/Los_Angeles`; none where the database has no such zone.
    pub fn named(name: &str) -> Option<Self> {
        TimeZone::get(name).ok().map(Self)
    }

    /// The day that it is there at a moment.
    pub fn day(&self, at: Timestamp) -> Date {
        at.to_zoned(self.0.clone()).date()
    }

    /// The day of an award that a credential states as a moment.
    pub fn stated_day(&self, at: Timestamp) -> Date {
        let utc = at.to_zoned(TimeZone::UTC);
        if utc.time() == Time::midnight() { utc.date() } else { self.day(at) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_ends_at_the_midnight_of_its_zone() {
        let oregon = Zone::named("America/Los_Angeles").unwrap();
        let days = ["2026-05-16T06:59:59Z", "2026-05-16T07:00:00Z", "2026-01-16T07:59:59Z"]
            .map(|time| oregon.day(at(time)).to_string());
        assert_eq!(days, ["2026-05-15", "2026-05-16", "2026-01-15"]);
        assert_eq!(Zone::UTC.day(at("2026-05-16T06:59:59Z")).to_string(), "2026-05-16");
        assert_eq!(Zone::named("America/Springfield"), None);
    }

    #[test]
    fn a_day_that_was_stated_without_its_time_stays_that_day() {
        let oregon = Zone::named("America/Los_Angeles").unwrap();
        assert_eq!(oregon.stated_day(at("2026-05-15T00:00:00Z")).to_string(), "2026-05-15");
        assert_eq!(oregon.stated_day(at("2026-05-15T00:00:01Z")).to_string(), "2026-05-14");
    }
}
