//! `touchmark verify --batch`: a file with a credential a line, on all cores.
//!
//! Reports come on standard output as NDJSON, in the order of the lines; memory
//! stays constant however long the file is.

use std::io::{IsTerminal as _, Write as _};
use std::sync::Arc;

use futures_util::future::join_all;
use futures_util::{StreamExt as _, stream};
use jiff::Timestamp;
use serde::Serialize;
use tokio::fs::File;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};

use super::CommandError;
use super::verify::{Ending, ending};
use crate::check::Report;
use crate::check::options::Options;
use crate::fetch::Sources;
use crate::jsonld::Contexts;
use crate::proof::secured::MAX_BYTES;
use crate::verify::Verifier;

/// Lines that are worth a task, where so many are there.
const GROUP: usize = 16;
/// Groups under way for each core.
const AHEAD: usize = 4;
/// Read and written at once (bytes).
const BUFFER: usize = 256 * 1024;
/// Lines between two looks at the progress.
const STRIDE: u64 = 100;

/// What is printed for a line.
#[derive(Serialize)]
struct VerifiedLine {
    /// From 1, blank lines counted.
    line: u64,
    report: Report,
}

/// How many ended how.
#[derive(Default)]
struct Tally {
    verified: u64,
    not_verified: u64,
    undecided: u64,
}

/// Verifies each line of a file as of `now`; the worst ending is that of all. `told` adds to each
/// report what holds for all of them.
pub async fn run<S: Sources + Send + Sync + 'static>(
    file: &str,
    sources: S,
    (contexts, options, told): (&'static Contexts, Options, fn(Report) -> Report),
    now: Timestamp,
) -> Result<Ending, CommandError> {
    let cannot = |source| CommandError::Io { what: format!("cannot read {file}"), source };
    let opened = File::open(file).await.map_err(cannot)?;
    let size = opened.metadata().await.map_err(cannot)?.len();
    let asked = Arc::new(Asked { sources, options, told });
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    let mut reports = std::pin::pin!(
        groups(BufReader::with_capacity(BUFFER, opened))
            .map(|group| {
                let asked = asked.clone();
                // Each group is a task of its own: that is what spreads them over the cores.
                async move {
                    let group = group.map_err(cannot)?;
                    let first = group.first().map_or(0, |(number, _)| *number);
                    let verifying = tokio::spawn(verify_group(group, asked, contexts, now));
                    verifying.await.map_err(|_| broken(first))
                }
            })
            .buffered(AHEAD * cores)
    );
    let mut output = std::io::BufWriter::with_capacity(BUFFER, std::io::stdout().lock());
    let mut tally = Tally::default();
    let mut read = 0;
    while let Some(verified) = reports.next().await {
        let Verified { endings, bytes, text } = verified?;
        read += bytes;
        let before = tally.lines() / STRIDE;
        endings.into_iter().for_each(|ending| tally.count(ending));
        output.write_all(&text).map_err(print_error)?;
        if tally.lines() / STRIDE > before {
            tally.show(read, size, false);
        }
    }
    output.flush().map_err(print_error)?;
    tally.show(size, size, true);
    Ok(tally.ending())
}

/// What is known of a group of lines.
struct Verified {
    endings: Vec<Ending>,
    /// Of the lines.
    bytes: u64,
    /// Their reports, a line each.
    text: Vec<u8>,
}

/// What each line is verified with.
struct Asked<S> {
    sources: S,
    options: Options,
    /// What is made of a report before it is told.
    told: fn(Report) -> Report,
}

