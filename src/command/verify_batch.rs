//! `touchmark verify --batch`: a file with a credential a line, on all cores.
//!
//! Reports come on standard output as NDJSON, in the order of the lines; memory
//! stays constant however long the file is.

use std::io::{IsTerminal as _, Write as _};
use std::sync::Arc;

use futures_util::{StreamExt as _, stream};
use jiff::Timestamp;
use serde::Serialize;
use tokio::fs::File;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};

use super::CommandError;
use super::verify::{Ending, ending};
use crate::check::Report;
use crate::fetch::Sources;
use crate::jsonld::Contexts;
use crate::proof::secured::MAX_BYTES;
use crate::verify;

/// Lines under way at once.
const AT_ONCE: usize = 64;
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

/// Verifies each line of a file as of `now`; the worst ending is that of all.
pub async fn run<S: Sources + Send + Sync + 'static>(
    file: &str,
    sources: S,
    now: Timestamp,
) -> Result<Ending, CommandError> {
    let cannot = |source| CommandError::Io { what: format!("cannot read {file}"), source };
    let opened = File::open(file).await.map_err(cannot)?;
    let size = opened.metadata().await.map_err(cannot)?.len();
    let sources = Arc::new(sources);
    let mut reports = std::pin::pin!(
        numbered(BufReader::new(opened))
            .map(|line| {
                let sources = sources.clone();
                // Each line is a task of its own: that is what spreads them over the cores.
                async move {
                    let (number, line) = line.map_err(cannot)?;
                    let bytes = line.len() as u64;
                    let report = tokio::spawn(async move {
                        verify::verify(&line, &*sources, Contexts::bundled(), now).await
                    });
                    let report = report.await.map_err(|_| broken(number))?;
                    Ok::<_, CommandError>((VerifiedLine { line: number, report }, bytes))
                }
            })
            .buffered(AT_ONCE)
    );
    let mut output = std::io::BufWriter::new(std::io::stdout().lock());
    let mut tally = Tally::default();
    let mut read = 0;
    while let Some(verified) = reports.next().await {
        let (verified, bytes) = verified?;
        read += bytes;
        tally.count(ending(&verified.report));
        let written = serde_json::to_writer(&mut output, &verified).map_err(std::io::Error::from);
        written.and_then(|()| output.write_all(b"\n")).map_err(print_error)?;
        tally.show(read, size, false);
    }
    output.flush().map_err(print_error)?;
    tally.show(size, size, true);
    Ok(tally.ending())
}

fn print_error(source: std::io::Error) -> CommandError {
    CommandError::Io { what: "cannot print the reports".into(), source }
}

fn broken(line: u64) -> CommandError {
    CommandError::Refused(format!("line {line} could not be verified; this is a bug"))
}

/// A line of the file: its number, and its bytes up to one more than are read of a credential.
type Numbered = std::io::Result<(u64, Vec<u8>)>;

/// The lines that are not blank.
fn numbered(file: BufReader<File>) -> impl futures_util::Stream<Item = Numbered> {
    stream::unfold((file, 0), |(mut file, mut number)| async move {
        loop {
            number += 1;
            match next_line(&mut file).await {
                Ok(None) => return None,
                Ok(Some(line)) if line.trim_ascii().is_empty() => {}
                Ok(Some(line)) => return Some((Ok((number, line)), (file, number))),
                Err(error) => return Some((Err(error), (file, number))),
            }
        }
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
            Ending::Undecided => self.undecided += 1,
        }
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
        let lines = self.verified + self.not_verified + self.undecided;
        let figures = format!(
            "{lines} lines: {} verified, {} not verified, {} undecided",
            self.verified, self.not_verified, self.undecided
        );
        if !std::io::stderr().is_terminal() {
            if end {
                eprintln!("{figures}");
            }
        } else if end || lines.is_multiple_of(STRIDE) {
            const WIDTH: u64 = 30;
            let done = (read * WIDTH).checked_div(size).unwrap_or(WIDTH).min(WIDTH);
            let bar = "=".repeat(done as usize) + &" ".repeat((WIDTH - done) as usize);
            eprint!("\r[{bar}] {figures}{}", if end { "\n" } else { "" });
        }
    }
}
