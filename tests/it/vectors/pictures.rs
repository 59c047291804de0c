//! Vectors of what a credential arrives in: pictures, and more than one of them in a file.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use touchmark::bake::Picture;
use touchmark::check::report::{Form, Status, Verdict};

use super::cast::*;
use super::generate::{Writer, expect, failing, vector};
use super::{Expectation, Vector};
use crate::baked::{SVG, png};

pub fn pictures(to: &Writer) {
    let plain = signed(&credential()).to_string();
    let svg = Picture::Svg.bake(SVG.as_bytes(), &plain).unwrap();
    let svg = String::from_utf8(svg).unwrap();
    to.good("svg-good", "a credential in an SVG holds", &svg, Form::Json);
    let no = |name, title, input: &str, code| {
        to.no(name, title, 21, input, ("form", code));
    };
    let typed = format!("<!DOCTYPE svg [<!ENTITY a \"b\">]>{svg}");
    let title = "an SVG with a document type could hide what it says in entities";
    no("svg-document-type", title, &typed, "picture-with-document-type");
    let undeclared = svg.replacen("xmlns:openbadges=", "xmlns:other=", 1);
    let title = "a credential under a prefix that nobody declares is not taken";
    no("svg-undeclared-prefix", title, &undeclared, "damaged-picture");
    let title = "a picture holds one credential";
    let element = &svg[svg.find("<openbadges:credential").unwrap()..svg.find("<circle").unwrap()];
    let twice = svg.replacen("<circle", &format!("{element}<circle"), 1);
    no("svg-several", title, &twice, "several-credentials");
    pngs(to, &plain);
    let title = "several credentials in one file are refused with what was found";
    no("several-in-one-file", title, &format!("{plain}\n{plain}"), "several-credentials");
    let mut unnamed = credential();
    unnamed["credentialSubject"].as_object_mut().unwrap().remove("identifier");
    let good = expect(Verdict::Yes, Verdict::Yes, Status::Good);
    let expect = Expectation { earner: Some(String::new()), ..good };
    let title = "an earner without a name is shown with none, not with the achievement's";
    to.write("earner-without-a-name", vector(title, None, signed(&unnamed), world(), expect));
}

fn pngs(to: &Writer, plain: &str) {
    let write = |name: &str, title: &str, threat, bytes: &[u8], expect| {
        let vector = vector(title, threat, STANDARD.encode(bytes), world(), expect);
        to.write(name, Vector { base64: true, ..vector });
    };
    let baked = Picture::Png.bake(&png(), plain).unwrap();
    let good = expect(Verdict::Yes, Verdict::Yes, Status::Good);
    let good = Expectation { form: Some(Form::Json), ..good };
    write("png-good", "a credential in a PNG holds", None, &baked, good);
    let no = |code| failing(Verdict::No, Verdict::Undecided, Status::Unknown, ("form", code));
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
    zlib.write_all(&vec![b' '; 8 << 20]).unwrap();
    let text = [b"openbadgecredential\0\x01\0\0\0", zlib.finish().unwrap().as_slice()].concat();
    let bomb = with_chunk(&png(), b"iTXt", &text);
    let title = "a small PNG whose text inflates without end is left at the limit";
    write("png-bomb", title, Some(21), &bomb, no("picture-inflates"));
    let text = [b"openbadgecredential\0\0\0\0\0", plain.as_bytes()].concat();
    let two = with_chunk(&baked, b"iTXt", &text);
    let title = "of two credentials in a PNG neither is taken";
    write("png-several", title, Some(21), &two, no("several-credentials"));
    let title = "a PNG without a credential proves nothing";
    write("png-nothing", title, Some(21), &png(), no("no-credential-in-picture"));
    let title = "a PNG that is cut off is not read";
    write("png-cut-off", title, Some(21), &baked[..baked.len() - 20], no("damaged-picture"));
}

/// The picture with one more chunk after its header.
fn with_chunk(png: &[u8], kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let (header, rest) = png.split_at(33);
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    let checked = [kind.as_slice(), data].concat();
    let sum = crc32fast::hash(&checked).to_be_bytes();
    [header, &length, &checked, &sum, rest].concat()
}
