//! A claim as it is filed.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use super::approval::{self, Approvals};
use super::belongs::{BelongsDecision, Claimant};
use crate::bake::Picture;
use crate::model::Fault;
use crate::model::fault::Faults;

/// Endorsements that come with one claim.
pub const MAX_ENDORSEMENTS: usize = 50;

/// More credentials than anybody files at once.
pub const MAX_CREDENTIALS: usize = 1000;

/// One earner, one purpose, several credentials.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClaimRequest {
    /// The policy's id; the version that was published last decides, unless one is named; of a
    /// correction, the one that decided before.
    #[schema(example = "tennessee-relicensure")]
    pub policy: String,
    #[serde(default)]
    pub policy_version: Option<String>,
    /// What it is claimed for, in the claimant's words.
    #[serde(default)]
    pub purpose: Option<String>,
    pub claimant: Claimant,
    /// The day that its papers came in, where that was before today (in the policy's time zone):
    /// windows, limits and deadlines go by it. The claim's history says who stated it, and when. A
    /// correction keeps the day of the claim that it corrects where it states none, and the license
    /// where the claimant is the same.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub filed_on: Option<Date>,
    /// What the claimant states, by the ids of the policy's statements.
    #[serde(default)]
    pub statements: BTreeMap<String, bool>,
    /// What the office has decided, by the ids of the policy's approvals.
    #[serde(default)]
    pub approvals: Approvals,
    /// What presentations among the credentials must answer, where they are to show control of the
    /// credential's subject: a challenge that was given here, once, or one of the office's own.
    #[serde(default)]
    pub challenge: Option<String>,
    /// Each a credential in any form that is verified here (JSON; a string with a JWT, a link, or a
    /// picture in base64), or an object with it as `credential` and what is known of it.
    #[schema(value_type = Vec<ClaimedCredential>)]
    pub credentials: Vec<Box<RawValue>>,
    /// Where the policy goes by the menu of somebody who is not of this service: the
    /// `EndorsementCredential`s that say what stands on it, each as JSON, a JWT or a link. Those
    /// inside of the credentials need not be repeated.
    #[serde(default)]
    #[schema(value_type = Vec<serde_json::Value>)]
    pub endorsements: Vec<Box<RawValue>>,
}

/// A credential of a claim, with what is known of it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClaimedCredential {
    #[schema(value_type = serde_json::Value)]
    pub credential: Box<RawValue>,
    /// What the claimant states of it, by the ids of the policy's statements.
    #[serde(default)]
    pub statements: BTreeMap<String, bool>,
    /// What the office has decided about it, by the ids of the policy's approvals.
    #[serde(default)]
    pub approvals: Approvals,
    /// Whose it is, as a person at the office has decided.
    #[serde(default)]
    pub belongs: Option<BelongsDecision>,
    /// That it is the claimant's, as its earner made it by their private link for this recognizer.
    #[serde(default)]
    pub proof: Option<String>,
}

/// The same, read.
#[derive(Debug, Clone, Default)]
pub struct Filed {
    pub input: Input,
    pub statements: BTreeMap<String, bool>,
    pub approvals: Approvals,
    pub belongs: Option<BelongsDecision>,
    pub proof: Option<String>,
}

/// What is to be verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Input {
    /// A credential, or a picture with one.
    Bytes(Vec<u8>),
    Link(String),
}

impl Default for Input {
    fn default() -> Self {
        Self::Bytes(Vec::new())
    }
}

