//! Check `credential-schema`: the document keeps the JSON Schemas that it names itself.
//! Spec: <https://www.imsglobal.org/spec/ob/v3p0#credentialschema>,
//! <https://www.w3.org/TR/vc-json-schema/#jsonschema>
//!
//! Invariant: a schema that does not answer, or says what is not read here, is undecided;
//! a schema of another kind is told and decides nothing. 1EdTech's own schemas are bundled,
//! or have their rules in the check `open-badges`: they are never fetched.

use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use super::json_schema::{Schema, Stop};
use super::{Check, Place, Problem};
use crate::model::credential::types;
use crate::model::json::{Object, Value};

pub const NAME: &str = "credential-schema";

/// So many are looked at; each may cost a fetch.
pub const MOST: usize = 4;

/// What a schema is asked for as.
pub const ACCEPT: &str = "application/schema+json, application/json";

/// The kinds of `credentialSchema` whose `id` is the address of a JSON Schema.
pub const KINDS: [&str; 2] = ["1EdTechJsonSchemaValidator2019", "JsonSchema"];

/// Below this address 1EdTech publishes the schemas of Open Badges 3.0.
const OF_1EDTECH: &str = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json";

const ACHIEVEMENT_CREDENTIAL: &str =
    "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json";

/// A schema that a credential names.
#[derive(Debug, Clone)]
pub struct Named<'d> {
    /// A JSON pointer.
    pub pointer: String,
    pub schema: Known<'d>,
}

/// Where its text is.
#[derive(Debug, Clone)]
pub enum Known<'d> {
    /// To be fetched.
    At { url: &'d str, digest: Option<&'d str> },
    /// The published one of achievement credentials.
    Bundled,
    /// Needs no look: the reason.
    Skipped(&'static str),
}

/// The schemas that a credential names.
pub fn named<'d>(root: &'d Object<'_>) -> Vec<Named<'d>> {
    let Some(value) = root.get("credentialSchema") else { return Vec::new() };
    let whole = Place::Root.member("credentialSchema");
    let entries = value.items().iter().take(MOST).enumerate();
    entries
        .filter_map(|(index, entry)| {
            let at = match value {
                Value::Array(_) => whole.index(index),
                _ => whole,
            };
            Some(Named { pointer: at.into(), schema: known(entry.as_object()?) })
        })
        .collect()
}

fn known<'d>(entry: &'d Object<'_>) -> Known<'d> {
    if !types(entry).any(|name| KINDS.contains(&name)) {
        return Known::Skipped("the schema is of a kind that is not looked at");
    }
    match entry.str("id").unwrap_or_default() {
        ACHIEVEMENT_CREDENTIAL => Known::Bundled,
        url if url.starts_with(OF_1EDTECH) => {
            Known::Skipped("its rules are those of the check `open-badges`")
        }
        url => Known::At { url, digest: entry.str("digestSRI") },
    }
}

/// Where more are named than are looked at.
pub fn too_many(root: &Object<'_>) -> Option<Check> {
    let named = root.get("credentialSchema").map_or(0, |value| value.items().len());
    (named > MOST).then(|| {
        let detail = format!("The credential names {named} schemas; {MOST} are looked at.");
        let problem = Problem::new("too-many-schemas", detail).at("/credentialSchema");
        Check::undecided(NAME, format!("{named} schemas"), problem)
    })
}

/// Holds a document against the published schema of achievement credentials.
pub fn check_bundled(document: &Value<'_>, pointer: &str) -> Check {
    static BUNDLED: OnceLock<Schema<'static>> = OnceLock::new();
    let schema = BUNDLED.get_or_init(|| {
        const TEXT: &[u8] =
            include_bytes!("../../schemas/json/ob_v3p0_achievementcredential_schema.json");
        Schema::read(TEXT).expect("the bundled schema is one that is read")
    });
    judge(schema.violation(document), ACHIEVEMENT_CREDENTIAL, pointer)
}

/// Holds a document against what `url` answered, which must have the `digest` that the
/// credential gives, if it gives one.
pub fn check(
    document: &Value<'_>,
    (url, digest): (&str, Option<&str>),
    bytes: &[u8],
    pointer: &str,
) -> Check {
    if digest.is_some_and(|digest| !has_digest(bytes, digest)) {
        let detail = format!(
            "The schema at {url} is not the one that the credential names by its `digestSRI`, so \
             whether it is kept cannot be told."
        );
        let problem = Problem::new("schema-changed", detail).at(pointer);
        return Check::undecided(NAME, url, problem);
    }
    let found = Schema::read(bytes).and_then(|schema| schema.violation(document));
    judge(found, url, pointer)
}

