//! The vectors of `tests/vectors`: credentials, the documents that the world
//! answers, and the one right verdict. Each file states its own expectation.
//!
//! `cargo test --test it -- --ignored regenerate_the_vectors` writes them anew.

pub mod cast;
mod data_model_1;
mod generate;
mod https;
mod jcs;
mod lists;
mod open_badges;
mod pictures;
pub mod presentations;
mod proofs;
mod refresh;
mod status;

use std::collections::BTreeMap;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use touchmark::check::options::Options;
use touchmark::check::report::{Form, OutcomeName, Report, Status, Verdict};
use touchmark::jsonld::Contexts;
use touchmark::recognize::menus::handed;
use touchmark::verify::{FetchError, Fetched, Sources, Verifier};
use url::Url;

/// One file.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Vector {
    /// What it shows, as a sentence.
    pub title: String,
    /// The row of the threat list that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threat: Option<u32>,
    pub now: Timestamp,
    /// The credential as it arrives: text, since every byte counts.
    pub input: String,
    /// `input` is the base64 of what arrives, which is no text.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub base64: bool,
    /// What a presentation is asked for with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge: Option<String>,
    /// What answers, by URL; nothing else does.
    pub documents: Documents,
    pub expect: Expectation,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Expectation {
    pub authentic: Verdict,
    pub current: Verdict,
    pub status: Status,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<Form>,
    /// `check`, then the code of its problem: one that must be there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<(String, String)>,
    /// What the problem's sentence must name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub names: Option<String>,
    /// What the signer is bound to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
    /// The earner's name; empty where none is to be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earner: Option<String>,
    /// What it puts on its signer's menu, where it is handed in as an endorsement; empty where
    /// nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endorses: Option<String>,
}

impl Vector {
    /// What arrives.
    pub fn bytes(&self) -> Vec<u8> {
        match self.base64 {
            true => STANDARD.decode(&self.input).unwrap(),
            false => self.input.clone().into_bytes(),
        }
    }
}

/// A world that answers these documents and no others.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Documents(pub BTreeMap<String, String>);

/// The same, at a time.
pub struct World<'d>(pub &'d Documents, pub Timestamp);

impl Sources for World<'_> {
    async fn fetch(&self, url: &Url, _accept: &str) -> Result<Fetched, FetchError> {
        match self.0.0.get(url.as_str()) {
            Some(text) => Ok(Fetched {
                bytes: text.clone().into_bytes(),
                content_type: None,
                fetched_at: self.1,
            }),
            None => Err(FetchError::Unreachable { url: url.to_string() }),
        }
    }
}

pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors")
}

/// Every vector, and its file.
pub fn all() -> Vec<(PathBuf, Vector)> {
    let mut files: Vec<_> =
        std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    assert!(files.len() > 50, "the vectors are there");
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        (path, serde_json::from_str(&text).unwrap())
    };
    files.into_iter().map(read).collect()
}

