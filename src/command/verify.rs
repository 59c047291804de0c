//! `touchmark verify`: check a credential from a file, a link or standard input, or replay a pack.

mod wished;

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use url::Url;

use super::case::{self, Input, Pack};
use super::{CommandError, verify_batch};
use crate::ambient::Ambient;
use crate::check::options::Options;
use crate::check::recipient::Expected;
use crate::check::report::{OutcomeName, Verdict};
use crate::check::{Check, Report};
use crate::config::ForVerifying;
use crate::did::ControllerDocument;
use crate::fetch::readings::{Edition, ListAsked, Prove, ProvenList, Readings};
use crate::fetch::{Documents, FetchError, Fetched, ListError, Network, Offline, Recording};
use crate::jsonld::Contexts;
use crate::verify::{Sources, Verifier};

/// What is verified, and how.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A file, a link to a credential, or `-` for standard input
    #[arg(value_name = "FILE|URL|-", required_unless_present = "replay")]
    what: Option<String>,
    /// Do again the verification that --save kept, by the pack's own documents and clock, asking
    /// nobody. Whoever made the pack could have made those up, so this never ends as verified:
    /// exit code 3 where everything in it holds
    #[arg(
        long,
        value_name = "PACK",
        conflicts_with_all = ["what", "batch", "offline", "documents", "save"]
    )]
    replay: Option<PathBuf>,
    /// The file holds many credentials, one a line; print a report a line as JSON
    #[arg(long, conflicts_with = "json")]
    batch: bool,
    /// Print the whole report as JSON
    #[arg(long)]
    json: bool,
    /// Fetch nothing: what needs a key document or a status list is undecided
    #[arg(long)]
    offline: bool,
    /// Verify as of this time (RFC 3339) in place of now, or of a pack's own
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
    /// Fetch nothing; take every outside document from this map: a JSON object from URL to a file
    /// relative to the map, or to the HTTP status that it answers with. What is absent does not
    /// answer
    #[arg(long, value_name = "MAP.json", conflicts_with = "offline")]
    documents: Option<PathBuf>,
    /// Write a pack, where no file is yet: the credential, all that was fetched for it and the
    /// report. `touchmark verify --replay PACK.zip` comes to the same verdicts without asking anyone
    #[arg(long, value_name = "PACK.zip", conflicts_with = "batch")]
    save: Option<PathBuf>,
    /// Say whether the credential names this person: `email:…`, `name:…`, another type of identity,
    /// or the earner's id. What fits is no proof that it is theirs
    #[arg(long, value_name = "TYPE:VALUE", conflicts_with = "batch")]
    recipient: Option<Expected>,
    /// Tell the canonical form and the hashes that each proof signs, to find out why one fails: of
    /// a credential that comes alone, and up to 2 MiB in all
    #[arg(long, conflicts_with = "batch")]
    explain: bool,
}

/// How it ended, as the exit code says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Verified = 0,
    NotVerified = 1,
    Undecided = 2,
    /// Everything held, by the documents and the clock of a pack.
    Replayed = 3,
}

/// Whose documents and clock an answer rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Basis {
    /// They were fetched, or none were.
    Asked,
    /// The asker's own map.
    Map,
    /// A pack's own.
    Pack,
}

/// Verifies and prints.
pub async fn run(
    args: &Arguments,
    settings: &ForVerifying,
    ambient: &Ambient,
) -> Result<Ending, CommandError> {
    let ForVerifying { dev_origins, contexts, .. } = settings;
    if let Some(pack) = &args.save {
        case::refuse_what_is_there(pack)?;
    }
    if args.batch {
        let what = args.what.as_deref().unwrap_or_default();
        let file = Path::new(what);
        std::fs::File::open(file).map_err(unreadable(file))?;
        let now = args.at.unwrap_or_else(|| ambient.now());
        let outside = Outside::of(args.asked(), (dev_origins, ambient), now)?;
        let options = Options { trusted: settings.trusted.clone(), ..Options::default() };
        let told: fn(Report) -> Report =
            if args.documents.is_some() { case::as_given } else { |report| report };
        return verify_batch::run(what, outside, (contexts, options, told), now).await;
    }
    let asked = Asked::of(args, settings, ambient)?;
    let report = match &args.save {
        None => asked.verify(&asked.outside).await,
        Some(pack) => {
            let recording = Recording::of(&asked.outside);
            let report = asked.verify(&recording).await;
            let what = (&asked.input, asked.now, &asked.options);
            case::save(pack, what, &settings.pinned, (&recording.seen(), &report))?;
            report
        }
    };
    let text = if args.json { json(&report) } else { words(&report, asked.basis) };
    let printed = std::io::stdout().write_all(text.as_bytes());
    printed.map_err(CommandError::io("cannot print the report"))?;
    Ok(match (asked.basis, ending(&report)) {
        (Basis::Pack, Ending::Verified) => Ending::Replayed,
        (_, ending) => ending,
    })
}

