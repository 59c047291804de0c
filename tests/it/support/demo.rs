//! `touchmark demo` as a process, for the tests that need the real program.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

/// The program that cargo built for these tests.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_touchmark");

/// A running demo, ended like an operator does (SIGTERM) when dropped.
pub struct Demo {
    process: Child,
    /// `http://localhost:PORT`
    pub origin: String,
    /// What it printed.
    pub summary: String,
}

impl Demo {
    /// Starts it on a free port and waits for its summary.
    pub fn start() -> Self {
        let mut process = Command::new(PROGRAM)
            .args(["demo", "--listen", "127.0.0.1:0"])
            .env_remove("DATABASE_URL")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let output = process.stdout.take().expect("its output is a pipe");
        let mut summary = String::new();
        for line in BufReader::new(output).lines() {
            summary += &line.expect("the summary is text");
            summary.push('\n');
            if summary.contains("Ctrl-C") {
                break;
            }
        }
        // It answers at the address and at the name; the name is what it signs.
        let summary = summary.replace("http://127.0.0.1:", "http://localhost:");
        let origin = summary.split_whitespace().find(|w| w.starts_with("http://localhost:"));
        let origin = origin.expect("the summary names the service").to_owned();
        Self { process, origin, summary }
    }

    /// The pages of the credentials whose status is this, in the order printed.
    pub fn credentials(&self, status: &str) -> Vec<String> {
        let lines: Vec<_> = self.summary.lines().map(str::trim).collect();
        let pairs = lines.windows(2).filter(|pair| pair[0].starts_with(status));
        pairs.map(|pair| pair[1].to_owned()).filter(|url| url.contains("/credentials/")).collect()
    }

    /// The API key that the summary shows.
    pub fn api_key(&self) -> &str {
        let (_, rest) = self.summary.split_once("Bearer ").expect("the summary shows a key");
        rest.split('\'').next().expect("a split has a first part")
    }

    /// Ends it and says whether it ended well.
    pub fn stop(mut self) -> bool {
        terminate(&self.process);
        self.process.wait().is_ok_and(|status| status.success())
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // A panic here, while another unwinds, would end the run without a word.
        if let Ok(None) = self.process.try_wait()
            && !asked_to_end(&self.process)
        {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}

/// Asks a process to end, as a supervisor does.
pub fn terminate(process: &Child) {
    assert!(asked_to_end(process), "the shell sends a signal to process {}", process.id());
}

/// By the shell's own `kill`: a bare machine has no program of that name.
fn asked_to_end(process: &Child) -> bool {
    let kill = format!("kill -TERM {}", process.id());
    Command::new("sh").args(["-c", &kill]).status().is_ok_and(|status| status.success())
}
