//! `touchmark speed`: a figure for every case, and nothing left behind.

use std::ffi::OsString;
use std::process::Command;

use serde_json::Value;
use sqlx::{AnyConnection, Connection as _};

use super::{folder, succeed, text, touchmark};
use crate::support::postgres;

/// The figures of `touchmark speed --json`, in as few rounds as there can be.
fn speed(mut command: Command) -> Value {
    let output = command.args(["speed", "--json", "--rounds", "1"]).output();
    let output = output.expect("the program starts");
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(text(&output.stderr), "", "progress is for terminals");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[test]
fn speed_gives_a_time_and_a_ratio_for_every_case_and_leaves_nothing_behind() {
    let folder = folder();
    let figures = speed(touchmark(folder.path(), &[]));
    let (ratios, times) = (&figures["ratios"], &figures["microseconds"]);
    let mut names = vec!["list.encode".into(), "list.decode".into()];
    for form in ["eddsa-rdfc-2022", "vc-jwt-eddsa", "vc-jwt-es256"] {
        names.extend([format!("verify.{form}"), format!("sign.{form}")]);
    }
    names.extend(["bare.ed25519", "bare.ed25519-over-jwt"].map(String::from));
    let positive = |value: &Value| value.as_f64().is_some_and(|value| value > 0.0);
    for name in &names {
        let scaling = &figures["scaling"][name];
        let all = &times[format!("all-cores.{name}")];
        for figure in [&ratios[name], &times[name], all, scaling] {
            assert!(positive(figure), "{name}: {figures}");
        }
    }
    for name in ["mint.one", "mint.batch", "list.renew-100"] {
        assert!(positive(&ratios[name]) && positive(&times[name]), "{name}: {figures}");
    }
    assert_eq!(ratios["bare.ed25519"], 1.0);
    let jwt = ["verify.vc-jwt-eddsa", "bare.ed25519-over-jwt"].map(|name| times[name].as_f64());
    let quotient = jwt[0].zip(jwt[1]).map(|(verify, bare)| verify / bare);
    let told = ratios["verify.vc-jwt-eddsa"].as_f64();
    assert!(quotient.zip(told).is_some_and(|(q, t)| (q - t).abs() < 0.01), "{figures}");
    assert_eq!(std::fs::read_dir(folder.path()).expect("it is there").count(), 0);
}

#[test]
fn speed_prints_a_table_and_spares_the_database_that_is_there() {
    let folder = folder();
    succeed(folder.path(), &["issuer", "add", "nea", "--name", "NEA"]);
    let issuers = || succeed(folder.path(), &["issuer", "list"]);
    let files = || {
        let listed = std::fs::read_dir(folder.path().join("touchmark-data")).expect("it is there");
        let names = listed.map(|entry| entry.expect("listed").file_name());
        // SQLite's log stays where a process ended before its last connection closed.
        let sqlites = |name: &OsString| {
            [&b"-wal"[..], b"-shm"].iter().any(|end| name.as_encoded_bytes().ends_with(end))
        };
        let mut names: Vec<_> = names.filter(|name| !sqlites(name)).collect();
        names.sort();
        names
    };
    let before = (issuers(), files());
    let printed = succeed(folder.path(), &["speed", "--rounds", "1"]);
    let row = printed.lines().find(|line| line.starts_with("verify.eddsa-rdfc-2022 "));
    assert!(row.is_some_and(|row| row.contains(" µs ")), "{printed}");
    assert_eq!((issuers(), files()), before);
}

#[tokio::test]
async fn speed_drops_the_schema_that_it_made_in_postgresql() {
    let Some(url) = postgres::fresh_database().await else { return };
    let folder = folder();
    let mut command = touchmark(folder.path(), &[]);
    command.env("DATABASE_URL", &url);
    let figures = speed(command);
    assert!(figures["ratios"]["mint.one"].as_f64().is_some_and(|ratio| ratio > 0.0), "{figures}");
    let mut connection = AnyConnection::connect(&url).await.expect("a connection");
    let left = "SELECT COUNT(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                WHERE n.nspname LIKE 'touchmark%' OR n.nspname = 'public'";
    let left: i64 = sqlx::query_scalar(left).fetch_one(&mut connection).await.expect("a count");
    assert_eq!(left, 0);
    connection.close().await.expect("the connection ends well");
}
