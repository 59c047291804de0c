//! What a verification answers: named checks, and verdicts drawn from them.
//!
//! Invariant: *undecided* is never turned into yes or no, and no verdict is
//! anything but what the checks under it give.

use serde::{Deserialize, Serialize, Serializer};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::endorsement::EndorsementReport;
use super::explain::ExplainedProof;
use super::options::Options;
use super::recipient::RecipientReport;
use super::remedy::remedy;
use super::trusted_issuers::KnownAs;
use crate::bake::Picture;
use crate::recognition::CountedCredential;

/// One check: what was looked at, what was seen, how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Stable, in kebab case.
    pub name: &'static str,
    pub outcome: Outcome,
    /// What was seen, in one plain sentence or value.
    pub observed: String,
}

/// How a check ended. *Fail* and *could not tell* are different outcomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Pass,
    Fail(Problem),
    Undecided(Problem),
    /// It does not apply, or what it builds on did not hold: the reason.
    Skipped(String),
}

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Stable, in kebab case.
    pub code: String,
    /// One plain sentence: what was expected, and what was seen.
    pub detail: String,
    /// A JSON pointer into the credential.
    pub pointer: Option<String>,
}

/// What is wrong, where, and what to do about it.
#[derive(Serialize, ToSchema)]
struct ToldProblem<'p> {
    /// Stable, in kebab case.
    code: &'p str,
    /// One plain sentence: what was expected, and what was seen.
    detail: &'p str,
    /// One plain sentence: what the holder or the issuer can do.
    remedy: &'p str,
    /// A JSON pointer into the credential.
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<&'p str>,
}

/// With its remedy, which its code says.
impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { code, detail, pointer } = self;
        let told = ToldProblem { code, detail, remedy: self.remedy(), pointer: pointer.as_deref() };
        told.serialize(serializer)
    }
}

impl PartialSchema for Problem {
    fn schema() -> RefOr<Schema> {
        ToldProblem::schema()
    }
}

impl ToSchema for Problem {}

impl Problem {
    pub fn new(code: &str, detail: impl Into<String>) -> Self {
        Self { code: code.into(), detail: detail.into(), pointer: None }
    }

    pub fn at(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = Some(pointer.into());
        self
    }

    /// What the holder or the issuer can do.
    pub fn remedy(&self) -> &'static str {
        remedy(&self.code)
    }

    /// How many bytes its texts have.
    pub fn weight(&self) -> usize {
        self.code.len() + self.detail.len() + self.pointer.as_ref().map_or(0, String::len)
    }
}

impl Check {
    pub fn pass(name: &'static str, observed: impl Into<String>) -> Self {
        Self { name, outcome: Outcome::Pass, observed: observed.into() }
    }

    pub fn fail(name: &'static str, observed: impl Into<String>, problem: Problem) -> Self {
        Self { name, outcome: Outcome::Fail(problem), observed: observed.into() }
    }

    pub fn undecided(name: &'static str, observed: impl Into<String>, problem: Problem) -> Self {
        Self { name, outcome: Outcome::Undecided(problem), observed: observed.into() }
    }

    pub fn skipped(name: &'static str, reason: impl Into<String>) -> Self {
        Self { name, outcome: Outcome::Skipped(reason.into()), observed: String::new() }
    }

    /// Says where the problem is, if there is one.
    pub fn at(mut self, pointer: &str) -> Self {
        if let Outcome::Fail(problem) | Outcome::Undecided(problem) = &mut self.outcome {
            problem.pointer = Some(pointer.to_owned());
        }
        self
    }

    pub fn failed(&self) -> bool {
        matches!(self.outcome, Outcome::Fail(_))
    }

    /// How many bytes its texts have.
    pub fn weight(&self) -> usize {
        let outcome = match &self.outcome {
            Outcome::Pass => 0,
            Outcome::Fail(problem) | Outcome::Undecided(problem) => problem.weight(),
            Outcome::Skipped(reason) => reason.len(),
        };
        self.observed.len() + outcome
    }

    pub fn is_undecided(&self) -> bool {
        matches!(self.outcome, Outcome::Undecided(_))
    }

