//! Whether a credential names the person that the asker expects.
//! Spec: <https://www.imsglobal.org/spec/ob/v3p0#identity-hash>, Open Badges 2.0
//! section "IdentityObject"
//!
//! Invariant: what fits proves nothing of who holds the credential: anybody may know
//! an address, and a hash with its salt in public is guessed. So this is told apart
//! from the verdicts, and never makes *belongs* a yes or a no.

use std::fmt;
use std::str::FromStr;

use openssl::hash::{MessageDigest, hash};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use super::Place;
use crate::model::credential::{items, types};
use crate::model::json::{Object, Value};

/// Whom the asker expects: an id, or an identity of some type.
#[derive(Clone, PartialEq, Eq)]
pub struct Expected {
    /// As [`normal`] writes it; [`ID`] for the subject's own id.
    kind: String,
    value: String,
}

/// The type of what is compared with the subject's `id`.
const ID: &str = "id";
const EMAIL: &str = "emailAddress";
/// What stands before the address of a subject that is one.
const MAILTO: &str = "mailto:";

/// Why a text names nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a recipient is a type and a value, such as email:teacher@example.org, name:…, userName:…, \
     ext:…:… or the id of the earner (did:…, urn:…, https:…)"
)]
pub struct NotARecipient;

impl FromStr for Expected {
    type Err = NotARecipient;

    fn from_str(text: &str) -> Result<Self, NotARecipient> {
        let text = text.trim();
        let (first, rest) = text.split_once(':').ok_or(NotARecipient)?;
        let (kind, value) = match first {
            "did" | "urn" | "http" | "https" => (ID, text),
            "mailto" => (EMAIL, rest),
            "ext" => {
                let (name, _) = rest.split_once(':').ok_or(NotARecipient)?;
                text.split_at_checked("ext:".len() + name.len()).ok_or(NotARecipient)?
            }
            kind => (normal(kind), rest),
        };
        let value = value.strip_prefix(':').unwrap_or(value).trim();
        if kind.is_empty() || value.is_empty() {
            return Err(NotARecipient);
        }
        Ok(Self { kind: kind.to_owned(), value: value.to_owned() })
    }
}

/// The value is somebody's address or name: it stands in no log.
impl fmt::Debug for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Expected({}:…)", self.kind)
    }
}

/// A type of identity as Open Badges 3.0 names it.
fn normal(kind: &str) -> &str {
    match kind {
        "email" | "mail" => EMAIL,
        other => other,
    }
}

/// What came of the comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Fit {
    Fits,
    DoesNotFit,
    /// The credential holds no identity of this type that can be compared.
    NothingToCompare,
}

/// Whether the credential names whom the asker expects. A fit is no proof that it is theirs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecipientReport {
    /// The type of identity that was asked for; the value is not repeated.
    #[schema(example = "emailAddress")]
    pub identity_type: String,
    pub outcome: Fit,
    /// One plain sentence.
    pub detail: String,
    /// A JSON pointer to what fits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
}

impl RecipientReport {
    /// The same for a credential that did not turn out to be authentic.
    pub fn not_compared(self) -> Self {
        let detail = "The credential is not authentic, so whom it names says nothing.";
        Self { outcome: Fit::NothingToCompare, detail: detail.into(), pointer: None, ..self }
    }
}

impl Expected {
    /// Compares with the subject's id and identifiers.
    pub fn compare(&self, credential: &Object<'_>) -> RecipientReport {
        const SUBJECT: Place<'static> = Place::Member(&Place::Root, "credentialSubject");
        let mut found = Found::default();
        let value = credential.get("credentialSubject");
        let subjects = value.map(Value::items).unwrap_or_default();
        for (index, subject) in subjects.iter().enumerate() {
            let Some(subject) = subject.as_object() else { continue };
            let at = match value {
                Some(Value::Array(_)) => SUBJECT.index(index),
                _ => SUBJECT,
            };
            if let Some(id) = subject.str("id") {
                self.compare_id(id, at, &mut found);
            }
            let whole = at.member("identifier");
            let identifier = subject.get("identifier");
            for (index, identity) in items(subject, "identifier").enumerate() {
                let Some(identity) = identity.as_object() else { continue };
                let at = match identifier {
                    Some(Value::Array(_)) => whole.index(index),
                    _ => whole,
                };
                if identity.str("identityType").map(normal) == Some(&self.kind) {
                    self.compare_identity(identity, "identityHash", at, &mut found);
                }
            }
        }
        self.report(found)
    }

