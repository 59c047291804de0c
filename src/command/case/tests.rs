//! What a pack keeps, and what a replayed one may say.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use super::*;
use crate::check::endorsement::EndorsementReport;
use crate::check::report::{Presentation, Refreshed, Status, Verdict};
use crate::check::{Check, Verdicts};
use crate::command::verify::{Basis, words};
use crate::model::credential::CONTEXT_V2;

/// Of a credential that holds, and all that it carries and that answered for it as well.
fn verified() -> Report {
    let (yes, status) = (Verdict::Yes, Status::Good);
    let verdicts = Verdicts::of(yes, yes);
    let refreshed = Refreshed {
        url: "https://a.example".into(),
        newer: true,
        verified: true,
        verdicts,
        status,
        id: None,
        valid_from: None,
    };
    let endorsement = EndorsementReport {
        pointer: "/endorsement".into(),
        verified: true,
        authentic: yes,
        current: yes,
        status,
        endorses_this: true,
        endorses: None,
        issuer: None,
        issuer_name: None,
        comment: None,
        signer: None,
        problems: Vec::new(),
    };
    Report {
        verified: true,
        verdicts,
        status,
        refreshed: Some(refreshed),
        endorsements: vec![endorsement],
        ..Report::unreadable(Check::pass("form", ""))
    }
}

#[test]
fn nothing_in_a_replayed_report_says_that_it_is_verified() {
    let of = |credentials| {
        let presentation = Presentation { holder: None, key: None, credentials };
        Report { presentation: Some(presentation), ..verified() }
    };
    let told = |report| serde_json::to_string(&report).unwrap();
    let report = of(vec![verified(), of(vec![verified()])]);
    assert_eq!(told(report.clone()).matches(r#""verified":true"#).count(), 12);
    let replayed = told(as_replayed(report));
    assert!(!replayed.contains(r#""verified":true"#), "{replayed}");
    assert!(replayed.contains(r#""authentic":"yes""#), "the verdicts stay: {replayed}");
}

#[test]
fn contexts_that_are_named_inside_of_jwts_are_named() {
    let jws = |payload: &str| {
        let part = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
        format!("{}.{}.AA", part(r#"{"alg":"ES256","typ":"vc+jwt"}"#), part(payload))
    };
    let of = |name: &str, more: &str| {
        format!(r#"{{"@context": ["{CONTEXT_V2}", "https://a.example/{name}"]{more}}}"#)
    };
    let endorsement = jws(&of("endorsement", ""));
    let enveloped = jws(&of("enveloped", &format!(r#", "endorsementJwt": ["{endorsement}"]"#)));
    let bare = jws(&of("bare", ""));
    let held = format!(
        r#", "verifiableCredential": [{{"@context": "{CONTEXT_V2}",
            "type": "EnvelopedVerifiableCredential",
            "id": "data:application/vc+jwt,{enveloped}"}}, "{bare}"]"#
    );
    let presentation = of("presentation", &held);
    let named = |input: &str| {
        let named = named_contexts(&Input::Bytes(input.into()), &BTreeMap::new());
        let own = named.iter().filter_map(|url| url.strip_prefix("https://a.example/"));
        own.map(str::to_owned).collect::<Vec<_>>()
    };
    let all = ["bare", "endorsement", "enveloped", "presentation"];
    assert_eq!(named(&presentation), all);
    assert_eq!(named(&jws(&presentation)), all);
    assert!(named(r#"{"id": "data:application/vc+jwt,eyJ.e30.AA", "a": "ey.ey.ey"}"#).is_empty());
}

#[test]
fn what_a_pack_alone_vouches_for_is_told_with_that_in_words() {
    let told = words(&as_replayed(verified()), Basis::Pack);
    let newer = "newer at   https://a.example (holds, by the pack)";
    let endorsed = "endorsed   by nobody, as it calls itself: holds, by the pack";
    assert!(told.contains(newer) && told.contains(endorsed), "{told}");
    let mut other = verified();
    other.endorsements[0].endorses_this = false;
    other.refreshed.as_mut().unwrap().verdicts.current = Verdict::No;
    let told = words(&as_replayed(other), Basis::Pack);
    assert!(!told.contains("holds, by the pack") && told.contains("(not verified)"), "{told}");
}
