//! Literals: native JSON values and value objects.
//!
//! Spec: <https://www.w3.org/TR/json-ld11-api/#value-expansion>,
//! <https://www.w3.org/TR/json-ld11-api/#object-to-rdf-conversion>.
//! Invariant: a number is written only where all processors write it alike.

use std::borrow::Cow;

use super::dataset::{XSD_BOOLEAN, XSD_DOUBLE, XSD_INTEGER, XSD_STRING};
use crate::model::json::{Number, Value};

/// The lexical form and datatype of a native value. `None`: processors differ.
pub(super) fn literal<'t>(
    value: &'t Value<'_>,
    datatype: Option<&'t str>,
) -> Option<(Cow<'t, str>, &'t str)> {
    match value {
        Value::Bool(true) => Some(("true".into(), datatype.unwrap_or(XSD_BOOLEAN))),
        Value::Bool(false) => Some(("false".into(), datatype.unwrap_or(XSD_BOOLEAN))),
        Value::Number(number) => {
            number_literal(*number, datatype).map(|(text, datatype)| (Cow::Owned(text), datatype))
        }
        Value::String(text) if datatype == Some(XSD_DOUBLE) => {
            // Some processors put the string into canonical form.
            let same =
                text.parse().ok().and_then(double).is_some_and(|canonical| canonical == **text);
            same.then_some((Cow::Borrowed(&**text), XSD_DOUBLE))
        }
        Value::String(text) => Some((Cow::Borrowed(&**text), datatype.unwrap_or(XSD_STRING))),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn number_literal<'t>(number: Number<'_>, datatype: Option<&'t str>) -> Option<(String, &'t str)> {
    let value = number.as_f64();
    let negative_zero = value == 0.0 && value.is_sign_negative();
    if negative_zero {
        return None;
    }
    if value.fract() != 0.0 || datatype == Some(XSD_DOUBLE) || value.abs() >= 1e21 {
        // jsonld.js takes a number for a double by the point in its shortest
        // form: 1e-7 has none and would become the integer 0.
        let mut buffer = ryu_js::Buffer::new();
        let integral = value.fract() == 0.0;
        if !integral && !buffer.format_finite(value).contains('.') {
            return None;
        }
        return Some((double(value)?, datatype.unwrap_or(XSD_DOUBLE)));
    }
    // Past 2^53 the digits depend on who prints them.
    (value.abs() <= 9_007_199_254_740_991.0)
        .then(|| (format!("{value:.0}"), datatype.unwrap_or(XSD_INTEGER)))
}

/// Canonical `xsd:double`, where the 16 digits that JSON-LD prints are also
/// the shortest that name the number.
fn double(value: f64) -> Option<String> {
    if !value.is_finite() {
        return None;
    }
    let printed = format!("{value:.15e}");
    let shortest = format!("{value:e}");
    let (digits, exponent) = printed.split_once('e')?;
    let digits = digits.trim_end_matches('0');
    let (shortest_digits, shortest_exponent) = shortest.split_once('e')?;
    if digits.trim_end_matches('.') != shortest_digits || exponent != shortest_exponent {
        return None;
    }
    let zero = if digits.ends_with('.') { "0" } else { "" };
    Some(format!("{digits}{zero}E{exponent}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json;

    const XSD_FLOAT: &str = "http://www.w3.org/2001/XMLSchema#float";

    fn written(text: &str, datatype: Option<&'static str>) -> Option<(String, &'static str)> {
        let value = json::parse(text.as_bytes()).unwrap();
        let (text, datatype) = literal(&value, datatype)?;
        let known = [XSD_INTEGER, XSD_DOUBLE, XSD_FLOAT].into_iter().find(|d| *d == datatype);
        Some((text.into_owned(), known.expect("a number's datatype")))
    }

    #[test]
    fn numbers_have_their_canonical_forms() {
        for (text, form, datatype) in [
            ("3", "3", XSD_INTEGER),
            ("-12", "-12", XSD_INTEGER),
            ("3.0", "3", XSD_INTEGER),
            ("7.5", "7.5E0", XSD_DOUBLE),
            ("0.1", "1.0E-1", XSD_DOUBLE),
            ("-1234.5", "-1.2345E3", XSD_DOUBLE),
            ("1.5e-9", "1.5E-9", XSD_DOUBLE),
            ("1e21", "1.0E21", XSD_DOUBLE),
        ] {
            assert_eq!(written(text, None), Some((form.to_owned(), datatype)), "{text}");
        }
        assert_eq!(written("7.5", Some(XSD_FLOAT)), Some(("7.5E0".into(), XSD_FLOAT)));
        assert_eq!(written("3", Some(XSD_FLOAT)), Some(("3".into(), XSD_FLOAT)));
        assert_eq!(written("3", Some(XSD_DOUBLE)), Some(("3.0E0".into(), XSD_DOUBLE)));
    }

    #[test]
    fn numbers_that_processors_write_differently_are_refused() {
        for text in ["1e-7", "-0", "-0.0", "0.30000000000000004", "1e20"] {
            assert_eq!(written(text, None), None, "{text}");
        }
        assert_eq!(written("\"3\"", Some(XSD_DOUBLE)), None);
        assert!(written("\"3.0E0\"", Some(XSD_DOUBLE)).is_some());
    }
}
