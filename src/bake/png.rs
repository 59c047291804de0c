//! Baked PNG: the credential is the text of an `iTXt` chunk, uncompressed.
//! Spec: <https://www.imsglobal.org/spec/ob/v3p0#png>,
//! <https://www.w3.org/TR/png-3/#11iTXt>
//!
//! Baking works on whole chunks, so that the picture stays as it was, byte for
//! byte. Reading takes any text chunk with the keyword, as verifiers in use do:
//! Open Badges 2.0 has pictures with a `tEXt`.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use super::{BakeError, Baked, Edition, MAX_BYTES, only_one};

pub const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

/// The keyword of Open Badges 3.0, and that of 2.0.
const KEYWORD: &[u8] = b"openbadgecredential";
const KEYWORD_V2: &[u8] = b"openbadges";

/// The one credential in a PNG.
pub fn open(bytes: &[u8]) -> Result<Baked, BakeError> {
    let mut found = None;
    for chunk in chunks(bytes)? {
        if let Some((edition, text)) = chunk.credential() {
            chunk.intact()?;
            only_one(&mut found, Baked { edition, credential: text.read()? })?;
        }
    }
    found.ok_or(BakeError::Nothing)
}

/// The PNG with `credential` in it, in the place of any that it held. What
/// stands after the end of the picture is left out.
pub fn bake(bytes: &[u8], credential: &str) -> Result<Vec<u8>, BakeError> {
    let mut baked = SIGNATURE.to_vec();
    for (at, chunk) in chunks(bytes)?.iter().enumerate() {
        if chunk.credential().is_some() {
            continue;
        }
        baked.extend_from_slice(chunk.whole);
        // The header must come first; text may follow at once.
        if at == 0 {
            baked.extend(text_chunk(credential));
        }
    }
    Ok(baked)
}

/// How a pixel is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pixels {
    /// One bit: black or white.
    BlackAndWhite,
    /// Red, green, blue: a byte each.
    Colours,
    /// The same, and how opaque.
    SeeThrough,
}

/// A PNG of `rows`, one after the other, each led by the number of its filter.
pub fn write(width: u32, height: u32, pixels: Pixels, rows: &[u8]) -> Vec<u8> {
    let (depth, colour_type) = match pixels {
        Pixels::BlackAndWhite => (1, 0),
        Pixels::Colours => (8, 2),
        Pixels::SeeThrough => (8, 6),
    };
    // Deflate, the five filters, not interlaced: there is nothing else but the last.
    let rest = [depth, colour_type, 0, 0, 0];
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &rest].concat();
    let mut deflated = ZlibEncoder::new(Vec::new(), Compression::best());
    deflated.write_all(rows).expect("a Vec takes any bytes");
    let deflated = deflated.finish().expect("a Vec takes any bytes");
    let chunks = [chunk(b"IHDR", &header), chunk(b"IDAT", &deflated), chunk(b"IEND", b"")];
    [&SIGNATURE[..], &chunks.concat()].concat()
}

/// The width and height of a PNG, in pixels, as its header says.
pub fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    let header = chunks(bytes).ok()?.first()?.data();
    let (width, rest) = header.split_first_chunk::<4>()?;
    let (height, _) = rest.split_first_chunk::<4>()?;
    Some((u32::from_be_bytes(*width), u32::from_be_bytes(*height)))
}

/// One chunk: its length, type, data and checksum.
struct Chunk<'b> {
    whole: &'b [u8],
}

