//! Whether a credential is the claimant's.
//!
//! Invariant: what fits proves nothing of who holds the credential, so it is never a
//! yes: that takes a shown control, or a person who decides and says why. And one name
//! that differs weighs more than all that fit: what somebody else lent fits as well.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::check::recipient::{Expected, Fit};
use crate::model::json::Object;
use crate::recognition::Answer;

/// Who claims. One of the identifiers is needed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Claimant {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "TN-4471902")]
    pub license_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "jordan.rivera@school.example")]
    pub email: Option<String>,
    /// A DID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Jordan Rivera")]
    pub name: Option<String>,
    /// The validity of the license.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license: Option<crate::recognition::policy::span::Days>,
}

/// What a person at the office has decided, who has looked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BelongsDecision {
    pub decision: YesNo,
    #[schema(example = "Has shown the district's letter of her change of name")]
    pub reason: String,
    #[schema(example = "M. Okafor")]
    pub by: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum YesNo {
    Yes,
    No,
}

impl Claimant {
    /// Each identifier in its one spelling, with its type before it; the one that names the
    /// claimant in the books first.
    pub fn identifiers(&self) -> Vec<String> {
        let license = self.license_number.as_ref().map(|number| {
            let bare: String = number.chars().filter(|c| c.is_alphanumeric()).collect();
            format!("license {}", bare.to_uppercase())
        });
        let id = self.id.as_ref().map(|id| format!("id {}", id.trim()));
        let email = self.email.as_ref().map(|it| format!("email {}", it.trim().to_lowercase()));
        [license, id, email].into_iter().flatten().collect()
    }

    /// What the credential says of whose it is: *no* where any of it names another, *undecided*
    /// where it names the claimant, *not asked* where it names nobody that could be compared.
    pub fn compare(&self, credential: &Object<'_>) -> Compared {
        let expected = [
            ("id", self.id.clone()),
            ("email", self.email.as_ref().map(|email| format!("email:{}", email.trim()))),
            ("name", self.name.as_ref().map(|name| format!("name:{}", name.trim()))),
        ];
        let mut compared = Compared { answer: Answer::NotAsked, differs: Vec::new() };
        for (name, expected) in expected {
            let Some(Ok(expected)) = expected.map(|text| text.parse::<Expected>()) else {
                continue;
            };
            match expected.compare(credential).outcome {
                Fit::Fits if compared.differs.is_empty() => compared.answer = Answer::Undecided,
                // An id of the issuer's own making says nothing of the claimant's DID.
                Fit::DoesNotFit if name != "id" || names_a_did(credential) => {
                    compared.answer = Answer::No;
                    compared.differs.push(name.to_owned());
                }
                Fit::Fits | Fit::DoesNotFit | Fit::NothingToCompare => {}
            }
        }
        compared
    }
}

/// What came of comparing a credential with who claims it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    pub answer: Answer,
    /// What of the claimant it contradicts: `id`, `email`, `name`.
    pub differs: Vec<String>,
}

fn names_a_did(credential: &Object<'_>) -> bool {
    let subject = crate::model::Credential(credential).subject();
    subject.and_then(|subject| subject.str("id")).is_some_and(|id| id.starts_with("did:"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Document;
    use serde_json::json;

    fn compare(claimant: serde_json::Value, subject: serde_json::Value) -> Answer {
        let claimant: Claimant = serde_json::from_value(claimant).unwrap();
        let text = json!({"credentialSubject": subject}).to_string();
        claimant.compare(Document::parse(text.as_bytes()).unwrap().root()).answer
    }

    #[test]
    fn a_name_that_fits_is_undecided_and_another_one_is_no() {
        let name = json!({"id": "urn:uuid:1", "identifier": [{"type": "IdentityObject",
            "identityType": "name", "hashed": false, "identityHash": "Jordan Rivera"}]});
        assert_eq!(compare(json!({"name": "Jordan Rivera"}), name.clone()), Answer::Undecided);
        assert_eq!(compare(json!({"name": "Sam Lee"}), name.clone()), Answer::No);
        let both = json!({"name": "Sam Lee", "id": "urn:uuid:1"});
        assert_eq!(compare(both, name.clone()), Answer::No, "an id that fits does not outweigh it");
        assert_eq!(compare(json!({"licenseNumber": "1"}), name), Answer::NotAsked);
    }

    #[test]
    fn another_did_is_no_and_an_id_of_the_issuers_own_says_nothing() {
        let claimant = json!({"id": "did:example:jordan"});
        assert_eq!(compare(claimant.clone(), json!({"id": "did:example:sam"})), Answer::No);
        assert_eq!(compare(claimant, json!({"id": "urn:uuid:1"})), Answer::NotAsked);
    }

    #[test]
    fn what_differs_outweighs_what_fits_and_is_named() {
        let identity = |kind, value| {
            json!({"type": "IdentityObject", "identityType": kind,
                                            "hashed": false, "identityHash": value})
        };
        let text = json!({"credentialSubject": {"id": "did:example:jordan", "identifier":
            [identity("name", "Jordan Rivera"), identity("emailAddress", "j@school.example")]}});
        let text = text.to_string();
        let document = Document::parse(text.as_bytes()).unwrap();
        let compare = |claimant: serde_json::Value| {
            let claimant: Claimant = serde_json::from_value(claimant).unwrap();
            let Compared { answer, differs } = claimant.compare(document.root());
            (answer, differs.join(" "))
        };
        let fits = json!({"name": "Jordan Rivera", "email": "J@school.example "});
        assert_eq!(compare(fits), (Answer::Undecided, String::new()));
        let lent = json!({"name": "Sam Lee", "email": "j@school.example"});
        assert_eq!(compare(lent), (Answer::No, "name".into()));
        let other =
            json!({"id": "did:example:sam", "email": "s@x.example", "name": "Jordan Rivera"});
        assert_eq!(compare(other), (Answer::No, "id email".into()));
    }

    #[test]
    fn identifiers_have_one_spelling() {
        let claimant = |json| serde_json::from_value::<Claimant>(json).unwrap().identifiers();
        let one = claimant(json!({"licenseNumber": "tn-44 71", "email": " A@b.example"}));
        assert_eq!(one, ["license TN4471", "email a@b.example"]);
        assert_eq!(claimant(json!({"licenseNumber": "TN4471"}))[0], one[0]);
    }
}
