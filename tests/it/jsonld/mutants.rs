//! Documents that nobody wrote: a number names one, for good.
//!
//! Each is one of the seeds (`tests/differential/seeds`, real in their shape)
//! after one to three changes. No clock, no randomness, no hash order: another
//! machine makes the same text of the same number, so that what others answered
//! can be checked in, and a fault can be told by its number.

mod changes;
mod material;

use std::path::Path;

use serde_json::Value;

use crate::support::dice::Dice;

/// The documents that mutants descend from, by name.
pub fn seeds() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/differential/seeds");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
        .iter()
        .map(|file| {
            let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(file).unwrap())
        })
        .collect()
}

/// Makes mutants.
pub struct Mutants {
    seeds: Vec<Value>,
}

impl Mutants {
    pub fn new() -> Mutants {
        let parse = |(_, text): (String, String)| serde_json::from_str(&text).unwrap();
        Mutants { seeds: seeds().into_iter().map(parse).collect() }
    }

    /// The mutant of this number, as JSON on one line.
    pub fn text(&self, number: u64) -> String {
        let mut dice = Dice::new(number);
        let mut document = dice.pick(&self.seeds).clone();
        // Half of them are changed a little, and mostly stay meaningful.
        let wild = dice.one_in(2);
        let times = *dice.pick(if wild { &[1, 1, 2, 2, 3] } else { &[1, 1, 1, 2, 3] });
        for _ in 0..times {
            changes::change(&mut document, &mut dice, wild);
        }
        material::with_raw_numbers(&document.to_string())
    }
}

#[test]
fn a_number_makes_the_same_mutant_again_and_another_number_another() {
    let mutants = Mutants::new();
    assert_eq!(mutants.text(7), Mutants::new().text(7));
    let distinct: std::collections::BTreeSet<_> = (0..300).map(|n| mutants.text(n)).collect();
    assert!(distinct.len() > 290, "{}", distinct.len());
}
