//! The example recognizers of the demo, with the policies that ship with Touchmark.

use super::CommandError;
use super::example::ISSUER;
use crate::check::trusted_issuers::TrustedIssuers;
use crate::http::auth::Scope;
use crate::issue::Issuance;
use crate::issue::access::NewApiKey;
use crate::model::links::Links;
use crate::model::profile::ProfileDefinition;
use crate::model::securing::Securing;
use crate::recognition::menu::MenuDefinition;
use crate::recognize::{Recognition, RecognizeError};
use crate::store::PartyKind;

/// The office that the demo's claim is filed with, and the policy that it names.
pub const OFFICE: &str = "tennessee";
pub const POLICY: &str = "tennessee-relicensure";

const TENNESSEE: &[&str] = &[include_str!("../../schemas/policies/tennessee-relicensure.yaml")];
const MASSACHUSETTS: &[&str] = &[include_str!("../../schemas/policies/massachusetts-renewal.yaml")];
const LEBANON: &[&str] = &[
    include_str!("../../schemas/policies/lebanon-compensation.yaml"),
    include_str!("../../schemas/policies/lebanon-instructional-assistant-leader.yaml"),
];

const COMMITTEE: &str = "committee";

const OFFICES: [(&str, &str, &[&str]); 3] = [
    (OFFICE, "Tennessee Department of Education (example)", TENNESSEE),
    ("massachusetts", "Massachusetts DESE (example)", MASSACHUSETTS),
    ("lebanon", "Lebanon Community School District (example)", LEBANON),
];

/// Adds the recognizers and publishes their policies; an API key for the first.
pub async fn fill(issuance: &Issuance) -> Result<String, CommandError> {
    for (name, called, policies) in OFFICES {
        let profile = profile(called);
        let kind = PartyKind::Recognizer;
        let party = issuance.parties.add(kind, name, &profile, "demo").await?;
        for text in policies {
            let published = Recognition { issuance }.publish(&party, text.as_bytes(), "demo").await;
            published.map_err(|error| CommandError::Refused(error.to_string()))?;
        }
    }
    committee(issuance).await?;
    let new = NewApiKey {
        issuer: Some(PartyKind::Recognizer.owner(OFFICE)),
        client: "demo".into(),
        scopes: [Scope::Claim, Scope::Policy].map(Scope::as_str).into(),
        mints_per_hour: 1000,
        expires_at: None,
    };
    let (_, token) = issuance.create_api_key(new, "demo").await?;
    Ok(token.expose().to_owned())
}

/// A committee with its menu, of two of the example issuer's achievements.
async fn committee(issuance: &Issuance) -> Result<(), CommandError> {
    let refused = |error: RecognizeError| CommandError::Refused(error.to_string());
    let profile = ProfileDefinition {
        name: "A joint labor-management committee (example)".into(),
        description: Some("It chooses the micro-credentials that its district pays for.".into()),
        ..profile("")
    };
    let kind = PartyKind::Recognizer;
    let party = issuance.parties.add(kind, COMMITTEE, &profile, "demo").await?;
    let ids = ["creating-a-classroom-community", "restorative-practices"]
        .map(|slug| issuance.links.achievement(ISSUER, slug));
    let policy = serde_json::json!({
        "id": "chosen", "version": "1", "name": "What the committee has chosen",
        "recognizer": {"name": "A joint labor-management committee (example)"},
        "authority": [{"title": "The memorandum of understanding that sets the committee up",
            "says": "The committee chooses the micro-credentials and issuers that the district accepts."}],
        "unit": "USD",
        "accepts": [{"menu": party.did}],
        "minimumHours": "10",
        "award": {"perCredential": {"amount": "200"}},
        "limits": [{"credentials": 3, "per": {"schoolYear": "07-01"}}],
    });
    let recognition = Recognition { issuance };
    let text = policy.to_string();
    recognition.publish(&party, text.as_bytes(), "demo").await.map_err(refused)?;
    let menu = serde_json::json!({
        "title": "Chosen for classrooms",
        "description": "What the district pays for, chosen by teachers and administrators together.",
        "policy": "chosen",
        "achievements": ids.map(|id| serde_json::json!({"id": id})),
    });
    let menu = MenuDefinition::read(menu.to_string().as_bytes());
    let menu = menu.map_err(|faults| refused(RecognizeError::Invalid(faults)))?;
    let published = recognition.publish_menu(&party, "classrooms", &menu, "demo").await;
    published.map(drop).map_err(refused)
}

fn profile(called: &str) -> ProfileDefinition {
    ProfileDefinition {
        name: called.into(),
        url: None,
        description: Some("An example recognizer for trying Touchmark out.".into()),
        email: None,
        image: None,
        embed_email_hash: false,
        securing: Securing::default(),
    }
}

/// The example issuer stands in the list of trusted issuers, which the shipped policies go by.
pub fn trusted(links: &Links) -> Result<TrustedIssuers, CommandError> {
    let did = links.issuer_did(ISSUER);
    let text = format!(
        "[[issuer]]\nid = \"{did}\"\nname = \"NEA (example)\"\nfrom = \"the demo itself\"\n"
    );
    TrustedIssuers::parse(&text).map_err(|error| CommandError::Refused(error.to_string()))
}

/// What to type to file a claim with the first office.
pub fn claim(base: &str, credential: &str, token: &str) -> Vec<String> {
    let claim = serde_json::json!({
        "policy": POLICY,
        "claimant": {"licenseNumber": "TN-4471902",
                     "license": {"from": "2021-09-01", "until": "2031-08-31"}},
        "credentials": [{
            "credential": format!("{base}/credentials/{credential}"),
            "belongs": {"decision": "yes", "reason": "Came with the letter", "by": "a clerk"},
        }],
    });
    vec![
        format!("    curl -s {base}/v1/recognizers/{OFFICE}/claims \\"),
        format!("      -H 'Authorization: Bearer {token}' \\"),
        format!("      -H 'Content-Type: application/json' -d '{claim}'"),
    ]
}