/// Subresource Integrity: one of the digests must be that of the bytes.
fn has_digest(bytes: &[u8], digests: &str) -> bool {
    digests.split_ascii_whitespace().any(|digest| {
        let Some((algorithm, text)) = digest.split_once('-') else { return false };
        let found = match algorithm {
            "sha256" => STANDARD.encode(Sha256::digest(bytes)),
            "sha384" => STANDARD.encode(Sha384::digest(bytes)),
            "sha512" => STANDARD.encode(Sha512::digest(bytes)),
            _ => return false,
        };
        found == text
    })
}

/// Where the schema did not answer.
pub fn silent(url: &str, error: &str, pointer: &str) -> Check {
    let detail = format!(
        "Whether the credential keeps the schema that it names cannot be told: {error}. Try again."
    );
    let problem = Problem::new("schema-unreachable", detail).at(pointer);
    Check::undecided(NAME, url, problem)
}

fn judge(
    found: Result<Option<super::json_schema::Violation>, Stop>,
    url: &str,
    pointer: &str,
) -> Check {
    match found {
        Ok(None) => Check::pass(NAME, url),
        Ok(Some(violation)) => {
            let place = match violation.pointer.as_str() {
                "" => "the whole document",
                place => place,
            };
            let detail = format!(
                "The credential does not keep the schema {url} that it names: at {place} it \
                 expects {}.",
                violation.expected
            );
            Check::fail(NAME, url, Problem::new("schema-violated", detail).at(violation.pointer))
        }
        Err(stop) => {
            let detail =
                format!("Whether the credential keeps the schema {url} cannot be told: {stop}.");
            let problem = Problem::new("schema-not-read", detail).at(pointer);
            Check::undecided(NAME, url, problem)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json;

    const SCHEMA: &str = r#"{"properties": {"name": {"type": "string"}}}"#;

    fn code(check: &Check) -> &str {
        check.problem().map_or("", |problem| &problem.code)
    }

    #[test]
    fn a_schema_is_kept_broken_or_not_to_be_told() {
        let document = json::parse(br#"{"name": 4}"#).unwrap();
        let at = "/credentialSchema/0";
        let broken = check(&document, ("https://a.example/s", None), SCHEMA.as_bytes(), at);
        assert!(broken.failed(), "{broken:?}");
        assert_eq!(broken.problem().unwrap().pointer.as_deref(), Some("/name"));
        let kept = json::parse(br#"{"name": "Ada"}"#).unwrap();
        assert_eq!(code(&check(&kept, ("https://a.example/s", None), SCHEMA.as_bytes(), at)), "");
        for unread in ["<html>", r#"{"$schema": "https://a.example/"}"#, r##"{"$ref": "b"}"##] {
            let check = check(&kept, ("https://a.example/s", None), unread.as_bytes(), at);
            assert!(check.is_undecided(), "{check:?}");
            assert_eq!(check.problem().unwrap().pointer.as_deref(), Some(at));
        }
    }

    #[test]
    fn a_schema_that_is_not_what_its_digest_says_tells_nothing() {
        let kept = json::parse(br#"{"name": "Ada"}"#).unwrap();
        let of = |digest: &str| {
            let schema = ("https://a.example/s", Some(digest));
            check(&kept, schema, SCHEMA.as_bytes(), "/credentialSchema")
        };
        let digest = STANDARD.encode(Sha384::digest(SCHEMA));
        assert_eq!(code(&of(&format!("sha384-{digest}"))), "");
        assert_eq!(code(&of(&format!("sha256-x sha384-{digest}"))), "");
        for wrong in ["sha384-x", "", "md5-x"] {
            assert_eq!(code(&of(wrong)), "schema-changed", "{wrong:?}");
        }
    }

    #[test]
    fn only_others_schemas_of_a_known_kind_are_fetched() {
        let text = format!(
            r#"{{"credentialSchema": [
                {{"id": "{ACHIEVEMENT_CREDENTIAL}", "type": "1EdTechJsonSchemaValidator2019"}},
                {{"id": "{OF_1EDTECH}/ob_v3p0_anyachievementcredential_schema.json",
                  "type": "1EdTechJsonSchemaValidator2019"}},
                {{"id": "https://a.example/c", "type": "JsonSchemaCredential"}},
                {{"id": "https://a.example/s", "type": ["JsonSchema"]}},
                {{"id": "https://a.example/t", "type": ["JsonSchema"]}}]}}"#
        );
        let document = json::parse(text.as_bytes()).unwrap();
        let root = document.as_object().unwrap();
        let named = named(root);
        assert!(matches!(
            named.iter().map(|named| &named.schema).collect::<Vec<_>>().as_slice(),
            [
                Known::Bundled,
                Known::Skipped(_),
                Known::Skipped(_),
                Known::At { url: "https://a.example/s", digest: None }
            ]
        ));
        assert_eq!(named[3].pointer, "/credentialSchema/3");
        assert!(too_many(root).unwrap().is_undecided());
    }
}
