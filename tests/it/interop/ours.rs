//! What we mint, before other people's verifiers and the API's fuzzer.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use touchmark::bake::Picture;
use touchmark::model::securing::Cryptosuite;

use super::{
    available, digitalbazaar, jose, json_line, mutants, openbadgeslib, schemathesis, text,
};
use crate::support::demo::Demo;

/// Every way of embedding a proof, and the JWT's algorithm beside it.
fn securings() -> Vec<Value> {
    let usual = Cryptosuite::ALL.iter().map(|suite| json!({"cryptosuite": suite.name()}));
    let suites = ["ecdsa-rdfc-2019", "ecdsa-jcs-2019"];
    let p384 = suites.map(|suite| json!({"cryptosuite": suite, "curve": "P-384"}));
    let algorithms = ["ES256", "ES384", "RS256"].iter().cycle();
    let with_alg = usual.chain(p384).zip(algorithms).map(|(mut securing, alg)| {
        securing["alg"] = json!(alg);
        securing
    });
    with_alg.collect()
}

fn mint(demo: &Demo, securing: &Value) -> Value {
    let levels = ["overview", "plan", "artifacts", "reflection"].map(|id| (id, "proficient"));
    let request = json!({
        "achievement": "creating-a-classroom-community",
        "earner": {"name": "Jordan Rivera", "email": "jordan@school.example"},
        "review": {"outcome": "passed", "date": "2026-05-04", "levels": HashMap::from(levels)},
        "securing": securing,
    });
    let url = format!("{}/v1/issuers/nea/credentials", demo.origin);
    let bearer = format!("Authorization: Bearer {}", demo.api_key());
    let (body, json) = (request.to_string(), "Content-Type: application/json");
    json_line(Command::new("curl").args(["-sf", &url, "-H", &bearer, "-H", json, "-d", &body]))
}

#[test]
fn what_we_mint_in_every_way_is_accepted_by_npm_and_refused_when_changed() {
    if !available() {
        return;
    }
    let demo = Demo::start();
    let origin = demo.origin.as_str();
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = |name: &str, content: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, content).expect("the folder is there");
        file.to_str().expect("its path is text").to_owned()
    };
    for securing in securings() {
        let minted = mint(&demo, &securing);
        let credential = &minted["credential"];
        let proof = &credential["proof"][0];
        assert_eq!(proof["cryptosuite"], securing["cryptosuite"]);
        let method = proof["verificationMethod"].as_str().expect("a proof names its key");
        assert_eq!(method.contains("#z82L"), securing["curve"] == "P-384", "{method}");
        let npm = digitalbazaar(&file("good.json", &credential.to_string()), origin, origin);
        assert_eq!(
            (&npm["verified"], &npm["statusVerified"]),
            (&true.into(), &true.into()),
            "{npm}"
        );
        let changed = credential.to_string().replacen("Jordan", "Jordin", 1);
        let npm = digitalbazaar(&file("changed.json", &changed), origin, origin);
        assert_eq!(npm["verified"], false, "{npm}");
        assert!(npm["error"].to_string().contains("Invalid signature"), "{npm}");

        let url = format!("{origin}/issuers/nea/did.json");
        let did_document = json_line(Command::new("curl").args(["-sf", &url]));
        let document = file("did.json", &did_document.to_string());
        let jwt = minted["jwt"].as_str().expect("a JWT");
        let npm = jose(&file("good.jwt", jwt), &document);
        let expected = json!({"verified": true, "alg": securing["alg"], "typ": "JWT",
                              "error": null});
        assert_eq!(npm, expected);
        let changed = String::from_utf8(mutants::jws(jwt, 0).remove(10)).expect("text");
        let npm = jose(&file("changed.jwt", &changed), &document);
        assert_eq!(npm["verified"], false, "{npm}");
        let error = npm["error"].to_string();
        assert!(error.contains("ERR_JWS_SIGNATURE_VERIFICATION_FAILED"), "{error}");
    }
}

