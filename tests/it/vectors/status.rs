//! The vectors about what is current: status lists and dates.

use serde_json::{Value, json};
use touchmark::check::report::{Status, Verdict};

use super::cast::*;
use super::generate::{Writer, expect, failing, vector};

pub fn lists(to: &Writer) {
    use Status::{Revoked, Suspended, Unknown};
    use Verdict::{No, Undecided};
    let listed = |entries: Value| signed(&with(credential(), &[("/credentialStatus", entries)]));
    let at = |index: &str| listed(entry("revocation", REVOCATION, index));
    let answering = |url: &str, text: Option<String>| {
        let mut world = world();
        match text {
            Some(text) => world.0.insert(url.into(), text),
            None => world.0.remove(url),
        };
        world
    };
    let mine = |list: &Value| answering(REVOCATION, Some(signed(list).to_string()));
    let plain = list(REVOCATION, "revocation", &bits(&[7]));

    to.status(
        "revoked",
        "a set revocation bit is revoked",
        15,
        (at("7"), world()),
        (No, Revoked, "revoked"),
    );
    to.status(
        "suspended",
        "a set suspension bit is suspended, not revoked",
        15,
        (listed(json!([entry("suspension", SUSPENSION, "7")])), world()),
        (No, Suspended, "suspended"),
    );
    let both = json!([entry("revocation", REVOCATION, "8"), entry("suspension", SUSPENSION, "7")]);
    to.status(
        "second-entry",
        "every status entry is looked at",
        14,
        (listed(both), world()),
        (No, Suspended, "suspended"),
    );
    let many: Vec<Value> =
        (0..9).map(|n| entry("revocation", REVOCATION, &n.to_string())).collect();
    let mut many = many;
    many.remove(7);
    many.push(entry("revocation", REVOCATION, "10"));
    to.status(
        "many-entries",
        "more entries than we ask about are undecided",
        14,
        (listed(json!(many)), world()),
        (Undecided, Unknown, "too-many-status-entries"),
    );
    let strange = json!([entry("revocation", REVOCATION, "8"),
                         {"id": "urn:uuid:9", "type": "StrangeEntry"}]);
    let defines = json!({"StrangeEntry": "https://strange.example/#StrangeEntry"});
    let strange = with(
        credential(),
        &[("/@context", json!([V2, OB, defines])), ("/credentialStatus", strange)],
    );
    to.status(
        "unknown-entry",
        "an entry of a type that we do not read is undecided",
        14,
        (signed(&strange), world()),
        (Undecided, Unknown, "unsupported-status"),
    );
    to.status(
        "list-silent",
        "a list that does not answer is undecided, never good",
        13,
        (at("8"), answering(REVOCATION, None)),
        (Undecided, Unknown, "status-list-unreachable"),
    );
    to.status(
        "list-a-web-page",
        "a list that answers something else is undecided",
        13,
        (at("8"), answering(REVOCATION, Some("<html>".into()))),
        (Undecided, Unknown, "status-list-unreadable"),
    );
    to.status(
        "list-unsigned",
        "a list that nobody signed is undecided",
        9,
        (at("8"), answering(REVOCATION, Some(plain.to_string()))),
        (Undecided, Unknown, "status-list-not-authentic"),
    );
    let mut changed = signed(&plain);
    changed["credentialSubject"]["encodedList"] = json!(gzip(&bits(&[])));
    to.status(
        "list-changed",
        "a list whose bits were changed after signing is undecided",
        9,
        (at("7"), answering(REVOCATION, Some(changed.to_string()))),
        (Undecided, Unknown, "status-list-not-authentic"),
    );
    let evil = with(plain.clone(), &[("/issuer", json!(EVIL))]);
    let options = with(options(), &[("/verificationMethod", json!(format!("{EVIL}#key-1")))]);
    to.status(
        "list-of-another",
        "a list that somebody else signed does not speak for the issuer",
        9,
        (at("8"), answering(REVOCATION, Some(secured(&evil, &options, 66).to_string()))),
        (Undecided, Unknown, "status-list-of-another-issuer"),
    );
    to.status(
        "list-for-list",
        "one list of the issuer does not answer for another",
        9,
        (at("8"), mine(&list("https://nea.example/status/x", "revocation", &bits(&[])))),
        (Undecided, Unknown, "another-status-list"),
    );
    to.status(
        "list-purpose",
        "an entry and a list of different purposes fail",
        10,
        (listed(entry("revocation", SUSPENSION, "8")), world()),
        (No, Unknown, "status-purpose"),
    );
    to.status(
        "list-bomb",
        "a list that inflates past the cap fails",
        11,
        (at("8"), mine(&list(REVOCATION, "revocation", &vec![0; 3 << 20]))),
        (No, Unknown, "invalid-status-list"),
    );
    to.status(
        "list-short",
        "a list that is too short fails",
        12,
        (at("8"), mine(&list(REVOCATION, "revocation", &[0; 16_383]))),
        (No, Unknown, "invalid-status-list"),
    );
    for (name, index) in
        [("list-index-past-end", "131072"), ("list-index-huge", "18446744073709551615")]
    {
        let title = "an index past the list's end fails and never reads as not revoked";
        to.status(name, title, 12, (at(index), world()), (No, Unknown, "status-index"));
    }
    let title = "an index that is not a decimal number fails";
    to.status(
        "list-index-text",
        title,
        12,
        (at("0x7"), world()),
        (No, Unknown, "invalid-status-entry"),
    );
    let old = with(plain.clone(), &[("/validUntil", json!("2026-11-21T08:59:59Z"))]);
    to.status(
        "list-expired",
        "an old list that is played again is undecided",
        13,
        (at("7"), mine(&old)),
        (Undecided, Unknown, "status-list-expired"),
    );
    let early = with(plain.clone(), &[("/validFrom", json!("2026-11-21T09:05:01Z"))]);
    to.status(
        "list-from-the-future",
        "a list from the future is undecided",
        30,
        (at("8"), mine(&early)),
        (Undecided, Unknown, "status-list-not-yet-valid"),
    );
    let claims = [
        ("/iss", json!(NEA)),
        ("/jti", json!(REVOCATION)),
        ("/nbf", json!(1795251540)),
        ("/exp", json!(1795337940)),
        ("/sub", json!(format!("{REVOCATION}#list"))),
    ];
    let jwt = jwt_p256(&header(json!({})), &with(plain, &claims).to_string(), 2);
    to.status(
        "list-as-jwt",
        "a list as a JWT is read as well",
        15,
        (at("7"), answering(REVOCATION, Some(jwt))),
        (No, Revoked, "revoked"),
    );
}

