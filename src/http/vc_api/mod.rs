//! The W3C's VC-API: issuing, verifying and status for programs that speak it.
//! Spec: <https://w3c-ccg.github.io/vc-api/>
//!
//! Each issuer is an instance, with paths of its own: `/NAME/credentials/issue`,
//! or `/NAME.MECHANISM/…` for one way of securing. Verifying is open to anyone;
//! the rest needs an API key.
//!
//! Invariant: a conformance instance is one that the operator named, never in
//! production; what it says nobody is to rely on.

pub mod answer;
pub mod issue;
pub mod presentations;
pub mod status;
pub mod verify;

use axum::http::StatusCode;

use super::App;
use super::problem::Problem;
use crate::check::options::Profile;
use crate::jsonld::Contexts;
use crate::model::Document;
use crate::model::json::{Object, Value};

/// How the VC-API is answered here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VcApi {
    /// What a failed verification is answered with.
    pub failure: StatusCode,
    /// The instances that follow the conformance profile; `*` is all, and the paths of none.
    pub conformance: Vec<String>,
}

impl Default for VcApi {
    fn default() -> Self {
        Self { failure: StatusCode::BAD_REQUEST, conformance: Vec::new() }
    }
}

impl VcApi {
    /// As settings give it; the error is a status that is no answer.
    pub fn of(failure: Option<u16>, conformance: Vec<String>) -> Result<Self, u16> {
        let failure = match failure.unwrap_or(400) {
            200 => StatusCode::OK,
            400 => StatusCode::BAD_REQUEST,
            422 => StatusCode::UNPROCESSABLE_ENTITY,
            found => return Err(found),
        };
        let names = conformance.into_iter().map(|name| name.trim().to_owned());
        Ok(Self { failure, conformance: names.filter(|name| !name.is_empty()).collect() })
    }

    /// The profile of an instance, or of the paths that belong to none.
    pub fn profile(&self, instance: Option<&str>) -> Profile {
        let issuer = instance.map(|instance| Instance::of(instance).issuer);
        let named = |name: &String| name == "*" || issuer == Some(name);
        match self.conformance.iter().any(named) {
            true => Profile::Conformance,
            false => Profile::Strict,
        }
    }
}

/// The contexts that a profile knows.
fn contexts(app: &App, profile: Profile) -> &'static Contexts {
    match profile {
        Profile::Strict => app.contexts,
        Profile::Conformance => Contexts::conformance(),
    }
}

/// What a path names: an issuer, and how it is to sign. Neither an issuer's name nor the part
/// before the mechanism's has a full stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instance<'p> {
    pub issuer: &'p str,
    pub mechanism: Option<&'p str>,
}

impl<'p> Instance<'p> {
    pub fn of(segment: &'p str) -> Self {
        match segment.split_once('.') {
            Some((issuer, mechanism)) => Self { issuer, mechanism: Some(mechanism) },
            None => Self { issuer: segment, mechanism: None },
        }
    }
}

impl App {
    /// That an instance is one: there is an issuer of that name.
    async fn known_instance(&self, instance: &str) -> Result<(), Problem> {
        let name = Instance::of(instance).issuer;
        let found = self.issuance.parties.party(crate::store::PartyKind::Issuer, name).await?;
        found.map(drop).ok_or(Problem::NotFound)
    }
}

/// What a body holds under a name, as it was written: it is what a proof is over.
struct Asked<'b> {
    held: Document<'b>,
    /// What else the body says.
    others: Object<'b>,
}

impl<'b> Asked<'b> {
    /// Whatever does not fit is a 400: the suites take no other answer for it.
    fn read(bytes: &'b [u8], name: &'static str) -> Result<Self, Problem> {
        let (held, others) = Document::held(bytes, name).map_err(Problem::MalformedJson)?;
        let detail = || format!("it is no object, or has no `{name}` that is an object");
        let unreadable = || Problem::Unreadable { part: "body", detail: detail() };
        Ok(Self { held: held.ok_or_else(unreadable)?, others })
    }

    /// An option that is a text, if it is there: one that is no text must not be taken for none.
    fn wanted(&self, name: &'static str) -> Result<Option<String>, Problem> {
        match self.named_option(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.to_string())),
            Some(_) => {
                let detail = format!("`options.{name}` is not a text");
                Err(Problem::Unreadable { part: "body", detail })
            }
        }
    }

    /// An option that is a text; whatever else is asked for is not known here and passed over.
    fn option(&self, name: &str) -> Option<&str> {
        self.named_option(name).and_then(Value::as_str)
    }

    fn named_option(&self, name: &str) -> Option<&Value<'b>> {
        self.others.get("options")?.as_object()?.get(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_is_an_issuer_and_perhaps_a_mechanism() {
        let instance = |issuer, mechanism| Instance { issuer, mechanism };
        assert_eq!(Instance::of("nea"), instance("nea", None));
        assert_eq!(Instance::of("nea.ecdsa-rdfc-2019"), instance("nea", Some("ecdsa-rdfc-2019")));
    }

    #[test]
    fn the_conformance_profile_is_only_for_those_that_are_named() {
        let api = VcApi { conformance: vec!["suite".into()], ..VcApi::default() };
        assert_eq!(api.profile(Some("suite.eddsa-jcs-2022")), Profile::Conformance);
        assert_eq!(api.profile(Some("nea")), Profile::Strict);
        assert_eq!(api.profile(None), Profile::Strict);
        let all = VcApi { conformance: vec!["*".into()], ..VcApi::default() };
        assert_eq!(all.profile(None), Profile::Conformance);
    }

    #[test]
    fn what_is_held_is_read_as_it_was_written() {
        let body = br#"{"options": {"domain": "d", "checks": ["proof"]}, "x": {"a":  1.0 }}"#;
        let asked = Asked::read(body, "x").unwrap();
        assert_eq!(asked.held.bytes(), br#"{"a":  1.0 }"#);
        assert_eq!(asked.option("domain"), Some("d"));
        assert_eq!(asked.option("checks"), None);
        for bad in [r#"{"x": "text"}"#, r#"{"x": null}"#, "{}", "[]", "7", "{", r#"{"x": []}"#] {
            assert_eq!(Asked::read(bad.as_bytes(), "x").map(drop).unwrap_err().status(), 400);
        }
    }
}