/// What to verify, as of when, and whom to ask.
struct Asked {
    input: Input,
    now: Timestamp,
    outside: Outside,
    contexts: &'static Contexts,
    options: Options,
    basis: Basis,
}

impl Asked {
    fn of(
        args: &Arguments,
        ForVerifying { dev_origins, contexts, pinned, trusted, .. }: &ForVerifying,
        ambient: &Ambient,
    ) -> Result<Self, CommandError> {
        let options = Options {
            recipient: args.recipient.clone(),
            explain: args.explain,
            trusted: trusted.clone(),
            ..Options::default()
        };
        if let Some(path) = &args.replay {
            let pack = Pack::open(path)?;
            pack.wishes.refuse_other_contexts(path.display(), pinned)?;
            if pack.wishes.recipient && options.recipient.is_none() {
                eprintln!("the pack's verification expected a recipient; say whom by --recipient");
            }
            // A key that the pack brings along makes nobody known.
            let explain = options.explain || pack.wishes.explain;
            let options = Options { trusted: None, explain, ..options };
            let now = args.at.unwrap_or(pack.at);
            let input = pack.input.clone();
            let outside = Outside::Documents(pack.documents(now));
            return Ok(Self { input, now, outside, contexts, options, basis: Basis::Pack });
        }
        let now = args.at.unwrap_or_else(|| ambient.now());
        let input = read(args.what.as_deref().unwrap_or_default())?;
        let outside = Outside::of(args.asked(), (dev_origins, ambient), now)?;
        let basis = if args.documents.is_some() { Basis::Map } else { Basis::Asked };
        Ok(Self { input, now, outside, contexts, options, basis })
    }

    async fn verify<S: Sources>(&self, sources: &S) -> Report {
        let (contexts, now, options) = (self.contexts, self.now, &self.options);
        let verifier = Verifier { sources, contexts, now, options };
        let report = verify_read(&self.input, verifier).await;
        match self.basis {
            Basis::Asked => report,
            Basis::Map => case::as_given(report),
            Basis::Pack => case::as_replayed(report),
        }
    }
}

impl Arguments {
    fn asked(&self) -> (Option<&Path>, bool) {
        (self.documents.as_deref(), self.offline)
    }
}

/// Whom to ask.
pub(super) enum Outside {
    Network(Box<Network>),
    Documents(Documents),
    /// Keys that stand in the identifier itself, decoded once for all credentials that name it.
    Offline(Box<Readings>),
}

/// Keys that are kept of did:keys where nothing is fetched (bytes).
const OFFLINE_KEYS: u64 = 4 << 20;

impl Outside {
    /// The documents of a map, nobody, or the network.
    pub(super) fn of(
        (documents, offline): (Option<&Path>, bool),
        (dev_origins, ambient): (&[String], &Ambient),
        now: Timestamp,
    ) -> Result<Self, CommandError> {
        Ok(match documents {
            Some(map) => Outside::Documents(case::documents(map, now)?),
            None if offline => Outside::Offline(Box::new(Readings::new(OFFLINE_KEYS, 0))),
            None => Outside::Network(Box::new(network(dev_origins, ambient)?)),
        })
    }
}

impl Sources for Outside {
    fn ask_others(&self) -> bool {
        match self {
            Outside::Network(network) => network.ask_others(),
            Outside::Documents(documents) => documents.ask_others(),
            Outside::Offline(_) => Offline.ask_others(),
        }
    }

    async fn fetch(&self, url: &Url, accept: &str) -> Result<Fetched, FetchError> {
        match self {
            Outside::Network(network) => network.fetch(url, accept).await,
            Outside::Documents(documents) => documents.fetch(url, accept).await,
            Outside::Offline(_) => Offline.fetch(url, accept).await,
        }
    }

    async fn keys(&self, issuer: &str) -> Result<Arc<ControllerDocument>, Check> {
        match self {
            Outside::Network(network) => network.keys(issuer).await,
            Outside::Documents(documents) => documents.keys(issuer).await,
            Outside::Offline(readings) => match readings.fixed_keys(issuer).await {
                Some(document) => Ok(document),
                None => readings.keys(issuer, &Edition::Fixed, || Offline.keys(issuer)).await,
            },
        }
    }

    async fn list(
        &self,
        asked: ListAsked<'_>,
        prove: &Prove<'_>,
    ) -> Result<(ProvenList, Timestamp), ListError> {
        match self {
            Outside::Network(network) => network.list(asked, prove).await,
            Outside::Documents(documents) => documents.list(asked, prove).await,
            Outside::Offline(_) => Offline.list(asked, prove).await,
        }
    }

