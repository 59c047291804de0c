//! One throw-away PostgreSQL for the whole test run, a fresh database for each test.
//!
//! `TOUCHMARK_TEST_POSTGRES=off` leaves it out, `required` makes its absence a
//! failure; otherwise it runs where PostgreSQL is installed. Invariant: when
//! the test process ends, however it ends, the server stops and its folder goes.

use std::env;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor};

/// Speed before safety: nothing here outlives the run.
const SETTINGS: &str = "listen_addresses = ''\nmax_connections = 400\nfsync = off\n\
     full_page_writes = off\nshared_buffers = 64MB\nautovacuum = off\n";

/// The URL of a new, empty database; `None` when this run has no PostgreSQL.
pub async fn fresh_database() -> Option<String> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    static NUMBER: AtomicU32 = AtomicU32::new(0);

    let cluster = CLUSTER.get_or_init(cluster).as_ref()?;
    let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    sqlx::any::install_default_drivers();
    let mut admin = AnyConnection::connect(&cluster.url("postgres")).await.unwrap();
    admin.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
    admin.close().await.unwrap();
    Some(cluster.url(&name))
}

struct Cluster {
    folder: PathBuf,
    /// The watcher stops the server when this closes, as it does when we end.
    _lifeline: ChildStdin,
}

impl Cluster {
    fn url(&self, database: &str) -> String {
        format!("postgres://postgres@localhost/{database}?host={}", self.folder.display())
    }
}

fn cluster() -> Option<Cluster> {
    let wish = env::var("TOUCHMARK_TEST_POSTGRES").unwrap_or_default();
    let started = match (wish.as_str(), binaries()) {
        ("off", _) => Err("TOUCHMARK_TEST_POSTGRES=off".to_owned()),
        (_, None) => Err("PostgreSQL is not installed".to_owned()),
        (_, Some(binaries)) => Ok(start(&binaries).expect("PostgreSQL starts")),
    };
    assert!(wish != "required" || started.is_ok(), "PostgreSQL is required but missing");
    // Written past the capture of output, which hides what a passing test prints.
    started
        .inspect_err(|why| {
            let _ = writeln!(io::stderr(), "\nNOT RUN: the PostgreSQL half of the tests ({why})");
        })
        .ok()
}

/// The folder of the newest installed PostgreSQL's programs.
fn binaries() -> Option<PathBuf> {
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let version = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = debian.map(|entry| entry.path()).max_by_key(|path| version(path));
    let on_path = env::var_os("PATH").unwrap_or_default();
    newest
        .map(|path| path.join("bin"))
        .into_iter()
        .chain(env::split_paths(&on_path))
        .find(|folder| folder.join("initdb").exists())
}

fn start(binaries: &Path) -> io::Result<Cluster> {
    // Kept: the watcher removes it, after the server has stopped.
    let folder = tempfile::Builder::new().prefix("touchmark-postgres-").tempdir()?.keep();
    let as_whom = Unprivileged::for_folder(&folder)?;
    let pg_ctl = binaries.join("pg_ctl");
    let data = folder.join("data");

    // The watcher comes first, so that there is no moment to leak a server in.
    let stop = as_whom.command_line(&[&pg_ctl, "-D".as_ref(), &data, "-m".as_ref()]);
    let mut watcher = Command::new("sh")
        .args(["-c", "cat; \"$@\" immediate stop; rm -rf \"$0\""])
        .arg(&folder)
        .args(stop)
        .process_group(0) // survives the Ctrl-C that ends us
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let lifeline = watcher.stdin.take().expect("stdin is piped");

    let initdb = binaries.join("initdb");
    let fixed = "-U postgres -A trust -E UTF8 --locale=C --no-sync";
    let mut line = vec![initdb.as_path(), "-D".as_ref(), &data];
    line.extend(fixed.split(' ').map(Path::new));
    as_whom.run(&line)?;
    let sockets = format!("unix_socket_directories = '{}'\n", folder.display());
    let conf = data.join("postgresql.conf");
    let mut settings = fs::OpenOptions::new().append(true).open(conf)?;
    settings.write_all((sockets + SETTINGS).as_bytes())?;
    let log = folder.join("log");
    as_whom.run(&[&pg_ctl, "-D".as_ref(), &data, "-l".as_ref(), &log, "-w".as_ref(), {
        "start".as_ref()
    }])?;
    Ok(Cluster { folder, _lifeline: lifeline })
}

/// PostgreSQL refuses to run as root; then another user runs it.
struct Unprivileged(Option<&'static str>);

impl Unprivileged {
    /// Gives the folder to whom it chooses.
    fn for_folder(folder: &Path) -> io::Result<Self> {
        if fs::metadata(folder)?.uid() != 0 {
            return Ok(Self(None));
        }
        for user in ["postgres", "nobody"] {
            let id = Command::new("id").args(["-u", user]).output()?;
            if let Ok(uid) = String::from_utf8_lossy(&id.stdout).trim().parse() {
                chown(folder, Some(uid), None)?;
                return Ok(Self(Some(user)));
            }
        }
        Err(io::Error::other("no unprivileged user to run PostgreSQL as"))
    }

    fn command_line(&self, line: &[&Path]) -> Vec<PathBuf> {
        let prefix = self.0.map(|user| ["runuser", "-u", user, "--"]);
        let prefix = prefix.iter().flatten().map(PathBuf::from);
        prefix.chain(line.iter().map(|part| part.to_path_buf())).collect()
    }

    fn run(&self, line: &[&Path]) -> io::Result<()> {
        let line = self.command_line(line);
        // No pipes: the server would inherit them and hold them open.
        let status = Command::new(&line[0])
            .args(&line[1..])
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .status()?;
        if status.success() { Ok(()) } else { Err(io::Error::other(format!("{line:?}: {status}"))) }
    }
}