impl ClaimRequest {
    /// The credentials, or all that is wrong with the request.
    pub fn read(&self) -> Result<Vec<Filed>, Vec<Fault>> {
        let mut faults = Faults::default();
        self.check_claimant(&mut faults);
        faults.optional_text("/purpose", self.purpose.as_ref(), 500);
        faults.optional_text("/challenge", self.challenge.as_ref(), 300);
        approval::check("/approvals", &self.approvals, &mut faults);
        faults.count("/credentials", self.credentials.len(), MAX_CREDENTIALS);
        if self.credentials.is_empty() {
            faults.add("/credentials", "no-credentials", "a claim has at least one credential");
        }
        let mut filed = Vec::with_capacity(self.credentials.len());
        for (i, raw) in self.credentials.iter().enumerate() {
            match read(raw, &format!("/credentials/{i}")) {
                Ok(one) => {
                    let at = format!("/credentials/{i}/approvals");
                    approval::check(&at, &one.approvals, &mut faults);
                    filed.push(one);
                }
                Err(fault) => faults.add(fault.pointer, fault.code, fault.detail),
            }
        }
        faults.into_result().map(|()| filed)
    }

    /// The endorsements, or all that is wrong with them.
    pub fn read_endorsements(&self) -> Result<Vec<Input>, Vec<Fault>> {
        let mut faults = Faults::default();
        faults.count("/endorsements", self.endorsements.len(), MAX_ENDORSEMENTS);
        let mut read = Vec::new();
        for (i, raw) in self.endorsements.iter().take(MAX_ENDORSEMENTS).enumerate() {
            match input(raw, &format!("/endorsements/{i}")) {
                Ok(one) => read.push(one),
                Err(fault) => faults.add(fault.pointer, fault.code, fault.detail),
            }
        }
        faults.into_result().map(|()| read)
    }

