//! `Profile`: who issues.
//!
//! Spec: <https://www.imsglobal.org/spec/ob/v3p0/#profile>

use serde::{Deserialize, Serialize};

use super::fault::{Fault, Faults};
use super::image::Image;
use super::securing::Securing;

/// What an issuer or recognizer says of itself. Its `id` is its did:web DID,
/// which follows from the public URL and its name in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProfileDefinition {
    /// What people call it.
    #[schema(example = "NEA (example)")]
    pub name: String,
    /// Its own web site (https).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
    /// Opt in to embedding a salted hash of the earner's e-mail address. Hash and salt stand
    /// together in public: whoever guesses an address can confirm it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub embed_email_hash: bool,
    /// How its credentials and status lists are secured where a mint says nothing else.
    #[serde(default, skip_serializing_if = "Securing::is_usual")]
    pub securing: Securing,
}

impl ProfileDefinition {
    pub fn check(&self) -> Result<(), Vec<Fault>> {
        let mut faults = Faults::default();
        faults.text("/name", &self.name, 200);
        if let Some(url) = &self.url {
            faults.https_url("/url", url);
        }
        faults.optional_text("/description", self.description.as_ref(), 5000);
        if let Some(email) = &self.email
            && !is_email(email)
        {
            faults.add("/email", "not-an-email", "this is not an e-mail address");
        }
        if let Some(image) = &self.image {
            image.check("/image", &mut faults);
        }
        faults.into_result()
    }
}

/// `Profile` as it is embedded in a credential.
#[derive(Debug, Clone, Serialize)]
pub struct Profile<'a> {
    pub id: &'a str,
    #[serde(rename = "type")]
    pub types: [&'static str; 1],
    pub name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<&'a Image>,
}

impl<'a> Profile<'a> {
    pub fn new(did: &'a str, definition: &'a ProfileDefinition) -> Self {
        Self {
            id: did,
            types: ["Profile"],
            name: &definition.name,
            url: definition.url.as_deref(),
            description: definition.description.as_deref(),
            email: definition.email.as_deref(),
            image: definition.image.as_ref(),
        }
    }
}

/// A plausible address: one `@` between a local part and a domain.
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    text.len() <= 254
        && !local.is_empty()
        && domain.contains('.')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
        && !text.contains(|c: char| c.is_whitespace() || c.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_names_each_member_that_is_wrong() {
        let profile: ProfileDefinition =
            serde_json::from_str(r#"{"name": " ", "url": "http://nea.example", "email": "x"}"#)
                .unwrap();
        let pointers: Vec<_> =
            profile.check().unwrap_err().into_iter().map(|f| f.pointer).collect();
        assert_eq!(pointers, ["/name", "/url", "/email"]);
    }
}
