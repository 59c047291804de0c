//! What the service does over HTTP beside what the library does in process: one
//! command, all figures from one run.
//!
//! `cargo bench --bench load` (or `make load`) starts the service on a fresh
//! SQLite folder, with its rate limits lifted, and loads it with `wrk`. Cases
//! take turns and medians are printed, since absolute figures drift with the
//! machine; beside each rate stands what the service's own processor time was,
//! which holds also where others use the machine. `-- --seconds 8 --rounds 5`
//! measures longer, `-- --only verify` the cases alone whose name holds that;
//! `-- --lines 1000000` adds the memory of batches of a million lines.
//!
//! Bulk verification by command reads a file and prints to `/dev/null`, so that
//! nobody shares its cores. What two cores are worth here is measured beside it,
//! by the bare signature: where they are two threads of one core, it is not 2.

mod in_process;
mod roster;
mod service;
mod stream;

use std::cell::LazyCell;

use in_process::{Credential, Workshop};
use roster::Roster;
use service::{Cores, Service};

/// What was measured once of a case.
#[derive(Clone, Copy)]
pub struct Measured {
    /// Credentials a second.
    rate: f64,
    /// Processor time for each credential, of all threads of the one who did the work.
    micros: f64,
}

impl Measured {
    pub fn new(done: usize, seconds: f64, processor_seconds: f64) -> Self {
        let done = done as f64;
        Self { rate: done / seconds, micros: processor_seconds * 1e6 / done }
    }
}

/// The cases, each with what was measured in all rounds.
#[derive(Default)]
struct Cases {
    all: Vec<(&'static str, Vec<Measured>)>,
    /// What the names of those that are wanted hold.
    only: Option<String>,
}

fn main() {
    let options = Options::read();
    let credential = Credential::new();
    let workshop = Workshop::new();
    let mut cases = Cases { only: options.only.clone(), ..Cases::default() };
    let mut latency = String::new();
    let (seconds, lines) = (options.seconds, || std::iter::repeat(credential.text.as_str()));
    let roster = LazyCell::new(|| Roster::of(&credential, seconds));
    for _ in 0..options.rounds {
        cases.add("bare signature, 1 core", || credential.bare_for(1, seconds));
        cases.add("bare signature, 2 cores", || credential.bare_for(2, seconds));
        cases.add("verify in bulk, command, 1 core", || roster.verify(Cores::One));
        cases.add("verify in bulk, command, 2 cores", || roster.verify(Cores::Two));
        cases.add("verify, in process, 1 core", || credential.verify_for(seconds));
        cases.add("verify to a report, in process", || credential.report_for(seconds));
        let one = LazyCell::new(|| Service::start(Cores::One));
        cases.add("verify, HTTP, 1 core", || one.wrk_verify(&credential.text, seconds).measured);
        cases.add("verify, HTTP, 1 core, our own", || {
            one.wrk_verify(&one.own_credential(), seconds).measured
        });
        cases.add("verify in bulk, HTTP, 1 core", || one.batch_verify(lines(), seconds).measured());
        drop(one);
        let two = LazyCell::new(|| {
            let service = Service::start(Cores::Two);
            // Opening the signing keys is slow by design, and done once.
            service.own_credential();
            service
        });
        cases
            .add("verify in bulk, HTTP, 2 cores", || two.batch_verify(lines(), seconds).measured());
        cases.add("mint, in process, 2 cores", || workshop.mint_for(2, seconds));
        cases.add("mint in bulk, HTTP, 2 cores", || two.batch_mint(seconds).measured());
        cases.add("mint one by one, HTTP, 2 cores", || {
            let single = two.wrk_mint(seconds);
            latency = single.latency;
            single.measured
        });
    }
    cases.print(&latency);
    if let Some(lines) = options.lines {
        memory(&credential, lines);
    }
}

/// The most memory that batches of so many lines took.
fn memory(credential: &Credential, lines: usize) {
    let service = Service::start(Cores::Two);
    let before = service.peak_megabytes();
    let all = std::iter::repeat_n(credential.text.as_str(), lines);
    let verified = service.batch_verify(all, f64::INFINITY);
    let after_verify = service.peak_megabytes();
    let minted = service.batch_mint_lines(lines);
    println!("\npeak memory of the service (MB): {before:.0} at start, {after_verify:.0} after");
    println!("verifying {} lines, {:.0} after", verified.lines, service.peak_megabytes());
    println!("minting {} lines ({} and {} failed)", minted.lines, verified.failed, minted.failed);
    let (answered, peak) = roster::piped(credential, lines);
    println!("peak memory of `verify --batch` (MB): {peak:.0} for {answered} lines");
}

struct Options {
    seconds: f64,
    rounds: usize,
    lines: Option<usize>,
    only: Option<String>,
}

impl Options {
    fn read() -> Self {
        let given: Vec<String> = std::env::args().collect();
        let text = |name: &str| {
            let at = given.iter().position(|argument| argument == name)?;
            given.get(at + 1)
        };
        let number = |name: &str| Some(text(name)?.parse::<f64>().expect("a number"));
        Self {
            seconds: number("--seconds").unwrap_or(4.0),
            rounds: number("--rounds").unwrap_or(3.0) as usize,
            lines: number("--lines").map(|lines| lines as usize),
            only: text("--only").cloned(),
        }
    }
}

impl Cases {
    fn add(&mut self, name: &'static str, measure: impl FnOnce() -> Measured) {
        if self.only.as_ref().is_some_and(|only| !name.contains(only.as_str())) {
            return;
        }
        let measured = measure();
        match self.all.iter_mut().find(|(known, _)| *known == name) {
            Some((_, all)) => all.push(measured),
            None => self.all.push((name, vec![measured])),
        }
    }

