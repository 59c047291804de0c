//! A policy from its text, YAML or JSON, with the place of whatever is wrong.
//!
//! Invariant: a name stands once in an object, in either form; what two readers
//! could read differently is refused, since people act on policies.

use serde_path_to_error::Segment;
use yaml_serde::Value as Yaml;

use super::Policy;
use crate::model::Fault;
use crate::model::fault::token;
use crate::model::json;

/// Longer texts are no policies.
pub const MAX_POLICY: usize = 256 * 1024;

/// Nested deeper than any policy.
const MAX_DEPTH: usize = 32;

impl Policy {
    /// Reads a policy and checks that it does not contradict itself. Each fault has its place, a
    /// JSON pointer.
    pub fn read(text: &[u8]) -> Result<Self, Vec<Fault>> {
        let policy = Self::parse(text).map_err(|fault| vec![fault])?;
        policy.check()?;
        Ok(policy)
    }

    fn parse(text: &[u8]) -> Result<Self, Fault> {
        if text.len() > MAX_POLICY {
            let detail =
                format!("a policy has at most {MAX_POLICY} bytes; this has {}", text.len());
            return Err(Fault::new("", "too-long", detail));
        }
        let text = std::str::from_utf8(text)
            .map_err(|e| Fault::new("", "not-text", format!("a policy is UTF-8: {e}")))?;
        let value = match text.trim_start().starts_with('{') {
            true => from_json(text)?,
            false => from_yaml(text)?,
        };
        serde_path_to_error::deserialize(value).map_err(|error| wrong_shape(&error))
    }
}

fn from_json(text: &str) -> Result<serde_json::Value, Fault> {
    let fault = |detail: String| Fault::new("", "not-json", detail);
    json::parse(text.as_bytes()).map_err(|e| fault(e.to_string()))?;
    serde_json::from_str(text).map_err(|e| fault(e.to_string()))
}

fn from_yaml(text: &str) -> Result<serde_json::Value, Fault> {
    let yaml: Yaml = yaml_serde::from_str(text)
        .map_err(|error| Fault::new("", "not-yaml", format!("this is not YAML: {error}")))?;
    plain(yaml, &mut String::new(), 0)
}

/// What JSON can say, too. `at` is the pointer to `value`.
fn plain(value: Yaml, at: &mut String, depth: usize) -> Result<serde_json::Value, Fault> {
    use serde_json::Value as Json;
    let fault = |at: &str, detail: &str| Err(Fault::new(at, "not-plain", detail));
    if depth > MAX_DEPTH {
        return fault(at, "this is nested deeper than a policy can be");
    }
    let length = at.len();
    Ok(match value {
        Yaml::Null => Json::Null,
        Yaml::Bool(bit) => Json::Bool(bit),
        Yaml::String(text) => Json::String(text),
        Yaml::Number(number) => match serde_json::to_value(&number) {
            Ok(number @ Json::Number(_)) => number,
            _ => return fault(at, "this number is not a decimal"),
        },
        Yaml::Sequence(items) => {
            let mut array = Vec::with_capacity(items.len());
            for (index, item) in items.into_iter().enumerate() {
                at.push_str(&format!("/{index}"));
                array.push(plain(item, at, depth + 1)?);
                at.truncate(length);
            }
            Json::Array(array)
        }
        Yaml::Mapping(members) => {
            let mut object = serde_json::Map::with_capacity(members.len());
            for (name, value) in members {
                let Yaml::String(name) = name else {
                    return fault(at, "the names of members are texts; put quotes around others");
                };
                at.push_str(&format!("/{}", token(&name)));
                object.insert(name, plain(value, at, depth + 1)?);
                at.truncate(length);
            }
            Json::Object(object)
        }
        Yaml::Tagged(_) => return fault(at, "YAML tags (!) have no meaning here; leave it out"),
    })
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
        assert_eq!(with("amount: 6", "amount: !money 6").1, "not-plain");
        assert_eq!(with("amount: 6", "amount: .nan").1, "not-plain");
    }

    #[test]
    fn a_member_that_stands_twice_is_refused_in_either_form() {
        assert_eq!(fault(&format!("{SMALL}unit: CEU\n")).1, "not-yaml");
        assert_eq!(fault(r#"{"id": "a", "id": "b"}"#).1, "not-json");
        assert_eq!(fault("a: &a [x]\nb: [*a").1, "not-yaml");
    }
}
