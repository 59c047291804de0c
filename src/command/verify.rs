//! `touchmark verify`: check a credential from a file, a link or standard input.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::{CommandError, verify_batch};
use crate::ambient::Ambient;
use crate::check::Report;
use crate::check::options::Options;
use crate::check::report::{OutcomeName, Verdict};
use crate::fetch::{Network, Offline};
use crate::jsonld::Contexts;
use crate::verify::{Sources, Verifier};

/// What is verified, and how.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A file, a link to a credential, or `-` for standard input
    #[arg(value_name = "FILE|URL|-")]
    what: String,
    /// The file holds many credentials, one a line; print a report a line as JSON
    #[arg(long, conflicts_with = "json")]
    batch: bool,
    /// Print the whole report as JSON
    #[arg(long)]
    json: bool,
    /// Fetch nothing: what needs a key document or a status list is undecided
    #[arg(long)]
    offline: bool,
    /// Verify as of this time (RFC 3339) in place of now
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
}

/// How it ended, as the exit code says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Verified = 0,
    NotVerified = 1,
    Undecided = 2,
}

/// Verifies and prints.
pub async fn run(
    args: &Arguments,
    dev_origins: &[String],
    ambient: &Ambient,
) -> Result<Ending, CommandError> {
    let now = args.at.unwrap_or_else(|| ambient.now());
    if args.batch {
        let file = Path::new(&args.what);
        std::fs::File::open(file).map_err(unreadable(file))?;
        return match args.offline {
            true => verify_batch::run(&args.what, Offline, now).await,
            false => verify_batch::run(&args.what, network(dev_origins, ambient)?, now).await,
        };
    }
    let input = Input::of(&args.what)?;
    let report = match args.offline {
        true => input.verify(&Offline, now).await,
        false => input.verify(&network(dev_origins, ambient)?, now).await,
    };
    let text = if args.json { json(&report) } else { words(&report) };
    let printed = std::io::stdout().write_all(text.as_bytes());
    printed.map_err(CommandError::io("cannot print the report"))?;
    Ok(ending(&report))
}

fn network(dev_origins: &[String], ambient: &Ambient) -> Result<Network, CommandError> {
    Network::new(ambient.clone(), dev_origins)
        .map_err(|e| CommandError::Refused(format!("the development origins: {e}")))
}

fn unreadable(path: &Path) -> impl FnOnce(std::io::Error) -> CommandError {
    CommandError::input(format!("cannot read {}", path.display()))
}

enum Input<'a> {
    Link(&'a str),
    Bytes(Vec<u8>),
}

impl<'a> Input<'a> {
    fn of(what: &'a str) -> Result<Self, CommandError> {
        if what.starts_with("https://") || what.starts_with("http://") {
            return Ok(Input::Link(what));
        }
        if what == "-" {
            let mut bytes = Vec::new();
            let read = std::io::stdin().read_to_end(&mut bytes);
            read.map_err(CommandError::input("cannot read standard input"))?;
            return Ok(Input::Bytes(bytes));
        }
        let path = PathBuf::from(what);
        let bytes = std::fs::read(&path);
        bytes.map(Input::Bytes).map_err(unreadable(&path))
    }

    async fn verify<S: Sources>(&self, sources: &S, now: Timestamp) -> Report {
        let contexts = Contexts::bundled();
        let verifier = Verifier { sources, contexts, now, options: Options::USUAL };
        match self {
            Input::Link(url) => verifier.verify_url(url).await,
            Input::Bytes(bytes) => verifier.verify(bytes).await,
        }
    }
}

pub fn ending(report: &Report) -> Ending {
    let verdicts = [report.verdicts.authentic, report.verdicts.current];
    if report.verified {
        Ending::Verified
    } else if verdicts.contains(&Verdict::No) {
        Ending::NotVerified
    } else {
        Ending::Undecided
    }
}

fn json(report: &Report) -> String {
    let text = serde_json::to_string_pretty(report).expect("a report is plain data");
    format!("{text}\n")
}

/// The report for people: the verdict, what it is about, and each check.
fn words(report: &Report) -> String {
    let mut lines = Vec::new();
    lines.push(match ending(report) {
        Ending::Verified => "VERIFIED".to_owned(),
        Ending::NotVerified => format!("NOT VERIFIED (status: {})", word(&report.status)),
        Ending::Undecided => {
            "UNDECIDED: something needed for an answer could not be had".to_owned()
        }
    });
    if let Some(credential) = &report.credential {
        let says = |label: &str, text: Option<&String>| {
            text.map(|t| format!("  {label:<10} {}", plain(t)))
        };
        let earner = credential.earner.as_ref().and_then(|e| e.name.as_ref());
        lines.extend(says("what", credential.name.as_ref()));
        lines.extend(says("earner", earner));
        lines.extend(says("issuer", credential.issuer_name.as_ref()));
        lines.extend(says("awarded", credential.awarded_date.as_ref()));
    }
    if let Some(signer) = &report.signer {
        lines.push(format!("  {:<10} {}", "signed by", plain(&signer.bound)));
    }
    if let Some(successor) = &report.superseded_by {
        lines.push(format!("  {:<10} {}", "replaced", plain(successor)));
    }
    lines.push(String::new());
    lines.extend(checks(report));
    let contained = report.presentation.iter().flat_map(|presentation| &presentation.credentials);
    lines.extend(contained.map(|credential| format!("\n{}", words(credential).trim_end())));
    lines.join("\n") + "\n"
}

fn checks(report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    for check in &report.checks {
        let mark = match check.outcome {
            OutcomeName::Pass => "ok  ",
            OutcomeName::Fail => "FAIL",
            OutcomeName::Undecided => "?   ",
            OutcomeName::Skipped => "-   ",
        };
        let seen = check.problem.as_ref().map_or(&check.observed, |p| &p.detail);
        lines.push(format!("  {mark} {:<14} {}", check.name, plain(seen)));
    }
    for warning in &report.warnings {
        lines.push(format!("  note {:<14} {}", warning.code, plain(&warning.detail)));
    }
    lines
}

fn word(value: &impl serde::Serialize) -> String {
    let json = serde_json::to_value(value).unwrap_or_default();
    json.as_str().unwrap_or_default().to_owned()
}

/// A credential's text must not steer the terminal.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
