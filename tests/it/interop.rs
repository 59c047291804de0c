//! Other people's software against ours: `@digitalbazaar/vc` from npm,
//! `openbadgeslib` and `schemathesis` from PyPI (`tests/interop/`).
//!
//! `make test` installs them and sets `TOUCHMARK_TEST_INTEROP=required`. A plain
//! `cargo test` that finds them missing says that these tests did not run.
//!
//! The functions wait for a child process: on an async runtime call them
//! through `spawn_blocking`.

use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use touchmark::ambient::Ambient;
use touchmark::bake::Picture;
use touchmark::check::report::Verdict;
use touchmark::fetch::Offline;
use touchmark::jsonld::Contexts;
use touchmark::model::securing::Cryptosuite;
use touchmark::proof::SUITES;
use touchmark::verify::verify;

use crate::support::demo::Demo;

/// Whether the tools are installed. Prints that the test did not run, or fails
/// it where the environment says that they are required.
pub fn available() -> bool {
    let missing: Vec<_> =
        [modules().join("@digitalbazaar/ecdsa-multikey"), python(), schemathesis_bin()]
            .into_iter()
            .filter(|path| !path.exists())
            .collect();
    if missing.is_empty() {
        return true;
    }
    let required = std::env::var("TOUCHMARK_TEST_INTEROP").is_ok_and(|v| v == "required");
    assert!(!required, "interop tools are required but missing: {missing:?}");
    println!("did NOT run: `make test` installs the interop tools that are missing: {missing:?}");
    false
}

/// What `@digitalbazaar/vc` says of the embedded credential in a file or at a
/// URL: `{"verified", "statusVerified", "statuses": [{"purpose", "set"}], "error"}`.
///
/// `origin` is where the service listens (`http://localhost:4711`), `public` what
/// it calls itself.
pub fn digitalbazaar(source: &str, origin: &str, public: &str) -> Value {
    let mut command = Command::new("node");
    command.arg(folder().join("digitalbazaar.mjs")).arg(source);
    json_line(command.args(["--origin", origin, "--public", public]))
}

/// What `openbadgeslib` says of the embedded or JWT credential in a file or at a
/// URL: `{"verified", "trusted", "format", "revoked", "error"}`.
pub fn openbadgeslib(source: &str, origin: &str, public: &str) -> Value {
    let mut command = Command::new(python());
    command.arg(folder().join("openbadgeslib_verify.py")).arg(source);
    json_line(command.args(["--origin", origin, "--public", public]))
}

/// Lets schemathesis try the service; the error is what it printed.
pub fn schemathesis(openapi: &Path, url: &str, api_key: &str) -> Result<(), String> {
    let mut command = Command::new(folder().join("api.sh"));
    let output = run(command.arg(openapi).arg(url).env("API_KEY", api_key));
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{}{}", text(&output.stdout), text(&output.stderr)))
}

fn json_line(command: &mut Command) -> Value {
    let output = run(command);
    let (answer, errors) = (text(&output.stdout), text(&output.stderr));
    let Some(Ok(answer)) = answer.lines().last().map(serde_json::from_str) else {
        panic!("{command:?} answered with no JSON ({}): {answer}{errors}", output.status);
    };
    answer
}

fn run(command: &mut Command) -> Output {
    let output = command.stdin(Stdio::null()).output();
    output.unwrap_or_else(|e| panic!("{command:?} does not start: {e}"))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop")
}

fn modules() -> PathBuf {
    folder().join("node_modules")
}

fn python() -> PathBuf {
    folder().join(".venv/bin/python")
}

fn schemathesis_bin() -> PathBuf {
    folder().join(".venv/bin/schemathesis")
}

/// `sample.mjs`: an issuer made of npm's libraries, stopped when dropped.
struct Sample {
    process: Child,
    origin: String,
}

