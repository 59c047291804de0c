//! A credential as its members are read.
//! Spec: <https://www.w3.org/TR/vc-data-model-2.0/>,
//! <https://www.w3.org/TR/vc-data-model-1.1/>,
//! <https://www.imsglobal.org/spec/ob/v3p0#data-model>
//!
//! Invariant: a view borrows from the document and never changes it. A member
//! of the wrong kind reads as absent; that it is wrong is the checks' to say.

use jiff::Timestamp;

use super::date_time;
use super::json::{Object, Value};

/// The base context of the data model 2.0.
pub const CONTEXT_V2: &str = "https://www.w3.org/ns/credentials/v2";
/// The base context of the data model 1.1.
pub const CONTEXT_V1: &str = "https://www.w3.org/2018/credentials/v1";

/// A view on a credential's members.
#[derive(Debug, Clone, Copy)]
pub struct Credential<'d, 'a>(pub &'d Object<'a>);

impl<'d, 'a> Credential<'d, 'a> {
    pub fn id(&self) -> Option<&'d str> {
        self.0.str("id")
    }

    pub fn types(&self) -> impl Iterator<Item = &'d str> + use<'d, 'a> {
        types(self.0)
    }

    pub fn has_type(&self, name: &str) -> bool {
        self.types().any(|t| t == name)
    }

    /// An Open Badges `AchievementCredential`, by either of its names.
    pub fn is_achievement_credential(&self) -> bool {
        self.has_type("AchievementCredential") || self.has_type("OpenBadgeCredential")
    }

    /// The issuer's id, whether it stands alone or in a profile.
    pub fn issuer(&self) -> Option<&'d str> {
        match self.0.get("issuer")? {
            Value::Object(profile) => profile.str("id"),
            other => other.as_str(),
        }
    }

    pub fn issuer_name(&self) -> Option<&'d str> {
        text(self.0.get("issuer")?.as_object()?.get("name")?)
    }

    pub fn name(&self) -> Option<&'d str> {
        text(self.0.get("name")?)
    }

    pub fn subjects(&self) -> impl Iterator<Item = &'d Object<'a>> + use<'d, 'a> {
        items(self.0, "credentialSubject").filter_map(Value::as_object)
    }

    /// The subject, where there is exactly one.
    pub fn subject(&self) -> Option<&'d Object<'a>> {
        let mut subjects = self.subjects();
        subjects.next().filter(|_| subjects.next().is_none())
    }

    pub fn achievement(&self) -> Option<&'d Object<'a>> {
        self.subject()?.get("achievement")?.items().first()?.as_object()
    }

    /// The earner's name, as an unhashed identifier of type `name`.
    pub fn earner_name(&self) -> Option<&'d str> {
        items(self.subject()?, "identifier").filter_map(Value::as_object).find_map(|identity| {
            let plain = identity.get("hashed").and_then(Value::as_bool) == Some(false);
            (plain && identity.str("identityType") == Some("name"))
                .then(|| identity.str("identityHash"))
                .flatten()
        })
    }

    pub fn status_entries(&self) -> impl Iterator<Item = &'d Value<'a>> + use<'d, 'a> {
        items(self.0, "credentialStatus")
    }

    /// The start, by the name that it has in either data model: a credential with both is refused.
    pub fn valid_from(&self) -> Option<Timestamp> {
        self.time("validFrom").or_else(|| self.time("issuanceDate"))
    }

    /// The end, likewise.
    pub fn valid_until(&self) -> Option<Timestamp> {
        self.time("validUntil").or_else(|| self.time("expirationDate"))
    }

    /// Whether it follows the data model 1.1: its first context says so.
    pub fn is_of_data_model_1(&self) -> bool {
        first_context(self.0) == Some(CONTEXT_V1)
    }

    pub fn time(&self, name: &str) -> Option<Timestamp> {
        date_time::parse(self.0.str(name)?)
    }
}

/// The first entry of `@context`, where it is a URL.
pub fn first_context<'d>(object: &'d Object<'_>) -> Option<&'d str> {
    object.get("@context")?.items().first()?.as_str()
}

/// The `type` of an object, in either way of writing it.
pub fn types<'d, 'a>(object: &'d Object<'a>) -> impl Iterator<Item = &'d str> + use<'d, 'a> {
    items(object, "type").filter_map(Value::as_str)
}

/// The values of a member that may be one value or an array.
pub fn items<'d, 'a>(
    object: &'d Object<'a>,
    name: &str,
) -> impl Iterator<Item = &'d Value<'a>> + use<'d, 'a> {
    object.get(name).map(Value::items).unwrap_or_default().iter()
}

/// A text that may stand in a language map of the data model: the first one.
pub fn text<'d>(value: &'d Value<'_>) -> Option<&'d str> {
    match value.items().first()? {
        Value::Object(object) => object.str("@value"),
        other => other.as_str(),
    }
}
