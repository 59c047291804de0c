//! Control of a credential, shown by who claims it: by the earner's manage link, or by a
//! presentation that the subject's own key has signed for this claim.
//! Spec: <https://www.w3.org/TR/vc-data-integrity/#proof-purposes> (`authentication`, `domain`,
//! `challenge`)
//!
//! Invariant: a presentation shows control only if it was made for this recognizer and answers the
//! claim's challenge, every check on it passed, and its holder is the credential's subject. And a
//! credential that names somebody else stays theirs, whoever lent the means to file it.

use super::examined::Examined;
use super::request::{ClaimRequest, Filed};
use super::{Recognition, RecognizeError};
use crate::check::Report;
use crate::check::options::Options;
use crate::check::presentation::{self, CHALLENGE, DOMAIN};
use crate::check::report::{Outcome, OutcomeName};
use crate::issue::claims_proof::Shown;
use crate::issue::parties::Party;
use crate::model::{Credential, Fault};
use crate::proof::Secured;
use crate::recognition::Answer;

/// What a challenge begins with that was given here, and not by the office by itself.
pub const GIVEN: &str = "tmc-";

/// What a presentation has to be made for.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// The recognizer, in each way that a wallet may name it.
    domains: Vec<String>,
    challenge: Option<String>,
}

impl Asked {
    pub fn of(recognizer: &Party, base: &str, request: &ClaimRequest) -> Self {
        let host = base.split_once("://").map_or(base, |(_, host)| host);
        let domains = [recognizer.did.as_str(), base, host].map(str::to_owned).into();
        Self { domains, challenge: request.challenge.clone() }
    }

    /// The usual options, with what is asked of a presentation.
    pub fn options(&self, bytes: &[u8], usual: &Options) -> Options {
        let Some(challenge) = &self.challenge else { return usual.clone() };
        let asked = |domain: &String| Options {
            domain: Some(domain.clone()),
            challenge: Some(challenge.clone()),
            ..usual.clone()
        };
        let made_for = |domain: &&String| {
            let secured = Secured::decode(bytes.trim_ascii()).ok();
            let document = secured.as_ref().and_then(|secured| secured.document().ok());
            secured.as_ref().zip(document.as_ref()).is_some_and(|(secured, document)| {
                let checks = presentation::asked_for(secured, document.root(), &asked(domain));
                checks
                    .iter()
                    .any(|check| check.name == DOMAIN && matches!(check.outcome, Outcome::Pass))
            })
        };
        let domain = self.domains.iter().find(made_for).or(self.domains.first());
        domain.map_or_else(|| usual.clone(), asked)
    }

    /// Who has shown control by a presentation, for this claim.
    fn holder<'r>(&self, report: &'r Report) -> Option<&'r str> {
        self.challenge.as_ref()?;
        let presentation = report.presentation.as_ref().filter(|it| it.key.is_some())?;
        let passed = |name: &str| {
            let mut named = report.checks.iter().filter(|check| check.name == name);
            named.any(|check| check.outcome == OutcomeName::Pass)
        };
        let fine = |outcome| matches!(outcome, OutcomeName::Pass | OutcomeName::Skipped);
        let all = report.checks.iter().all(|check| fine(check.outcome));
        (all && passed(DOMAIN) && passed(CHALLENGE)).then_some(presentation.holder.as_deref()?)
    }
}

impl Recognition<'_> {
    /// Settles whose the credentials are that who claims has shown control of.
    pub async fn settle_control(
        self,
        (recognizer, asked): (&Party, &Asked),
        filed: &[Filed],
        examined: &mut [Examined],
    ) -> Result<(), RecognizeError> {
        let mut faults = Vec::new();
        for (i, (filed, one)) in filed.iter().zip(examined).enumerate() {
            let by_link = match &filed.proof {
                Some(proof) => match self.shown_by_link(proof, one, &recognizer.name).await? {
                    Ok(()) => true,
                    Err((code, detail)) => {
                        faults.push(Fault::new(format!("/credentials/{i}/proof"), code, detail));
                        continue;
                    }
                },
                None => false,
            };
            let by_key = subject(&one.text)
                .is_some_and(|subject| asked.holder(&one.report) == Some(subject.as_str()));
            // What a person decided stands, and what contradicts the claimant is not mended by it.
            let open = filed.belongs.is_none() && one.facts.belongs != Answer::No;
            if open && one.facts.authentic == Answer::Yes && (by_link || by_key) {
                one.facts.belongs = Answer::Yes;
                one.control = Some(if by_link { "manage-link" } else { "presentation" });
            }
        }
        if faults.is_empty() { Ok(()) } else { Err(RecognizeError::Invalid(faults)) }
    }

    async fn shown_by_link(
        self,
        proof: &str,
        one: &Examined,
        recognizer: &str,
    ) -> Result<Result<(), (&'static str, String)>, RecognizeError> {
        let another = "the earner makes one for this credential and this recognizer, by the private \
                       link that the issuer sent them";
        let nothing = || {
            let detail = format!(
                "this proof is not of this credential, not for {recognizer}, or of a link that \
                 ended; {another}"
            );
            Ok(Err(("proof-of-another", detail)))
        };
        let (Some(issuer), Some(id)) = (&one.facts.issuer, &one.facts.id) else { return nothing() };
        let Some(row) = self.kept(issuer, id).await? else { return nothing() };
        Ok(match self.issuance.shown(proof, &row.id, recognizer).await? {
            Shown::Control => Ok(()),
            Shown::Ended { at } => {
                let at = crate::model::date_time::format(at);
                Err(("proof-ended", format!("this proof ended at {at}; {another} again")))
            }
            Shown::Nothing => return nothing(),
        })
    }
}

/// Whom a credential is about.
fn subject(text: &str) -> Option<String> {
    let secured = Secured::decode(text.as_bytes()).ok()?;
    let document = secured.document().ok()?;
    Credential(document.root()).subject()?.str("id").map(str::to_owned)
}
