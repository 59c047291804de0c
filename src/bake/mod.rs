//! Baked pictures: a credential inside a PNG or an SVG, and out again. One file
//! a format.
//! Spec: <https://www.imsglobal.org/spec/ob/v3p0#baked-badge>
//!
//! Invariant: a picture holds one credential or none. Where there are two, which
//! one is meant would be for the reader to choose, so neither is taken. Nothing
//! here renders: a picture is never decoded into pixels.

pub mod png;
pub mod svg;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The largest picture that is read, and the most that its text may inflate to.
pub const MAX_BYTES: usize = 2 * 1024 * 1024;

/// The formats that a credential is baked into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Picture {
    Png,
    Svg,
}

/// Which Open Badges a credential was baked by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edition {
    /// Open Badges 3.0: JSON or a compact JWS.
    V3,
    /// Open Badges 2.0: JSON, a compact JWS, or the URL of a hosted assertion.
    V2,
}

/// What was found in a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baked {
    pub edition: Edition,
    pub credential: String,
}

impl Picture {
    pub const ALL: [Self; 2] = [Self::Png, Self::Svg];

    /// The format, told from the first bytes, whatever the file is called.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(&png::SIGNATURE) {
            return Some(Picture::Png);
        }
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
        (text.starts_with(b"<") && svg::is_svg(bytes)).then_some(Picture::Svg)
    }

    /// The format whose files end so.
    pub fn with_extension(extension: &str) -> Option<Self> {
        [Picture::Png, Picture::Svg].into_iter().find(|picture| picture.extension() == extension)
    }

    pub fn extension(self) -> &'static str {
        match self {
            Picture::Png => "png",
            Picture::Svg => "svg",
        }
    }

    pub fn media_type(self) -> &'static str {
        match self {
            Picture::Png => "image/png",
            Picture::Svg => "image/svg+xml",
        }
    }

    /// Where a credential is that was baked into one.
    pub fn place(self) -> &'static str {
        match self {
            Picture::Png => "in a PNG",
            Picture::Svg => "in an SVG",
        }
    }

    /// The one credential in the picture.
    pub fn open(self, bytes: &[u8]) -> Result<Baked, BakeError> {
        within_limit(bytes)?;
        match self {
            Picture::Png => png::open(bytes),
            Picture::Svg => svg::open(bytes),
        }
    }

    /// The picture with `credential` (JSON or a compact JWS) in it, in the place
    /// of any that it held. Nothing else of it changes.
    pub fn bake(self, bytes: &[u8], credential: &str) -> Result<Vec<u8>, BakeError> {
        within_limit(bytes)?;
        match self {
            Picture::Png => png::bake(bytes, credential),
            Picture::Svg => svg::bake(bytes, credential),
        }
    }
}

/// Why a picture cannot be read, or be baked into.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BakeError {
    #[error("the picture is {bytes} bytes long; at most {MAX_BYTES} are read")]
    TooLarge { bytes: usize },
    #[error("there is no credential in the picture")]
    Nothing,
    #[error("there are several credentials in the picture; a picture holds one")]
    Several,
    #[error("the PNG is cut off or damaged: {what}")]
    Png { what: &'static str },
    #[error("the text in the PNG inflates to more than {MAX_BYTES} bytes")]
    Inflates,
    #[error("the SVG is not XML that we read: {what}")]
    Svg { what: String },
    #[error("the SVG has a document type; entities that it defines could hide what it says")]
    DocumentType,
    #[error("the credential in the picture is not text in UTF-8")]
    NotText,
}

impl BakeError {
    /// Stable, in kebab case.
    pub fn code(&self) -> &'static str {
        match self {
            BakeError::TooLarge { .. } => "too-large",
            BakeError::Nothing => "no-credential-in-picture",
            BakeError::Several => "several-credentials",
            BakeError::Png { .. } | BakeError::Svg { .. } | BakeError::NotText => "damaged-picture",
            BakeError::Inflates => "picture-inflates",
            BakeError::DocumentType => "picture-with-document-type",
        }
    }
}

fn within_limit(bytes: &[u8]) -> Result<(), BakeError> {
    match bytes.len() {
        0..=MAX_BYTES => Ok(()),
        bytes => Err(BakeError::TooLarge { bytes }),
    }
}

/// Keeps the first credential that is found, and refuses a second.
fn only_one(found: &mut Option<Baked>, baked: Baked) -> Result<(), BakeError> {
    match found.replace(baked) {
        None => Ok(()),
        Some(_) => Err(BakeError::Several),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_told_by_its_bytes() {
        assert_eq!(Picture::of(b"\x89PNG\r\n\x1a\n"), Some(Picture::Png));
        let svg = "\u{feff}<?xml version=\"1.0\"?>\n<!-- a --><svg xmlns=\"http://www.w3.org/2000/svg\"/>";
        assert_eq!(Picture::of(svg.as_bytes()), Some(Picture::Svg));
        for other in [&b"{}"[..], b"<html><svg/></html>", b"eyJ.e30.AA", b"", b"<", b"\xff\xd8\xff"]
        {
            assert_eq!(Picture::of(other), None, "{other:?}");
        }
    }

    #[test]
    fn a_picture_past_the_limit_is_not_looked_at() {
        let mut large = png::SIGNATURE.to_vec();
        large.resize(MAX_BYTES + 1, 0);
        let error = BakeError::TooLarge { bytes: MAX_BYTES + 1 };
        assert_eq!(Picture::Png.open(&large), Err(error.clone()));
        assert_eq!(Picture::Svg.bake(&large, "{}"), Err(error));
    }
}
