//! What each kind of status makes of a credential.

use std::sync::Arc;

use jiff::SignedDuration;

use super::super::SKEW;
use super::super::report::{Verdict, verdict};
use super::list::MIN_TTL;
use super::*;
use crate::status::bitstring::{Bits, List};
use crate::status::revocation_list::RevocationList;

const ISSUER: &str = "did:web:nea.example";
const LIST: &str = "https://nea.example/status/1";

fn now() -> Timestamp {
    "2026-11-21T09:00:00Z".parse().unwrap()
}

fn signed(purpose: Purpose) -> SignedList {
    let mut bits = Bits::new(MIN_LENGTH);
    bits.set(7);
    SignedList {
        id: Some(LIST.into()),
        issuer: ISSUER.into(),
        valid_from: Some(now()),
        valid_until: Some(now()),
        list: Arc::new(List { kind: Kind::Bitstring, purposes: vec![purpose], bits, ttl: None }),
        source: 900,
        fetched_at: Some(now()),
    }
}

fn entry(purpose: Purpose, index: usize) -> Named {
    let (kind, messages) = (Kind::Bitstring, Vec::new());
    Named::Entry(Entry { kind, purpose, index, list: LIST.into(), size: 1, messages })
}

fn asked() -> Asked<'static> {
    let credential_id = Some("urn:uuid:1");
    Asked { issuer: ISSUER, credential_id, now: now(), profile: Profile::Strict }
}

/// The problem's code, and whether it is undecided.
fn run(entry: Named, list: SignedList) -> Option<(String, bool)> {
    let check = check(&entry, Some(&ListFact::Read(list)), asked()).check;
    check.problem().map(|problem| (problem.code.clone(), check.is_undecided()))
}

#[test]
fn a_clear_bit_passes_and_a_set_one_says_what_it_means() {
    use Purpose::{Revocation, Suspension};
    assert_eq!(run(entry(Revocation, 8), signed(Revocation)), None);
    let revoked = run(entry(Revocation, 7), signed(Revocation));
    assert_eq!(revoked, Some((REVOKED.into(), false)));
    let suspended = run(entry(Suspension, 7), signed(Suspension));
    assert_eq!(suspended, Some((SUSPENDED.into(), false)));
}

#[test]
fn the_weight_counts_the_source_the_bits_each_purpose_and_what_a_problem_says() {
    let weight = |list: &SignedList| ListFact::Read(list.clone()).weight();
    let mut list = signed(Purpose::Revocation);
    let small = weight(&list);
    assert!(small > 900 + MIN_LENGTH / 8);
    list.source += 1_000_000;
    assert_eq!(weight(&list), small + 1_000_000);
    // Three bytes of JSON make an empty purpose.
    let purposes = vec![Purpose::Other(String::new()); 1000];
    list.list = Arc::new(List { purposes, ..List::clone(&list.list) });
    assert_eq!(weight(&list), small + 1_000_000 + 999 * size_of::<Purpose>());
    let problem = Problem::new("x", "y".repeat(5000));
    assert_eq!(ListFact::Unknown(problem).weight(), 5001);
}

#[test]
fn another_purpose_and_an_index_past_the_end_fail() {
    let purpose = run(entry(Purpose::Suspension, 8), signed(Purpose::Revocation));
    assert_eq!(purpose, Some(("status-purpose".into(), false)));
    let index = run(entry(Purpose::Revocation, MIN_LENGTH), signed(Purpose::Revocation));
    assert_eq!(index, Some(("status-index".into(), false)));
}

#[test]
fn a_list_that_may_not_be_asked_is_undecided() {
    let second = SignedDuration::from_secs(1);
    type Change = fn(&mut SignedList, SignedDuration);
    let changes: [(&str, Change); 5] = [
        ("status-list-of-another-issuer", |list, _| list.issuer = "did:web:b.example".into()),
        ("another-status-list", |list, _| list.id = Some("https://nea.example/2".into())),
        ("status-list-not-yet-valid", |list, s| list.valid_from = Some(now() + SKEW + s)),
        ("status-list-expired", |list, s| list.valid_until = Some(now() - s)),
        ("status-list-too-old", |list, s| list.fetched_at = Some(now() - MIN_TTL - s)),
    ];
    for (code, change) in changes {
        let mut list = signed(Purpose::Revocation);
        change(&mut list, second);
        assert_eq!(run(entry(Purpose::Revocation, 8), list), Some((code.into(), true)));
    }
}

#[test]
fn a_list_that_did_not_answer_is_never_good() {
    let unknown = ListFact::Unknown(Problem::new("status-list-unreachable", "x"));
    for fact in [Some(&unknown), None] {
        assert!(check(&entry(Purpose::Revocation, 8), fact, asked()).check.is_undecided());
    }
    let strange = Named::Unknown { kind: "Strange".into() };
    assert!(check(&strange, None, asked()).check.is_undecided());
    let lax = Asked { profile: Profile::Conformance, ..asked() };
    assert_eq!(verdict([&check(&strange, None, lax).check]), Verdict::Yes);
}

