//! Other people's software against ours (`tests/interop/`): `@digitalbazaar/*` and `jose` from
//! npm, `openbadgeslib` and `schemathesis` from PyPI. One file for each that signs.
//!
//! `make test` installs them and sets `TOUCHMARK_TEST_INTEROP=required`. A plain
//! `cargo test` that finds them missing says that these tests did not run.
//!
//! The functions wait for a child process: on an async runtime call them
//! through `spawn_blocking`.

mod digitalbazaar;
mod jose;
mod mutants;
mod openbadgeslib;
mod ours;
mod sample;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use serde_json::Value;
use touchmark::ambient::Ambient;
use touchmark::check::Report;
use touchmark::check::report::Verdict;
use touchmark::fetch::{Documents, Given};
use touchmark::jsonld::Contexts;
use touchmark::verify::verify;
use url::Url;

/// Whether the tools are installed. Prints that the test did not run, or fails
/// it where the environment says that they are required.
pub fn available() -> bool {
    let missing: Vec<_> = [
        modules().join("@digitalbazaar/ecdsa-multikey"),
        modules().join("jose"),
        python(),
        schemathesis_bin(),
    ]
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

/// What npm's `jose` says of a JWT under the JWKs of a DID document, both in files:
/// `{"verified", "alg", "typ", "error"}`.
fn jose(jwt: &str, document: &str) -> Value {
    json_line(Command::new("node").arg(folder().join("jose_verify.mjs")).args([jwt, document]))
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

/// Each line of JSON that a script of ours prints.
fn json_lines(command: &mut Command) -> Vec<Value> {
    let output = run(command);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let lines = text(&output.stdout);
    lines.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

/// A world in which just these documents answer, a member by URL.
fn world(documents: &Value) -> Documents {
    let answers = documents.as_object().into_iter().flatten().map(|(url, document)| {
        let bytes: Arc<[u8]> = document.to_string().into_bytes().into();
        (Url::parse(url).expect("a URL"), Given::Document(bytes))
    });
    Documents::new(answers, Ambient::system().now())
}

/// What we say of something that was signed just now, by the clock.
fn verified(input: &[u8], world: &Documents) -> Report {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime starts");
    let now = Ambient::system().now();
    runtime.block_on(verify(input, world, Contexts::bundled(), now))
}

/// What was signed on the spot is authentic, and nothing that was made of it is.
fn only_the_original_is_authentic(
    name: &str,
    original: &[u8],
    mutants: &[Vec<u8>],
    world: &Documents,
) {
    let report = verified(original, world);
    assert_eq!(report.verdicts.authentic, Verdict::Yes, "{name}: {report:#?}");
    assert_eq!(mutants.len(), 50, "{name}");
    for (nth, mutant) in mutants.iter().enumerate() {
        assert_ne!(mutant, original, "{name}: {nth}");
        let report = verified(mutant, world);
        let mutant = String::from_utf8_lossy(mutant);
        assert_ne!(report.verdicts.authentic, Verdict::Yes, "{name}: {nth}: {mutant}");
    }
}
