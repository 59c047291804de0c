//! `touchmark policy check`: what a recognizer's policy means, where it contradicts
//! itself, and what credentials count for by it. Nothing is filed.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;

use jiff::Timestamp;
use jiff::civil::Date;

use super::CommandError;
use super::verify::{Ending, Outside, plain, verify_input};
use crate::ambient::Ambient;
use crate::check::counted;
use crate::check::options::Options;
use crate::config::ForVerifying;
use crate::fetch::Sources;
use crate::model::Fault;
use crate::recognition::decision::{Decision, Line, Outcome, Reason};
use crate::recognition::outlook::Menus;
use crate::recognition::policy::span::Days;
use crate::recognition::{Answer, ClaimFacts, CountedCredential, Policy, count, words};
use crate::recognize::menus::{self, Accepted};
use crate::verify::Verifier;

/// What to do with a policy.
#[derive(Debug, clap::Subcommand)]
pub enum PolicyCommand {
    /// Say what a policy means, where it contradicts itself, and what credentials count for by
    /// it: exit code 0 it holds and all count, 1 it does not or one does not, 2 something is still
    /// open, 64 usage
    Check(Arguments),
    /// Publish a policy, or a new version of one; a version never changes
    Publish {
        /// Whose it is
        #[arg(long)]
        recognizer: String,
        /// The policy, in YAML or JSON
        file: PathBuf,
    },
}

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The policy, in YAML or JSON
    file: PathBuf,
    /// Credentials to count: files or links, or `-` for standard input
    #[arg(long, value_name = "FILE|URL|-", num_args = 1..)]
    against: Vec<String>,
    /// Count as of this time (RFC 3339) in place of now
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
    /// Take every outside document from this map, as `touchmark verify` does
    #[arg(long, value_name = "MAP.json", conflicts_with = "offline")]
    documents: Option<PathBuf>,
    /// Fetch nothing
    #[arg(long)]
    offline: bool,
    /// The first and the last day of the claimant's license, as in `2021-09-01/2026-08-31`
    #[arg(long, value_name = "FROM/UNTIL", value_parser = days)]
    license: Option<Days>,
    /// Take this statement of the policy as made, of the claim and of each credential
    #[arg(long, value_name = "ID")]
    state: Vec<String>,
    /// Take this approval of the policy as given
    #[arg(long, value_name = "ID")]
    approve: Vec<String>,
    /// Endorsements that say what stands on the menu of somebody the policy goes by: files or links
    #[arg(long, value_name = "FILE|URL", num_args = 1..)]
    menu: Vec<String>,
    /// Take the credentials as shown to be the claimant's
    #[arg(long)]
    belongs: bool,
    /// Print rules and decision as JSON
    #[arg(long)]
    json: bool,
}

/// Reads, explains, counts and prints.
pub async fn run(
    args: &Arguments,
    settings: &ForVerifying,
    ambient: &Ambient,
) -> Result<Ending, CommandError> {
    let what = format!("cannot read {}", args.file.display());
    let text = std::fs::read(&args.file).map_err(CommandError::input(what))?;
    let policy = match Policy::read(&text) {
        Ok(policy) => policy,
        Err(faults) => {
            print(&if args.json { json_faults(&faults) } else { told_faults(&faults) })?;
            return Ok(Ending::NotVerified);
        }
    };
    let decision = match args.against.is_empty() {
        true => None,
        false => Some(decide(&policy, args, settings, ambient).await?),
    };
    print(&match args.json {
        true => json(&policy, decision.as_ref()),
        false => told(&policy, decision.as_ref()),
    })?;
    Ok(decision.as_ref().map_or(Ending::Verified, ending))
}

async fn decide(
    policy: &Policy,
    args: &Arguments,
    settings: &ForVerifying,
    ambient: &Ambient,
) -> Result<Decision, CommandError> {
    let now = args.at.unwrap_or_else(|| ambient.now());
    let asked = (args.documents.as_deref(), args.offline);
    let outside = Outside::of(asked, (&settings.dev_origins, ambient), now)?;
    let options =
        &Options { trusted: settings.trusted.clone(), counted: true, ..Options::default() };
    let contexts = settings.contexts;
    let (mut credentials, mut reports) = (Vec::new(), Vec::new());
    for what in &args.against {
        let verifier = Verifier { sources: &outside, contexts, now, options };
        let report = verify_input(what, verifier).await?;
        credentials.extend(counted::credentials(&report, what));
        reports.push(report);
    }
    let yes = |ids: &[String]| -> BTreeMap<String, bool> {
        ids.iter().map(|id| (id.clone(), true)).collect()
    };
    for credential in &mut credentials {
        settle(credential, args.belongs, (yes(&args.state), yes(&args.approve)));
    }
    let mut accepted = reports.iter().flat_map(menus::carried).collect::<Vec<_>>();
    for what in &args.menu {
        let verifier = Verifier { sources: &outside, contexts, now, options };
        match endorsement(what, verifier).await? {
            Some(one) => accepted.push(one),
            None => eprintln!("{what} is no endorsement that holds; see touchmark verify"),
        }
    }
    let mut on_menus = Menus::new();
    for Accepted { by, achievement } in accepted {
        on_menus.entry(by).or_default().insert(achievement);
    }
    let facts = ClaimFacts {
        menus: on_menus,
        license: args.license,
        statements: yes(&args.state),
        approvals: yes(&args.approve),
        ..ClaimFacts::on(policy.zone().day(now))
    };
    Ok(count(policy, &credentials, &facts))
}

