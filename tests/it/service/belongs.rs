//! Whose a claimed credential is: shown by the earner's private link or by their key, and tried by
//! others.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer as _, SigningKey};
use jiff::SignedDuration;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use touchmark::model::json;

use super::recognition::{Office, policy, recognizer};
use crate::support::app::{Answer, Database, on_both_databases};
use crate::support::samples::{self, with};

on_both_databases! {
    who_has_the_manage_link_shows_that_it_is_theirs
    who_has_the_subjects_key_shows_that_it_is_theirs
    a_challenge_is_answered_once_at_the_recognizer_that_gave_it_and_in_time
}

const V2: &str = "https://www.w3.org/ns/credentials/v2";

impl Office {
    /// A proof by a minted credential's manage link.
    pub async fn proof(&self, minted: &Value, asked: Value) -> Answer {
        let link = minted["manageUrl"].as_str().expect("a link");
        let path = link.strip_prefix("https://touchmark.example").expect("a link of ours");
        self.app.post(&format!("{path}/claims-proof"), "", &asked).await
    }

    async fn challenge(&self) -> String {
        let path = "/v1/recognizers/tennessee/claims/challenges";
        let given = self.app.post(path, &self.key, &json!({})).await.expect(201).json();
        assert_eq!(given["domain"], "did:web:touchmark.example:recognizers:tennessee");
        given["challenge"].as_str().expect("a challenge").to_owned()
    }
}

fn claim(claimant: Value, credential: Value) -> Value {
    json!({"policy": "relicensure", "claimant": claimant, "credentials": [credential]})
}

fn jordan() -> Value {
    json!({"licenseNumber": "TN-44 71", "name": "Jordan Rivera"})
}

/// The codes of what is wrong, with the places.
fn codes(answer: Answer) -> Vec<(String, String)> {
    let problem = answer.expect_problem(422, "invalid");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let errors = problem["errors"].as_array().expect("faults").iter();
    errors.map(|it| (text(&it["pointer"]), text(&it["code"]))).collect()
}

fn one(pointer: &str, code: &str) -> Vec<(String, String)> {
    vec![(pointer.to_owned(), code.to_owned())]
}

async fn who_has_the_manage_link_shows_that_it_is_theirs(database: Database) {
    let office = Office::new(database).await;
    let minted = office.minted().await;
    let other = with(samples::review(), json!({"narrative": "Another."}));
    let other = office.app.mint(&other).await.expect(201).json();
    let key = recognizer(&office.app, "lebanon").await;
    let path = "/v1/recognizers/lebanon";
    let published = policy("relicensure");
    office.app.post(&format!("{path}/policies"), &key, &published).await.expect(201);

    let asked = json!({"recognizer": "tennessee"});
    let given = office.proof(&minted, asked.clone()).await.expect(200);
    assert_eq!(given.header("cache-control"), "no-store");
    let given = given.json();
    assert_eq!(given["expiresAt"], "2026-06-02T10:00:00Z");
    let proof = given["proof"].as_str().unwrap();
    let filed = |credential: &Value, proof: &str| json!({"credential": credential, "proof": proof});
    let good = claim(jordan(), filed(&minted["jwt"], proof));

    // Without it the name that fits is not enough; with it, another name is too much.
    let bare = claim(jordan(), minted["jwt"].clone());
    assert_eq!(codes(office.claim(&bare).await), one("/credentials/0", "not-counted"));
    let lent =
        claim(json!({"licenseNumber": "1", "name": "Sam Lee"}), filed(&minted["jwt"], proof));
    let lent = office.claim(&lent).await.expect_problem(422, "invalid");
    assert!(lent["detail"].as_str().unwrap().contains("it names another name"), "{lent}");

    // For another credential, at another office, changed, prolonged, of another making.
    let another = one("/credentials/0/proof", "proof-of-another");
    let wrong = claim(jordan(), filed(&other["jwt"], proof));
    assert_eq!(codes(office.claim(&wrong).await), another);
    let elsewhere = office.app.post(&format!("{path}/claims"), &key, &good).await;
    assert_eq!(codes(elsewhere), another);
    let (whole, last) = proof.split_at(proof.len() - 1);
    let changed = format!("{whole}{}", if last == "0" { "1" } else { "0" });
    let mut parts: Vec<&str> = proof.split('.').collect();
    parts[1] = "1999999999";
    for forged in [changed, parts.join("."), "x".into(), "a.b.c".into(), format!("{proof}.1")] {
        let wrong = claim(jordan(), filed(&minted["jwt"], &forged));
        assert_eq!(codes(office.claim(&wrong).await), another, "{forged}");
    }

    let recorded = office.claim(&good).await.expect(201).json();
    assert_eq!(recorded["decision"]["total"], "6");

    // It ends, and with the link that it was made by.
    let short = json!({"recognizer": "tennessee", "hours": 1});
    let ends = office.proof(&other, short).await.expect(200).json();
    office.app.clock.advance(SignedDuration::from_mins(60));
    let late = claim(jordan(), filed(&other["jwt"], ends["proof"].as_str().unwrap()));
    assert_eq!(codes(office.claim(&late).await), one("/credentials/0/proof", "proof-ended"));
    let ours = office.proof(&other, asked.clone()).await.expect(200).json();
    let id = other["id"].as_str().unwrap();
    let renew = format!("/v1/issuers/nea/credentials/{id}/manage-link");
    office.app.post(&renew, &office.app.nea, &json!({})).await.expect(200);
    let renewed = claim(jordan(), filed(&other["jwt"], ours["proof"].as_str().unwrap()));
    assert_eq!(codes(office.claim(&renewed).await), another);
    office.proof(&other, asked).await.expect_problem(404, "not-found");
    for (asked, pointer) in [
        (json!({"recognizer": "nobody"}), "/recognizer"),
        (json!({"recognizer": "tennessee", "hours": 721}), "/hours"),
        (json!({"recognizer": "tennessee", "hours": 0}), "/hours"),
    ] {
        let refused = office.proof(&minted, asked).await.expect_problem(422, "invalid");
        assert_eq!(refused["errors"][0]["pointer"], pointer);
    }
}

