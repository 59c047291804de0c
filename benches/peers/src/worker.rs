//! Peers that are programs of another language: they time themselves, a line in
//! for a line out.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::Peer;
use crate::task::Task;

pub struct Worker {
    name: String,
    process: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    calls: u32,
}

impl Worker {
    pub fn node(task: &Task) -> Self {
        Self::start("npm `@digitalbazaar/vc`", "node", "digitalbazaar.mjs", task)
    }

    pub fn python(task: &Task) -> Self {
        let python = concat!(env!("CARGO_MANIFEST_DIR"), "/.venv/bin/python");
        Self::start("PyPI `openbadgeslib`", python, "openbadgeslib_peer.py", task)
    }

    fn start(name: &str, program: &str, script: &str, task: &Task) -> Self {
        let mut process = Command::new(program)
            .arg(script)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the peer's interpreter is installed");
        let input = process.stdin.take();
        let output = BufReader::new(process.stdout.take().expect("its output is a pipe"));
        let mut worker = Self { name: String::new(), process, input, output, calls: 3 };
        let hello = worker.ask(&task.line()).expect("the peer starts");
        let hello: serde_json::Value = serde_json::from_str(&hello).expect("it says who it is");
        let told = |member: &str| hello[member].as_str().unwrap_or_default().to_owned();
        worker.name = format!("{name} {} on {}", told("version"), told("runtime"));
        worker
    }

    fn ask(&mut self, line: &str) -> Result<String, String> {
        let failed = |error: std::io::Error| format!("{error}.");
        let input = self.input.as_mut().expect("open until the end");
        input.write_all(format!("{line}\n").as_bytes()).map_err(failed)?;
        let mut answer = String::new();
        self.output.read_line(&mut answer).map_err(failed)?;
        Ok(answer.trim().to_owned())
    }

    fn figure(&mut self, line: String) -> Result<f64, String> {
        let answer = self.ask(&line)?;
        answer.parse().map_err(|_| "it stopped, as its error output says.".into())
    }
}

impl Peer for Worker {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn verify(&mut self, calls: u32) -> Result<f64, String> {
        self.figure(format!("verify {calls}"))
    }

    fn sign(&mut self, calls: u32) -> Result<f64, String> {
        self.figure(format!("sign {calls}"))
    }

    fn calls(&self) -> u32 {
        self.calls
    }
}

impl Drop for Worker {
    /// It ends when its input does.
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.process.wait();
    }
}
