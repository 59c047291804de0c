//! The program as its operator types it.

mod operator;
mod packs;
mod speed;

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::demo::{Demo, PROGRAM, terminate};

const PASSPHRASE: &str = "TOUCHMARK_KEY_PASSPHRASE";

/// The program in a folder of its own, with nothing of ours in its environment.
fn touchmark(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.current_dir(folder).args(args).stdin(Stdio::null());
    for (name, _) in std::env::vars().filter(|(n, _)| n.starts_with("TOUCHMARK_")) {
        command.env_remove(name);
    }
    command.env_remove("DATABASE_URL");
    command
}

fn run(folder: &Path, args: &[&str]) -> Output {
    touchmark(folder, args).output().expect("the program starts")
}

/// Runs what must succeed, and gives what it printed.
fn succeed(folder: &Path, args: &[&str]) -> String {
    let output = run(folder, args);
    assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

/// `touchmark verify … --json` against a demo: the exit code and the report.
fn verify(demo: &Demo, args: &[&str], input: Option<&[u8]>) -> (Option<i32>, Value) {
    let folder = folder();
    let mut command =
        touchmark(folder.path(), &["verify", "--json", "--dev-origins", &demo.origin]);
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = command.spawn().expect("the program starts");
    let mut pipe = process.stdin.take().expect("its input is a pipe");
    pipe.write_all(input.unwrap_or_default()).expect("it reads its input");
    drop(pipe);
    let output = process.wait_with_output().expect("it ends");
    let report = serde_json::from_slice(&output.stdout);
    (output.status.code(), report.unwrap_or_else(|_| panic!("{}", text(&output.stderr))))
}

#[test]
fn verify_answers_with_its_exit_code_and_a_report() {
    let demo = Demo::start();
    let good = &demo.credentials("good")[0];
    assert_eq!(demo.credentials("good").len(), 3);

    let (code, report) = verify(&demo, &[good], None);
    assert_eq!(
        (code, &report["verified"], &report["status"]),
        (Some(0), &true.into(), &"good".into())
    );
    for (status, revoked) in
        [("revoked", demo.credentials("revoked")), ("suspended", demo.credentials("suspended"))]
    {
        let (code, report) = verify(&demo, &[&revoked[0]], None);
        assert_eq!((code, &report["status"]), (Some(1), &status.into()), "{report}");
        assert_eq!(report["verdicts"]["authentic"], "yes");
    }

    let signed = fetch(&format!("{good}.json"));
    let (code, _) = verify(&demo, &["-"], Some(signed.as_bytes()));
    assert_eq!(code, Some(0));
    let changed = signed.replacen("Jordan", "Jordin", 1);
    let (code, report) = verify(&demo, &["-"], Some(changed.as_bytes()));
    assert_eq!((code, &report["verdicts"]["authentic"]), (Some(1), &"no".into()), "{report}");

    let (code, report) = verify(&demo, &["-", "--offline"], Some(signed.as_bytes()));
    assert_eq!((code, &report["verdicts"]["authentic"]), (Some(2), &"undecided".into()));
    let (code, report) =
        verify(&demo, &["-", "--at", "2020-01-01T00:00:00Z"], Some(signed.as_bytes()));
    assert_eq!((code, &report["status"]), (Some(1), &"not-yet-valid".into()), "{report}");

    let jwt = fetch(&format!("{good}.jwt"));
    let (code, report) = verify(&demo, &["-"], Some(jwt.as_bytes()));
    assert_eq!((code, &report["form"]), (Some(0), &"vc-jwt".into()));
    assert!(demo.stop(), "a demo ends well");
}

#[test]
fn verify_says_whether_the_expected_recipient_is_named() {
    let folder = folder();
    let vector = include_str!("../vectors/did-key-calls-itself-nea.json");
    let vector: Value = serde_json::from_str(vector).expect("a vector is JSON");
    let file = folder.path().join("credential.json");
    std::fs::write(&file, vector["input"].as_str().expect("its input is text")).expect("a folder");
    let file = file.to_str().expect("its path is text");
    let args = ["verify", file, "--offline", "--at", "2026-11-21T09:00:00Z", "--recipient"];
    for (recipient, word) in [
        ("name:Ada Example", "fits"),
        ("name:Robin", "does not fit"),
        ("email:ada@a.example", "nothing to compare"),
    ] {
        let printed = succeed(folder.path(), &[&args[..], &[recipient]].concat());
        assert!(printed.contains(&format!("recipient  {word}")), "{printed}");
    }
    let output = run(folder.path(), &[&args[..], &["ada"]].concat());
    assert_eq!(output.status.code(), Some(64));
    assert!(text(&output.stderr).contains("email:teacher@example.org"));
}

#[test]
fn verify_explains_a_proof_and_takes_only_contexts_that_are_what_they_were_pinned_to() {
    let folder = folder();
    let vector = include_str!("../vectors/did-key-calls-itself-nea.json");
    let vector: Value = serde_json::from_str(vector).expect("a vector is JSON");
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).expect("the folder is there");
    };
    write("credential.json", vector["input"].as_str().expect("its input is text"));
    write("mine.jsonld", r#"{"@context": {}}"#);
    let now = "2026-11-21T09:00:00Z";
    let args = ["verify", "credential.json", "--offline", "--at", now, "--explain"];
    let printed = succeed(folder.path(), &args);
    assert!(printed.contains("the document in canonical form:"), "{printed}");
    assert!(printed.contains("eddsa-rdfc-2022"), "{printed}");

    let digest = "a".repeat(64);
    let pin =
        format!(r#"{{"https://a.example/c": {{"file": "mine.jsonld", "sha256": "{digest}"}}}}"#);
    write("contexts.json", &pin);
    let output = run(folder.path(), &[&args[..], &["--contexts", "."]].concat());
    assert_eq!(output.status.code(), Some(64));
    let error = text(&output.stderr);
    let found = error.split("SHA-256 ").nth(1).and_then(|rest| rest.get(..64));
    write("contexts.json", &pin.replace(&digest, found.expect("it tells what it found")));
    succeed(folder.path(), &[&args[..], &["--contexts", "."]].concat());
}

#[test]
fn verify_says_who_is_known_by_the_file_of_trusted_issuers_and_refuses_a_broken_one() {
    let folder = folder();
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let vector = std::fs::read(vectors.join("did-key-calls-itself-nea.json")).expect("it is there");
    let vector: Value = serde_json::from_slice(&vector).expect("a vector is JSON");
    let credential = vector["input"].as_str().expect("its input is text");
    std::fs::write(folder.path().join("credential.json"), credential).expect("it can be written");
    let credential: Value = serde_json::from_str(credential).expect("the credential is JSON");
    let issuer = credential["issuer"]["id"].as_str().expect("it names its issuer");
    let arguments =
        ["verify", "credential.json", "--offline", "--at", "2026-11-21T09:00:00Z", "--trusted"];
    let with = |file: &str| {
        std::fs::write(folder.path().join("trusted.toml"), file).expect("it can be written");
        run(folder.path(), &[&arguments[..], &["trusted.toml"]].concat())
    };
    let known = format!("[[issuer]]\nid = \"{issuer}\"\nname = \"A tester\"\nfrom = \"a test\"\n");
    let output = with(&known);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("known as   A tester (a test)"));
    let output = with("");
    assert!(text(&output.stdout).contains("known as   not known here"));
    let output = with(&known.replace("did:key:", ""));
    assert_eq!(output.status.code(), Some(64));
    assert!(
        text(&output.stderr).contains("trusted.toml, line 2: the id"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn a_file_with_a_credential_a_line_is_verified_in_order() {
    let demo = Demo::start();
    let good = fetch(&format!("{}.json", demo.credentials("good")[0]));
    let revoked = fetch(&format!("{}.jwt", demo.credentials("revoked")[0]));
    let folder = folder();
    let file = folder.path().join("roster.ndjson");
    std::fs::write(&file, format!("{good}\n\n{revoked}\n{good}")).expect("the folder is there");
    let file = file.to_str().expect("its path is text");

    let args = ["verify", "--batch", file, "--dev-origins", &demo.origin];
    let output = run(folder.path(), &args);
    assert_eq!(output.status.code(), Some(1), "one is not verified");
    let printed = text(&output.stdout);
    let lines: Vec<Value> =
        printed.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    let seen: Vec<_> =
        lines.iter().map(|l| (l["line"].as_u64(), l["report"]["status"].as_str())).collect();
    assert_eq!(
        seen,
        [(Some(1), Some("good")), (Some(3), Some("revoked")), (Some(4), Some("good"))]
    );
    let summary = text(&output.stderr);
    assert!(summary.contains("3 lines: 2 verified, 1 not verified, 0 undecided"), "{summary}");
    let offline = run(folder.path(), &["verify", "--batch", file, "--offline"]);
    assert_eq!(offline.status.code(), Some(2), "nothing could be told");

    let odd = folder.path().join("odd.ndjson");
    std::fs::write(&odd, b"\xff\xfe\n{}\n").expect("the folder is there");
    let output = run(folder.path(), &["verify", "--batch", odd.to_str().expect("text")]);
    assert_eq!((output.status.code(), text(&output.stdout).lines().count()), (Some(1), 2));
    std::fs::write(&odd, "\n\n").expect("the folder is there");
    let output = run(folder.path(), &["verify", "--batch", odd.to_str().expect("text")]);
    assert_eq!(output.status.code(), Some(2), "nothing looked at is nothing verified");
}

/// The body of a GET over loopback.
fn fetch(url: &str) -> String {
    let output = Command::new("curl").args(["-sf", url]).output().expect("curl is installed");
    assert!(output.status.success(), "{url}");
    text(&output.stdout)
}

#[test]
fn what_is_written_wrong_ends_with_64() {
    let folder = folder();
    for args in [
        &["verify"][..],
        &["verify", "--at", "yesterday", "x.json"],
        &["verify", "no-such-file.json"],
        &["nonsense"],
        &["verify", "--batch", "no-such-file.ndjson"],
        &["verify", "https://a.example", "--documents", "no-such-map.json"],
        &["serve", "--public-url", "https://192.0.2.1"],
        &["serve", "--log", "info=loud"],
        &["demo", "--log", "info=loud"],
    ] {
        let output = run(folder.path(), args);
        assert_eq!(output.status.code(), Some(64), "{args:?}: {}", text(&output.stderr));
        assert!(!output.stderr.is_empty(), "{args:?} must say what is wrong");
    }
    assert_eq!(run(folder.path(), &["--version"]).status.code(), Some(0));
}

#[test]
fn a_service_is_set_up_by_command() {
    let folder = folder();
    let at = folder.path();
    assert!(
        succeed(at, &["issuer", "add", "nea", "--name", "NEA (example)"])
            .contains("did:web:localhost%3A8080:issuers:nea")
    );
    assert!(!run(at, &["issuer", "add", "nea", "--name", "Again"]).status.success());
    assert!(!run(at, &["issuer", "add", "N E A", "--name", "Bad"]).status.success());
    succeed(at, &["recognizer", "add", "tn", "--name", "Tennessee (example)"]);
    assert!(succeed(at, &["issuer", "list"]).starts_with("nea\t"));

    let token = succeed(at, &["api-key", "create", "--scope", "mint,status", "--issuer", "nea"]);
    let id = token.trim().split('_').nth(1).expect("a token has an id").to_owned();
    assert!(
        !run(at, &["api-key", "create", "--scope", "mint", "--issuer", "nobody"]).status.success()
    );
    assert!(succeed(at, &["api-key", "list"]).contains("live"));
    succeed(at, &["api-key", "revoke", &id]);
    let listed = succeed(at, &["api-key", "list"]);
    assert!(listed.contains("revoked") && !listed.contains(token.trim()));

    let before = succeed(at, &["keys", "list", "--issuer", "nea"]);
    let after = succeed(at, &["keys", "rotate", "--issuer", "nea"]);
    assert_eq!((before.lines().count(), after.lines().count()), (2, 4));
    assert_eq!(after.matches("retired").count(), 2);
    assert_eq!(succeed(at, &["keys", "list", "--recognizer", "tn"]).lines().count(), 2);

    let doctor = succeed(at, &["doctor"]);
    for line in ["configuration", "database", "keys", "clock", "public URL"] {
        assert!(doctor.contains(line), "{doctor}");
    }
}

#[test]
fn serve_needs_no_configuration_and_drains_on_sigterm() {
    let folder = folder();
    let mut process = touchmark(folder.path(), &["serve", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut log = BufReader::new(process.stdout.take().expect("its output is a pipe")).lines();
    let mut said = String::new();
    let port = loop {
        let line = log.next().expect("it logs until it listens").expect("the log is text");
        said += &line;
        let event: Value = serde_json::from_str(&line).expect("a log line is JSON");
        if event["message"] == "listening" {
            let address = event["address"].as_str().expect("an address");
            break address.rsplit(':').next().expect("a port").to_owned();
        }
    };
    assert!(said.contains("keys.secret"), "it says what seals the keys: {said}");
    assert_eq!(fetch(&format!("http://localhost:{port}/healthz")), "ok\n");
    let data = folder.path().join("touchmark-data");
    assert!(data.join("touchmark.db").exists() && data.join("keys.secret").exists());
    use std::os::unix::fs::PermissionsExt as _;
    assert_eq!(data.metadata().expect("the folder is there").permissions().mode() & 0o777, 0o700);

    terminate(&process);
    assert!(process.wait().expect("it ends").success(), "SIGTERM ends it well");
    let rest: Vec<_> = log.map_while(Result::ok).collect();
    assert!(rest.iter().any(|l| l.contains("draining")), "{rest:?}");
}

#[test]
fn production_refuses_development_switches_and_plain_http() {
    let folder = folder();
    for args in [
        &["serve", "--public-url", "http://touchmark.example"][..],
        &[
            "serve",
            "--public-url",
            "https://touchmark.example",
            "--dev-origins",
            "http://localhost:1",
        ],
    ] {
        let output = run(folder.path(), args);
        assert!(!output.status.success(), "{args:?}");
        assert!(!folder.path().join("touchmark-data").exists(), "refused before anything is made");
    }
}

#[test]
fn a_wrong_setting_in_the_file_is_named() {
    let folder = folder();
    std::fs::write(folder.path().join("touchmark.toml"), "lisen = \"127.0.0.1:1\"\n")
        .expect("a file");
    let output = run(folder.path(), &["doctor"]);
    assert_eq!(output.status.code(), Some(64));
    assert!(text(&output.stderr).contains("lisen"), "{}", text(&output.stderr));
}

#[test]
fn a_lost_key_file_is_never_replaced() {
    let folder = folder();
    let at = folder.path();
    succeed(at, &["issuer", "add", "nea", "--name", "NEA (example)"]);
    let file = at.join("touchmark-data/keys.secret");
    let aside = at.join("aside");
    std::fs::rename(&file, &aside).expect("it was made");
    for args in [&["serve", "--listen", "127.0.0.1:0"][..], &["issuer", "list"], &["doctor"]] {
        let output = run(at, args);
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        let said = text(&output.stderr) + &text(&output.stdout);
        assert!(said.contains("keys.secret") && said.contains("restore"), "{args:?}: {said}");
        assert!(!file.exists(), "{args:?} made a new one");
    }
    let passphrase = touchmark(at, &["issuer", "list"]).env(PASSPHRASE, "a").output();
    let said = text(&passphrase.expect("the program starts").stderr);
    assert!(said.contains("sealed with key file"), "{said}");

    // Another file is as wrong as none.
    let elsewhere = self::folder();
    succeed(elsewhere.path(), &["issuer", "add", "x", "--name", "X"]);
    std::fs::copy(elsewhere.path().join("touchmark-data/keys.secret"), &file).expect("a copy");
    let said = text(&run(at, &["issuer", "list"]).stderr);
    assert!(said.contains("start with the one that sealed it"), "{said}");
    std::fs::rename(&aside, &file).expect("it goes back");
    assert!(succeed(at, &["doctor"]).contains("2 signing keys open"));
}

#[test]
fn a_wrong_passphrase_is_refused_at_the_start() {
    let folder = folder();
    let with = |passphrase: &str, args: &[&str]| {
        let output = touchmark(folder.path(), args).env(PASSPHRASE, passphrase).output();
        output.expect("the program starts")
    };
    let add = ["issuer", "add", "nea", "--name", "NEA (example)"];
    assert!(with("correct horse", &add).status.success());
    let serve = ["serve", "--listen", "127.0.0.1:0"];
    let said = with("incorrect horse", &serve);
    assert_eq!(said.status.code(), Some(1));
    assert!(text(&said.stderr).contains("the passphrase is another"), "{}", text(&said.stderr));
    let none = text(&run(folder.path(), &serve).stderr);
    assert!(none.contains("sealed with a passphrase"), "{none}");
    assert!(!folder.path().join("touchmark-data/keys.secret").exists());
    assert!(with("correct horse", &["issuer", "list"]).status.success());
}

#[test]
fn doctor_makes_nothing() {
    let folder = folder();
    assert!(succeed(folder.path(), &["doctor"]).contains("the first start makes it"));
    assert_eq!(folder.path().read_dir().expect("the folder is there").count(), 0);
}

#[test]
fn what_the_service_is_told_does_not_keep_anyone_from_verifying() {
    let demo = Demo::start();
    let folder = folder();
    std::fs::write(folder.path().join("touchmark.toml"), "not = [toml").expect("a file");
    let good = &demo.credentials("good")[0];
    let output = touchmark(folder.path(), &["verify", good, "--dev-origins", &demo.origin])
        .env("DATABASE_URL", "mysql://app:secret@db/app")
        .env("TOUCHMARK_PUBLIC_URL", "https://touchmark.example")
        .output()
        .expect("the program starts");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

#[test]
fn a_port_in_use_is_no_wrong_usage() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback has free ports");
    let address = taken.local_addr().expect("it is bound").to_string();
    let folder = folder();
    let output = run(folder.path(), &["serve", "--listen", &address]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
}

#[test]
fn the_demo_says_how_to_see_a_revocation_and_logs_as_it_is_told() {
    let demo = Demo::start();
    let (_, after) = demo.summary.split_once("Revoke it, and verify again").expect("it says so");
    assert!(after.contains("/revoke") && after.contains("/v1/verify"), "{after}");
    let folder = folder();

    let mut process = touchmark(folder.path(), &["demo", "--listen", "127.0.0.1:0"])
        .args(["--log", "info", "--log-format", "json"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let log = BufReader::new(process.stderr.take().expect("its log is a pipe")).lines();
    // Kept until it has ended, for it goes on logging.
    let mut log = log.map(|l| serde_json::from_str::<Value>(&l.expect("text")).expect("JSON"));
    let listening = log.any(|event| event["message"] == "listening");
    terminate(&process);
    assert!(process.wait().expect("it ends").success() && listening);
}