#[test]
fn an_unknown_purpose_is_undecided_whatever_its_bit() {
    let other = || Purpose::Other("accreditation".into());
    for index in [7, 8] {
        let found = run(entry(other(), index), signed(other()));
        assert_eq!(found, Some(("unsupported-status".into(), true)), "{index}");
    }
}

#[test]
fn a_newer_version_is_a_warning_and_no_fault() {
    let fact = ListFact::Read(signed(Purpose::Refresh));
    let set = check(&entry(Purpose::Refresh, 7), Some(&fact), asked());
    assert_eq!(set.check.problem(), None);
    assert_eq!(set.warning.unwrap().code, "newer-version");
    assert_eq!(check(&entry(Purpose::Refresh, 8), Some(&fact), asked()).warning, None);
}

#[test]
fn a_message_is_told_and_only_the_one_for_zero_passes() {
    let mut list = signed(Purpose::Message);
    let mut bits = Bits::new(2 * MIN_LENGTH);
    assert!(bits.set(9) && bits.set(10));
    list.list = Arc::new(List { bits, ..List::clone(&list.list) });
    let fact = ListFact::Read(list);
    let judged = |index: usize, size: usize| {
        let Named::Entry(entry) = entry(Purpose::Message, index) else { unreachable!() };
        let messages = ["valid", "pending", "rejected"].map(str::to_owned);
        let messages = (0..).zip(messages).collect();
        check(&Named::Entry(Entry { size, messages, ..entry }), Some(&fact), asked())
    };
    let zero = judged(3, 2);
    assert_eq!(zero.check.problem(), None);
    assert!(zero.warning.unwrap().detail.contains("\"valid\""));
    for (index, said) in [(4, "\"pending\""), (5, "\"rejected\"")] {
        let other = judged(index, 2);
        assert!(other.check.is_undecided());
        assert!(other.check.problem().unwrap().detail.contains(said));
    }
    let past = judged(MIN_LENGTH, 2).check;
    assert_eq!(past.problem().unwrap().code, "status-index");
    let few = judged(3, 3).check;
    assert_eq!(few.problem().unwrap().code, "invalid-status-list");
}

/// A revocation list of this issuer, under this id, that lists this credential.
fn revocations(issuer: &str, id: &str, listed: &str) -> ListFact {
    let text = serde_json::json!({"id": id, "issuer": issuer,
        "revokedCredential": [{"id": listed, "revocationReason": "Fraud"}]});
    let text = text.to_string();
    let document = crate::model::Document::parse(text.as_bytes()).unwrap();
    let list = Arc::new(RevocationList::read(document.root()).unwrap());
    ListFact::Revocations(AnsweredList { list, fetched_at: Some(now()) })
}

#[test]
fn a_credential_in_a_revocation_list_is_revoked_for_the_reason_that_it_gives() {
    let entry = Named::RevocationList { list: LIST.into() };
    let judged = |fact: &ListFact, asked| check(&entry, Some(fact), asked).check;
    let listed = judged(&revocations(ISSUER, LIST, "urn:uuid:1"), asked());
    assert!(listed.failed() && listed.problem().unwrap().detail.contains("Fraud"));
    let another = revocations(ISSUER, LIST, "urn:uuid:2");
    assert_eq!(judged(&another, asked()).problem(), None);
    let old = Asked { now: now() + MIN_TTL + SignedDuration::from_secs(1), ..asked() };
    for (fact, asked, code) in [
        (revocations("did:web:b.example", LIST, "x:y"), asked(), "status-list-of-another-issuer"),
        (revocations(ISSUER, "https://nea.example/2", "x:y"), asked(), "another-status-list"),
        (another.clone(), old, "status-list-too-old"),
        (another, Asked { credential_id: None, ..asked() }, "no-id-to-look-up"),
    ] {
        let check = judged(&fact, asked);
        assert_eq!((check.is_undecided(), &*check.problem().unwrap().code), (true, code));
    }
}

#[test]
fn no_kind_of_list_stands_in_for_another() {
    let revocations = revocations(ISSUER, LIST, "urn:uuid:1");
    let bits = ListFact::Read(signed(Purpose::Revocation));
    let unsigned = check(&entry(Purpose::Revocation, 8), Some(&revocations), asked()).check;
    assert!(unsigned.is_undecided());
    let named = Named::RevocationList { list: LIST.into() };
    assert!(check(&named, Some(&bits), asked()).check.failed());
    let Named::Entry(of_2021) = entry(Purpose::Revocation, 8) else { unreachable!() };
    let of_2021 = Named::Entry(Entry { kind: Kind::StatusList2021, ..of_2021 });
    assert!(check(&of_2021, Some(&bits), asked()).check.failed());
}
