//! Clock hours: an exact decimal, kept as text.
//!
//! Hours travel in credentials as decimal strings, so that no reader's floating
//! point can change them.

use serde::{Deserialize, Deserializer, Serialize};

/// Hours of work, `0.25` to `9999.99`, at most two decimals, in one canonical
/// spelling (no sign, no leading or trailing zeros).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(value_type = String, example = "12.5")]
pub struct Hours(String);

impl Hours {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn parse(text: &str) -> Result<Self, &'static str> {
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

#[cfg(test)]
mod tests {
    use super::*;

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
