//! Pictures with a credential in them, through the whole verifier.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use touchmark::bake::Picture;
use touchmark::check::Report;
use touchmark::check::report::{Form, Verdict};
use touchmark::jsonld::Contexts;
use touchmark::verify::verify;

use crate::vectors::{Vector, World, folder};

/// A PNG of one white pixel.
const PNG: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsFQLnAAAAABJRU5ErkJggg==";
pub const SVG: &str = r#"<svg xmlns="http://www.w3.org/2000/svg"><circle r="9"/></svg>"#;

pub fn vector(name: &str) -> Vector {
    let text = std::fs::read_to_string(folder().join(name)).unwrap();
    serde_json::from_str(&text).unwrap()
}

async fn report(input: &[u8], vector: &Vector) -> Report {
    let world = World(&vector.documents, vector.now);
    verify(input, &world, Contexts::bundled(), vector.now).await
}

/// The one white pixel.
pub fn png() -> Vec<u8> {
    STANDARD.decode(PNG).unwrap()
}

fn pictures() -> [(Picture, Vec<u8>); 2] {
    [(Picture::Png, png()), (Picture::Svg, SVG.as_bytes().to_vec())]
}

#[tokio::test]
async fn a_baked_credential_gets_the_verdict_of_the_credential() {
    for (name, form) in [
        ("good-json.json", Form::Json),
        ("good-vc-jwt-es256.json", Form::VcJwt),
        ("revoked.json", Form::Json),
        ("changed-name.json", Form::Json),
    ] {
        let vector = vector(name);
        for (picture, bytes) in pictures() {
            let baked = picture.bake(&bytes, &vector.input).unwrap();
            let report = report(&baked, &vector).await;
            assert_eq!(report.verdicts.authentic, vector.expect.authentic, "{name}");
            assert_eq!(report.verdicts.current, vector.expect.current, "{name}");
            assert_eq!((report.form, report.picture), (Some(form), Some(picture)));
        }
    }
}

#[tokio::test]
async fn a_changed_byte_of_a_baked_credential_is_never_authentic() {
    let vector = vector("good-json.json");
    for (picture, bytes) in pictures() {
        let baked = picture.bake(&bytes, &vector.input).unwrap();
        let name = br#""name":""#;
        let at = baked.windows(name.len()).position(|w| w == name).unwrap() + name.len();
        let mut changed = baked.clone();
        changed[at] ^= 0x01;
        let report = report(&changed, &vector).await;
        assert_ne!(report.verdicts.authentic, Verdict::Yes, "{picture:?}");
    }
}

#[tokio::test]
async fn a_picture_without_a_credential_says_so() {
    let vector = vector("good-json.json");
    for (picture, bytes) in pictures() {
        let report = report(&bytes, &vector).await;
        assert_eq!(report.verdicts.authentic, Verdict::No);
        assert_eq!(report.picture, Some(picture));
        let problem = report.checks[0].problem.as_ref().unwrap();
        assert_eq!(problem.code, "no-credential-in-picture");
        assert!(problem.detail.contains("no credential in the picture"), "{}", problem.detail);
    }
}

#[tokio::test]
async fn a_presentation_in_a_picture_is_refused() {
    for name in ["presentation-unsigned.json", "presentation-vp-jwt.json"] {
        let vector = vector(name);
        for (picture, bytes) in pictures() {
            let baked = picture.bake(&bytes, &vector.input).unwrap();
            let report = report(&baked, &vector).await;
            assert_eq!(report.verdicts.authentic, Verdict::No, "{name}");
            let problem = report.checks[0].problem.as_ref().unwrap();
            assert_eq!(problem.code, "presentation-in-picture");
            assert_eq!(report.presentation, None);
        }
    }
}
