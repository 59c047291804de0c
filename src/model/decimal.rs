//! Exact decimals: clock hours as text, and amounts that are counted with.
//!
//! Both travel as decimal strings, so that no reader's floating point can change
//! them.
//!
//! Invariant: an [`Amount`] is never negative, and nothing is rounded but where
//! it is asked for by a step.

use std::fmt;
use std::iter::Sum;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Hours of work, `0.25` to `9999.99`, at most two decimals, in one canonical
/// spelling (no sign, no leading or trailing zeros).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(value_type = String, example = "12.5")]
pub struct Hours(String);

impl Hours {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads `12` or `12.50`.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        const FORM: &str = "hours are a decimal such as \"12\" or \"12.5\": above 0, \
                            below 10000, at most two decimals";
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) || text.ends_with('.') {
            return Err(FORM);
        }
        let whole = whole.trim_start_matches('0');
        let fraction = fraction.trim_end_matches('0');
        if whole.len() > 4 || fraction.len() > 2 || (whole.is_empty() && fraction.is_empty()) {
            return Err(FORM);
        }
        let whole = if whole.is_empty() { "0" } else { whole };
        Ok(Self(if fraction.is_empty() { whole.into() } else { format!("{whole}.{fraction}") }))
    }
}

impl<'de> Deserialize<'de> for Hours {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // A JSON number is taken too: its shortest decimal form is exact here.
        let text = match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::String(text) => text,
            serde_json::Value::Number(number) => number.to_string(),
            _ => {
                return Err(serde::de::Error::custom(
                    "hours are a decimal string such as \"12.5\"",
                ));
            }
        };
        Hours::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// Points, credits, hours or money: below a billion with at most four decimals as it is
/// read, exact in all that is done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, utoipa::ToSchema)]
#[schema(value_type = String, example = "0.5")]
pub struct Amount(Decimal);

/// Which multiple of a step an amount becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Rounding {
    /// The last one that is not above it.
    Down,
    /// The nearest one; of two, the greater.
    Nearest,
    /// The first one that is not below it.
    Up,
}

impl Amount {
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// What the amounts that are read leave room for: sums and products of them stay exact.
    const ROOM: &str = "amounts are read with at most nine digits and four decimals";

    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    pub fn is_whole(self) -> bool {
        self.0.is_integer()
    }

    /// So many times this.
    pub fn times(self, count: usize) -> Self {
        Self(self.0.checked_mul(Decimal::from(count)).expect(Self::ROOM))
    }

    /// As much for each step as this is for each whole.
    pub fn in_steps_of(self, step: Self) -> Self {
        Self(self.0.checked_mul(step.0).expect(Self::ROOM))
    }

    /// What is left after taking `other` away; nothing where that is more.
    pub fn less(self, other: Self) -> Self {
        Self((self.0 - other.0).max(Decimal::ZERO))
    }

    /// How many whole `other` are in it, which may be more than a machine's word holds; none in it
    /// where `other` is nothing.
    fn over(self, other: Self) -> Decimal {
        match other.is_zero() {
            true => Decimal::ZERO,
            false => (self.0 - self.0 % other.0) / other.0,
        }
    }

    fn of_whole(self, count: Decimal) -> Self {
        Self(self.0.checked_mul(count).expect(Self::ROOM))
    }

    /// `self * by / per`, as a multiple of `step`. None of `per` and `step` is nothing.
    pub fn in_proportion(self, by: Self, per: Self, (rounding, step): (Rounding, Self)) -> Self {
        // self * by / per = whole * step + rest, without ever dividing but to a whole number.
        let product = Self(self.0.checked_mul(by.0).expect(Self::ROOM));
        let stride = Self(per.0.checked_mul(step.0).expect(Self::ROOM));
        let whole = product.over(stride);
        let rest = product.less(stride.of_whole(whole));
        let up = match rounding {
            Rounding::Down => false,
            Rounding::Nearest => rest.times(2) >= stride,
            Rounding::Up => !rest.is_zero(),
        };
        step.of_whole(whole + Decimal::from(u8::from(up)))
    }

    /// Reads `12`, `0.5` or `225.00`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::read(text, 9)
    }

    /// The same of what was added up of them, which may be longer.
    pub fn parse_sum(text: &str) -> Option<Self> {
        Self::read(text, 20)
    }

    fn read(text: &str, longest: usize) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |s: &str, most| s.len() <= most && s.bytes().all(|b| b.is_ascii_digit());
        let written = !whole.is_empty() && !text.ends_with('.');
        if !written || !digits(whole, longest) || !digits(fraction, 4) {
            return None;
        }
        text.parse().ok().map(Self)
    }
}

impl std::ops::Add for Amount {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.checked_add(other.0).expect(Self::ROOM))
    }
}

impl Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, std::ops::Add::add)
    }
}

impl From<u32> for Amount {
    fn from(count: u32) -> Self {
        Self(count.into())
    }
}