impl Sample {
    fn start() -> Self {
        let mut process = Command::new("node")
            .arg(folder().join("sample.mjs"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node starts");
        let mut line = String::new();
        let output = process.stdout.take().expect("its output is a pipe");
        BufReader::new(output).read_line(&mut line).expect("it prints where it listens");
        let ready: Value = serde_json::from_str(&line).expect("it prints JSON");
        Self { process, origin: ready["origin"].as_str().expect("an origin").to_owned() }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    fn get(&self, path: &str) -> String {
        let port = self.origin.rsplit(':').next().expect("the origin names a port");
        let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).expect("it listens");
        write!(stream, "GET {path} HTTP/1.0\r\n\r\n").expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        answer.split_once("\r\n\r\n").expect("an answer has a body").1.to_owned()
    }
}

impl Drop for Sample {
    fn drop(&mut self) {
        // It may have ended by itself, and nobody is left to tell.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn the_verifiers_accept_what_npm_itself_signed_and_see_it_revoked() {
    if !available() {
        return;
    }
    let sample = Sample::start();
    let origin = sample.origin.as_str();
    for (name, revoked) in [("good", false), ("revoked", true)] {
        let url = sample.url(&format!("/credentials/{name}"));
        let answer = digitalbazaar(&url, origin, origin);
        assert_eq!(answer["verified"], true, "{answer}");
        assert_eq!(answer["statusVerified"], true, "{answer}");
        assert_eq!(answer["statuses"][0]["set"], revoked, "{answer}");
        for (url, format) in [(url.clone(), "ldp"), (format!("{url}.jwt"), "vc-jwt")] {
            let answer = openbadgeslib(&url, origin, origin);
            assert_eq!(answer["format"], format, "{answer}");
            assert_eq!(answer["verified"], !revoked, "{answer}");
            assert_eq!(answer["revoked"], revoked, "{answer}");
        }
    }
}

#[test]
fn the_verifiers_refuse_one_changed_character_and_a_foreign_origin() {
    if !available() {
        return;
    }
    let sample = Sample::start();
    let origin = sample.origin.as_str();
    let changed = sample.get("/credentials/good").replace("Be signed.", "Be signed!");
    let folder = tempfile::tempdir().expect("a throw-away folder");
    let file = folder.path().join("changed.json");
    std::fs::write(&file, changed).expect("it can be written");
    let file = file.to_str().expect("its path is text");

    let answer = digitalbazaar(file, origin, origin);
    assert_eq!(answer["verified"], false, "{answer}");
    assert!(answer["error"].to_string().contains("Invalid signature"), "{answer}");
    let answer = openbadgeslib(file, origin, origin);
    assert_eq!(answer["verified"], false, "{answer}");
    assert!(answer["error"].to_string().contains("signature mismatch"), "{answer}");

    let answer = digitalbazaar(file, origin, "http://localhost:1");
    assert!(answer["error"].to_string().contains("neither a pinned context"), "{answer}");
}

/// What npm's libraries sign on the spot, each with its cryptosuite.
fn signed_by_npm() -> Vec<(String, String)> {
    let output = run(Command::new("node").arg(folder().join("sign.mjs")));
    assert!(output.status.success(), "{}", text(&output.stderr));
    let read = |line: &str| {
        let signed: Value = serde_json::from_str(line).expect("a line of JSON");
        (signed["suite"].as_str().expect("a name").to_owned(), signed["credential"].to_string())
    };
    text(&output.stdout).lines().map(read).collect()
}

/// Fifty copies, each with one letter or digit changed, at places spread over the text.
fn mutants(text: &str) -> Vec<String> {
    let places: Vec<_> =
        text.bytes().enumerate().filter(|(_, b)| b.is_ascii_alphanumeric()).collect();
    let changed = |nth: usize| {
        let (at, byte) = places[nth * places.len() / 50];
        let other = match byte {
            b'z' | b'Z' | b'9' => byte - 1,
            byte => byte + 1,
        };
        format!("{}{}{}", &text[..at], char::from(other), &text[at + 1..])
    };
    (0..50).map(changed).collect()
}

/// What is authentic, verified by us without a network.
fn authentic(credential: &str) -> (Verdict, String) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime starts");
    // It was signed just now, by the clock.
    let now = Ambient::system().now();
    let verified = verify(credential.as_bytes(), &Offline, Contexts::bundled(), now);
    let report = runtime.block_on(verified);
    (report.verdicts.authentic, serde_json::to_string(&report).expect("a report is JSON"))
}

#[test]
fn what_npm_signs_with_every_cryptosuite_verifies_and_no_mutant_of_it_does() {
    if !available() {
        return;
    }
    let signed = signed_by_npm();
    let suites: HashSet<_> = signed.iter().map(|(suite, _)| suite.as_str()).collect();
    assert_eq!(suites, SUITES.iter().map(|suite| suite.name).collect::<HashSet<_>>());
    assert_eq!(signed.len(), 7, "ECDSA under both curves");
    for (suite, credential) in signed {
        let (verdict, report) = authentic(&credential);
        assert_eq!(verdict, Verdict::Yes, "{suite}: {report}");
        for mutant in mutants(&credential) {
            let (verdict, report) = authentic(&mutant);
            assert_ne!(verdict, Verdict::Yes, "{suite}: {mutant}\n{report}");
        }
    }
}

#[test]
fn what_we_mint_with_every_cryptosuite_is_accepted_by_npm_and_refused_when_changed() {
    if !available() {
        return;
    }
    let demo = Demo::start();
    let origin = demo.origin.as_str();
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let verified = |credential: &str| {
        let file = folder.path().join("credential.json");
        std::fs::write(&file, credential).expect("the folder is there");
        digitalbazaar(file.to_str().expect("its path is text"), origin, origin)
    };
    for suite in Cryptosuite::ALL {
        let levels = ["overview", "plan", "artifacts", "reflection"].map(|id| (id, "proficient"));
        let request = serde_json::json!({
            "achievement": "creating-a-classroom-community",
            "earner": {"name": "Jordan Rivera", "email": "jordan@school.example"},
            "review": {"outcome": "passed", "date": "2026-05-04",
                       "levels": HashMap::from(levels)},
            "securing": {"cryptosuite": suite.name()},
        });
        let url = format!("{origin}/v1/issuers/nea/credentials");
        let bearer = format!("Authorization: Bearer {}", demo.api_key());
        let (body, json) = (request.to_string(), "Content-Type: application/json");
        let args = ["-sf", &url, "-H", &bearer, "-H", json, "-d", &body];
        let minted = json_line(Command::new("curl").args(args));
        let credential = &minted["credential"];
        assert_eq!(credential["proof"][0]["cryptosuite"], suite.name());
        let npm = verified(&credential.to_string());
        assert_eq!(
            (&npm["verified"], &npm["statusVerified"]),
            (&true.into(), &true.into()),
            "{npm}"
        );
        let npm = verified(&credential.to_string().replacen("Jordan", "Jordin", 1));
        assert_eq!(npm["verified"], false, "{npm}");
        assert!(npm["error"].to_string().contains("Invalid signature"), "{npm}");
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

#[test]
fn schemathesis_passes_what_is_described_and_fails_what_is_not() {
    if !available() {
        return;
    }
    let sample = Sample::start();
    let folder = tempfile::tempdir().expect("a throw-away folder");
    let tried = |path: &str| {
        let file = folder.path().join("openapi.yaml");
        let description = format!(
            "{{openapi: 3.1.0, info: {{title: sample, version: '1'}}, paths: {{{path}: {{get: \
             {{responses: {{'200': {{description: good}}}}}}}}}}}}"
        );
        std::fs::write(&file, description).expect("it can be written");
        schemathesis(&file, &sample.origin, "tm_sample_key")
    };
    assert_eq!(tried("/credentials/good"), Ok(()));
    let failure = tried("/credentials/none").expect_err("404 is not described");
    assert!(failure.contains("Undocumented"), "{failure}");
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
