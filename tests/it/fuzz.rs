//! The fuzz targets on every run: the checked-in seeds, and a bounded number of their mutants.
//!
//! The targets are the very functions that `make fuzz` hands to libFuzzer. A mutant has a number:
//! another machine makes the same bytes of it, and a failure names it.

#[path = "../../fuzz/src/lib.rs"]
mod targets;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use touchmark::bake::Picture;
use touchmark::did;
use touchmark::model::key::PublicKey;

use crate::support::dice::Dice;

/// How many mutants of a target's seeds are tried, by what one costs.
fn mutants(target: &str) -> u64 {
    match target {
        "bitstring" | "status_list" => 2_000,
        "jsonld" => 4_000,
        _ => 20_000,
    }
}

fn folder(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target)
}

/// The seeds of a target, by name.
fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder(target)).unwrap_or_else(|e| panic!("{target}: {e}"));
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    files.iter().map(|path| (name(path), std::fs::read(path).unwrap())).collect()
}

/// Pieces that parsers trip over.
const PIECES: [&[u8]; 24] = [
    b"\"",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\\u0000",
    b"\\ud800",
    b"\xc0\x80",
    b"\xef\xbb\xbf",
    b"-0",
    b"1e400",
    b"9007199254740993",
    b"null",
    b"@id",
    b"@context",
    b"@type",
    b"=",
    b".",
    b"%3A",
    b"\0\0\0\0",
    b"\xff\xff\xff\xff",
    b"<!DOCTYPE",
];

/// The mutant of this number.
fn mutant(seeds: &[(String, Vec<u8>)], number: u64) -> Vec<u8> {
    let mut dice = Dice::new(number);
    let mut bytes = dice.pick(seeds).1.clone();
    for _ in 0..=dice.below(4) {
        let at = dice.below(bytes.len() + 1);
        let end = (at + dice.below(24)).min(bytes.len());
        match dice.below(7) {
            0 if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
            1 if at < bytes.len() => bytes[at] = u8::try_from(dice.below(256)).unwrap(),
            2 => drop(bytes.drain(at..end)),
            3 => drop(bytes.splice(at..at, dice.pick(&PIECES).to_vec())),
            4 => drop(bytes.splice(at..end, dice.pick(&PIECES).to_vec())),
            5 => {
                let twice = bytes[at..end].to_vec();
                drop(bytes.splice(at..at, twice));
            }
            _ => {
                let other = &dice.pick(seeds).1;
                let from = dice.below(other.len() + 1);
                let to = (from + dice.below(64)).min(other.len());
                drop(bytes.splice(at..end, other[from..to].to_vec()));
            }
        }
    }
    bytes
}

fn holds(target: &str, bytes: &[u8]) -> bool {
    catch_unwind(AssertUnwindSafe(|| targets::run(target, bytes))).is_ok()
}

#[test]
fn every_seed_and_its_mutants_keep_what_the_targets_state() {
    std::thread::scope(|scope| {
        let run = |target: &'static str| {
            move || {
                let seeds = seeds(target);
                assert!(seeds.len() > 1, "{target} has seeds");
                for (name, bytes) in &seeds {
                    assert!(holds(target, bytes), "{target}: seed {name}");
                }
                for number in 0..mutants(target) {
                    let bytes = mutant(&seeds, number);
                    let text = String::from_utf8_lossy(&bytes);
                    assert!(holds(target, &bytes), "{target}: mutant {number}: {text}");
                }
            }
        };
        for (target, _) in targets::TARGETS {
            scope.spawn(run(target));
        }
    });
}

#[test]
fn each_target_has_a_program_for_libfuzzer_and_none_has_another() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/fuzz_targets");
    let mut programs: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    programs.sort();
    assert_eq!(programs, targets::TARGETS.map(|(name, _)| name));
}

#[test]
fn half_of_the_seeds_of_each_target_get_past_its_first_reading() {
    // Seeds that are all refused at once would have the targets state nothing.
    fn text(bytes: &[u8]) -> &str {
        std::str::from_utf8(bytes).unwrap_or_default()
    }
    let reads = |target: &str, bytes: &[u8]| match target {
        "multikey" => PublicKey::from_multikey(text(bytes)).is_ok(),
        "png" => Picture::Png.open(bytes).is_ok(),
        "svg" => Picture::Svg.open(bytes).is_ok(),
        _ => did::web::locate(text(bytes)).is_ok(),
    };
    for target in ["multikey", "png", "svg", "did_web"] {
        let seeds = seeds(target);
        let good = seeds.iter().filter(|(_, bytes)| reads(target, bytes)).count();
        assert!(2 * good >= seeds.len(), "{target}: {good} of {}", seeds.len());
    }
}
