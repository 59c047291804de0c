//! Several credentials where one is expected: told apart from what is no credential at all.
//!
//! Asked only about what could not be read, so that nothing is looked at twice that could.

use super::vc_jwt::Jws;
use crate::model::json::{self, Value};

/// What there is, where it is more than one.
pub fn several(input: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(input).ok()?.trim();
    let words = || text.split_ascii_whitespace();
    if words().nth(1).is_some() && words().all(Jws::is_shape_of) {
        return Some(format!("{} JWTs", words().count()));
    }
    if text.starts_with('[') {
        let found = json::parse(text.as_bytes()).ok()?;
        return match found.as_array()?.len() {
            0 | 1 => None,
            count => Some(format!("a JSON array of {count}")),
        };
    }
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    let is_object = |line| matches!(json::parse(str::as_bytes(line)), Ok(Value::Object(_)));
    (lines().nth(1).is_some() && lines().all(is_object))
        .then(|| format!("{} JSON objects, one a line", lines().count()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_are_told_and_one_or_none_is_not() {
        let told = |text: &str| several(text.as_bytes());
        assert_eq!(told("eyJh.e30.AA\neyJh.e30.AA ").as_deref(), Some("2 JWTs"));
        assert_eq!(told("[{}, {}, {}]").as_deref(), Some("a JSON array of 3"));
        assert_eq!(told("{}\n\n{}\n").as_deref(), Some("2 JSON objects, one a line"));
        for one in ["", "hello there", "eyJh.e30.AA", "[{}]", "[]", "{}", "{}\nx", "[{}, {}"] {
            assert_eq!(told(one), None, "{one}");
        }
    }
}
