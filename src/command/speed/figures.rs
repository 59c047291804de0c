//! The figures as a table for people and as JSON.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::laps::Spread;

/// What was measured of one case.
pub struct Row {
    pub name: String,
    pub one: Duration,
    /// `None` where the case spreads over the cores by itself, or cannot.
    pub all: Option<Spread>,
}

/// All of them, with their ratios.
pub struct Figures {
    cores: usize,
    rows: Vec<(Row, f64)>,
}

impl Figures {
    pub fn new(cores: usize) -> Self {
        Self { cores, rows: Vec::new() }
    }

    /// Adds a case that is measured by `bare`, which is the case itself or was added before.
    pub fn add(&mut self, row: Row, bare: &str) {
        let bare = self.rows.iter().find(|(row, _)| row.name == bare).map(|(row, _)| row.one);
        let bare = bare.unwrap_or(row.one);
        self.add_beside(row, bare);
    }

    /// Adds a case in whose own rounds a bare check took so long.
    pub fn add_beside(&mut self, row: Row, bare: Duration) {
        let ratio = row.one.as_secs_f64() / bare.as_secs_f64();
        self.rows.push((row, ratio));
    }

    /// One line of JSON.
    pub fn json(&self) -> String {
        let (mut ratios, mut times, mut scaling) = (Map::new(), Map::new(), Map::new());
        for (Row { name, one, all }, ratio) in &self.rows {
            ratios.insert(name.clone(), rounded(*ratio));
            times.insert(name.clone(), rounded(micros(*one)));
            if let Some(all) = all {
                times.insert(format!("all-cores.{name}"), rounded(micros(all.call)));
                scaling.insert(name.clone(), rounded(all.scaling));
            }
        }
        let figures = json!({
            "ratios": ratios, "microseconds": times, "scaling": scaling, "cores": self.cores,
        });
        format!("{figures}\n")
    }

    /// A line a case.
    pub fn table(&self) -> String {
        let title = format!("{} cores", self.cores);
        let mut table = format!(
            "{:<34} {:>10} {:>10} {:>7}   {:>10} {:>10} {:>7}\n",
            "", "one core", "a second", "ratio", title, "a second", "scaling"
        );
        for (Row { name, one, all }, ratio) in &self.rows {
            let line = format!("{name:<34} {} {ratio:>7.2}", cells(*one));
            let all =
                all.as_ref().map(|all| format!("   {} {:>7.2}", cells(all.call), all.scaling));
            writeln!(table, "{line}{}", all.unwrap_or_default()).expect("a String takes any text");
        }
        table
    }
}

/// The time of one, and how many that is in a second.
fn cells(taken: Duration) -> String {
    format!("{:>7.1} µs {:>10.0}", micros(taken), 1.0 / taken.as_secs_f64().max(1e-9))
}

fn micros(taken: Duration) -> f64 {
    taken.as_secs_f64() * 1e6
}

/// To three decimals: more is noise.
fn rounded(figure: f64) -> Value {
    json!((figure * 1000.0).round() / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, micros: u64) -> Row {
        Row { name: name.into(), one: Duration::from_micros(micros), all: None }
    }

    #[test]
    fn ratios_are_to_the_bare_check_that_is_named() {
        let mut figures = Figures::new(2);
        figures.add(row("bare.a", 40), "bare.a");
        figures.add(row("bare.b", 50), "bare.a");
        let all = Spread { call: Duration::from_nanos(33_333), scaling: 1.95 };
        figures.add(Row { all: Some(all), ..row("verify.b", 65) }, "bare.b");
        figures.add_beside(row("mint.one", 600), Duration::from_micros(60));
        let json: Value = serde_json::from_str(&figures.json()).unwrap();
        assert_eq!(
            json,
            json!({
                "ratios": {"bare.a": 1.0, "bare.b": 1.25, "verify.b": 1.3, "mint.one": 10.0},
                "microseconds": {"bare.a": 40.0, "bare.b": 50.0, "verify.b": 65.0,
                    "all-cores.verify.b": 33.333, "mint.one": 600.0},
                "scaling": {"verify.b": 1.95},
                "cores": 2,
            })
        );
        let table = figures.table();
        assert!(
            table.contains(&format!("{:<34}    65.0 µs      15385    1.30", "verify.b")),
            "{table}"
        );
    }
}