/// The demo says how a claim is filed; its receipt is a credential like any other.
#[test]
fn the_receipt_of_the_demos_claim_is_accepted_by_npm() {
    if !available() {
        return;
    }
    let demo = Demo::start();
    let origin = demo.origin.as_str();
    let (_, claim) = demo.summary.split_once("with an example office").expect("it says how");
    let (claim, _) = claim.split_once("\n\n").expect("a blank line ends it");
    let recorded = json_line(Command::new("bash").args(["-c", claim]));
    assert_eq!(recorded["decision"]["total"], "6", "{recorded}");
    let receipt = recorded["receipt"]["page"].as_str().expect("a link");
    let npm = digitalbazaar(receipt, origin, origin);
    assert_eq!((&npm["verified"], &npm["statusVerified"]), (&true.into(), &true.into()), "{npm}");
    let again = json_line(Command::new("bash").args(["-c", claim]));
    assert_eq!(again["type"], "urn:touchmark:problem:already-counted", "{again}");
}

/// What stands on the demo's menu is endorsed by a credential like any other.
#[test]
fn the_endorsement_on_the_demos_menu_is_accepted_by_npm_and_an_altered_one_is_refused() {
    if !available() {
        return;
    }
    let demo = Demo::start();
    let origin = demo.origin.as_str();
    let url = format!("{origin}/recognizers/committee/menus/classrooms");
    let menu = json_line(Command::new("curl").args(["-sf", &url]));
    let endorsement = menu["achievements"][0]["endorsement"].as_str().expect("a link");
    let npm = digitalbazaar(endorsement, origin, origin);
    assert_eq!((&npm["verified"], &npm["statusVerified"]), (&true.into(), &true.into()), "{npm}");
    let output = Command::new("curl").args(["-sf", endorsement]).output();
    let altered = text(&output.expect("curl is installed").stdout).replacen("US$200", "US$900", 1);
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("altered.json");
    std::fs::write(&file, altered).expect("the folder is there");
    let npm = digitalbazaar(file.to_str().expect("its path is text"), origin, origin);
    assert_eq!(npm["verified"], false, "{npm}");
}

