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
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};

use super::CommandError;
use super::verify::{Ending, ending};
use crate::check::Report;
use crate::fetch::Sources;
use crate::jsonld::Contexts;
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
        numbered(BufReader::new(opened).lines())
            .map(|line| {
                let sources = sources.clone();
                // Each line is a task of its own: that is what spreads them over the cores.
                async move {
                    let (number, text) = line.map_err(cannot)?;
                    let bytes = text.len() as u64 + 1;
                    let report = tokio::spawn(async move {
                        verify::verify(text.as_bytes(), &*sources, Contexts::bundled(), now).await
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

/// The lines that are not blank, with their numbers.
fn numbered(
    lines: Lines<BufReader<File>>,
) -> impl futures_util::Stream<Item = std::io::Result<(u64, String)>> {
    stream::unfold((lines, 0), |(mut lines, mut number)| async move {
        loop {
            number += 1;
            match lines.next_line().await {
                Ok(None) => return None,
                Ok(Some(text)) if text.trim().is_empty() => {}
                Ok(Some(text)) => return Some((Ok((number, text)), (lines, number))),
                Err(error) => return Some((Err(error), (lines, number))),
            }
        }
    })
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
            Tally { undecided: 1.., .. } => Ending::Undecided,
            _ => Ending::Verified,
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
        } else if end || lines % STRIDE == 0 {
            const WIDTH: u64 = 30;
            let done = (read * WIDTH).checked_div(size).unwrap_or(WIDTH).min(WIDTH);
            let bar = "=".repeat(done as usize) + &" ".repeat((WIDTH - done) as usize);
            eprint!("\r[{bar}] {figures}{}", if end { "\n" } else { "" });
        }
    }
}
