//! A credential of a claim, after its verification: what is counted of it, and whose it is.
//!
//! Invariant: whether it belongs is compared only where its signature held, and never overrules
//! what a person decided.

use std::borrow::Cow;

use super::approval;
use super::belongs::{BelongsDecision, Claimant, YesNo};
use super::menus::{self, Accepted};
use super::request::Filed;
use crate::bake::Picture;
use crate::check::{Report, counted, presentation};
use crate::model::json::{self, Value};
use crate::proof::Secured;
use crate::recognition::receipt::DecidedOn;
use crate::recognition::{Answer, CountedCredential};

/// A credential of a claim, verified.
#[derive(Debug, Clone)]
pub struct Examined {
    pub report: Report,
    /// As it is secured: JSON or a compact JWS, out of its picture or its presentation.
    pub text: String,
    pub facts: CountedCredential,
    /// What the endorsements inside of it accept, and those that were handed in with it.
    pub accepted: Vec<Accepted>,
    /// The status lists that it names, as they were, and the recognizer's own of trusted issuers.
    pub lists: Vec<DecidedOn>,
    /// How who claims has shown control of it: `manage-link` or `presentation`.
    pub control: Option<&'static str>,
}

impl Examined {
    /// From what was verified, at a place among the claim's credentials.
    pub fn new(
        (index, filed): (usize, &Filed),
        claimant: &Claimant,
        (report, lists): (Report, Vec<DecidedOn>),
        bytes: &[u8],
    ) -> Self {
        let whole = secured_text(bytes);
        let text = presented(&whole).map_or(whole, Cow::Owned);
        let secured = Secured::decode(text.as_bytes()).ok();
        let document = secured.as_ref().and_then(|secured| secured.document().ok());
        let root = document.as_ref().map(|document| document.root());
        let mut drawn = counted::credentials(&report, "");
        // Of several in one presentation, which one is claimed would be for us to choose.
        let mut facts = match drawn.len() {
            1 => drawn.remove(0),
            _ => CountedCredential::default(),
        };
        let name = facts.name.clone().unwrap_or_else(|| "no name".into());
        facts.input = format!("credential {} ({name})", index + 1);
        facts.statements = filed.statements.clone();
        facts.approvals = approval::given(&filed.approvals);
        facts.approved_by = approval::by(&filed.approvals);
        facts.belongs = match (&filed.belongs, root) {
            (Some(BelongsDecision { decision: YesNo::Yes, .. }), _) => Answer::Yes,
            (Some(BelongsDecision { decision: YesNo::No, .. }), _) => Answer::No,
            (None, Some(root)) if facts.authentic == Answer::Yes => {
                let compared = claimant.compare(root);
                facts.differs = compared.differs;
                compared.answer
            }
            (None, _) => Answer::NotAsked,
        };
        let accepted = menus::carried(&report);
        Self { report, facts, accepted, lists, control: None, text: text.into_owned() }
    }

    /// The id of the issuer's key that decided on the credential, be it in a presentation.
    pub(super) fn key_of(&self, issuer: &str) -> Option<&str> {
        let mut report = &self.report;
        while let Some(presentation) = &report.presentation {
            report = presentation.credentials.first()?;
        }
        report.signer.as_ref()?.key.strip_prefix(issuer)?.strip_prefix('#')
    }
}

/// Of what the claim calls a credential, its place alone: its name is personal data, and no history
/// that only grows takes that.
pub(super) fn position(input: &str) -> &str {
    input.split_once(" (").map_or(input, |(position, _)| position)
}

/// The one credential of a presentation.
fn presented(text: &str) -> Option<String> {
    let secured = Secured::decode(text.as_bytes()).ok()?;
    let document = secured.document().ok()?;
    if !presentation::is_one(&secured, document.root()) {
        return None;
    }
    match presentation::credentials(document.root()) {
        [Value::String(jws)] => Some(jws.to_string()),
        [credential] => Some(json::text(credential)),
        _ => None,
    }
}

/// The credential's own text, out of a picture where it is in one.
fn secured_text(bytes: &[u8]) -> Cow<'_, str> {
    match Picture::of(bytes).map(|picture| picture.open(bytes)) {
        Some(Ok(baked)) => baked.credential.into(),
        _ => String::from_utf8_lossy(bytes.trim_ascii()),
    }
}
