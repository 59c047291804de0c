//! The keywords that need one value and nothing below it: types, numbers and counts.

use super::super::Place;
use super::{Stop, Violation};
use crate::model::json::Value;

/// What is not kept, or why it cannot be told.
pub type Found = Result<Option<Violation>, Stop>;

pub fn violated(at: Place<'_>, expected: impl Into<String>) -> Found {
    let pointer = String::from(at);
    let depth = pointer.matches('/').count();
    Ok(Some(Violation { pointer, expected: expected.into(), depth }))
}

pub fn whole(name: &str, keyword: &Value<'_>) -> Result<usize, Stop> {
    let number = match keyword {
        Value::Number(number) => number.as_f64(),
        _ => -1.0,
    };
    match number >= 0.0 && number.fract() == 0.0 && number < 1e15 {
        true => Ok(number as usize),
        false => Err(Stop::Unsupported(format!("`{name}` that is no count"))),
    }
}

pub fn count(
    name: &str,
    least: &str,
    keyword: &Value<'_>,
    found: usize,
    what: &str,
    at: Place<'_>,
) -> Found {
    let bound = whole(name, keyword)?;
    match name == least {
        true if found < bound => violated(at, format!("at least {bound} {what}, not {found}")),
        false if found > bound => violated(at, format!("at most {bound} {what}, not {found}")),
        _ => Ok(None),
    }
}

pub fn numeric(name: &str, keyword: &Value<'_>, number: f64, at: Place<'_>) -> Found {
    let holds: fn(f64, f64) -> bool = match name {
        "minimum" => |number, bound| number >= bound,
        "maximum" => |number, bound| number <= bound,
        "exclusiveMinimum" => |number, bound| number > bound,
        "exclusiveMaximum" => |number, bound| number < bound,
        "multipleOf" => is_multiple,
        _ => return Ok(None),
    };
    let Value::Number(bound) = keyword else {
        return Err(Stop::Unsupported(format!("`{name}` that is no number")));
    };
    if name == "multipleOf" && bound.as_f64() <= 0.0 {
        return Err(Stop::Unsupported("`multipleOf` that is not above 0".into()));
    }
    match holds(number, bound.as_f64()) {
        true => Ok(None),
        false => violated(at, format!("a number that keeps `{name}` {}", cut(bound.text()))),
    }
}

/// Whether it is in decimal, as both were written: 0.3 is three times 0.1, though not in binary.
fn is_multiple(number: f64, of: f64) -> bool {
    let ((digits, exponent), (of, of_exponent)) = (decimal(number), decimal(of));
    match exponent - of_exponent {
        // Below 10^17 there are fewer than 57 factors 2 or 5 that a ten could take away.
        up @ 0.. => (0..up.min(57)).fold(digits % of, |rest, _| rest * 10 % of) == 0,
        down => {
            let whole = 10u128.checked_pow(down.unsigned_abs()).and_then(|ten| of.checked_mul(ten));
            whole.map_or(digits == 0, |whole| digits % whole == 0)
        }
    }
}

/// At most 17 digits and their power of ten. Only numbers are read whose shortest decimal is the
/// one that was written.
fn decimal(number: f64) -> (u128, i32) {
    let text = format!("{:e}", number.abs());
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let digits = [whole, fraction].concat().parse().expect("at most 17 digits");
    let exponent: i32 = exponent.parse().expect("at most three digits");
    (digits, exponent - fraction.len() as i32)
}

/// As much of a text as a message needs.
pub fn cut(text: &str) -> String {
    text.chars().take(60).collect()
}

pub fn kind(keyword: &Value<'_>, value: &Value<'_>, at: Place<'_>) -> Found {
    let mut names = Vec::new();
    for item in keyword.items() {
        let name = item.as_str().unwrap_or_default();
        let fits = match (name, value) {
            ("null", Value::Null)
            | ("boolean", Value::Bool(_))
            | ("number", Value::Number(_))
            | ("string", Value::String(_))
            | ("array", Value::Array(_))
            | ("object", Value::Object(_)) => true,
            ("integer", Value::Number(number)) => number.as_f64().fract() == 0.0,
            ("null" | "boolean" | "number" | "string" | "array" | "object" | "integer", _) => false,
            _ => return Err(Stop::Unsupported(format!("the type {:?}", cut(name)))),
        };
        if fits {
            return Ok(None);
        }
        if !names.contains(&name) {
            names.push(name);
        }
    }
    violated(at, format!("{}, not {}", names.join(" or "), value.kind()))
}