/// What an endorsement accepts, where it holds.
async fn endorsement<S: Sources>(
    what: &str,
    verifier: Verifier<'_, S>,
) -> Result<Option<Accepted>, CommandError> {
    let report = if what.starts_with("https://") || what.starts_with("http://") {
        verifier.verify_url(what).await
    } else {
        let bytes = std::fs::read(what).map_err(CommandError::input(what))?;
        verifier.verify(&bytes).await
    };
    Ok(menus::handed(&report))
}

fn settle(
    credential: &mut CountedCredential,
    belongs: bool,
    (statements, approvals): (BTreeMap<String, bool>, BTreeMap<String, bool>),
) {
    if belongs {
        credential.belongs = Answer::Yes;
    }
    (credential.statements, credential.approvals) = (statements, approvals);
}

fn ending(decision: &Decision) -> Ending {
    let any = |outcome| decision.credentials.iter().any(|line| line.outcome == outcome);
    if any(Outcome::NotCounted) {
        Ending::NotVerified
    } else if any(Outcome::CountedIf) {
        Ending::Undecided
    } else {
        Ending::Verified
    }
}

fn days(text: &str) -> Result<Days, String> {
    let form = || "write the first and the last day as in 2021-09-01/2026-08-31".to_owned();
    let (from, until) = text.split_once('/').ok_or_else(form)?;
    let day = |text: &str| text.parse::<Date>().map_err(|_| form());
    let days = Days { from: day(from)?, until: day(until)? };
    if days.from <= days.until { Ok(days) } else { Err("its first day is after its last".into()) }
}

fn print(text: &str) -> Result<(), CommandError> {
    let printed = std::io::stdout().write_all(text.as_bytes());
    printed.map_err(CommandError::io("cannot print the answer"))
}

fn pretty(value: &serde_json::Value) -> String {
    format!("{value:#}\n")
}

fn json_faults(faults: &[Fault]) -> String {
    pretty(&serde_json::json!({ "faults": faults }))
}

fn json(policy: &Policy, decision: Option<&Decision>) -> String {
    let rule = |(at, detail)| serde_json::json!({"at": at, "detail": detail});
    let rules: Vec<_> = words::policy(policy).into_iter().map(rule).collect();
    pretty(&serde_json::json!({
        "policy": policy.reference(), "rules": rules, "decision": decision,
    }))
}

fn told_faults(faults: &[Fault]) -> String {
    let lines = faults.iter().map(|Fault { pointer, code, detail }| {
        let place = if pointer.is_empty() { "the whole of it" } else { pointer };
        format!("  {} ({code}): {}\n", plain(place), plain(detail))
    });
    std::iter::once("NO POLICY: it has to be changed here\n".to_owned()).chain(lines).collect()
}

/// The policy, rule by rule, and what was decided by it.
fn told(policy: &Policy, decision: Option<&Decision>) -> String {
    let reference = policy.reference();
    let mut lines = vec![
        format!("{}, version {}", plain(&policy.name), plain(&policy.version)),
        format!("  {}", plain(&policy.recognizer.name)),
        format!("  {} {}", plain(&reference.id), reference.digest_multibase),
        String::new(),
    ];
    let rule = |(at, detail): (String, String)| format!("  {at:<16} {}", plain(&detail));
    lines.extend(words::policy(policy).into_iter().map(rule));
    if let Some(decision) = decision {
        lines.push(String::new());
        lines.push(headline(decision));
        lines.extend(decision.credentials.iter().flat_map(line));
        for (label, reasons) in
            [("more", &decision.suggestions), ("open", &decision.open), ("note", &decision.notes)]
        {
            lines.extend(reasons.iter().map(|reason| told_reason(label, reason)));
        }
    }
    lines.join("\n") + "\n"
}

fn headline(decision: &Decision) -> String {
    let amount = |amount| words::amount(amount, decision.unit);
    match decision.possible > decision.total {
        true => format!(
            "COUNTS {}, and {} once all that is open is settled",
            amount(decision.total),
            amount(decision.possible)
        ),
        false => format!("COUNTS {}", amount(decision.total)),
    }
}

fn line(line: &Line) -> Vec<String> {
    let mark = match line.outcome {
        Outcome::Counted => "ok  ",
        Outcome::NotCounted => "NO  ",
        Outcome::CountedIf => "?   ",
    };
    let name = line.name.as_ref().map(|name| format!(" ({})", plain(name))).unwrap_or_default();
    let mut lines = vec![format!("  {mark} {}{name}", plain(&line.input))];
    lines.extend(line.reasons.iter().map(|reason| told_reason("    ", reason)));
    lines
}

fn told_reason(label: &str, reason: &Reason) -> String {
    let at = if reason.at.is_empty() { String::new() } else { format!(" [{}]", reason.at) };
    format!("  {label} {}{at}", plain(&reason.detail))
}