    /// Compares with the recipient of an Open Badges 2.0 assertion.
    pub fn compare_2(&self, assertion: &Object<'_>) -> RecipientReport {
        const RECIPIENT: Place<'static> = Place::Member(&Place::Root, "recipient");
        let mut found = Found::default();
        if let Some(recipient) = assertion.get("recipient").and_then(Value::as_object) {
            let of_this_type = types(recipient).any(|kind| normal(kind) == self.kind);
            let an_id =
                self.kind == ID && types(recipient).any(|kind| matches!(kind, "id" | "url"));
            if of_this_type || an_id {
                self.compare_identity(recipient, "identity", RECIPIENT, &mut found);
            }
        }
        self.report(found)
    }

    /// Where the signature did not hold, what it names says nothing.
    pub fn not_compared(&self) -> RecipientReport {
        self.answer(Fit::NothingToCompare, String::new(), None).not_compared()
    }

    fn compare_id(&self, id: &str, at: Place<'_>, found: &mut Found) {
        let same = match self.kind.as_str() {
            ID => id == self.value,
            EMAIL => match id.strip_prefix(MAILTO) {
                Some(address) => address.eq_ignore_ascii_case(&self.value),
                None => return,
            },
            _ => return,
        };
        found.compared(same, at.member("id"));
    }

    fn compare_identity(
        &self,
        identity: &Object<'_>,
        member: &str,
        at: Place<'_>,
        found: &mut Found,
    ) {
        let Some(given) = identity.str(member) else { return };
        let at = at.member(member);
        if identity.get("hashed").and_then(Value::as_bool) != Some(true) {
            let same = match self.kind.as_str() {
                EMAIL => given.eq_ignore_ascii_case(&self.value),
                _ => given == self.value,
            };
            return found.compared(same, at);
        }
        let salt = identity.str("salt").unwrap_or_default();
        // Who hashed an address may have written it in small letters first.
        let small = self.value.to_lowercase();
        let mut known = [&self.value, &small].into_iter().map(|value| is_hash(given, value, salt));
        match known.next().flatten() {
            Some(same) => found.compared(same || known.next().flatten() == Some(true), at),
            None => found.unreadable = true,
        }
    }

    fn report(&self, found: Found) -> RecipientReport {
        let kind = &self.kind;
        if let Some(pointer) = found.fitting {
            let detail = format!(
                "The credential names the {kind} that was expected. That is no proof that whoever \
                 shows it is that person."
            );
            return self.answer(Fit::Fits, detail, Some(pointer));
        }
        if found.unreadable {
            let detail = format!("The credential hashes its {kind} in a way that is not read.");
            return self.answer(Fit::NothingToCompare, detail, None);
        }
        if found.compared {
            let detail = format!(
                "The credential names another {kind} than the one expected. People change names \
                 and addresses: ask which one it was earned with."
            );
            return self.answer(Fit::DoesNotFit, detail, None);
        }
        let detail = format!("The credential holds no {kind} to compare with.");
        self.answer(Fit::NothingToCompare, detail, None)
    }

    fn answer(&self, outcome: Fit, detail: String, pointer: Option<String>) -> RecipientReport {
        RecipientReport { identity_type: self.kind.clone(), outcome, detail, pointer }
    }
}

#[derive(Default)]
struct Found {
    /// Where the first one stands that fits.
    fitting: Option<String>,
    compared: bool,
    unreadable: bool,
}

impl Found {
    fn compared(&mut self, same: bool, at: Place<'_>) {
        self.compared = true;
        if same && self.fitting.is_none() {
            self.fitting = Some(at.into());
        }
    }
}

