//! README tells the truth: its commands run, its settings are the program's.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use touchmark::check::status::ENTRY_KINDS;
use touchmark::check::{credential_schema, refresh};
use touchmark::did;
use touchmark::model::key::Algorithm;
use touchmark::proof::SUITES;

use crate::support::demo::{Demo, PROGRAM};

fn readme() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md"))
        .expect("README.md is there")
}

/// The shell blocks of README, in order.
fn blocks() -> Vec<String> {
    let text = readme();
    let blocks = text.split("```sh\n").skip(1);
    blocks.map(|b| b.split("```").next().expect("a split has a first part").to_owned()).collect()
}

#[test]
fn the_first_command_is_the_demo_and_the_demo_runs() {
    assert_eq!(blocks()[0], "make demo\n");
    let makefile = Path::new(env!("CARGO_MANIFEST_DIR")).join("Makefile");
    let makefile = std::fs::read_to_string(makefile).expect("Makefile is there");
    assert!(makefile.contains("-- demo"), "make demo runs touchmark demo");
    let demo = Demo::start();
    assert_eq!(demo.credentials("good").len(), 3);
    assert!(demo.stop());
}

/// The block of README's walk-through run as one script, on a free port in a fresh folder.
#[test]
fn the_walk_through_issues_verifies_and_revokes_one() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let port = free_port();
    let walk = blocks()[1..].concat().replace("localhost:8080", &format!("localhost:{port}"));
    // Echoed apart, so that each command's answer can be told from the next.
    let walk = walk
        .replace("\ncurl ", "\necho; curl ")
        .replace("\ntouchmark verify", "\necho; touchmark verify");
    let script = format!("set -euo pipefail\ntrap 'kill $(jobs -p); wait' EXIT\n{walk}\necho\n");
    let program = PathBuf::from(PROGRAM);
    let programs = program.parent().expect("a program is in a folder");
    let path = std::env::var("PATH").expect("there is a path");
    let output = Command::new("bash")
        .args(["-c", &script])
        .current_dir(folder.path())
        .env("PATH", format!("{}:{path}", programs.display()))
        .env("TOUCHMARK_LISTEN", format!("127.0.0.1:{port}"))
        .env_remove("DATABASE_URL")
        .stdin(Stdio::null())
        .output()
        .expect("bash starts");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));

    assert!(printed.lines().any(|l| l == "VERIFIED"), "{printed}");
    let answers: Vec<Value> =
        printed.lines().filter_map(|l| serde_json::from_str(l).ok()).collect();
    assert_eq!(answers[0]["version"], 1, "the achievement: {printed}");
    let verdicts: Vec<_> = answers.iter().filter(|a| a.get("verdicts").is_some()).collect();
    assert_eq!(verdicts.len(), 2, "{printed}");
    assert_eq!((&verdicts[0]["verified"], &verdicts[0]["status"]), (&true.into(), &"good".into()));
    assert_eq!(
        (&verdicts[1]["verified"], &verdicts[1]["status"]),
        (&false.into(), &"revoked".into())
    );
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has free ports");
    listener.local_addr().expect("it is bound").port()
}

#[test]
fn the_table_of_settings_is_the_programs_own() {
    let text = readme();
    let (_, rest) = text.split_once("own help -->\n").expect("README marks the table");
    let (table, _) = rest.split_once("<!-- /settings -->").expect("README marks its end");
    let expected = touchmark::config::settings_table();
    assert_eq!(table.trim(), expected.trim(), "write the table anew:\n{expected}");
}

#[test]
fn the_table_of_peers_is_what_the_command_beside_it_wrote() {
    let text = readme();
    let (_, rest) = text.split_once("by `make peers` -->\n").expect("README marks the table");
    let (table, _) = rest.split_once("<!-- /peers -->").expect("README marks its end");
    assert_eq!(table, include_str!("../../benches/peers/RESULT.md"), "run `make peers`");
}

/// What stands in code type in the table and is no name of something supported.
const OTHER_WORDS: [&str; 3] = ["vc", "previousProof", "/.well-known/jwks.json"];

#[test]
fn the_table_of_what_is_supported_is_that_of_the_registries() {
    let text = readme();
    let (_, rest) = text.split_once("own registries -->\n").expect("README marks the table");
    let (table, _) = rest.split_once("<!-- /supported -->").expect("README marks its end");
    let told = table.split('`').skip(1).step_by(2).filter(|word| !OTHER_WORDS.contains(word));
    let told: BTreeSet<String> = told.map(str::to_owned).collect();

    assert_eq!(told, supported());
}

/// Every name that is supported, by the program's own registries.
pub fn supported() -> BTreeSet<String> {
    let api = serde_json::to_value(touchmark::http::description()).expect("it is JSON");
    // The compiler keeps these enumerations whole, the others are what the code itself goes by.
    let mut supported: BTreeSet<String> =
        ["Form", "Picture"].into_iter().flat_map(|schema| enumerated(&api, schema)).collect();
    supported.extend(SUITES.iter().map(|suite| suite.name.to_owned()));
    supported.extend(Algorithm::ALL.map(|algorithm| algorithm.jws().to_owned()));
    supported.extend(did::METHODS.map(|(name, _)| format!("did:{name}")));
    supported.extend(ENTRY_KINDS.map(|(name, _)| name.to_owned()));
    supported.extend(credential_schema::KINDS.map(str::to_owned));
    supported.insert(refresh::TYPE.to_owned());
    supported
}

/// The values of an enumeration that the API describes; each may stand by itself with its meaning.
fn enumerated(api: &Value, schema: &str) -> Vec<String> {
    let schema = &api["components"]["schemas"][schema];
    let one_of = schema["oneOf"].as_array().map_or(&[][..], Vec::as_slice);
    let enums = one_of.iter().chain([schema]).filter_map(|schema| schema["enum"].as_array());
    enums.flatten().map(|name| name.as_str().expect("a name").to_owned()).collect()
}
