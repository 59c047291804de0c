//! What the service does over HTTP beside what the library does in process: one
//! command, all figures from one run.
//!
//! `cargo bench --bench load` (or `make load`) starts the service on a fresh
//! SQLite folder, with its rate limits lifted, and loads it with `wrk`. Cases
//! take turns and medians are printed, since absolute figures drift with the
//! machine; beside each rate stands what the service's own processor time was,
//! which holds also where others use the machine. `-- --seconds 8 --rounds 5`
//! measures longer; `-- --lines 1000000` adds the memory of batches of a million
//! lines.

mod in_process;
mod service;
mod stream;

use in_process::{Credential, Workshop};
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
struct Cases(Vec<(&'static str, Vec<Measured>)>);

fn main() {
    let options = Options::read();
    let credential = Credential::new();
    let workshop = Workshop::new();
    let mut cases = Cases::default();
    let mut latency = String::new();
    let (seconds, lines) = (options.seconds, || std::iter::repeat(credential.text.as_str()));
    for _ in 0..options.rounds {
        cases.add("verify, in process, 1 core", credential.verify_for(seconds));
        let one = Service::start(Cores::One);
        cases.add("verify, HTTP, 1 core", one.wrk_verify(&credential.text, seconds).measured);
        let own = one.own_credential();
        cases.add("verify, HTTP, 1 core, our own", one.wrk_verify(&own, seconds).measured);
        cases.add("verify in bulk, HTTP, 1 core", one.batch_verify(lines(), seconds).measured());
        let command = service::command(Cores::One, &credential, seconds);
        cases.add("verify in bulk, command, 1 core", command);
        drop(one);
        let two = Service::start(Cores::Two);
        // Opening the signing keys is slow by design, and done once.
        two.own_credential();
        cases.add("verify in bulk, HTTP, 2 cores", two.batch_verify(lines(), seconds).measured());
        let command = service::command(Cores::Two, &credential, seconds);
        cases.add("verify in bulk, command, 2 cores", command);
        cases.add("mint, in process, 2 cores", workshop.mint_for(2, seconds));
        cases.add("mint in bulk, HTTP, 2 cores", two.batch_mint(seconds).measured());
        let single = two.wrk_mint(seconds);
        cases.add("mint one by one, HTTP, 2 cores", single.measured);
        latency = single.latency;
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
    let (answered, peak) = service::command_lines(credential, lines);
    println!("peak memory of `verify --batch` (MB): {peak:.0} for {answered} lines");
}

struct Options {
    seconds: f64,
    rounds: usize,
    lines: Option<usize>,
}

impl Options {
    fn read() -> Self {
        let given: Vec<String> = std::env::args().collect();
        let number = |name: &str| {
            let at = given.iter().position(|argument| argument == name)?;
            Some(given.get(at + 1)?.parse::<f64>().expect("a number"))
        };
        Self {
            seconds: number("--seconds").unwrap_or(4.0),
            rounds: number("--rounds").unwrap_or(3.0) as usize,
            lines: number("--lines").map(|lines| lines as usize),
        }
    }
}

impl Cases {
    fn add(&mut self, name: &'static str, measured: Measured) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, all)) => all.push(measured),
            None => self.0.push((name, vec![measured])),
        }
    }

    fn median(&self, name: &str, of: fn(&Measured) -> f64) -> f64 {
        let (_, all) = self.0.iter().find(|(known, _)| *known == name).expect("it was measured");
        let mut values: Vec<f64> = all.iter().map(of).collect();
        values.sort_unstable_by(f64::total_cmp);
        values[values.len() / 2]
    }

    fn print(&self, latency: &str) {
        println!("\n{:<36} {:>9} {:>14}", "medians", "a second", "processor µs");
        for (name, all) in &self.0 {
            let (rate, micros) = (self.median(name, |m| m.rate), self.median(name, |m| m.micros));
            let all: Vec<_> = all.iter().map(|m| format!("{:.0}", m.rate)).collect();
            println!("{name:<36} {rate:>9.0} {micros:>14.0}   ({})", all.join(" "));
        }
        println!("latency of single mints: {latency}");
        println!("\n{:<56} {:>6} {:>18}", "ratios", "rates", "by processor time");
        let ratio = |what: &str, of: &str, to: &str| {
            let rates = self.median(of, |m| m.rate) / self.median(to, |m| m.rate);
            let micros = self.median(to, |m| m.micros) / self.median(of, |m| m.micros);
            println!("{what:<56} {rates:>6.2} {micros:>18.2}");
        };
        let (http, alone) = ("verify, HTTP, 1 core", "verify, in process, 1 core");
        ratio("HTTP verify / in process (at least 0.70)", http, alone);
        let (http, alone) = ("mint in bulk, HTTP, 2 cores", "mint, in process, 2 cores");
        ratio("durable batch mint / in process (at least 0.60)", http, alone);
        let (two, one) = ("verify in bulk, HTTP, 2 cores", "verify in bulk, HTTP, 1 core");
        ratio("verify in bulk over HTTP, 2 cores / 1", two, one);
        let (two, one) = ("verify in bulk, command, 2 cores", "verify in bulk, command, 1 core");
        ratio("verify in bulk by command, 2 cores / 1 (at least 1.80)", two, one);
    }
}

/// Processor seconds that a process (or `thread-self`) has used.
pub fn processor_seconds(process: &str) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // After the name, which may hold anything: state is the first, user and system time follow.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split(' ').collect();
    let ticks = |at: usize| fields.get(at).and_then(|ticks| ticks.parse::<f64>().ok());
    const TICKS: f64 = 100.0;
    (ticks(12).unwrap_or(f64::NAN) + ticks(13).unwrap_or(f64::NAN)) / TICKS
}
