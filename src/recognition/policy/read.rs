//! A policy from its text, YAML or JSON, with the place of whatever is wrong.
//!
//! Invariant: a name stands once in an object, in either form; what two readers
//! could read differently is refused, since people act on policies.

use std::cell::Cell;
use std::fmt::{self, Formatter};

use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess,
    Visitor,
};
use serde_json::Value as Json;
use serde_path_to_error::Segment;

use super::{Policy, Zone};
use crate::model::Fault;
use crate::model::fault::token;
use crate::model::json;

/// Longer texts are no policies.
pub const MAX_POLICY: usize = 256 * 1024;

/// More values than any policy has.
const MAX_VALUES: usize = 50_000;

impl Policy {
    /// Reads a policy and checks that it does not contradict itself. Each fault has its place, a
    /// JSON pointer.
    pub fn read(text: &[u8]) -> Result<Self, Vec<Fault>> {
        let policy: Self = plain(text).map_err(|fault| vec![fault])?;
        policy.check()?;
        Ok(policy)
    }

    /// Reads back what was published. It stays what it was where more is refused by now.
    pub fn published(text: &[u8]) -> Result<Self, Fault> {
        let policy: Self = plain(text)?;
        match policy.time_zone.as_deref().map(Zone::named) {
            Some(None) => Err(Fault::new("/timeZone", "unknown-time-zone", "it is known no more")),
            _ => Ok(policy),
        }
    }
}

/// What recognizers write, from YAML or JSON.
pub fn plain<T: DeserializeOwned>(text: &[u8]) -> Result<T, Fault> {
    if text.len() > MAX_POLICY {
        let detail = format!("this has at most {MAX_POLICY} bytes, not {}", text.len());
        return Err(Fault::new("", "too-long", detail));
    }
    let text = std::str::from_utf8(text)
        .map_err(|e| Fault::new("", "not-text", format!("this is UTF-8: {e}")))?;
    let value = match text.trim_start().starts_with('{') {
        true => from_json(text)?,
        false => from_yaml(text)?,
    };
    serde_path_to_error::deserialize(value).map_err(|error| wrong_shape(&error))
}

fn from_json(text: &str) -> Result<Json, Fault> {
    let fault = |detail: String| Fault::new("", "not-json", detail);
    json::parse(text.as_bytes()).map_err(|e| fault(e.to_string()))?;
    serde_json::from_str(text).map_err(|e| fault(e.to_string()))
}

fn from_yaml(text: &str) -> Result<Json, Fault> {
    let left = Cell::new(MAX_VALUES);
    let plain = Plain { left: &left };
    plain
        .deserialize(yaml_serde::Deserializer::from_str(text))
        .map_err(|error| Fault::new("", "not-yaml", format!("this is not plain YAML: {error}")))
}

/// Reads what JSON can say, too. Each value is counted, since an alias can stand for many.
#[derive(Clone, Copy)]
struct Plain<'c> {
    left: &'c Cell<usize>,
}

impl<'de> DeserializeSeed<'de> for Plain<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        let left = self.left.get().checked_sub(1);
        self.left.set(left.ok_or_else(|| D::Error::custom("this holds more than any policy"))?);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Plain<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a decimal, true or false, a list, or members with names")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, bit: bool) -> Result<Json, E> {
        Ok(bit.into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
        Ok(number.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
        Ok(number.into())
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Json, E> {
        let number = serde_json::Number::from_f64(number);
        number.map(Json::Number).ok_or_else(|| E::custom("this number is not a decimal"))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            array.push(item);
        }
        Ok(array.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let mut object = serde_json::Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(self)?;
            if object.contains_key(&name) {
                return Err(A::Error::custom(format!("the member {name:?} stands there twice")));
            }
            object.insert(name, value);
        }
        Ok(object.into())
    }
}

/// The member that does not fit, and why.
fn wrong_shape(error: &serde_path_to_error::Error<serde_json::Error>) -> Fault {
    let mut pointer = error.path().iter().fold(String::new(), |at, segment| match segment {
        Segment::Seq { index } => format!("{at}/{index}"),
        Segment::Map { key } => format!("{at}/{}", token(key)),
        Segment::Enum { variant } => format!("{at}/{}", token(variant)),
        Segment::Unknown => at,
    });
    let detail = error.inner().to_string();
    let (code, name) = if let Some(name) = quoted(&detail, "missing field ") {
        ("missing", Some(name))
    } else if let Some(name) = quoted(&detail, "unknown field ") {
        ("unknown-member", Some(name))
    } else if detail.starts_with("unknown variant") {
        ("unknown-value", None)
    } else {
        ("wrong-shape", None)
    };
    // The path of an unknown member has it already, that of a missing one has not.
    if let Some(name) = name.filter(|name| !pointer.ends_with(&format!("/{}", token(name)))) {
        pointer = format!("{pointer}/{}", token(name));
    }
    Fault::new(pointer, code, detail)
}

