//! Fifty changes of what somebody signed, the same on every machine for the same input.

use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Value, json};
use touchmark::bake::Picture;
use touchmark::model::key::PublicKey;

use crate::support::dice::Dice;

const ALGORITHMS: [&str; 6] = ["none", "HS256", "EdDSA", "ES256", "ES384", "RS256"];

/// One letter or digit changed, at fifty places spread over a part of the bytes.
pub fn letters(bytes: &[u8], part: Range<usize>) -> Vec<Vec<u8>> {
    let places: Vec<_> = part.filter(|at| bytes[*at].is_ascii_alphanumeric()).collect();
    let changed = |nth: usize| {
        let mut mutant = bytes.to_vec();
        let byte = &mut mutant[places[nth * places.len() / 50]];
        match byte {
            b'z' | b'Z' | b'9' => *byte -= 1,
            _ => *byte += 1,
        }
        mutant
    };
    (0..50).map(changed).collect()
}

/// Letters of what a picture carries. A PNG's checksums are made to agree with them: they tell
/// damage and no forgery.
pub fn carried(picture: Picture, bytes: &[u8]) -> Vec<Vec<u8>> {
    let place = |mark: &[u8]| bytes.windows(mark.len()).position(|found| found == mark);
    match picture {
        Picture::Svg => {
            let start = place(b"<openbadges:").expect("the SVG holds a badge");
            let end = bytes.windows(2).rposition(|w| w == b"</").expect("the SVG ends");
            let end = place(b"<!--").unwrap_or(end);
            letters(bytes, start..end)
        }
        Picture::Png => {
            let start = place(b"iTXt").expect("the PNG holds a badge");
            let length = bytes[start - 4..start].try_into().expect("four bytes");
            let end = start + 4 + u32::from_be_bytes(length) as usize;
            let mut mutants = letters(bytes, start + 4..end);
            for mutant in &mut mutants {
                let checksum = crc32fast::hash(&mutant[start..end]).to_be_bytes();
                mutant[end..end + 4].copy_from_slice(&checksum);
            }
            mutants
        }
    }
}

/// Of a compact JWS: ten characters of each part, eight headers and eight payloads that say
/// something else under the old signature, and four other signatures.
pub fn jws(token: &str, seed: u64) -> Vec<Vec<u8>> {
    let mut dice = Dice::new(seed);
    let parts: Vec<_> = token.split('.').map(str::to_owned).collect();
    let mut mutants = Vec::new();
    for (nth, part) in parts.iter().enumerate() {
        for _ in 0..10 {
            mutants.push(with(&parts, nth, another_character(part, &mut dice)));
        }
    }
    for header in headers(&decoded(&parts[0])) {
        mutants.push(with(&parts, 0, encoded(&header)));
    }
    for _ in 0..8 {
        let mut claims = decoded(&parts[1]);
        another_text(&mut claims, &mut dice);
        mutants.push(with(&parts, 1, encoded(&claims)));
    }
    let mut unsigned = decoded(&parts[0]);
    unsigned["alg"] = json!("none");
    mutants.push(format!("{}.{}.", encoded(&unsigned), parts[1]));
    mutants.push(with(&parts, 2, String::new()));
    mutants.push(with(&parts, 2, parts[2][..parts[2].len() / 2].to_owned()));
    mutants.push(by_a_stranger(&parts));
    mutants.into_iter().map(String::into_bytes).collect()
}

fn with(parts: &[String], nth: usize, other: String) -> String {
    let mut parts = parts.to_vec();
    parts[nth] = other;
    parts.join(".")
}

fn another_character(part: &str, dice: &mut Dice) -> String {
    const BASE64URL: &[u8; 64] =
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let at = dice.below(part.len());
    let old = part.as_bytes()[at];
    let place = BASE64URL.iter().position(|c| *c == old).expect("base64url");
    let new = char::from(BASE64URL[(place + 1 + dice.below(63)) % 64]);
    format!("{}{new}{}", &part[..at], &part[at + 1..])
}

fn headers(header: &Value) -> Vec<Value> {
    let changed = |member: &str, value: Value| {
        let mut header = header.clone();
        header[member] = value;
        header
    };
    let others = ALGORITHMS.iter().filter(|alg| header["alg"] != **alg);
    let mut headers: Vec<_> = others.map(|alg| changed("alg", json!(alg))).collect();
    headers.push(changed("kid", json!("did:web:evil.example#key")));
    headers.push(changed("jwk", stranger().1.jwk()));
    headers.push(changed("typ", json!("vp+jwt")));
    headers
}

/// One letter of one text, wherever it is.
fn another_text(claims: &mut Value, dice: &mut Dice) {
    let count = texts(claims).len();
    let nth = dice.below(count);
    let text = texts(claims).into_iter().nth(nth).expect("it is one of them");
    let at = text.rfind(|c: char| c.is_ascii_alphanumeric()).expect("texts have letters");
    let new = if text.as_bytes()[at] == b'x' { "y" } else { "x" };
    text.replace_range(at..=at, new);
}

fn texts(value: &mut Value) -> Vec<&mut String> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter_mut().flat_map(texts).collect(),
        Value::Object(members) => members.values_mut().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// The same payload under the issuer's `kid`, by a key that only the header vouches for.
fn by_a_stranger(parts: &[String]) -> String {
    let (key, public) = stranger();
    let mut header = decoded(&parts[0]);
    header["alg"] = json!("EdDSA");
    header["jwk"] = public.jwk();
    let input = format!("{}.{}", encoded(&header), parts[1]);
    let signature = key.sign(input.as_bytes()).to_bytes();
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn stranger() -> (SigningKey, PublicKey) {
    let key = SigningKey::from_bytes(&[66; 32]);
    let public = PublicKey::ed25519(key.verifying_key().to_bytes()).expect("a good key");
    (key, public)
}

fn decoded(part: &str) -> Value {
    let bytes = URL_SAFE_NO_PAD.decode(part).expect("base64url");
    serde_json::from_slice(&bytes).expect("JSON")
}

fn encoded(part: &Value) -> String {
    URL_SAFE_NO_PAD.encode(part.to_string())
}
