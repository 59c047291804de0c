//! The outside verifiers themselves: they accept what an issuer of their own kind makes, and see
//! what is wrong with it. Else what they say of ours would mean nothing.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::{available, digitalbazaar, folder, openbadgeslib, schemathesis};

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