/// What we mint is accepted by others' software, refused when changed, and seen as revoked.
#[test]
fn what_we_mint_is_accepted_changed_is_refused_and_revoked_is_seen() {
    if !available() {
        return;
    }
    let demo = Demo::start();
    let origin = demo.origin.as_str();
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let changed = |url: &str, name: &str, change: &dyn Fn(String) -> String| {
        let output = Command::new("curl").args(["-sf", url]).output().expect("curl is installed");
        let file = folder.path().join(name);
        std::fs::write(&file, change(text(&output.stdout))).expect("the folder is there");
        file.to_str().expect("its path is text").to_owned()
    };

    for page in demo.credentials("good") {
        let npm = digitalbazaar(&page, origin, origin);
        assert_eq!(
            (&npm["verified"], &npm["statusVerified"]),
            (&true.into(), &true.into()),
            "{npm}"
        );
        assert!(
            npm["statuses"].as_array().is_some_and(|s| s.iter().all(|s| s["set"] == false)),
            "{npm}"
        );
        for form in ["json", "jwt"] {
            let pypi = openbadgeslib(&format!("{page}.{form}"), origin, origin);
            assert_eq!(
                (&pypi["verified"], &pypi["revoked"]),
                (&true.into(), &false.into()),
                "{pypi}"
            );
        }
    }

    let good = &demo.credentials("good")[0];
    let letter = |signed: String| signed.replacen("Jordan", "Jordin", 1);
    let json = changed(&format!("{good}.json"), "changed.json", &letter);
    // The reason counts: what could not be loaded is not verified either.
    let refused = |answer: Value, reason: &str| {
        assert_eq!(answer["verified"], false, "{answer}");
        assert!(answer["error"].to_string().to_lowercase().contains(reason), "{answer}");
    };
    refused(digitalbazaar(&json, origin, origin), "invalid signature");
    refused(openbadgeslib(&json, origin, origin), "signature mismatch");
    let first_of_signature = |jwt: String| {
        let (signed, signature) = jwt.rsplit_once('.').expect("a JWS has three parts");
        let other = if signature.starts_with('A') { 'B' } else { 'A' };
        format!("{signed}.{other}{}", &signature[1..])
    };
    let jwt = changed(&format!("{good}.jwt"), "changed.jwt", &first_of_signature);
    refused(openbadgeslib(&jwt, origin, origin), "signature");

    for status in ["revoked", "suspended"] {
        let page = &demo.credentials(status)[0];
        let npm = digitalbazaar(page, origin, origin);
        assert!(
            npm["statuses"].as_array().is_some_and(|s| s.iter().any(|s| s["set"] == true)),
            "{npm}"
        );
        for form in ["json", "jwt"] {
            let pypi = openbadgeslib(&format!("{page}.{form}"), origin, origin);
            assert_eq!(
                (&pypi["verified"], &pypi["revoked"]),
                (&false.into(), &true.into()),
                "{pypi}"
            );
        }
    }

    // Revoking is seen at once.
    let id = good.rsplit('/').next().expect("a split has a last part");
    let url = format!("{origin}/v1/issuers/nea/credentials/{id}/revoke");
    let bearer = format!("Authorization: Bearer {}", demo.api_key());
    let args = [
        "-sf",
        &url,
        "-H",
        &bearer,
        "-H",
        "Content-Type: application/json",
        "-d",
        "{\"reason\": \"x\"}",
    ];
    assert!(Command::new("curl").args(args).output().expect("curl is installed").status.success());
    let npm = digitalbazaar(good, origin, origin);
    assert_eq!(npm["statuses"][0]["set"], true, "{npm}");
    assert_eq!(openbadgeslib(&format!("{good}.jwt"), origin, origin)["revoked"], true);
}

/// The pictures that a holder takes along, in both forms of each, are opened and accepted by
/// others' software; one whose credential was changed is refused.
#[test]
fn a_picture_of_ours_is_opened_and_accepted_and_an_altered_one_is_refused() {
    if !available() {
        return;
    }
    let demo = Demo::start();
    let origin = demo.origin.as_str();
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let page = &demo.credentials("good")[0];
    for (picture, form) in [
        (Picture::Png, "json"),
        (Picture::Png, "jwt"),
        (Picture::Svg, "json"),
        (Picture::Svg, "jwt"),
    ] {
        let file = format!("{page}.{}?form={form}", picture.extension());
        let pypi = openbadgeslib(&file, origin, origin);
        assert_eq!((&pypi["verified"], &pypi["revoked"]), (&true.into(), &false.into()), "{pypi}");
        let format = if form == "json" { "ldp" } else { "vc-jwt" };
        assert_eq!(pypi["format"], format, "{file}");

        let output = Command::new("curl").args(["-sf", &file]).output().expect("curl is installed");
        let credential = picture.open(&output.stdout).expect("a credential in it").credential;
        let other = match form {
            "json" => credential.replacen("Jordan", "Jordin", 1),
            _ => credential.replacen("eyJ", "eyK", 1),
        };
        assert_ne!(other, credential);
        let altered = picture.bake(&output.stdout, &other).expect("it fits");
        let path = folder.path().join("altered");
        std::fs::write(&path, altered).expect("the folder is there");
        let pypi = openbadgeslib(path.to_str().expect("its path is text"), origin, origin);
        assert_eq!(pypi["verified"], false, "{pypi}");
    }
}

#[test]
fn schemathesis_finds_no_fault_in_the_running_service() {
    if !available() {
        return;
    }
    let demo = Demo::start();
    let description = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.yaml");
    if let Err(printed) = schemathesis(&description, &demo.origin, demo.api_key()) {
        panic!("{printed}");
    }
}