/// A holder with a key of their own.
struct Holder {
    key: SigningKey,
    did: String,
    method: String,
}

impl Holder {
    fn new(seed: u8) -> Self {
        let key = SigningKey::from_bytes(&[seed; 32]);
        let public = key.verifying_key();
        let bytes = [&[0xed, 0x01][..], public.as_bytes()].concat();
        let name = format!("z{}", bs58::encode(bytes).into_string());
        Self { key, did: format!("did:key:{name}"), method: format!("did:key:{name}#{name}") }
    }

    fn claimant(&self) -> Value {
        json!({"id": self.did, "name": "Jordan Rivera"})
    }

    /// A credential that is about them.
    async fn earned(&self, office: &Office, slug: &str) -> Value {
        let achievement = with(samples::achievement(), json!({"slug": slug, "name": slug}));
        office.app.publish(&achievement).await;
        let earner = json!({"name": "Jordan Rivera", "id": self.did});
        let review = with(samples::review(), json!({"achievement": slug}));
        let mut review = review;
        review["earner"] = earner;
        office.app.mint(&review).await.expect(201).json()["credential"].clone()
    }

    /// A presentation by `eddsa-jcs-2022`.
    fn presents(&self, credential: &Value, domain: &str, challenge: &str) -> Value {
        let mut document = json!({"@context": [V2], "type": ["VerifiablePresentation"],
            "holder": self.did, "verifiableCredential": [credential]});
        let mut proof = json!({"@context": [V2], "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-jcs-2022", "created": "2026-06-01T10:00:00Z",
            "verificationMethod": self.method, "proofPurpose": "authentication",
            "domain": domain, "challenge": challenge});
        let hashed = |value: &Value| {
            let text = value.to_string();
            let value = json::parse(text.as_bytes()).unwrap();
            Sha256::digest(json::canonical(&value).unwrap())
        };
        let message = [hashed(&proof), hashed(&document)].concat();
        let signature = self.key.sign(&message).to_bytes();
        proof["proofValue"] = format!("z{}", bs58::encode(signature).into_string()).into();
        document["proof"] = proof;
        document
    }
}

fn answering(challenge: &str, claim: Value) -> Value {
    with(claim, json!({"challenge": challenge}))
}

const TENNESSEE: &str = "did:web:touchmark.example:recognizers:tennessee";

