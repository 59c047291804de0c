//! What `@digitalbazaar/*` signs: Data Integrity proofs, of did:key issuers.

use std::collections::HashSet;
use std::process::Command;

use serde_json::Value;
use touchmark::proof::SUITES;

use super::{available, folder, json_lines, mutants, only_the_original_is_authentic, world};

#[test]
fn what_npm_signs_with_every_cryptosuite_verifies_and_no_mutant_of_it_does() {
    if !available() {
        return;
    }
    let signed = json_lines(Command::new("node").arg(folder().join("sign.mjs")));
    let suite = |signed: &'_ Value| signed["suite"].as_str().expect("a name").to_owned();
    let suites: HashSet<_> = signed.iter().map(suite).collect();
    assert_eq!(suites, SUITES.iter().map(|suite| suite.name.to_owned()).collect());
    assert_eq!(signed.len(), 7, "ECDSA under both curves");
    for signed in signed {
        let credential = signed["credential"].to_string().into_bytes();
        let mutants = mutants::letters(&credential, 0..credential.len());
        only_the_original_is_authentic(
            &suite(&signed),
            &credential,
            &mutants,
            &world(&Value::Null),
        );
    }
}