impl<'b> Chunk<'b> {
    fn kind(&self) -> &'b [u8] {
        &self.whole[4..8]
    }

    fn data(&self) -> &'b [u8] {
        &self.whole[8..self.whole.len() - 4]
    }

    /// The text of the chunk, if its keyword is one of ours.
    fn credential(&self) -> Option<(Edition, Text<'b>)> {
        let (keyword, rest) = split_at_zero(self.data())?;
        let edition = match keyword {
            KEYWORD => Edition::V3,
            KEYWORD_V2 => Edition::V2,
            _ => return None,
        };
        let text = match self.kind() {
            b"iTXt" => international(rest)?,
            b"tEXt" => Text::Plain(rest),
            b"zTXt" => Text::Deflated(rest.get(1..)?),
            _ => return None,
        };
        Some((edition, text))
    }

    /// Whether its checksum is right: text that was damaged is not handed on.
    fn intact(&self) -> Result<(), BakeError> {
        let (body, checksum) = self.whole[4..].split_at(self.whole.len() - 8);
        match crc32fast::hash(body).to_be_bytes() == checksum {
            true => Ok(()),
            false => Err(BakeError::Png { what: "the checksum of its text is wrong" }),
        }
    }
}

enum Text<'b> {
    Plain(&'b [u8]),
    Deflated(&'b [u8]),
}

impl Text<'_> {
    fn read(&self) -> Result<String, BakeError> {
        let bytes = match self {
            Text::Plain(bytes) => bytes.to_vec(),
            Text::Deflated(bytes) => inflate(bytes)?,
        };
        String::from_utf8(bytes).map_err(|_| BakeError::NotText)
    }
}

/// The chunks up to the picture's end.
fn chunks(bytes: &[u8]) -> Result<Vec<Chunk<'_>>, BakeError> {
    let damaged = |what| BakeError::Png { what };
    let mut rest = bytes.strip_prefix(&SIGNATURE).ok_or(damaged("it does not start as one"))?;
    let mut chunks = Vec::new();
    loop {
        let length = rest.first_chunk::<4>().ok_or(damaged("it has no end"))?;
        // Length, type and checksum are four bytes each.
        let whole = (u32::from_be_bytes(*length) as usize).saturating_add(12);
        let (chunk, after) = rest.split_at_checked(whole).ok_or(damaged("a chunk is cut off"))?;
        let chunk = Chunk { whole: chunk };
        if chunks.is_empty() && chunk.kind() != b"IHDR" {
            return Err(damaged("its header is not first"));
        }
        let last = chunk.kind() == b"IEND";
        chunks.push(chunk);
        if last {
            return Ok(chunks);
        }
        rest = after;
    }
}

/// What follows the keyword of an `iTXt`: whether it is compressed and how, two
/// texts that end with a zero byte (language and translated keyword), the text.
fn international(rest: &[u8]) -> Option<Text<'_>> {
    let (&[compressed, _method], rest) = rest.split_first_chunk()?;
    let (_language, rest) = split_at_zero(rest)?;
    let (_translated, text) = split_at_zero(rest)?;
    Some(if compressed == 0 { Text::Plain(text) } else { Text::Deflated(text) })
}

fn split_at_zero(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = bytes.iter().position(|&byte| byte == 0)?;
    Some((&bytes[..at], &bytes[at + 1..]))
}

fn inflate(bytes: &[u8]) -> Result<Vec<u8>, BakeError> {
    let mut text = Vec::new();
    let most = MAX_BYTES as u64 + 1;
    let read = ZlibDecoder::new(bytes).take(most).read_to_end(&mut text);
    read.map_err(|_| BakeError::Png { what: "its compressed text cannot be read" })?;
    if text.len() > MAX_BYTES { Err(BakeError::Inflates) } else { Ok(text) }
}