async fn who_has_the_subjects_key_shows_that_it_is_theirs(database: Database) {
    let office = Office::new(database).await;
    let (holder, thief) = (Holder::new(7), Holder::new(8));
    let credential = holder.earned(&office, "circles").await;
    let not_counted = one("/credentials/0", "not-counted");
    let file = async |challenge: &str, presented: Value| {
        let asked = claim(holder.claimant(), presented);
        office.claim(&answering(challenge, asked)).await
    };
    // A challenge of the office's own is the office's to keep.
    let own = "counter 3, 10:15";
    let good = holder.presents(&credential, TENNESSEE, own);
    for (what, challenge, presented) in [
        ("made for another", own, holder.presents(&credential, "did:web:other.example", own)),
        ("an answer to another", own, holder.presents(&credential, TENNESSEE, "counter 2")),
        ("signed by another", own, thief.presents(&credential, TENNESSEE, own)),
        ("changed", own, with(good.clone(), json!({"holder": thief.did}))),
        ("as if it were the holder's", own, {
            let stolen = thief.presents(&credential, TENNESSEE, own);
            with(stolen, json!({"holder": holder.did}))
        }),
        ("not a presentation", own, credential.clone()),
    ] {
        assert_eq!(codes(file(challenge, presented).await), not_counted, "{what}");
    }
    let unasked = office.claim(&claim(holder.claimant(), good.clone())).await;
    assert_eq!(codes(unasked), not_counted, "nothing keeps it from being played again");
    let lent = json!({"id": holder.did, "name": "Sam Lee"});
    let lent = office.claim(&answering(own, claim(lent, good.clone()))).await;
    assert_eq!(codes(lent), not_counted, "it names somebody else");

    let recorded = file(own, good).await.expect(201).json();
    assert_eq!(recorded["decision"]["total"], "6");
    // The receipt is on the credential, and on the list that the verification went by.
    let path = recorded["receipt"]["json"].as_str().unwrap();
    let path = path.strip_prefix("https://touchmark.example").unwrap();
    let receipt = office.app.get(path).await.expect(200).json();
    let evidence = receipt["evidence"].as_array().unwrap();
    let list = credential["credentialStatus"]["statusListCredential"].as_str().unwrap();
    let named: Vec<_> = evidence.iter().filter(|it| it["id"] == list).collect();
    assert_eq!(named.len(), 1, "{evidence:#?}");
    let path = list.strip_prefix("https://touchmark.example").unwrap();
    let bytes = office.app.get_as(path, "application/vc+ld+json, application/json").await;
    let digest = Sha256::digest(bytes.expect(200).text());
    let multihash = [&[0x12, 32][..], &digest].concat();
    let expected = format!("u{}", BASE64_URL_SAFE_NO_PAD.encode(multihash));
    assert_eq!(named[0]["digestMultibase"], expected);
    let reviewed = office.change(&recorded["id"], "review", &json!({})).await.expect(200).json();
    assert_eq!(reviewed.get("flag"), None, "{reviewed}");
    // Under another form it is the same one.
    let again = json!({"credential": credential, "belongs":
        {"decision": "yes", "reason": "She is here", "by": "M. Okafor"}});
    office.claim(&claim(holder.claimant(), again)).await.expect_problem(409, "already-counted");
}

async fn a_challenge_is_answered_once_at_the_recognizer_that_gave_it_and_in_time(
    database: Database,
) {
    let office = Office::new(database).await;
    let holder = Holder::new(7);
    let first = holder.earned(&office, "circles").await;
    let second = holder.earned(&office, "conflicts").await;
    let key = recognizer(&office.app, "lebanon").await;
    let path = "/v1/recognizers/lebanon";
    office.app.post(&format!("{path}/policies"), &key, &policy("relicensure")).await.expect(201);
    let asked = |credential: &Value, domain: &str, challenge: &str| {
        let presented = holder.presents(credential, domain, challenge);
        answering(challenge, claim(holder.claimant(), presented))
    };
    let over = one("/challenge", "challenge-over");

    let challenge = office.challenge().await;
    assert!(challenge.starts_with("tmc-"));
    let lebanon = "did:web:touchmark.example:recognizers:lebanon";
    let elsewhere = asked(&first, lebanon, &challenge);
    let elsewhere = office.app.post(&format!("{path}/claims"), &key, &elsewhere).await;
    assert_eq!(codes(elsewhere), over, "another recognizer gave it");
    // Only looking uses nothing up.
    let good = asked(&first, "touchmark.example", &challenge);
    let dry = "/v1/recognizers/tennessee/claims?dry_run=true";
    let preview = office.app.post(dry, &office.key, &good).await.expect(200).json();
    assert_eq!(preview["decision"]["total"], "6", "{preview}");
    office.claim(&good).await.expect(201);
    let replayed = asked(&second, TENNESSEE, &challenge);
    assert_eq!(codes(office.claim(&replayed).await), over);
    let preview = office.app.post(dry, &office.key, &replayed).await;
    assert_eq!(codes(preview), over);

    let late = office.challenge().await;
    office.app.clock.advance(SignedDuration::from_mins(10));
    assert_eq!(codes(office.claim(&asked(&second, TENNESSEE, &late)).await), over);
    let never = "tmc-0000000000000000000000000000000";
    assert_eq!(codes(office.claim(&asked(&second, TENNESSEE, never)).await), over);
    let fresh = office.challenge().await;
    office.claim(&asked(&second, TENNESSEE, &fresh)).await.expect(201);
}