/// The name in back quotes after this start.
fn quoted<'d>(detail: &'d str, start: &str) -> Option<&'d str> {
    detail.strip_prefix(start)?.strip_prefix('`')?.split('`').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = "
id: small
version: '1'
name: Small
recognizer: {name: Office}
authority: [{title: Rule}]
unit: PDP
accepts: [{trustedIssuers: true}]
award: {perCredential: {amount: 6}}
";

    const LIMITED: &str = "limits: [{credentials: 3, per: ever}]\n";

    fn fault(text: &str) -> (String, &'static str) {
        let faults = Policy::read(text.as_bytes()).unwrap_err();
        (faults[0].pointer.clone(), faults[0].code)
    }

    #[test]
    fn yaml_and_json_are_the_same_policy_with_the_same_digest() {
        let yaml = Policy::read(SMALL.as_bytes()).unwrap();
        let json = Policy::read(yaml.canonical().as_bytes()).unwrap();
        assert_eq!(json, yaml);
        assert_eq!(json.reference(), yaml.reference());
        let otherwise = SMALL.replace("amount: 6", "amount: '6.00'");
        assert_eq!(Policy::read(otherwise.as_bytes()).unwrap().reference(), yaml.reference());
        let changed = SMALL.replace("amount: 6", "amount: 7");
        assert_ne!(Policy::read(changed.as_bytes()).unwrap().reference(), yaml.reference());
    }

    #[test]
    fn whatever_does_not_fit_has_its_place() {
        let with = |from: &str, to: &str| fault(&SMALL.replace(from, to));
        assert_eq!(with("unit: PDP", ""), ("/unit".into(), "missing"));
        assert_eq!(with("unit: PDP", "unit: points"), ("/unit".into(), "unknown-value"));
        assert_eq!(with("name: Small", "nmae: Small"), ("/nmae".into(), "unknown-member"));
        assert_eq!(
            with("amount: 6", "amount: six"),
            ("/award/perCredential/amount".into(), "wrong-shape")
        );
        assert_eq!(with("perCredential", "perMonth").1, "unknown-value");
        assert_eq!(
            with("{title: Rule}", "{titel: Rule}"),
            ("/authority/0/titel".into(), "unknown-member")
        );
        assert_eq!(with("amount: 6", "amount: !money 6").1, "not-yaml");
        assert_eq!(with("amount: 6", "amount: .nan").1, "not-yaml");
    }

    #[test]
    fn a_member_that_stands_twice_is_refused_in_either_form() {
        assert_eq!(fault(&format!("{SMALL}unit: CEU\n")).1, "not-yaml");
        assert_eq!(fault(r#"{"id": "a", "id": "b"}"#).1, "not-json");
        assert_eq!(fault("a: &a [x]\nb: [*a").1, "not-yaml");
    }

    #[test]
    fn what_was_published_is_read_back_where_more_is_refused_by_now() {
        let rows = "table: {by: credentials, rows: [{from: 9, amount: 1, name: a}]}";
        let text = SMALL.replace("perCredential: {amount: 6}", rows) + LIMITED;
        assert_eq!(fault(&text), ("/award/table/rows/0/from".into(), "row-out-of-reach"));
        let policy = Policy::published(text.as_bytes()).unwrap();
        assert_eq!(policy.limits[0].credentials, Some(3));
        let moved = SMALL.to_owned() + "timeZone: America/Springfield\n";
        assert_eq!(Policy::published(moved.as_bytes()).unwrap_err().code, "unknown-time-zone");
    }

    #[test]
    fn aliases_that_multiply_and_nests_without_end_are_refused() {
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for n in 1..9 {
            let before = vec![format!("*a{}", n - 1); 10].join(", ");
            bomb += &format!("a{n}: &a{n} [{before}]\n");
        }
        assert_eq!(fault(&bomb).1, "not-yaml");
        assert_eq!(fault(&format!("a: {}", "[".repeat(100_000))).1, "not-yaml");
        assert_eq!(
            fault(&format!("a: {}{}", "[".repeat(50_000), "]".repeat(50_000))).1,
            "not-yaml"
        );
    }
}