    /// Tells another request under the same idempotency key apart.
    pub fn hash(&self) -> String {
        let mut hash = Sha256::new();
        let claimant = serde_json::to_string(&self.claimant).expect("plain data");
        let rest = serde_json::to_string(&(
            &self.policy,
            &self.policy_version,
            &self.purpose,
            &self.statements,
            &self.approvals,
            &self.filed_on,
            &self.challenge,
        ));
        hash.update(claimant);
        hash.update(rest.expect("plain data"));
        for credential in &self.credentials {
            hash.update([0]);
            hash.update(credential.get());
        }
        for endorsement in &self.endorsements {
            hash.update([1]);
            hash.update(endorsement.get());
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn check_claimant(&self, faults: &mut Faults) {
        let Claimant { license_number, email, id, name, license } = &self.claimant;
        for (member, text) in
            [("licenseNumber", license_number), ("email", email), ("id", id), ("name", name)]
        {
            faults.optional_text(&format!("/claimant/{member}"), text.as_ref(), 300);
        }
        let letters = |text: &String| text.chars().any(char::is_alphanumeric);
        if license_number.as_ref().is_some_and(|number| !letters(number)) {
            let detail = "a license number has letters or digits";
            faults.add("/claimant/licenseNumber", "not-a-number", detail);
        }
        if email.as_ref().is_some_and(|text| !crate::model::profile::is_email(text.trim())) {
            faults.add("/claimant/email", "not-an-email", "this is not an e-mail address");
        }
        if id.as_ref().is_some_and(|id| !id.starts_with("did:")) {
            faults.add("/claimant/id", "not-a-did", "an id is a DID, such as did:key:…");
        }
        if license_number.is_none() && email.is_none() && id.is_none() {
            let detail = "say who claims: licenseNumber, email or id";
            faults.add("/claimant", "unnamed-claimant", detail);
        }
        if license.is_some_and(|days| days.until < days.from) {
            let detail = "the license ends before it begins";
            faults.add("/claimant/license", "ends-before-it-begins", detail);
        }
    }
}

fn read(raw: &RawValue, at: &str) -> Result<Filed, Fault> {
    let text = raw.get();
    let wrapped = text.starts_with('{') && is_wrapped(text);
    let (credential, wrapped) = match wrapped {
        false => (raw.to_owned(), None),
        true => {
            let read: ClaimedCredential = serde_json::from_str(text)
                .map_err(|error| Fault::new(at, "wrong-shape", error.to_string()))?;
            (read.credential.clone(), Some(read))
        }
    };
    let inner = if wrapped.is_some() { format!("{at}/credential") } else { at.to_owned() };
    let input = input(&credential, &inner)?;
    if let Some(BelongsDecision { reason, by, .. }) =
        wrapped.as_ref().and_then(|it| it.belongs.as_ref())
        && (reason.trim().is_empty() || by.trim().is_empty())
    {
        let detail = "a person who decides whose it is says why, and who they are";
        return Err(Fault::new(format!("{at}/belongs"), "no-reason", detail));
    }
    Ok(match wrapped {
        Some(ClaimedCredential { statements, approvals, belongs, proof, .. }) => {
            Filed { input, statements, approvals, belongs, proof }
        }
        None => Filed { input, ..Filed::default() },
    })
}

/// A credential has a context; what wraps one has it as a member.
pub(super) fn is_wrapped(text: &str) -> bool {
    #[derive(Deserialize)]
    struct Peek {
        #[serde(rename = "@context")]
        context: Option<serde::de::IgnoredAny>,
        credential: Option<serde::de::IgnoredAny>,
    }
    serde_json::from_str::<Peek>(text)
        .is_ok_and(|peek| peek.context.is_none() && peek.credential.is_some())
}

pub(super) fn input(raw: &RawValue, at: &str) -> Result<Input, Fault> {
    if raw.get().starts_with('{') {
        return Ok(Input::Bytes(raw.get().as_bytes().to_vec()));
    }
    let wrong = |detail: &str| Fault::new(at, "not-a-credential", detail);
    let text: String = serde_json::from_str(raw.get())
        .map_err(|_| wrong("a credential is an object or a string"))?;
    let text = text.trim();
    if text.starts_with("https://") || text.starts_with("http://") {
        return Ok(Input::Link(text.to_owned()));
    }
    if text.starts_with('{') || text.matches('.').count() == 2 && !text.contains(';') {
        return Ok(Input::Bytes(text.as_bytes().to_vec()));
    }
    let encoded = text.split_once(";base64,").map_or(text, |(_, encoded)| encoded);
    let bytes = BASE64_STANDARD.decode(encoded).or_else(|_| BASE64_URL_SAFE.decode(encoded));
    match bytes {
        Ok(bytes) if Picture::of(&bytes).is_some() => Ok(Input::Bytes(bytes)),
        _ => Err(wrong("a string is a JWT, a link, or a PNG or SVG in base64")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn inputs(credentials: serde_json::Value) -> Result<Vec<Filed>, Vec<Fault>> {
        let request = json!({"policy": "p", "claimant": {"licenseNumber": "1"},
                             "credentials": credentials});
        serde_json::from_str::<ClaimRequest>(&request.to_string()).unwrap().read()
    }

    #[test]
    fn credentials_come_in_every_form_and_keep_their_bytes() {
        let filed =
            inputs(json!([{"@context": [], "credential": 1}, "a.b.c", "https://x.example/c",
            {"credential": {"@context": []}, "statements": {"s": true},
             "belongs": {"decision": "yes", "reason": "She is here", "by": "M. O."}}]));
        let filed = filed.unwrap();
        let bytes = |text: &str| Input::Bytes(text.as_bytes().to_vec());
        assert_eq!(filed[0].input, bytes(r#"{"@context":[],"credential":1}"#));
        assert_eq!(filed[1].input, bytes("a.b.c"));
        assert_eq!(filed[2].input, Input::Link("https://x.example/c".into()));
        assert_eq!(filed[3].input, bytes(r#"{"@context":[]}"#));
        assert!(filed[3].statements["s"]);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let faults = inputs(json!(["nothing", 1, {"credential": "a.b.c", "belongs":
            {"decision": "yes", "reason": " ", "by": "M. O."}}]));
        let faults = faults.unwrap_err();
        let told: Vec<_> = faults.iter().map(|f| (f.pointer.as_str(), f.code)).collect();
        assert_eq!(
            told,
            [
                ("/credentials/0", "not-a-credential"),
                ("/credentials/1", "not-a-credential"),
                ("/credentials/2/belongs", "no-reason"),
            ]
        );
        assert_eq!(inputs(json!([])).unwrap_err()[0].code, "no-credentials");
    }
}