#[tokio::test]
async fn every_vector_gets_the_verdict_that_it_states() {
    let mut wrong = Vec::new();
    for (path, vector) in all() {
        let world = World(&vector.documents, vector.now);
        let (contexts, now) = (Contexts::bundled(), vector.now);
        let Vector { domain, challenge, .. } = &vector;
        let options =
            Options { domain: domain.clone(), challenge: challenge.clone(), ..Options::default() };
        let verifier = Verifier { sources: &world, contexts, now, options: &options };
        let report = verifier.verify(&vector.bytes()).await;
        if let Err(why) = judge(&report, &vector.expect) {
            let report = serde_json::to_string_pretty(&report).unwrap();
            wrong.push(format!("{}: {}: {why}\n{report}", path.display(), vector.title));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

fn judge(report: &Report, expect: &Expectation) -> Result<(), String> {
    let found = (report.verdicts.authentic, report.verdicts.current, report.status);
    let expected = (expect.authentic, expect.current, expect.status);
    if found != expected {
        return Err(format!("found {found:?}, expected {expected:?}"));
    }
    let verified = expected == (Verdict::Yes, Verdict::Yes, Status::Good);
    if report.verified != verified {
        return Err("verified is not what the verdicts say".into());
    }
    if expect.form.is_some() && report.form != expect.form {
        return Err(format!("the form is {:?}", report.form));
    }
    if let Some((name, code)) = &expect.problem {
        let problems = report.checks.iter().filter(|check| check.name == *name);
        let mut problems = problems.filter_map(|check| check.problem.as_ref());
        let problem = problems.find(|p| p.code == *code).ok_or("its problem is not reported")?;
        if expect.names.as_ref().is_some_and(|name| !problem.detail.contains(name)) {
            return Err(format!("the problem does not name it: {}", problem.detail));
        }
    } else if let Some(check) = report
        .checks
        .iter()
        .find(|check| matches!(check.outcome, OutcomeName::Fail | OutcomeName::Undecided))
    {
        return Err(format!("{} was expected to hold", check.name));
    }
    let bound = report.signer.as_ref().map(|signer| &signer.bound);
    if expect.bound.is_some() && bound != expect.bound.as_ref() {
        return Err(format!("the signer is bound to {bound:?}"));
    }
    let earner = report.credential.as_ref().and_then(|c| c.earner.as_ref()?.name.clone());
    if expect.earner.as_ref().is_some_and(|name| *name != earner.clone().unwrap_or_default()) {
        return Err(format!("the earner is told as {earner:?}"));
    }
    let endorses = handed(report).map(|accepted| accepted.achievement).unwrap_or_default();
    if expect.endorses.as_ref().is_some_and(|achievement| *achievement != endorses) {
        return Err(format!("it endorses {endorses:?}"));
    }
    let warned = |code: &String| report.warnings.iter().any(|warning| warning.code == *code);
    if expect.warning.as_ref().is_some_and(|code| !warned(code)) {
        return Err(format!("the warnings are {:?}", report.warnings));
    }
    Ok(())
}

/// The rows of the threat list that verifying meets, and the files that the README names for each.
fn rows() -> Vec<(u32, Vec<String>)> {
    let readme = std::fs::read_to_string(folder().join("README.md")).unwrap();
    let cells = readme.lines().filter_map(|line| line.strip_prefix("| ")?.split_once(" | "));
    let rows = cells.filter_map(|(row, rest)| {
        let files = rest.split('`').skip(1).step_by(2).map(str::to_owned);
        Some((row.parse().ok()?, files.collect()))
    });
    rows.collect()
}

/// Whether a file of ours has a test of that name: by an attribute of its own, or in the list of
/// those that run on both databases.
fn is_test(path: &str, name: &str) -> bool {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path);
    let source = std::fs::read_to_string(path).unwrap_or_default();
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    let (plain, asynchronous) = (format!("fn {name}("), format!("async fn {name}("));
    lines.iter().enumerate().any(|(at, line)| {
        let before = lines[..at].last().copied().unwrap_or_default();
        let starts = line.starts_with(&plain) || line.starts_with(&asynchronous);
        starts
            && (before == "#[test]" || before.starts_with("#[tokio::test") || lines.contains(&name))
    })
}

#[test]
fn each_row_of_the_threat_list_that_verifying_meets_has_its_vectors() {
    let vectors = all();
    let rows = rows();
    let met: Vec<u32> = rows.iter().map(|(row, _)| *row).collect();
    let expected = (1..=16).chain(19..=21).chain([30, 31, 34, 35, 36]);
    assert_eq!(met, expected.collect::<Vec<_>>());
    for (row, files) in &rows {
        assert!(!files.is_empty(), "row {row} names no file");
        for file in files {
            // What needs a network of its own is a test beside the code.
            if let Some((path, test)) = file.split_once(": ") {
                assert!(is_test(path, test), "row {row}: there is no test {test} in {path}");
                continue;
            }
            let named = |(path, _): &&(PathBuf, Vector)| path.file_stem().unwrap() == file.as_str();
            let (_, vector) = vectors.iter().find(named).unwrap_or_else(|| panic!("no {file}"));
            assert_eq!(vector.threat, Some(*row), "{file}");
        }
    }
    let stated = vectors.iter().filter_map(|(path, vector)| Some((path, vector.threat?)));
    for (path, row) in stated {
        assert!(met.contains(&row), "{}: nothing is said of row {row}", path.display());
    }
}
