//! Touchmark and its peers at the same work, in one run on one core: verify and
//! sign one credential of 4.3 KB with `eddsa-rdfc-2022`, key in hand, contexts in
//! memory, offline. They take turns, so that what slows the machine slows all of
//! them; what is told are medians, and ratios to one bare `verify_strict`.
//!
//! `make peers` starts it pinned to a core; it writes `RESULT.md`, and the same
//! between the markers of README.

mod json_ld_peer;
mod ssi_peer;
mod task;
mod worker;

use std::time::{Duration, Instant};

use task::Task;
use touchmark::ambient::Ambient;
use touchmark::check::report::Verdict;
use touchmark::command::speed::fixture::{self, BARE, FORMS, Fixture};

const ROUNDS: usize = 100;
/// Enough for a just-in-time compiler.
const WARM_UP: usize = 40;

const BEGIN: &str = "<!-- peers: written by `make peers` -->\n";
const END: &str = "<!-- /peers -->";

/// One who does the work.
pub trait Peer {
    /// As the table shows it, with its version.
    fn name(&self) -> String;
    /// Microseconds for one of `calls` verifications, or why there is no figure.
    fn verify(&mut self, calls: u32) -> Result<f64, String>;
    /// The same for signing.
    fn sign(&mut self, calls: u32) -> Result<f64, String>;
    /// Calls in a row, so that each peer has about as much of a round.
    fn calls(&self) -> u32;
    /// What a reader must know, as it was measured.
    fn note(&self) -> Option<String> {
        None
    }
}

fn main() {
    let fixture = Fixture::new(&Ambient::system()).expect("OpenSSL makes keys");
    let task = Task::new(&fixture);
    let mut peers: Vec<Box<dyn Peer + '_>> = vec![
        Box::new(Bare(&fixture)),
        Box::new(Ourselves::new(&fixture)),
        Box::new(json_ld_peer::JsonLd::new(&task)),
        Box::new(ssi_peer::Ssi::new(&task)),
        Box::new(worker::Worker::node(&task)),
        Box::new(worker::Worker::python(&task)),
    ];
    let mut verified = vec![Vec::with_capacity(ROUNDS); peers.len()];
    let mut signed = verified.clone();
    for round in 0..WARM_UP + ROUNDS {
        for (at, peer) in peers.iter_mut().enumerate() {
            let calls = peer.calls();
            let took = [peer.verify(calls), peer.sign(calls)];
            if round >= WARM_UP {
                let [verify, sign] = took;
                verified[at].push(verify);
                signed[at].push(sign);
            }
        }
    }
    let verified: Vec<_> = verified.into_iter().map(median).collect();
    let signed: Vec<_> = signed.into_iter().map(median).collect();
    let result = table(&peers, &verified, &signed);
    print!("{result}");
    write(&result);
}

/// Microseconds of `calls` runs, each.
pub fn timed(calls: u32, mut call: impl FnMut()) -> f64 {
    let start = Instant::now();
    (0..calls).for_each(|_| call());
    micros(start.elapsed()) / f64::from(calls)
}

/// The middle one, or what kept the first from being measured.
fn median(samples: Vec<Result<f64, String>>) -> Result<f64, String> {
    let mut samples = samples.into_iter().collect::<Result<Vec<f64>, String>>()?;
    samples.sort_unstable_by(f64::total_cmp);
    Ok(samples[samples.len() / 2])
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn table(
    peers: &[Box<dyn Peer + '_>],
    verified: &[Result<f64, String>],
    signed: &[Result<f64, String>],
) -> String {
    let bare = *verified[0].as_ref().expect("the bare check holds");
    let cells = |figure: &Result<f64, String>| match figure {
        Ok(micros) => {
            let ratio = micros / bare;
            let places = if ratio < 10.0 { 1 } else { 0 };
            format!("{} | {ratio:.places$}", thousands(*micros))
        }
        Err(_) => "– | –".into(),
    };
    let mut text = String::from(
        "| one credential, `eddsa-rdfc-2022` | verify, µs | × bare | sign, µs | × bare |\n\
         | --- | ---: | ---: | ---: | ---: |\n",
    );
    let mut notes = Vec::new();
    for ((peer, verify), sign) in peers.iter().zip(verified).zip(signed) {
        let mut note = |text: String| {
            notes.push(text);
            format!(" ({})", notes.len())
        };
        let mut name = peer.name();
        if let Some(text) = peer.note() {
            name += &note(text);
        }
        for (what, figure) in [("verify", verify), ("sign", sign)] {
            // A bare check signs nothing, which needs no note.
            if let Err(why) = figure
                && !why.is_empty()
            {
                name += &note(format!("Does not {what} it: {why}"));
            }
        }
        text += &format!("| {name} | {} | {} |\n", cells(verify), cells(sign));
    }
    text += &format!(
        "\nOne run on one core ({}): {ROUNDS} rounds in which all take turns, medians.\n",
        processor()
    );
    for (number, note) in notes.iter().enumerate() {
        text += &format!("({}) {note}\n", number + 1);
    }
    text
}

/// With a comma before each three digits; tenths below a hundred.
fn thousands(micros: f64) -> String {
    if micros < 100.0 {
        return format!("{micros:.1}");
    }
    let digits = format!("{micros:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// As the system calls it.
fn processor() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    name.map_or_else(|| "unknown processor".into(), |(_, name)| name.trim().to_owned())
}

/// Puts the table into its file, and between README's markers.
fn write(result: &str) {
    let here = concat!(env!("CARGO_MANIFEST_DIR"), "/RESULT.md");
    std::fs::write(here, result).expect("RESULT.md can be written");
    let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");
    let text = std::fs::read_to_string(readme).expect("README.md can be read");
    let (before, rest) = text.split_once(BEGIN).expect("README.md marks the table");
    let (_, after) = rest.split_once(END).expect("README.md marks the table's end");
    let text = format!("{before}{BEGIN}{result}{END}{after}");
    std::fs::write(readme, text).expect("README.md can be written");
}

/// The signature check alone.
struct Bare<'f>(&'f Fixture);

impl Peer for Bare<'_> {
    fn name(&self) -> String {
        "bare Ed25519 `verify_strict` (ed25519-dalek)".into()
    }

    fn verify(&mut self, calls: u32) -> Result<f64, String> {
        let (_, check) =
            self.0.bare().into_iter().find(|(name, _)| *name == BARE).expect("it is one");
        Ok(timed(calls, || assert!(check())))
    }

    fn sign(&mut self, _: u32) -> Result<f64, String> {
        Err(String::new())
    }

    fn calls(&self) -> u32 {
        100
    }
}

struct Ourselves<'f> {
    fixture: &'f Fixture,
    secured: Vec<u8>,
}

impl<'f> Ourselves<'f> {
    fn new(fixture: &'f Fixture) -> Self {
        Self { fixture, secured: fixture.sign(&FORMS[0], &fixture::composed()) }
    }
}

impl Peer for Ourselves<'_> {
    fn name(&self) -> String {
        "**Touchmark**".into()
    }

    fn verify(&mut self, calls: u32) -> Result<f64, String> {
        Ok(timed(calls, || assert_eq!(self.fixture.verify(&self.secured), Verdict::Yes)))
    }

    fn sign(&mut self, calls: u32) -> Result<f64, String> {
        let composed = fixture::composed();
        Ok(timed(calls, || assert!(!self.fixture.sign(&FORMS[0], &composed).is_empty())))
    }

    fn calls(&self) -> u32 {
        100
    }
}