    pub fn problem(&self) -> Option<&Problem> {
        match &self.outcome {
            Outcome::Fail(problem) | Outcome::Undecided(problem) => Some(problem),
            Outcome::Pass | Outcome::Skipped(_) => None,
        }
    }
}

/// *No* where one failed, else *undecided* where one could not tell, else *yes*.
pub fn verdict<'c>(checks: impl IntoIterator<Item = &'c Check>) -> Verdict {
    checks.into_iter().fold(Verdict::Yes, |verdict, check| match &check.outcome {
        Outcome::Fail(_) => Verdict::No,
        Outcome::Undecided(_) if verdict == Verdict::Yes => Verdict::Undecided,
        _ => verdict,
    })
}

/// A verification's whole answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Authentic and current are both yes.
    pub verified: bool,
    pub verdicts: Verdicts,
    pub status: Status,
    pub checks: Vec<CheckReport>,
    /// What is not wrong enough to fail, and worth mending.
    pub warnings: Vec<Problem>,
    /// As of when the status is known (RFC 3339); null where it is not.
    pub status_as_of: Option<String>,
    /// Absent where the input has no form that we read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<Form>,
    /// What it was baked into.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<Picture>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signer: Option<Signer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential: Option<CredentialSummary>,
    /// The id of the credential that replaces this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub superseded_by: Option<String>,
    /// What the issuer's refresh service answered about this credential. It replaces nothing: the
    /// verdicts above are on the credential as it was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refreshed: Option<Refreshed>,
    /// Where it is a presentation: its holder, and each credential in it. The verdicts are then
    /// the worst of its own and of theirs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub presentation: Option<Presentation>,
    /// What others say of it inside of it, each verified as a credential of its own. It changes
    /// nothing in the verdicts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub endorsements: Vec<EndorsementReport>,
    /// Where a recipient was expected: whether the credential names that one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient: Option<RecipientReport>,
    /// Where it was asked for: what each proof signs, step by step.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub explanation: Vec<ExplainedProof>,
}

/// What a refresh service answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Refreshed {
    /// The service.
    pub url: String,
    /// Whether it is a later version of the credential that was given.
    pub newer: bool,
    pub verified: bool,
    pub verdicts: Verdicts,
    pub status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<String>,
}

/// What a presentation holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Presentation {
    /// Whose key signed it; absent where none did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holder: Option<String>,
    /// The key that signed it; absent where none did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// In their order. Empty also where a signature did not hold: then nothing is looked at.
    #[schema(no_recursion)]
    pub credentials: Vec<Report>,
}

/// The four questions, each with its own answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Verdicts {
    /// Did this issuer sign exactly this?
    pub authentic: Verdict,
    /// Is it within its validity, not revoked, suspended or superseded?
    pub current: Verdict,
    /// Does the asking recognizer's policy accept it?
    pub recognized: NotAsked,
    /// Is it this claimant's? Undecided where a recipient was expected: a name or an address
    /// that fits is no proof.
    pub belongs: Belongs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    Yes,
    No,
    Undecided,
}

/// Whether it is the claimant's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Belongs {
    NotAsked,
    Undecided,
}

/// A verdict that needs somebody's policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NotAsked {
    NotAsked,
}

/// What the credential's state is, as far as it could be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    Good,
    Revoked,
    Suspended,
    Superseded,
    Expired,
    NotYetValid,
    Unknown,
}

/// How the credential was secured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum Form {
    /// JSON with an embedded proof.
    #[serde(rename = "json")]
    Json,
    /// Open Badges VC-JWT.
    #[serde(rename = "vc-jwt")]
    VcJwt,
    /// VC-JOSE.
    #[serde(rename = "vc+jwt")]
    VcJose,
    /// A presentation in JSON, signed or not.
    #[serde(rename = "presentation")]
    Presentation,
    /// A presentation in the claim `vp` of a JWT.
    #[serde(rename = "vp-jwt")]
    VpJwt,
    /// A presentation in VC-JOSE.
    #[serde(rename = "vp+jwt")]
    VpJose,
    /// Open Badges 2.0: what answers at the assertion's own address.
    #[serde(rename = "open-badges-2-hosted")]
    OpenBadges2Hosted,
    /// Open Badges 2.0: an assertion in a JWS.
    #[serde(rename = "open-badges-2-signed")]
    OpenBadges2Signed,
}

