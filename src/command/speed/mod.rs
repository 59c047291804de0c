//! `touchmark speed`: what signing, verifying and minting cost on this machine.
//!
//! Figures are medians of rounds in which all cases take turns, and ratios to
//! the bare signature check that a case rests on. Absolute figures drift with
//! the machine and its load; ratios hold.
//!
//! `--json` prints `{"ratios": {…}, "microseconds": {…}, "scaling": {…}, "cores": n}`, each
//! case under its name: `verify.FORM` and `sign.FORM` for each form of
//! [`fixture::FORMS`], `bare.…` for the checks that they are measured by,
//! `list.encode`, `list.decode`, `mint.one`, `mint.batch` and `list.renew-100` (so many of our
//! own lists, signed anew after one change each). A proof over the graph
//! (`eddsa-rdfc-2022`) is verified with every check up to *authentic*. Those over
//! bytes are from parsing to whether the proof holds; `verify-and-conform.FORM` adds
//! the checks of data model, Open Badges and JSON-LD, which `conform` has alone.
//! Signing starts from the composed document. Microseconds are of
//! one core; under `all-cores.…` they are the time in which one more call gets
//! done while all cores are at it, and `scaling` is how many times as many calls
//! that is. A form's ratio is to the bare check of the same kind of signature
//! over the bytes that it signs; all others' is to `bare.ed25519`.

mod figures;
pub mod fixture;
mod laps;
mod mint;
mod renew;

use std::io::{IsTerminal as _, Write as _};
use std::pin::pin;
use std::sync::Arc;

use super::CommandError;
use super::serve::Stop;
use crate::ambient::Ambient;
use crate::check::report::Verdict;
use crate::config::Config;
use crate::status::bitstring;

use figures::{Figures, Row};
use fixture::{BARE, CREDENTIAL, Call, FORMS, Fixture};
use laps::Case;
use mint::{Minting, Scratch};

/// How it is measured.
#[derive(Debug, Clone, clap::Args)]
pub struct Arguments {
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
    /// Rounds in which all cases take turns; more are steadier
    #[arg(long, value_name = "N", default_value_t = 300)]
    #[arg(value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
}

/// Measures and prints. Rows are written to a throw-away database, which is gone at the end.
pub async fn run(args: &Arguments, config: &Config, ambient: &Ambient) -> Result<(), CommandError> {
    let mut stopped = pin!(Stop::listen()?.asked());
    let interrupted = || CommandError::Refused("stopped before the end".into());
    let rounds = usize::from(args.rounds);
    let fixture = Arc::new(Fixture::new(ambient)?);

    let scratch = Scratch::open(config, ambient).await?;
    let minting = tokio::select! {
        minting = scratch.measure(&fixture, rounds.div_ceil(10), &|d, of| show("minting", d, of)) => minting,
        () = &mut stopped => Err(interrupted()),
    };
    scratch.remove().await?;
    let minting = minting?;

    // On a thread of its own, so that Ctrl-C is heard meanwhile.
    let (done, measured) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || done.send(compute(&fixture, rounds, &minting)));
    let figures = tokio::select! {
        figures = measured => figures.map_err(|_| CommandError::Refused("a case failed".into()))?,
        () = stopped => return Err(interrupted()),
    };
    clear_progress();
    let text = if args.json { figures.json() } else { words(&figures, args, config) };
    let printed = std::io::stdout().write_all(text.as_bytes());
    printed.map_err(CommandError::io("cannot print the figures"))
}

/// What needs no database.
fn compute(fixture: &Fixture, rounds: usize, minting: &Minting) -> Figures {
    let composed = fixture::composed();
    let cases = cases(fixture, &composed);
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    let alone = laps::on_one_core(&cases, rounds, &|d, of| show("one core", d, of));
    let spread = laps::on_all_cores(&cases, cores, rounds, &|d, of| show("all cores", d, of));
    let mut figures = Figures::new(cores);
    for ((case, alone), spread) in cases.iter().zip(alone).zip(spread) {
        let form = FORMS.iter().find(|form| case.name.ends_with(&format!(".{}", form.name)));
        let bare = form.map_or(BARE, |form| form.bare);
        let row = Row { name: case.name.clone(), one: alone, all: Some(spread) };
        figures.add(row, bare);
    }
    for (name, taken) in [
        ("mint.one", minting.single),
        ("mint.batch", minting.grouped),
        ("list.renew-100", minting.renewed),
    ] {
        let row = Row { name: name.into(), one: taken, all: None };
        figures.add_beside(row, minting.bare);
    }
    figures
}

/// The bare checks first, which the others are measured by.
fn cases<'f>(fixture: &'f Fixture, composed: &'f crate::model::Document<'static>) -> Vec<Case<'f>> {
    let mut cases: Vec<Case<'f>> = Vec::new();
    let mut add = |name: String, call: Call<'f>| {
        cases.push(Case { name, call });
    };
    for (name, check) in fixture.bare() {
        add(name.into(), check);
    }
    add("conform".into(), Box::new(move || fixture.conform(composed)));
    for form in &FORMS {
        let secured = Arc::new(fixture.sign(form, composed));
        let same = secured.clone();
        let verify = move || fixture.verify(&secured) == Verdict::Yes;
        if form.signs_graph {
            add(format!("verify.{}", form.name), Box::new(verify));
        } else {
            add(format!("verify.{}", form.name), Box::new(move || fixture.prove(&same)));
            add(format!("verify-and-conform.{}", form.name), Box::new(verify));
        }
    }
    for form in &FORMS {
        let sign = move || !fixture.sign(form, composed).is_empty();
        add(format!("sign.{}", form.name), Box::new(sign));
    }
    let bits = fixture::status_list();
    let encoded = bitstring::encode(&bits);
    add("list.encode".into(), Box::new(move || !bitstring::encode(&bits).is_empty()));
    add("list.decode".into(), Box::new(move || bitstring::decode(&encoded).is_ok()));
    cases
}

fn words(figures: &Figures, args: &Arguments, config: &Config) -> String {
    format!(
        "A credential of {:.1} KB before its proof; medians of {} rounds in which all cases take turns.\n\
         Minting: durable, in a throw-away database beside {}; a batch is of {}, on all cores.\n\n\
         {}\n\
         Ratio: to a bare check (verify_strict) of the same kind of signature over the same bytes,\n\
         and to bare.ed25519 where there is none; it holds where microseconds drift.\n",
        CREDENTIAL.len() as f64 / 1000.0,
        args.rounds,
        config.database.describe(),
        mint::GROUP,
        figures.table(),
    )
}

/// A line that is written over, on a terminal only.
fn show(what: &str, done: usize, of: usize) {
    if std::io::stderr().is_terminal() && (done.is_multiple_of(10) || done == of) {
        eprint!("\r{what}: {:>3}% ", done * 100 / of.max(1));
    }
}

fn clear_progress() {
    if std::io::stderr().is_terminal() {
        eprint!("\r\x1b[K");
    }
}