    /// `None` of what was not wanted.
    fn median(&self, name: &str, of: fn(&Measured) -> f64) -> Option<f64> {
        let (_, all) = self.all.iter().find(|(known, _)| *known == name)?;
        let mut values: Vec<f64> = all.iter().map(of).collect();
        values.sort_unstable_by(f64::total_cmp);
        Some(values[values.len() / 2])
    }

    fn print(&self, latency: &str) {
        println!("\n{:<36} {:>9} {:>14}", "medians", "a second", "processor µs");
        for (name, all) in &self.all {
            let median = |of| self.median(name, of).expect("it was measured");
            let (rate, micros) = (median(|m| m.rate), median(|m| m.micros));
            let all: Vec<_> = all.iter().map(|m| format!("{:.0}", m.rate)).collect();
            println!("{name:<36} {rate:>9.0} {micros:>14.0}   ({})", all.join(" "));
        }
        println!("latency of single mints: {latency}");
        println!("\n{:<56} {:>6} {:>18}", "ratios", "rates", "by processor time");
        let ratio = |what: &str, of: &str, to: &str| {
            let of = |value| Some((self.median(of, value)?, self.median(to, value)?));
            let (Some(rates), Some(micros)) = (of(|m| m.rate), of(|m| m.micros)) else { return };
            println!("{what:<56} {:>6.2} {:>18.2}", rates.0 / rates.1, micros.1 / micros.0);
        };
        let (http, alone) = ("verify, HTTP, 1 core", "verify, in process, 1 core");
        ratio("HTTP verify / in process (at least 0.70)", http, alone);
        ratio("HTTP verify / to a report, in process", http, "verify to a report, in process");
        let (http, alone) = ("mint in bulk, HTTP, 2 cores", "mint, in process, 2 cores");
        ratio("durable batch mint / in process (at least 0.60)", http, alone);
        let (two, one) = ("verify in bulk, HTTP, 2 cores", "verify in bulk, HTTP, 1 core");
        ratio("verify in bulk over HTTP, 2 cores / 1", two, one);
        let (two, one) = ("verify in bulk, command, 2 cores", "verify in bulk, command, 1 core");
        ratio("verify in bulk by command, 2 cores / 1 (at least 1.80)", two, one);
        let (two, one) = ("bare signature, 2 cores", "bare signature, 1 core");
        ratio("the bare signature, 2 cores / 1", two, one);
    }
}

/// Processor seconds that a process (or `thread-self`) has used.
pub fn processor_seconds(process: &str) -> f64 {
    ticks(process, [12, 13])
}

/// The same of all processes that this one started and has seen end.
pub fn processor_seconds_of_ended() -> f64 {
    ticks("self", [14, 15])
}

fn ticks(process: &str, places: [usize; 2]) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // After the name, which may hold anything: state is the first, user and system time follow.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split(' ').collect();
    let ticks = |at: usize| fields.get(at).and_then(|ticks| ticks.parse::<f64>().ok());
    const A_SECOND: f64 = 100.0;
    places.into_iter().map(|at| ticks(at).unwrap_or(f64::NAN)).sum::<f64>() / A_SECOND
}