impl Form {
    pub const ALL: [Self; 8] = [
        Self::Json,
        Self::VcJwt,
        Self::VcJose,
        Self::Presentation,
        Self::VpJwt,
        Self::VpJose,
        Self::OpenBadges2Hosted,
        Self::OpenBadges2Signed,
    ];
}

/// A check as it is reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CheckReport {
    pub name: String,
    pub outcome: OutcomeName,
    pub observed: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OutcomeName {
    Pass,
    Fail,
    Undecided,
    Skipped,
}

impl From<Check> for CheckReport {
    fn from(check: Check) -> Self {
        let (outcome, problem, reason) = match check.outcome {
            Outcome::Pass => (OutcomeName::Pass, None, None),
            Outcome::Fail(problem) => (OutcomeName::Fail, Some(problem), None),
            Outcome::Undecided(problem) => (OutcomeName::Undecided, Some(problem), None),
            Outcome::Skipped(reason) => (OutcomeName::Skipped, None, Some(reason)),
        };
        let observed = reason.unwrap_or(check.observed);
        Self { name: check.name.into(), outcome, observed, problem }
    }
}

/// Whose key decided. A signature proves a key, not an institution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Signer {
    pub issuer: String,
    /// The verification method.
    pub key: String,
    /// What the key is bound to: a domain, or nothing that we know.
    pub bound: String,
    /// What the issuer is known as to who asks; null where it is not known here. No part of
    /// being authentic.
    #[serde(rename = "knownAs")]
    pub known_as: Option<KnownAs>,
}

impl Signer {
    /// `bound` says in words what binds the key to the issuer.
    pub fn new(issuer: &str, key: &str, bound: String, options: &Options) -> Self {
        let known_as = options.trusted.as_ref().and_then(|trusted| trusted.known(issuer)).cloned();
        Self { issuer: issuer.to_owned(), key: key.to_owned(), bound, known_as }
    }
}

/// What the credential says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CredentialSummary {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub earner: Option<Earner>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub achievement: Option<AchievementSummary>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub awarded_date: Option<String>,
    /// It says that it is an `EndorsementCredential`.
    #[serde(skip)]
    #[schema(ignore)]
    pub endorsement: bool,
    /// Where it was asked for: what counting goes by.
    #[serde(skip)]
    #[schema(ignore)]
    pub counted: Option<Box<CountedCredential>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Earner {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AchievementSummary {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

impl Report {
    /// Says where the credential was found, beside what it is.
    pub fn found(mut self, place: &str) -> Self {
        let form = self.checks.first_mut().filter(|c| c.name == "form" && c.problem.is_none());
        if let Some(form) = form {
            form.observed = format!("{}, {place}", form.observed);
        }
        self
    }

    /// The answer where there is no credential to look at.
    pub fn unreadable(check: Check) -> Self {
        let authentic = verdict([&check]);
        Self {
            verified: false,
            verdicts: Verdicts::of(authentic, Verdict::Undecided),
            status: Status::Unknown,
            checks: vec![check.into()],
            warnings: Vec::new(),
            status_as_of: None,
            form: None,
            picture: None,
            signer: None,
            credential: None,
            superseded_by: None,
            refreshed: None,
            presentation: None,
            endorsements: Vec::new(),
            recipient: None,
            explanation: Vec::new(),
        }
    }

    /// With what was found of the recipient that was expected.
    pub fn with_recipient(mut self, recipient: Option<RecipientReport>) -> Self {
        if recipient.is_some() {
            // An address that fits is not proof, and one that does not may be an old one.
            self.verdicts.belongs = Belongs::Undecided;
        }
        self.recipient = match self.verdicts.authentic {
            Verdict::Yes => recipient,
            Verdict::No | Verdict::Undecided => recipient.map(RecipientReport::not_compared),
        };
        self
    }
}

impl Verdicts {
    pub fn of(authentic: Verdict, current: Verdict) -> Self {
        Self { authentic, current, recognized: NotAsked::NotAsked, belongs: Belongs::NotAsked }
    }
}

#[cfg(test)]
mod tests;
