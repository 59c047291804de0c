//! What is verified here, from the registries that the code itself goes by.

use askama::Template;

use super::render;
use super::speech::Speech;
use crate::bake::Picture;
use crate::check::report::Form;
use crate::check::status::ENTRY_KINDS;
use crate::check::{credential_schema, refresh};
use crate::did;
use crate::http::problem::Problem;
use crate::model::key::Algorithm;
use crate::proof::SUITES;

#[derive(Template)]
#[template(path = "standards.html")]
struct Page<'a> {
    t: &'a Speech,
    title: String,
    groups: [Group; 7],
}

/// Names of one kind; what the kind is for says the message of its key.
struct Group {
    key: &'static str,
    means: String,
    names: Vec<String>,
}

pub fn standards(t: &Speech) -> Result<String, Problem> {
    let group = |key: &'static str, names: Vec<String>| Group {
        key,
        means: t.text(&format!("{key}-means")),
        names,
    };
    let groups = [
        group("standards-forms", Form::ALL.iter().map(name).collect()),
        group("standards-pictures", Picture::ALL.iter().map(name).collect()),
        group("standards-proofs", SUITES.iter().map(|suite| suite.name.to_owned()).collect()),
        group(
            "standards-algorithms",
            Algorithm::ALL.map(|algorithm| algorithm.jws().to_owned()).into(),
        ),
        group(
            "standards-issuers",
            did::METHODS.iter().map(|(name, _)| format!("did:{name}")).collect(),
        ),
        group("standards-status", ENTRY_KINDS.iter().map(|(name, _)| (*name).to_owned()).collect()),
        group(
            "standards-named",
            credential_schema::KINDS
                .into_iter()
                .chain([refresh::TYPE])
                .map(str::to_owned)
                .collect(),
        ),
    ];
    render(&Page { t, title: t.text("standards-title"), groups })
}

/// As the API names it.
fn name(named: &impl serde::Serialize) -> String {
    let name = serde_json::to_value(named).ok();
    name.and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
}
