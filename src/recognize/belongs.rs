//! Whether a credential is the claimant's.
//!
//! Invariant: what fits proves nothing of who holds the credential, so it is never a
//! yes: that takes a shown control, or a person who decides and says why.

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

    /// What the credential says of whose it is: *undecided* where it names the claimant, *no* where
    /// it names another, *not asked* where it names nobody that could be compared.
    pub fn compare(&self, credential: &Object<'_>) -> Answer {
        let expected = [
            self.id.clone(),
            self.email.as_ref().map(|email| format!("email:{email}")),
            self.name.as_ref().map(|name| format!("name:{name}")),
        ];
        let expected = expected.into_iter().flatten();
        let fits: Vec<Fit> = expected
            .filter_map(|text| text.parse::<Expected>().ok())
            .map(|expected| expected.compare(credential).outcome)
            .collect();
        match () {
            () if fits.contains(&Fit::Fits) => Answer::Undecided,
            // An id of the issuer's own making says nothing of the claimant's DID.
            () if self.another_id_only(credential, &fits) => Answer::NotAsked,
            () if fits.contains(&Fit::DoesNotFit) => Answer::No,
            () => Answer::NotAsked,
        }
    }

    fn another_id_only(&self, credential: &Object<'_>, fits: &[Fit]) -> bool {
        let misfits = fits.iter().filter(|fit| **fit == Fit::DoesNotFit).count();
        let subject = crate::model::Credential(credential).subject();
        let id = subject.and_then(|subject| subject.str("id"));
        misfits == 1
            && self.id.is_some()
            && fits.first() == Some(&Fit::DoesNotFit)
            && id.is_some_and(|id| !id.starts_with("did:"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Document;
    use serde_json::json;

    fn compare(claimant: serde_json::Value, subject: serde_json::Value) -> Answer {
        let claimant: Claimant = serde_json::from_value(claimant).unwrap();
        let text = json!({"credentialSubject": subject}).to_string();
        claimant.compare(Document::parse(text.as_bytes()).unwrap().root())
    }

    #[test]
    fn a_name_that_fits_is_undecided_and_another_one_is_no() {
        let name = json!({"id": "urn:uuid:1", "identifier": [{"type": "IdentityObject",
            "identityType": "name", "hashed": false, "identityHash": "Jordan Rivera"}]});
        assert_eq!(compare(json!({"name": "Jordan Rivera"}), name.clone()), Answer::Undecided);
        assert_eq!(compare(json!({"name": "Sam Lee"}), name.clone()), Answer::No);
        let both = json!({"name": "Sam Lee", "id": "urn:uuid:1"});
        assert_eq!(compare(both, name.clone()), Answer::Undecided);
        assert_eq!(compare(json!({"licenseNumber": "1"}), name), Answer::NotAsked);
    }

    #[test]
    fn another_did_is_no_and_an_id_of_the_issuers_own_says_nothing() {
        let claimant = json!({"id": "did:example:jordan"});
        assert_eq!(compare(claimant.clone(), json!({"id": "did:example:sam"})), Answer::No);
        assert_eq!(compare(claimant, json!({"id": "urn:uuid:1"})), Answer::NotAsked);
    }

    #[test]
    fn identifiers_have_one_spelling() {
        let claimant = |json| serde_json::from_value::<Claimant>(json).unwrap().identifiers();
        let one = claimant(json!({"licenseNumber": "tn-44 71", "email": " A@b.example"}));
        assert_eq!(one, ["license TN4471", "email a@b.example"]);
        assert_eq!(claimant(json!({"licenseNumber": "TN4471"}))[0], one[0]);
    }
}