    fn newest_list(&self, issuer: &str, url: &str, valid_from: Timestamp) -> Timestamp {
        match self {
            Outside::Network(network) => network.newest_list(issuer, url, valid_from),
            Outside::Documents(_) | Outside::Offline(_) => valid_from,
        }
    }
}

fn network(dev_origins: &[String], ambient: &Ambient) -> Result<Network, CommandError> {
    Network::new(ambient.clone(), dev_origins)
        .map_err(|e| CommandError::Refused(format!("the development origins: {e}")))
}

fn unreadable(path: &Path) -> impl FnOnce(std::io::Error) -> CommandError {
    CommandError::input(format!("cannot read {}", path.display()))
}

/// Verifies what is named on the command line.
pub(super) async fn verify_input<S: Sources>(
    what: &str,
    verifier: Verifier<'_, S>,
) -> Result<Report, CommandError> {
    Ok(verify_read(&read(what)?, verifier).await)
}

async fn verify_read<S: Sources>(input: &Input, verifier: Verifier<'_, S>) -> Report {
    match input {
        Input::Link(url) => verifier.verify_url(url).await,
        Input::Bytes(bytes) => verifier.verify(bytes).await,
    }
}

/// What is named on the command line.
fn read(what: &str) -> Result<Input, CommandError> {
    if what.starts_with("https://") || what.starts_with("http://") {
        return Ok(Input::Link(what.to_owned()));
    }
    let mut bytes = Vec::new();
    if what == "-" {
        let read = std::io::stdin().read_to_end(&mut bytes);
        read.map_err(CommandError::input("cannot read standard input"))?;
    } else {
        let path = Path::new(what);
        if path.is_dir() {
            return Err(case::only_replayed(what));
        }
        bytes = std::fs::read(path).map_err(unreadable(path))?;
    }
    case::refuse_pack(what, &bytes)?;
    Ok(Input::Bytes(bytes))
}

pub fn ending(report: &Report) -> Ending {
    let verdicts = [report.verdicts.authentic, report.verdicts.current];
    if verdicts == [Verdict::Yes; 2] {
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

/// What is said of what a pack alone vouches for.
const BY_THE_PACK: &str = "holds, by the pack";

/// The verdict, never without whose documents it rests on.
fn headline(report: &Report, basis: Basis) -> String {
    let word = match (ending(report), basis) {
        (Ending::Verified | Ending::Replayed, Basis::Pack) => "NOTHING PROVEN: it holds".to_owned(),
        (Ending::Verified | Ending::Replayed, _) => "VERIFIED".to_owned(),
        (Ending::NotVerified, _) => format!("NOT VERIFIED (status: {})", word(&report.status)),
        (Ending::Undecided, _) => {
            "UNDECIDED: something needed for an answer could not be had".to_owned()
        }
    };
    match basis {
        Basis::Asked => word,
        Basis::Map => format!("{word}, going by the outside documents of your map"),
        Basis::Pack => {
            format!("{word}, as given by the pack's own documents and clock, which its maker chose")
        }
    }
}

/// The report for people: the verdict, what it is about, and each check.
pub(super) fn words(report: &Report, basis: Basis) -> String {
    let mut lines = vec![headline(report, basis)];
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
        let known = match &signer.known_as {
            Some(known) => format!("{} ({})", plain(&known.name), plain(&known.from)),
            None => "not known here".to_owned(),
        };
        lines.push(format!("  {:<10} {known}", "known as"));
    }
    if let Some(successor) = &report.superseded_by {
        lines.push(format!("  {:<10} {}", "replaced", plain(successor)));
    }
    if let Some(refreshed) = report.refreshed.as_ref().filter(|refreshed| refreshed.newer) {
        let holds = refreshed.verdicts.authentic == Verdict::Yes
            && refreshed.verdicts.current == Verdict::Yes;
        let verified = match (refreshed.verified, holds && basis == Basis::Pack) {
            (true, _) => "verified",
            (false, true) => BY_THE_PACK,
            (false, false) => "not verified",
        };
        lines.push(format!("  {:<10} {} ({verified})", "newer at", plain(&refreshed.url)));
    }
    lines.push(String::new());
    lines.extend(checks(report, basis));
    let contained = report.presentation.iter().flat_map(|presentation| &presentation.credentials);
    lines.extend(contained.map(|credential| format!("\n{}", words(credential, basis).trim_end())));
    lines.join("\n") + "\n"
}

fn checks(report: &Report, basis: Basis) -> Vec<String> {
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
    lines.extend(wished::lines(report, basis));
    lines
}

fn word(value: &impl serde::Serialize) -> String {
    let json = serde_json::to_value(value).unwrap_or_default();
    json.as_str().unwrap_or_default().to_owned()
}

/// A credential's text must not steer the terminal.
pub(super) fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
