//! The vectors about status in other ways than one bit of a Bitstring Status List.

use serde_json::{Value, json};
use touchmark::check::report::{Status, Verdict};

use super::cast::*;
use super::generate::{Writer, expect, vector};
use super::{Documents, Expectation};

const CONTEXT_V1: &str = "https://www.w3.org/2018/credentials/v1";
const INTEGRITY: &str = "https://w3id.org/security/data-integrity/v2";
const STATUS_2021: &str = "https://w3id.org/vc/status-list/2021/v1";
const EXTENSIONS: &str = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json";
const LIST: &str = "https://nea.example/status/x";

pub fn lists(to: &Writer) {
    purposes(to);
    status_list_2021(to);
    revocation_list(to);
}

/// The credential with this status, signed.
fn having(status: Value) -> Value {
    signed(&with(credential(), &[("/credentialStatus", status)]))
}

fn answering(text: Option<String>) -> Documents {
    let mut world = world();
    if let Some(text) = text {
        world.0.insert(LIST.into(), text);
    }
    world
}

fn good(
    to: &Writer,
    name: &str,
    title: &str,
    (input, world): (Value, Documents),
    warning: Option<&str>,
) {
    let expect = Expectation {
        warning: warning.map(str::to_owned),
        ..expect(Verdict::Yes, Verdict::Yes, Status::Good)
    };
    to.write(name, vector(title, Some(14), input, world, expect));
}

fn purposes(to: &Writer) {
    use Status::Unknown;
    use Verdict::{No, Undecided};
    let world = |purpose: &str, bits: &[u8]| {
        answering(Some(signed(&list(LIST, purpose, bits)).to_string()))
    };
    // Entry 4 is 1, entry 5 is 2 of two bits each; of one bit each, 9 and 10 are set.
    let set = || {
        let mut set = bits(&[9, 10]);
        set.resize(2 * set.len(), 0);
        set
    };
    let message = |index: &str| {
        let says = ["ok", "under review", "disputed", "withdrawn"];
        let says = says.iter().enumerate();
        let says: Vec<_> =
            says.map(|(n, text)| json!({"status": format!("{n:#x}"), "message": text})).collect();
        with(
            entry("message", LIST, index),
            &[("/statusSize", json!(2)), ("/statusMessage", json!(says))],
        )
    };
    good(
        to,
        "message-zero",
        "a message for zero stands in nobody's way and is told",
        (having(message("3")), world("message", &set())),
        Some("status-message"),
    );
    to.status(
        "message-set",
        "a message that is not for zero is told, and left for people to weigh",
        14,
        (having(message("5")), world("message", &set())),
        (Undecided, Unknown, "status-message"),
    );
    to.status(
        "message-list-short",
        "a list has enough entries of the size that the credential says, or it says nothing",
        12,
        (having(message("3")), world("message", &bits(&[]))),
        (No, Unknown, "invalid-status-list"),
    );
    let incomplete = with(message("3"), &[("/statusMessage", json!([]))]);
    to.status(
        "message-missing",
        "an entry of several bits without a message for each value fails",
        14,
        (having(incomplete), world("message", &set())),
        (No, Unknown, "invalid-status-entry"),
    );
    good(
        to,
        "newer-version",
        "a newer version does not end this one, and is told",
        (having(entry("refresh", LIST, "9")), world("refresh", &set())),
        Some("newer-version"),
    );
    to.status(
        "unknown-purpose",
        "a purpose that we do not know is undecided, whatever its bit",
        14,
        (having(entry("accreditation", LIST, "8")), world("accreditation", &set())),
        (Undecided, Unknown, "unsupported-status"),
    );
}

/// A list of 2021, in the data model that it was made for.
fn list_2021(changes: &[(&str, Value)]) -> Value {
    let bits = gzip(&bits(&[7]));
    let list = json!({
        "@context": [CONTEXT_V1, STATUS_2021, INTEGRITY],
        "id": LIST,
        "type": ["VerifiableCredential", "StatusList2021Credential"],
        "issuer": NEA,
        "issuanceDate": "2026-11-21T08:59:00Z",
        "expirationDate": "2026-11-22T08:59:00Z",
        "credentialSubject": {"id": format!("{LIST}#list"), "type": "StatusList2021",
            "statusPurpose": "revocation", "encodedList": bits.strip_prefix('u').unwrap()},
    });
    with(list, changes)
}