fn text_chunk(credential: &str) -> Vec<u8> {
    // Not compressed, no language, no translated keyword.
    chunk(b"iTXt", &[KEYWORD, &[0, 0, 0, 0, 0], credential.as_bytes()].concat())
}

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).expect("what we write is shorter than 4 GiB");
    let body = [kind, data].concat();
    [&length.to_be_bytes()[..], &body, &crc32fast::hash(&body).to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(texts: &[Vec<u8>]) -> Vec<u8> {
        let header = chunk(b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
        let pixels = chunk(b"IDAT", &[0x78, 0x9c, 0x63, 0, 0, 0, 2, 0, 1]);
        [&SIGNATURE[..], &header, &texts.concat(), &pixels, &chunk(b"IEND", b"")].concat()
    }

    fn deflated(text: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn text(kind: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
        chunk(kind, &parts.concat())
    }

    #[test]
    fn what_was_baked_comes_out_and_the_picture_stays() {
        let plain = picture(&[]);
        let baked = bake(&plain, "{\"name\": \"é\"}").unwrap();
        let found = open(&baked).unwrap();
        assert_eq!(found, Baked { edition: Edition::V3, credential: "{\"name\": \"é\"}".into() });
        assert_eq!(open(&plain), Err(BakeError::Nothing));
        let without: Vec<_> = chunks(&baked).unwrap().iter().map(|c| c.whole).collect();
        let before: Vec<_> = chunks(&plain).unwrap().iter().map(|c| c.whole).collect();
        assert_eq!([&without[..1], &without[2..]].concat(), before);
    }

    #[test]
    fn baking_again_replaces_what_was_there() {
        let old = text(b"tEXt", &[b"openbadges\0", b"https://old.example/assertion"]);
        let once = bake(&picture(&[old]), "{}").unwrap();
        let twice = bake(&once, "eyJ.e30.AA").unwrap();
        assert_eq!(open(&twice).unwrap().credential, "eyJ.e30.AA");
        assert_eq!(twice.len(), once.len() + 8);
    }

    #[test]
    fn text_is_read_in_every_kind_of_chunk() {
        let packed = deflated(b"{\"a\": 1}");
        let cases = [
            (text(b"iTXt", &[b"openbadgecredential\0\0\0en\0x\0{\"a\": 1}"]), Edition::V3),
            (text(b"iTXt", &[b"openbadgecredential\0\x01\0\0\0", &packed]), Edition::V3),
            (text(b"tEXt", &[b"openbadgecredential\0{\"a\": 1}"]), Edition::V3),
            (text(b"zTXt", &[b"openbadges\0\0", &packed]), Edition::V2),
        ];
        for (chunk, edition) in cases {
            let found = open(&picture(&[chunk])).unwrap();
            assert_eq!(found, Baked { edition, credential: "{\"a\": 1}".into() });
        }
    }

    #[test]
    fn two_credentials_are_none() {
        let one = text(b"iTXt", &[b"openbadgecredential\0\0\0\0\0{}"]);
        let other = text(b"tEXt", &[b"openbadges\0https://a.example/1"]);
        assert_eq!(open(&picture(&[one.clone(), one.clone()])), Err(BakeError::Several));
        assert_eq!(open(&picture(&[one, other])), Err(BakeError::Several));
    }

    #[test]
    fn a_bomb_is_stopped_at_the_limit() {
        let bomb = deflated(&vec![b' '; MAX_BYTES + 1]);
        let chunk = text(b"iTXt", &[b"openbadgecredential\0\x01\0\0\0", &bomb]);
        assert_eq!(open(&picture(&[chunk])), Err(BakeError::Inflates));
    }

    #[test]
    fn every_cut_and_every_damaged_byte_of_the_text_is_told() {
        let whole = bake(&picture(&[]), "{\"a\": 1}").unwrap();
        for end in 8..whole.len() {
            assert!(matches!(open(&whole[..end]), Err(BakeError::Png { .. })), "{end}");
        }
        let at = whole.windows(4).position(|w| w == b"iTXt").unwrap();
        for at in at..at + 4 + 24 + 8 + 4 {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x01;
            assert_ne!(open(&damaged).map(|b| b.credential), Ok("{\"a\": 1}".into()), "{at}");
        }
        assert!(open(b"GIF89a").is_err());
    }

    #[test]
    fn a_chunk_that_claims_more_than_there_is_costs_nothing() {
        let mut claims = picture(&[]);
        claims[8..12].copy_from_slice(&u32::MAX.to_be_bytes());
        assert_eq!(open(&claims), Err(BakeError::Png { what: "a chunk is cut off" }));
    }
}
