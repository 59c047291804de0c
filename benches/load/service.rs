//! The service as a process of its own on a fresh folder, and what loads it.

use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::stream::{self, Counted, To};
use crate::{Measured, processor_seconds};

const PROGRAM: &str = env!("CARGO_BIN_EXE_touchmark");

pub const ACHIEVEMENT: &str =
    include_str!("../../src/command/example/creating-a-classroom-community.json");
pub const SLUG: &str = "creating-a-classroom-community";
pub const PROFILE: &str = r#"{"name": "NEA (example)", "url": "https://www.nea.org"}"#;

/// A mint request for the n-th earner.
pub fn mint_line(n: u64) -> String {
    format!(
        "{{\"achievement\":\"{SLUG}\",\"idempotencyKey\":\"upload-{n}\",\
         \"earner\":{{\"name\":\"Earner {n}\",\"identifier\":{{\"type\":\"accountId\",\
         \"value\":\"A-{n}\"}}}},\"review\":{{\"outcome\":\"passed\",\"date\":\"2026-05-04\",\
         \"levels\":{{\"overview\":\"proficient\",\"plan\":\"proficient\",\
         \"artifacts\":\"exemplary\",\"reflection\":\"proficient\"}}}},\
         \"evidence\":[{{\"url\":\"https://files.example/{n}/plan.pdf\",\"name\":\"Plan\"}}]}}"
    )
}

/// What the process may use. The load comes from the other core, where there is one to spare.
#[derive(Clone, Copy, PartialEq)]
pub enum Cores {
    One,
    Two,
}

impl Cores {
    pub fn command(self) -> Command {
        let mut command = Command::new("taskset");
        command.args(["-c", if self == Cores::One { "0" } else { "0,1" }, PROGRAM]);
        command
    }
}

/// A running service; ends when dropped.
pub struct Service {
    process: Child,
    folder: TempDir,
    address: String,
    key: String,
}

/// What `wrk` saw.
pub struct Load {
    pub measured: Measured,
    pub latency: String,
}

impl Service {
    pub fn start(cores: Cores) -> Self {
        let folder = tempfile::tempdir().expect("a throw-away folder");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it is bound").to_string();
        drop(listener);
        let configured = |mut command: Command| {
            let data = folder.path().join("data");
            command.env("TOUCHMARK_DATA", data).env("TOUCHMARK_LISTEN", &address);
            // The limits that keep others fair would be what is measured.
            command.env("TOUCHMARK_VERIFY_PER_MINUTE", u32::MAX.to_string());
            command.env("TOUCHMARK_MINTS_PER_HOUR", "1000000000");
            command.stderr(Stdio::null()).stdin(Stdio::null());
            command
        };
        let run = |arguments: &[&str]| {
            let mut command = configured(Command::new(PROGRAM));
            let output = command.args(arguments).output().expect("it runs");
            assert!(output.status.success(), "{arguments:?}");
            String::from_utf8(output.stdout).expect("it prints text").trim().to_owned()
        };
        run(&["issuer", "add", "nea", "--name", "NEA (example)", "--url", "https://www.nea.org"]);
        let scopes = "mint,status,admin";
        let key = run(&["api-key", "create", "--issuer", "nea", "--scope", scopes]);
        let mut serve = configured(cores.command());
        // Log lines are written as they are in operation, and go nowhere.
        let process = serve.arg("serve").stdout(Stdio::null()).spawn().expect("it starts");
        let service = Self { process, folder, address, key };
        service.wait();
        let path = "/v1/issuers/nea/achievements";
        service.post(path, ACHIEVEMENT);
        service
    }