fn status_list_2021(to: &Writer) {
    use Status::{Revoked, Unknown};
    use Verdict::{No, Undecided};
    let of_2021 = |index: &str| {
        let entry = json!({"id": format!("{LIST}#{index}"), "type": "StatusList2021Entry",
            "statusPurpose": "revocation", "statusListIndex": index, "statusListCredential": LIST});
        let contexts = json!([V2, OB, STATUS_2021]);
        let credential =
            with(credential(), &[("/@context", contexts), ("/credentialStatus", entry)]);
        signed(&credential)
    };
    let world =
        |changes: &[(&str, Value)]| answering(Some(signed(&list_2021(changes)).to_string()));
    let title = "a clear bit in a Status List 2021 of the data model 1.1 is good";
    good(to, "status-2021", title, (of_2021("8"), world(&[])), None);
    to.status(
        "status-2021-revoked",
        "a set bit in a Status List 2021 is revoked",
        15,
        (of_2021("7"), world(&[])),
        (No, Revoked, "revoked"),
    );
    to.status(
        "status-2021-expired",
        "the dates of a list of the data model 1.1 end it as well",
        13,
        (of_2021("7"), world(&[("/expirationDate", json!("2026-11-21T08:59:59Z"))])),
        (Undecided, Unknown, "status-list-expired"),
    );
    let bitstring = answering(Some(signed(&list(LIST, "revocation", &bits(&[]))).to_string()));
    to.status(
        "status-2021-in-a-bitstring-list",
        "a list of one kind does not answer for an entry of another",
        10,
        (of_2021("7"), bitstring),
        (No, Unknown, "invalid-status-list"),
    );
}

fn revocation_list(to: &Writer) {
    use Status::{Revoked, Unknown};
    use Verdict::{No, Undecided};
    let id = credential()["id"].clone();
    let listing = {
        let entry = json!({"id": LIST, "type": "1EdTechRevocationList"});
        let contexts = json!([V2, OB, EXTENSIONS]);
        signed(&with(credential(), &[("/@context", contexts), ("/credentialStatus", entry)]))
    };
    let answered = |issuer: &str, listed: Value| {
        let list = json!({"id": LIST, "issuer": issuer, "revokedCredential": listed});
        answering(Some(list.to_string()))
    };
    let others = json!([{"id": "urn:uuid:other"}, {"id": id, "revoked": false}]);
    let title = "a credential that a revocation list does not revoke is good";
    good(to, "revocation-list", title, (listing.clone(), answered(NEA, others)), None);
    let listed = || json!([{"id": id, "revocationReason": "Awarded by mistake"}]);
    for (name, title, threat, world, expected) in [
        (
            "revocation-list-revoked",
            "a credential in its issuer's revocation list is revoked",
            15,
            answered(NEA, listed()),
            (No, Revoked, "revoked"),
        ),
        (
            "revocation-list-of-another",
            "a revocation list of somebody else says nothing",
            9,
            answered(EVIL, json!([])),
            (Undecided, Unknown, "status-list-of-another-issuer"),
        ),
        (
            "revocation-list-silent",
            "a revocation list that does not answer is undecided, never good",
            13,
            answering(None),
            (Undecided, Unknown, "status-list-unreachable"),
        ),
        (
            "revocation-list-unreadable",
            "a revocation list that cannot be read is undecided, never good",
            13,
            answered(NEA, json!([1])),
            (Undecided, Unknown, "status-list-unreadable"),
        ),
        (
            "revocation-list-without-entries",
            "any other document of the issuer's is no empty revocation list",
            13,
            answering(Some(json!({"id": LIST, "issuer": NEA}).to_string())),
            (Undecided, Unknown, "status-list-unreadable"),
        ),
    ] {
        to.status(name, title, threat, (listing.clone(), world), expected);
    }
}
