//! What `/counts` verified, brought along by its next form: sealed, and for a while.
//!
//! Invariant: what is taken as verified was verified here, unaltered and no longer ago than
//! [`KEPT`]; what is not, is nothing.

use std::io::{Read as _, Write as _};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

use super::App;
use super::problem::Problem;
use crate::pages::counts::Given;

/// How long what was verified is taken as it was.
const KEPT: SignedDuration = SignedDuration::from_mins(30);
/// What a page brings along of it at most, in letters and unpacked in bytes.
const MOST_KEPT: usize = 24 * 1024;
const MOST_UNPACKED: u64 = 1024 * 1024;

#[derive(Serialize, Deserialize)]
struct Kept {
    given: Vec<Given>,
}

/// What was verified, for the next form to bring along; none where it is too much.
pub async fn seal(app: &App, given: &[Given]) -> Result<Option<String>, Problem> {
    let kept = Kept { given: given.to_vec() };
    let json = serde_json::to_vec(&kept).expect("it is plain data");
    if u64::try_from(json.len()).is_ok_and(|len| len > MOST_UNPACKED) {
        return Ok(None);
    }
    let mut packed = DeflateEncoder::new(Vec::new(), Compression::default());
    let written = packed.write_all(&json).and_then(|()| packed.finish());
    let text = BASE64_URL_SAFE_NO_PAD.encode(written.expect("memory takes all of it"));
    if text.len() > MOST_KEPT {
        return Ok(None);
    }
    let hash = app.issuance.keyed_hash(&format!("counts\n{text}")).await?;
    Ok(Some(format!("{text}.{hash}")))
}

/// What was verified, if we sealed it, and not too long ago.
pub async fn open(app: &App, sealed: &str) -> Result<Option<Vec<Given>>, Problem> {
    let now = app.issuance.ambient.now();
    // As good as the oldest of it: each keeps the moment of its own verification.
    let fresh = |given: &Given| now.duration_since(given.at) <= KEPT;
    let given = unpack(app, sealed).await?.map(|kept| kept.given);
    Ok(given.filter(|given| given.iter().all(fresh)))
}

async fn unpack(app: &App, sealed: &str) -> Result<Option<Kept>, Problem> {
    let Some((text, hash)) = sealed.rsplit_once('.') else { return Ok(None) };
    let expected = app.issuance.keyed_hash(&format!("counts\n{text}")).await?;
    if !bool::from(expected.as_bytes().ct_eq(hash.as_bytes())) {
        return Ok(None);
    }
    let Ok(packed) = BASE64_URL_SAFE_NO_PAD.decode(text) else { return Ok(None) };
    let mut json = Vec::new();
    let unpacked = DeflateDecoder::new(&packed[..]).take(MOST_UNPACKED).read_to_end(&mut json);
    Ok(unpacked.ok().and_then(|_| serde_json::from_slice(&json).ok()))
}
