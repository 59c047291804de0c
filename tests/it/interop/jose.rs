//! What npm's `jose` signs: both forms of a JWT, under every algorithm that we read, of issuers by
//! did:web, by did:jwk and by the key set of their host.

use std::process::Command;

use super::{available, folder, json_lines, mutants, only_the_original_is_authentic, world};

#[test]
fn what_jose_signs_verifies_in_every_form_and_no_mutant_of_it_does() {
    if !available() {
        return;
    }
    let signed = json_lines(Command::new("node").arg(folder().join("jose_sign.mjs")));
    assert_eq!(signed.len(), 4 * 3 * 2, "algorithms, kinds of issuer, forms");
    for (seed, signed) in (0..).zip(&signed) {
        let name = signed["name"].as_str().expect("a name");
        let jwt = signed["jwt"].as_str().expect("a JWT");
        let mutants = mutants::jws(jwt, seed);
        let world = world(&signed["documents"]);
        only_the_original_is_authentic(name, jwt.as_bytes(), &mutants, &world);
    }
}