/// By how many they are, not by their text.
impl Ord for Hours {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        Amount::from(self).cmp(&Amount::from(other))
    }
}

impl PartialOrd for Hours {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl From<&Hours> for Amount {
    fn from(hours: &Hours) -> Self {
        Self::parse(hours.as_str()).expect("hours are a decimal of four digits and two decimals")
    }
}

/// In its one spelling: `0.5`, never `0.50`.
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.normalize().fmt(f)
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Reads back what was added up, too; what people write is read by [`written`].
impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let form = "an amount is a decimal: not negative, at most four decimals";
        Self::parse_sum(&decimal(deserializer)?).ok_or_else(|| serde::de::Error::custom(form))
    }
}

/// An amount as people write it.
pub fn written<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Amount, D::Error> {
    let form = "an amount is a decimal such as \"6\" or \"0.5\": not negative, below a billion, at \
                most four decimals";
    Amount::parse(&decimal(deserializer)?).ok_or_else(|| serde::de::Error::custom(form))
}

/// The same where it may be left out.
pub fn written_or_none<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Amount>, D::Error> {
    written(deserializer).map(Some)
}

fn decimal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(match serde_json::Value::deserialize(deserializer)? {
        serde_json::Value::String(text) => text,
        // Its shortest decimal form is exact here.
        serde_json::Value::Number(number) => number.to_string(),
        _ => String::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn amount(text: &str) -> Amount {
        Amount::parse(text).unwrap()
    }

    #[test]
    fn amounts_have_one_spelling_and_know_no_floating_point() {
        for (text, canonical) in [("6", "6"), ("06", "6"), ("0.50", "0.5"), ("225.00", "225")] {
            assert_eq!(amount(text).to_string(), canonical);
        }
        for bad in ["", ".5", "1.", "-1", "+1", "1e3", "1000000000.0", "0.00001", "1_000", " 1"] {
            assert_eq!(Amount::parse(bad), None, "{bad}");
        }
        assert_eq!(amount("0.1") + amount("0.2"), amount("0.3"));
        assert_eq!(amount("0.1").times(3), amount("0.3"));
        assert_eq!(serde_json::to_string(&amount("0.10")).unwrap(), r#""0.1""#);
        assert_eq!(serde_json::from_str::<Amount>("0.1").unwrap(), amount("0.1"));
    }

    #[test]
    fn what_adds_up_to_a_billion_and_more_reads_back() {
        let sum = amount("999999999.9999").times(1000);
        let text = serde_json::to_string(&sum).unwrap();
        assert_eq!(serde_json::from_str::<Amount>(&text).unwrap(), sum);
        assert_eq!(Amount::parse_sum("1000000000"), Some(amount("999999999") + amount("1")));
        let mut written_ = serde_json::Deserializer::from_str(&text);
        assert!(written(&mut written_).is_err(), "nobody writes as much");
    }

    #[test]
    fn hours_become_credit_by_the_step_and_the_way_of_rounding() {
        let credit = |hours, rounding, step| {
            let step = (rounding, amount(step));
            amount(hours).in_proportion(amount("0.5"), amount("8"), step).to_string()
        };
        assert_eq!(credit("20", Rounding::Down, "0.5"), "1");
        assert_eq!(credit("20", Rounding::Nearest, "0.5"), "1.5");
        assert_eq!(credit("17", Rounding::Nearest, "0.5"), "1");
        assert_eq!(credit("17", Rounding::Up, "0.5"), "1.5");
        assert_eq!(credit("16", Rounding::Up, "0.5"), "1");
        assert_eq!(credit("12.5", Rounding::Down, "0.0001"), "0.7812");
    }

    #[test]
    fn what_is_worth_beyond_all_measure_is_exact_still() {
        let step = (Rounding::Down, amount("0.0001"));
        let worth = amount("9999.99").in_proportion(amount("999999999"), amount("0.0001"), step);
        assert_eq!(worth.to_string(), "99999899900000100");
    }

    proptest! {
        #[test]
        fn whole_parts_and_rest_make_the_amount(a in 0u32..1_000_000, b in 1u32..10_000) {
            let (a, b) = (Amount::from(a), Amount::from(b));
            let whole = a.over(b);
            prop_assert!(whole.is_integer() && b.of_whole(whole) <= a);
            prop_assert!(a < b.of_whole(whole) + b);
        }
    }

    #[test]
    fn hours_have_one_spelling() {
        for (text, canonical) in [
            ("12", "12"),
            ("12.50", "12.5"),
            ("0012.0", "12"),
            ("0.25", "0.25"),
            ("9999.99", "9999.99"),
        ] {
            assert_eq!(Hours::parse(text).unwrap().as_str(), canonical);
        }
        for bad in ["", ".", "1.", ".5.", "-1", "0", "0.00", "1.234", "10000", "1e3", " 1"] {
            assert!(Hours::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(serde_json::from_str::<Hours>("12.5").unwrap().as_str(), "12.5");
    }
}
