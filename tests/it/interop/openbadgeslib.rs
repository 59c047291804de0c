//! What PyPI's `openbadgeslib` signs: Open Badges 3.0 as JWT and with an embedded proof, 2.0
//! signed; each plain and baked into a PNG and an SVG.

use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use touchmark::bake::Picture;
use touchmark::check::report::Form;

use super::{
    available, folder, json_lines, mutants, only_the_original_is_authentic, python, verified, world,
};

#[test]
fn what_openbadgeslib_signs_and_bakes_verifies_and_no_mutant_of_it_does() {
    if !available() {
        return;
    }
    let signed = json_lines(Command::new(python()).arg(folder().join("openbadgeslib_sign.py")));
    let mut seen = Vec::new();
    for (seed, signed) in (0..).zip(&signed) {
        let [name, carrier, badge] = ["name", "carrier", "badge"].map(|m| member(signed, m));
        let badge = STANDARD.decode(badge).expect("base64");
        let world = world(&signed["documents"]);
        let report = verified(&badge, &world);
        let picture = Picture::of(&badge);
        assert_eq!(report.picture, picture, "{name} {carrier}");
        assert_eq!(picture.is_none(), carrier == "text", "{name} {carrier}");
        seen.push((report.form, picture));
        let mutants = match picture {
            Some(picture) => mutants::carried(picture, &badge),
            None if badge.starts_with(b"{") => mutants::letters(&badge, 0..badge.len()),
            None => mutants::jws(std::str::from_utf8(&badge).expect("a JWS is text"), seed),
        };
        only_the_original_is_authentic(&format!("{name} {carrier}"), &badge, &mutants, &world);
    }
    assert_eq!(signed.len(), 7 * 3, "three keys for each kind of JWS, a proof; three carriers");
    for form in [Form::VcJwt, Form::Json, Form::OpenBadges2Signed] {
        for picture in [None, Some(Picture::Png), Some(Picture::Svg)] {
            assert!(seen.contains(&(Some(form), picture)), "{form:?} {picture:?}");
        }
    }
}

fn member<'s>(signed: &'s Value, name: &str) -> &'s str {
    signed[name].as_str().expect("a text")
}
