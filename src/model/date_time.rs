//! `xsd:dateTimeStamp`, the form of every time in a credential.
//! Spec: <https://www.w3.org/TR/vc-data-model-2.0/#validity-period>,
//! <https://www.w3.org/TR/xmlschema11-2/#dateTimeStamp>
//!
//! Invariant: what is read has an offset; a time without one means different
//! moments to different readers.

use jiff::{Timestamp, Unit};

/// Reads `2026-11-21T09:00:00Z`, with any offset and fraction of a second.
pub fn parse(text: &str) -> Option<Timestamp> {
    if has_shape(text.as_bytes()) { text.parse().ok() } else { None }
}

/// Writes whole seconds in UTC: `2026-11-21T09:00:00Z`.
pub fn format(time: Timestamp) -> String {
    whole_seconds(time).to_string()
}

/// The last whole second that is not after `time`.
pub fn whole_seconds(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second() - i64::from(time.subsec_nanosecond() < 0))
        .unwrap_or_else(|_| time.round(Unit::Second).unwrap_or(time))
}

/// `YYYY-MM-DDThh:mm:ss`, an optional fraction, then `Z` or `±hh:mm`. The
/// general parser would take more: a space for `T`, lower case, no seconds.
fn has_shape(text: &[u8]) -> bool {
    let Some((start, rest)) = text.split_at_checked(19) else { return false };
    let pattern = b"dddd-dd-ddTdd:dd:dd";
    let fits = |bytes: &[u8], pattern: &[u8]| {
        bytes.len() == pattern.len()
            && bytes
                .iter()
                .zip(pattern)
                .all(|(b, p)| if *p == b'd' { b.is_ascii_digit() } else { b == p })
    };
    let offset = match rest.strip_prefix(b".") {
        Some(fraction) => {
            let digits = fraction.iter().take_while(|b| b.is_ascii_digit()).count();
            if digits == 0 || digits > 9 {
                return false;
            }
            &fraction[digits..]
        }
        None => rest,
    };
    // Leap seconds have no place on the time line that we compare on.
    fits(start, pattern)
        && &start[17..] != b"60"
        && (offset == b"Z" || fits(offset, b"+dd:dd") || fits(offset, b"-dd:dd"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_with_an_offset_are_read() {
        let z = parse("2026-11-21T09:00:00Z").unwrap();
        assert_eq!(parse("2026-11-21T10:00:00+01:00"), Some(z));
        assert_eq!(parse("2026-11-21T09:00:00.000Z"), Some(z));
        assert_eq!(format(z), "2026-11-21T09:00:00Z");
        assert_eq!(format(parse("2026-11-21T09:00:00.999Z").unwrap()), "2026-11-21T09:00:00Z");
    }

    #[test]
    fn times_that_readers_take_differently_are_refused() {
        for text in [
            "2026-11-21",
            "2026-11-21T09:00:00",
            "2026-11-21 09:00:00Z",
            "2026-11-21t09:00:00z",
            "2026-11-21T09:00Z",
            "2026-13-21T09:00:00Z",
            "2026-11-21T09:00:60Z",
            "2026-11-21T09:00:00.Z",
            "2026-11-21T09:00:00+0100",
            "2026-11-21T09:00:00Z[UTC]",
            "20261121T090000Z",
            "",
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}
