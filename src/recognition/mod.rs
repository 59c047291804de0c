//! What a micro-credential counts for: policies as data, and counting by them.
//!
//! A [`Policy`] is what a recognizer states once. [`count()`] applies one version of
//! it to what is known of some credentials and of a claim, and answers with a
//! [`Decision`]: of each credential whether it counts and why, by which rule, and
//! what would make it count. The same policy, credentials and facts always give
//! the same decision, so one that was recorded can be replayed.
//!
//! Invariant: pure and exact. Nothing here reads a clock or a database, nothing is
//! rounded but where the policy says so, and what could not be told is never
//! counted: it is *counted if*.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

pub mod count;
pub mod decision;
pub mod facts;
pub mod menu;
pub mod outlook;
pub mod policy;
pub mod prospect;
pub mod receipt;
pub mod words;

pub use count::count;
pub use decision::Decision;
pub use facts::{Answer, ClaimFacts, CountedCredential};
pub use policy::{Policy, PolicyReference};

/// The tag of a receipt: a micro-credential that says what others counted for. It counts
/// nowhere unless a policy says so.
pub const RECEIPT_TAG: &str = "recognition-receipt";

/// The digest of some bytes: multibase base64url of the sha2-256 multihash.
pub fn digest_multibase(bytes: &[u8]) -> String {
    sha256_multibase(Sha256::digest(bytes).into())
}

/// The same of what was digested already.
pub fn sha256_multibase(digest: [u8; 32]) -> String {
    let multihash: Vec<u8> = [0x12, 32].into_iter().chain(digest).collect();
    format!("u{}", BASE64_URL_SAFE_NO_PAD.encode(multihash))
}