/// Whether `given`, an algorithm and a digest in hex, is of `value` and `salt`.
fn is_hash(given: &str, value: &str, salt: &str) -> Option<bool> {
    let (algorithm, digest) = given.split_once('$')?;
    let text = [value, salt].concat();
    let hex = match algorithm {
        "sha256" => hex(&Sha256::digest(&text)),
        "md5" => hex(&hash(MessageDigest::md5(), text.as_bytes()).ok()?),
        _ => return None,
    };
    Some(hex.eq_ignore_ascii_case(digest))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Document;
    use serde_json::json;

    /// The worked example of the standard: `a@example.com` with the salt `Kosher`.
    const EXAMPLE: &str = "sha256$b5809d8a92f8858436d7e6b87c12ebc0ae1eac4baecc2c0b913aee2c922ef399";

    fn compare(expected: &str, subject: serde_json::Value) -> (Fit, Option<String>) {
        let text = json!({"credentialSubject": subject}).to_string();
        let document = Document::parse(text.as_bytes()).unwrap();
        let report = expected.parse::<Expected>().unwrap().compare(document.root());
        (report.outcome, report.pointer)
    }

    fn identity(kind: &str, hash: &str, salt: Option<&str>) -> serde_json::Value {
        json!({"identifier": [{"type": "IdentityObject", "identityType": kind, "salt": salt,
                               "hashed": hash.contains('$'), "identityHash": hash}]})
    }

    #[test]
    fn hashed_and_plain_identities_of_the_same_type_are_compared() {
        let at = |n| Some(format!("/credentialSubject/identifier/{n}/identityHash"));
        let md5 = "md5$8FBF4BD0581C9CCC67C560DEA9931A1B"; // email@example.org
        for (expected, kind, hash, salt, fit) in [
            ("email:a@example.com", "emailAddress", EXAMPLE, Some("Kosher"), Fit::Fits),
            ("email:A@Example.com", "emailAddress", EXAMPLE, Some("Kosher"), Fit::Fits),
            ("emailAddress:a@example.com", "emailAddress", EXAMPLE, Some("x"), Fit::DoesNotFit),
            ("email:b@example.com", "emailAddress", EXAMPLE, Some("Kosher"), Fit::DoesNotFit),
            ("mailto:a@example.com", "emailAddress", "A@example.com", None, Fit::Fits),
            ("name:Ada Lovelace", "name", "Ada Lovelace", None, Fit::Fits),
            ("name:ada lovelace", "name", "Ada Lovelace", None, Fit::DoesNotFit),
            ("ext:badgeNumber:4711", "ext:badgeNumber", "4711", None, Fit::Fits),
            ("ltiUserId:4711", "sisSourcedId", "4711", None, Fit::NothingToCompare),
            ("email:email@example.org", "emailAddress", md5, None, Fit::Fits),
            ("email:a@example.com", "emailAddress", "sha1$00", None, Fit::NothingToCompare),
        ] {
            let (found, pointer) = compare(expected, identity(kind, hash, salt));
            assert_eq!(found, fit, "{expected} and {kind} {hash}");
            assert_eq!(pointer, at(0).filter(|_| fit == Fit::Fits), "{expected}");
        }
    }

    #[test]
    fn the_subjects_id_may_be_expected() {
        let subject = json!({"id": "did:example:ada"});
        let pointer = Some("/credentialSubject/id".to_owned());
        assert_eq!(compare("did:example:ada", subject.clone()), (Fit::Fits, pointer.clone()));
        assert_eq!(compare("did:example:bob", subject.clone()).0, Fit::DoesNotFit);
        assert_eq!(compare("email:ada@a.example", subject).0, Fit::NothingToCompare);
        let address = json!({"id": "mailto:ada@a.example"});
        assert_eq!(compare("email:Ada@a.example", address), (Fit::Fits, pointer));
    }

    #[test]
    fn a_recipient_of_open_badges_2_is_compared_by_its_own_names() {
        let compare = |expected: &str, recipient: serde_json::Value| {
            let text = json!({"recipient": recipient}).to_string();
            let document = Document::parse(text.as_bytes()).unwrap();
            expected.parse::<Expected>().unwrap().compare_2(document.root()).outcome
        };
        let hashed =
            json!({"type": "email", "hashed": true, "salt": "Kosher", "identity": EXAMPLE});
        assert_eq!(compare("email:a@example.com", hashed.clone()), Fit::Fits);
        assert_eq!(compare("email:b@example.com", hashed.clone()), Fit::DoesNotFit);
        assert_eq!(compare("name:Ada", hashed), Fit::NothingToCompare);
        let plain = json!({"type": "url", "hashed": false, "identity": "https://a.example/ada"});
        assert_eq!(compare("https://a.example/ada", plain), Fit::Fits);
    }

    #[test]
    fn what_names_nobody_is_refused_and_nobody_is_named_in_logs() {
        for wrong in ["", "ada", "email:", ":ada", "ext:a", "ext:a:"] {
            assert_eq!(wrong.parse::<Expected>(), Err(NotARecipient), "{wrong:?}");
        }
        let expected: Expected = "email:ada@a.example".parse().unwrap();
        assert!(!format!("{expected:?}").contains("ada@"));
    }
}
