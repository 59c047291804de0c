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
        "multipleOf" => |number, bound| {
            let times = number / bound;
            // 0.3 is three times 0.1 for people, though not in binary.
            (times - times.round()).abs() <= times.abs().max(1.0) * 4.0 * f64::EPSILON
        },
        _ => return Ok(None),
    };
    let Value::Number(bound) = keyword else {
        return Err(Stop::Unsupported(format!("`{name}` that is no number")));
    };
    match holds(number, bound.as_f64()) {
        true => Ok(None),
        false => violated(at, format!("a number that keeps `{name}` {}", bound.text())),
    }
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
            _ => return Err(Stop::Unsupported(format!("the type {name:?}"))),
        };
        if fits {
            return Ok(None);
        }
        names.push(name);
    }
    violated(at, format!("{}, not {}", names.join(" or "), value.kind()))
}
