//! For how long an answer may be used again.
//! Spec: RFC 9111 (HTTP caching), as a cache that is shared by all who ask us.
//!
//! Invariant: never longer than the answer allows, nor than [`MAX_AGE`].

use jiff::fmt::rfc2822::DateTimeParser;
use jiff::{SignedDuration, Timestamp};
use reqwest::header::{AGE, CACHE_CONTROL, DATE, EXPIRES, HeaderMap, HeaderName, VARY};

use super::MAX_AGE;

/// How long a copy is used where the answer says nothing.
const DEFAULT_AGE: SignedDuration = SignedDuration::from_secs(30);

/// For how long an answer's own headers, within our bound, let a copy be used.
pub(super) fn usable_for(headers: &HeaderMap, now: Timestamp) -> SignedDuration {
    // What it varies by is the same in all our requests, and `Accept` a part of the copy's name.
    if texts(headers, VARY).any(|fields| fields.contains('*')) {
        return SignedDuration::ZERO;
    }
    let Some(stated) = stated(headers, now) else { return SignedDuration::ZERO };
    let age = texts(headers, AGE).filter_map(|age| age.trim().parse::<u32>().ok()).max();
    let age = SignedDuration::from_secs(age.unwrap_or(0).into());
    (stated.min(MAX_AGE) - age).max(SignedDuration::ZERO)
}

/// Whether a cache that many share may keep the answer at all, if only to ask again by its tag.
pub(super) fn may_be_kept(headers: &HeaderMap) -> bool {
    let forbids = |directive: &str| {
        let name = directive.split('=').next().unwrap_or_default().trim();
        name.eq_ignore_ascii_case("no-store") || name.eq_ignore_ascii_case("private")
    };
    let mut directives = texts(headers, CACHE_CONTROL).flat_map(|text| text.split(','));
    !directives.any(forbids) && !texts(headers, VARY).any(|fields| fields.contains('*'))
}

/// The lifetime that the answer states, or ours where it states none; `None` where it may not be
/// kept at all. Of two statements the shorter holds.
fn stated(headers: &HeaderMap, now: Timestamp) -> Option<SignedDuration> {
    let (mut shared, mut usual) = (None, None);
    for directive in texts(headers, CACHE_CONTROL).flat_map(|text| text.split(',')) {
        let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
        let name = name.trim().to_ascii_lowercase();
        let lifetime = match name.as_str() {
            "no-store" | "no-cache" | "private" => return None,
            "s-maxage" => &mut shared,
            "max-age" => &mut usual,
            _ => continue,
        };
        // A number that cannot be read means stale.
        let seconds = value.trim().trim_matches('"').parse::<u32>().unwrap_or(0);
        *lifetime = Some(lifetime.map_or(seconds, |other: u32| other.min(seconds)));
    }
    match shared.or(usual) {
        Some(seconds) => Some(SignedDuration::from_secs(seconds.into())),
        None => Some(expiry(headers, now).unwrap_or(DEFAULT_AGE)),
    }
}

/// What `Expires` leaves, counted from the answer's own date.
fn expiry(headers: &HeaderMap, now: Timestamp) -> Option<SignedDuration> {
    let expires = texts(headers, EXPIRES).next()?;
    let parse = |text: &str| DateTimeParser::new().parse_timestamp(text).ok();
    let date = texts(headers, DATE).next().and_then(parse).unwrap_or(now);
    // One that cannot be read, such as `0`, means stale.
    let left = parse(expires).map_or(SignedDuration::ZERO, |end| end.duration_since(date));
    Some(left.max(SignedDuration::ZERO))
}

fn texts(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(lines: &[(&'static str, &'static str)]) -> i64 {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        usable_for(&headers, "2026-11-21T09:00:00Z".parse().unwrap()).as_secs()
    }

    #[test]
    fn copies_are_used_as_long_as_the_answer_allows_and_no_longer_than_five_minutes() {
        let control = |value| seconds(&[("cache-control", value)]);
        assert_eq!(seconds(&[]), 30);
        assert_eq!(control("max-age=60"), 60);
        assert_eq!(control("Max-Age=\"60\""), 60);
        assert_eq!(control("public, max-age=86400"), 300);
        assert_eq!(control("max-age=60, max-age=5"), 5);
        assert_eq!(control("max-age=-1"), 0);
        assert_eq!(control("no-store"), 0);
        assert_eq!(control("max-age=60, no-cache"), 0);
        let two = [("cache-control", "max-age=60"), ("cache-control", "no-store")];
        assert_eq!(seconds(&two), 0);
        assert_eq!(seconds(&[("cache-control", "max-age=60"), ("age", "50")]), 10);
        assert_eq!(seconds(&[("cache-control", "max-age=60"), ("age", "90")]), 0);
        // What is older than all our time for it is not used again, whatever its own.
        assert_eq!(seconds(&[("cache-control", "max-age=86400"), ("age", "400")]), 0);
    }

    #[test]
    fn we_are_a_shared_cache() {
        let control = |value| seconds(&[("cache-control", value)]);
        assert_eq!(control("private, max-age=60"), 0);
        assert_eq!(control("private=\"x-who\", max-age=60"), 0);
        assert_eq!(control("max-age=60, s-maxage=10"), 10);
        assert_eq!(control("s-maxage=100, max-age=0"), 100);
        assert_eq!(seconds(&[("vary", "*")]), 0);
        assert_eq!(seconds(&[("vary", "Accept, Accept-Encoding")]), 30);
    }

    #[test]
    fn an_end_counts_from_the_answers_own_date_where_nothing_else_is_said() {
        let date = ("date", "Sat, 21 Nov 2026 08:00:00 GMT");
        assert_eq!(seconds(&[date, ("expires", "Sat, 21 Nov 2026 08:01:40 GMT")]), 100);
        assert_eq!(seconds(&[("expires", "Sat, 21 Nov 2026 09:00:20 GMT")]), 20);
        assert_eq!(seconds(&[date, ("expires", "Sat, 21 Nov 2026 07:00:00 GMT")]), 0);
        assert_eq!(seconds(&[("expires", "0")]), 0);
        let both = [("cache-control", "max-age=5"), ("expires", "Sat, 21 Nov 2027 07:00:00 GMT")];
        assert_eq!(seconds(&both), 5);
    }
}