pub fn dates(to: &Writer) {
    use Status::{Expired, Good, NotYetValid};
    use Verdict::{No, Yes};
    let plain = credential();
    let until = |time: &str| signed(&with(plain.clone(), &[("/validUntil", json!(time))]));
    let from = |time: &str| signed(&with(plain.clone(), &[("/validFrom", json!(time))]));
    let passing = |name: &str, title: &str, threat: u32, input: Value| {
        to.write(name, vector(title, Some(threat), input, world(), expect(Yes, Yes, Good)));
    };
    let failed =
        |name: &str, title: &str, threat: u32, input: Value, status: Status, code: &str| {
            let expect = failing(Yes, No, status, ("validity", code));
            to.write(name, vector(title, Some(threat), input, world(), expect));
        };
    passing("ends-now", "a credential holds up to its end", 34, until(NOW));
    failed(
        "expired",
        "a credential past its end is expired, without tolerance",
        34,
        until("2026-11-21T08:59:59Z"),
        Expired,
        "expired",
    );
    passing("starts-soon", "a start may be five minutes ahead", 30, from("2026-11-21T09:05:00Z"));
    failed(
        "starts-later",
        "a start more than five minutes ahead is not yet valid",
        30,
        from("2026-11-21T09:05:01Z"),
        NotYetValid,
        "not-yet-valid",
    );
    let proof = |member: &str, time: &str| {
        secured(&plain, &with(options(), &[(&format!("/{member}"), json!(time))]), 1)
    };
    passing(
        "proof-soon",
        "a proof may be made five minutes ahead",
        30,
        proof("created", "2026-11-21T09:05:00Z"),
    );
    for (name, title, member, time, status) in [
        (
            "proof-from-the-future",
            "a proof made more than five minutes ahead fails",
            "created",
            "2026-11-21T09:05:01Z",
            NotYetValid,
        ),
        (
            "proof-expired",
            "a proof past its own end fails",
            "expires",
            "2026-11-21T08:59:59Z",
            Expired,
        ),
    ] {
        let expect = failing(Yes, No, status, ("proof-dates", name));
        to.write(name, vector(title, Some(34), proof(member, time), world(), expect));
    }
    let exp = payload(&[("/exp", json!(1793527300))]);
    let expect = failing(Yes, No, Expired, ("validity", "expired"));
    let title = "an end that only the JWT names ends it";
    let input = jwt_p256(&header(json!({})), &exp, 2);
    to.write("jwt-expired", vector(title, Some(34), input, world(), expect));
}
