//! `touchmark verify --batch` as a process of its own.

use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::process::Stdio;
use std::time::Instant;

use tempfile::TempDir;

use crate::in_process::Credential;
use crate::service::{Cores, peak_megabytes};
use crate::{Measured, processor_seconds_of_ended};

/// Lines for each second that is to be measured: about what one core verifies.
const LINES_A_SECOND: f64 = 8_000.0;

/// A file with a credential a line.
pub struct Roster {
    folder: TempDir,
    lines: usize,
}

impl Roster {
    pub fn of(credential: &Credential, seconds: f64) -> Self {
        let lines = (LINES_A_SECOND * seconds) as usize;
        let roster = Self { folder: tempfile::tempdir().expect("a throw-away folder"), lines };
        let file = File::create(roster.file()).expect("the folder takes files");
        let mut file = BufWriter::new(file);
        for _ in 0..lines {
            writeln!(file, "{}", credential.text).expect("the disk has room");
        }
        file.flush().expect("the disk has room");
        roster
    }

    fn file(&self) -> std::path::PathBuf {
        self.folder.path().join("roster.ndjson")
    }

    /// From its start to its end; nobody else is at work meanwhile.
    pub fn verify(&self, cores: Cores) -> Measured {
        let mut command = cores.command();
        command.args(["verify", "--batch", "--offline"]).arg(self.file());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let (started, before) = (Instant::now(), processor_seconds_of_ended());
        let status = command.status().expect("it starts");
        assert!(status.success(), "all verify");
        let used = processor_seconds_of_ended() - before;
        Measured::new(self.lines, started.elapsed().as_secs_f64(), used)
    }
}

/// Verifies so many lines out of a pipe: those that it answered, and the most memory that it took
/// (MB).
pub fn piped(credential: &Credential, lines: usize) -> (usize, f64) {
    let mut command = Cores::Two.command();
    command.args(["verify", "--batch", "--offline", "/dev/stdin"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut process = command.spawn().expect("it starts");
    let mut input = process.stdin.take().expect("it is piped");
    let output = process.stdout.take().expect("it is piped");
    let line = format!("{}\n", credential.text);
    let (mut answered, mut peak) = (0, 0.0);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for _ in 0..lines {
                input.write_all(line.as_bytes()).expect("it reads");
            }
        });
        for report in BufReader::with_capacity(1 << 20, output).split(b'\n') {
            let report = report.expect("it prints");
            answered += usize::from(report.windows(15).take(60).any(|w| w == b"\"verified\":true"));
            if answered % 100 == 0 {
                peak = peak_megabytes(process.id());
            }
        }
    });
    process.wait().expect("it ends");
    (answered, peak)
}
