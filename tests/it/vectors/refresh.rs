//! The vectors about refresh services.

use serde_json::{Value, json};
use touchmark::check::report::{Status, Verdict};

use super::cast::*;
use super::generate::{Writer, expect, vector};
use super::{Documents, Expectation};

const EXTENSIONS: &str = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json";
const SERVICE: &str = "https://nea.example/refresh/1";

pub fn services(to: &Writer) {
    let refreshable = |changes: &[(&str, Value)]| {
        let service = json!({"id": SERVICE, "type": "1EdTechCredentialRefresh"});
        let contexts = json!([V2, OB, EXTENSIONS]);
        let base = with(credential(), &[("/@context", contexts), ("/refreshService", service)]);
        with(base, changes)
    };
    let later = || ("/validFrom", json!("2026-11-02T10:00:00Z"));
    let given = signed(&refreshable(&[]));
    let revoked = ("/credentialStatus", entry("revocation", REVOCATION, "7"));
    let mut forged = signed(&refreshable(&[later()]));
    forged["name"] = json!("Another Name");
    let again = json!({"id": "https://nea.example/refresh/2", "type": "1EdTechCredentialRefresh"});
    let answers = [
        (
            "refresh-newer",
            "a newer version at the refresh service is told, and replaces nothing",
            Some(signed(&refreshable(&[later()])).to_string()),
            Some("newer-version"),
        ),
        (
            "refresh-newer-revoked",
            "that a newer version was revoked does not revoke the one that was given",
            Some(signed(&refreshable(&[later(), revoked])).to_string()),
            Some("newer-version"),
        ),
        (
            "refresh-forged",
            "a newer version that nobody signed is told as such, and changes no verdict",
            Some(forged.to_string()),
            Some("newer-version"),
        ),
        (
            "refresh-again",
            "a newer version that names another service is not followed there",
            Some(signed(&refreshable(&[later(), ("/refreshService", again)])).to_string()),
            Some("newer-version"),
        ),
        (
            "refresh-silent",
            "a refresh service that does not answer is a warning",
            None,
            Some("refresh-silent"),
        ),
        (
            "refresh-a-web-page",
            "a refresh service that answers something else is a warning",
            Some("<html>".to_owned()),
            Some("refresh-silent"),
        ),
        (
            "refresh-of-another",
            "another credential at the refresh service is passed over",
            Some(signed(&refreshable(&[("/id", json!("urn:uuid:other"))])).to_string()),
            Some("refresh-of-another"),
        ),
        (
            "refresh-same",
            "the same version at the refresh service is nothing to tell",
            Some(given.to_string()),
            None,
        ),
    ];
    for (name, title, answer, warning) in answers {
        let Documents(mut documents) = world();
        documents.extend(answer.map(|answer| (SERVICE.to_owned(), answer)));
        let expect = Expectation {
            warning: warning.map(str::to_owned),
            ..expect(Verdict::Yes, Verdict::Yes, Status::Good)
        };
        to.write(name, vector(title, None, &given, Documents(documents), expect));
    }
}