/// Verifies lines side by side: one that waits for the network holds up no other.
async fn verify_group<S: Sources>(
    group: Vec<(u64, Vec<u8>)>,
    asked: Arc<Asked<S>>,
    contexts: &'static Contexts,
    now: Timestamp,
) -> Verified {
    let Asked { sources, options, told } = &*asked;
    let verifier = Verifier { sources, contexts, now, options };
    let verify = |(_, line)| verifier.verify(line);
    let reports = join_all(group.iter().map(|(n, line)| (n, line.as_slice())).map(verify)).await;
    let bytes = group.iter().map(|(_, line)| line.len() as u64).sum();
    let mut verified = Verified { endings: Vec::new(), bytes, text: Vec::new() };
    for ((line, _), report) in group.into_iter().zip(reports) {
        let report = told(report);
        verified.endings.push(ending(&report));
        serde_json::to_writer(&mut verified.text, &VerifiedLine { line, report })
            .expect("a report is plain data");
        verified.text.push(b'\n');
    }
    verified
}

fn print_error(source: std::io::Error) -> CommandError {
    CommandError::Io { what: "cannot print the reports".into(), source }
}

fn broken(line: u64) -> CommandError {
    CommandError::Refused(format!("lines from {line} on could not be verified; this is a bug"))
}

/// Lines of the file: their numbers, and their bytes up to one more than are read of a credential.
type Numbered = std::io::Result<Vec<(u64, Vec<u8>)>>;

/// The lines that are not blank, as many together as have been read.
fn groups(file: BufReader<File>) -> impl futures_util::Stream<Item = Numbered> {
    stream::unfold((file, 0), |(mut file, mut number)| async move {
        let mut group = Vec::new();
        while group.len() < GROUP {
            // What has come is not held up by what has not.
            if !group.is_empty() && !file.buffer().contains(&b'\n') {
                break;
            }
            number += 1;
            match next_line(&mut file).await {
                Ok(None) => break,
                Ok(Some(line)) if line.trim_ascii().is_empty() => {}
                Ok(Some(line)) => group.push((number, line)),
                Err(error) => return Some((Err(error), (file, number))),
            }
        }
        (!group.is_empty()).then_some((Ok(group), (file, number)))
    })
}

/// The next line without its end; of one that is too long, enough to see that it is.
async fn next_line(file: &mut BufReader<File>) -> std::io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let mut skipped = Vec::new();
    if file.take(MAX_BYTES as u64 + 1).read_until(b'\n', &mut line).await? == 0 {
        return Ok(None);
    }
    while line.last() != Some(&b'\n') && skipped.last() != Some(&b'\n') {
        skipped.clear();
        if file.take(MAX_BYTES as u64).read_until(b'\n', &mut skipped).await? == 0 {
            break;
        }
    }
    Ok(Some(line))
}

impl Tally {
    fn count(&mut self, ending: Ending) {
        match ending {
            Ending::Verified => self.verified += 1,
            Ending::NotVerified => self.not_verified += 1,
            Ending::Undecided | Ending::Replayed => self.undecided += 1,
        }
    }

    fn lines(&self) -> u64 {
        self.verified + self.not_verified + self.undecided
    }

    fn ending(&self) -> Ending {
        match self {
            Tally { not_verified: 1.., .. } => Ending::NotVerified,
            // Nothing looked at is nothing verified.
            Tally { undecided: 0, verified: 1.., .. } => Ending::Verified,
            _ => Ending::Undecided,
        }
    }

    /// A bar while it runs, on a terminal only; the figures at the end.
    fn show(&self, read: u64, size: u64, end: bool) {
        let figures = format!(
            "{} lines: {} verified, {} not verified, {} undecided",
            self.lines(),
            self.verified,
            self.not_verified,
            self.undecided
        );
        if !std::io::stderr().is_terminal() {
            if end {
                eprintln!("{figures}");
            }
        } else {
            const WIDTH: u64 = 30;
            let done = (read * WIDTH).checked_div(size).unwrap_or(WIDTH).min(WIDTH);
            let bar = "=".repeat(done as usize) + &" ".repeat((WIDTH - done) as usize);
            eprint!("\r[{bar}] {figures}{}", if end { "\n" } else { "" });
        }
    }
}