    fn wait(&self) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect(&self.address).is_err() {
            assert!(Instant::now() < deadline, "the service did not start");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The body of the answer, which must be a success.
    fn post(&self, path: &str, body: &str) -> String {
        let url = format!("http://{}{path}", self.address);
        let (key, body) = (format!("Authorization: Bearer {}", self.key), body.as_bytes());
        let mut curl = Command::new("curl")
            .args(["-sf", "-H", &key, "-H", "Content-Type: application/json", "--data-binary"])
            .args(["@-", &url])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("curl is there");
        curl.stdin.take().expect("it is piped").write_all(body).expect("curl reads");
        let output = curl.wait_with_output().expect("curl ends");
        assert!(output.status.success(), "POST {path} failed");
        String::from_utf8(output.stdout).expect("the answer is text")
    }

    /// A credential that this service minted itself.
    pub fn own_credential(&self) -> String {
        let minted = self.post("/v1/issuers/nea/credentials", &mint_line(u64::MAX));
        let minted: serde_json::Value = serde_json::from_str(&minted).expect("it is JSON");
        minted["credential"].to_string()
    }

    pub fn wrk_verify(&self, body: &str, seconds: f64) -> Load {
        let report = self.post("/v1/verify", body);
        assert!(report.starts_with("{\"verified\":true"), "{report}");
        self.wrk("/v1/verify", body, "", seconds)
    }

    /// Mints one by one over 64 connections, each request with a key and an earner of its own.
    pub fn wrk_mint(&self, seconds: f64) -> Load {
        let line = mint_line(u64::MAX);
        let change = "local n = 0\n\
            request = function() n = n + 1\n\
            return wrk.format(nil, nil, nil, (wrk.body:gsub('18446744073709551615', 's' .. n)))\n\
            end\n";
        self.wrk("/v1/issuers/nea/credentials", &line, change, seconds)
    }

    fn wrk(&self, path: &str, body: &str, script: &str, seconds: f64) -> Load {
        let file = self.folder.path().join("body");
        std::fs::write(&file, body).expect("the folder takes files");
        let lua = self.folder.path().join("wrk.lua");
        let text = format!(
            "local file = io.open('{}', 'rb')\nwrk.method = 'POST'\nwrk.body = file:read('*a')\n\
             wrk.headers['Content-Type'] = 'application/json'\n\
             wrk.headers['Authorization'] = 'Bearer {}'\n{script}",
            file.display(),
            self.key
        );
        std::fs::write(&lua, text).expect("the folder takes files");
        let connections = if script.is_empty() { "-c16" } else { "-c64" };
        let (started, before) = (Instant::now(), self.processor_seconds());
        let output = Command::new("taskset")
            .args(["-c", "1", "wrk", "--latency", "-t1", connections])
            .arg(format!("-d{}", seconds.ceil()))
            .arg("-s")
            .arg(&lua)
            .arg(format!("http://{}{path}", self.address))
            .output()
            .expect("wrk is there (Debian: apt-get install wrk)");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(!text.contains("Non-2xx"), "{text}");
        let after = |name: &str| {
            let line = text.lines().find_map(|line| line.trim().strip_prefix(name));
            line.unwrap_or_else(|| panic!("wrk says no {name}: {text}")).trim().to_owned()
        };
        let elapsed = started.elapsed().as_secs_f64();
        let used = self.processor_seconds() - before;
        let rate: f64 = after("Requests/sec:").parse().expect("a rate");
        let measured = Measured { rate, ..Measured::new((rate * elapsed) as usize, elapsed, used) };
        Load { measured, latency: format!("p50 {}, p99 {}", after("50%"), after("99%")) }
    }

    pub fn batch_verify<'t>(
        &self,
        lines: impl Iterator<Item = &'t str> + Send,
        seconds: f64,
    ) -> Counted {
        let lines = lines.map(str::as_bytes);
        stream::post(self.to("/v1/verify:batch"), lines, seconds, "\"verified\":true")
    }

    pub fn batch_mint(&self, seconds: f64) -> Counted {
        self.mint((0..).map(mint_line), seconds)
    }

    pub fn batch_mint_lines(&self, lines: usize) -> Counted {
        self.mint((0..lines as u64).map(mint_line), f64::INFINITY)
    }

    fn mint(&self, lines: impl Iterator<Item = String> + Send, seconds: f64) -> Counted {
        let to = self.to("/v1/issuers/nea/credentials:batch");
        stream::post(to, lines, seconds, "\"status\":201")
    }

    fn to<'a>(&'a self, path: &'a str) -> To<'a> {
        To { process: self.process.id(), address: &self.address, path, key: &self.key }
    }

    fn processor_seconds(&self) -> f64 {
        processor_seconds(&self.process.id().to_string())
    }

    pub fn peak_megabytes(&self) -> f64 {
        peak_megabytes(self.process.id())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It is ours, and may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub fn peak_megabytes(process: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kilobytes.map_or(f64::NAN, |kilobytes| kilobytes / 1024.0)
}
