//! Check `related-resource`: that a credential's digests of contexts are those of
//! the contexts. Asked of what is to be signed here: who signs a wrong digest
//! makes a credential that nobody can rely on.
//! Spec: <https://www.w3.org/TR/vc-data-model-2.0/#integrity-of-related-resources>
//!
//! Invariant: only what is bundled is compared, since nothing is fetched.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::Problem;
use crate::jsonld::Contexts;
use crate::model::credential::{CONTEXT_V2, items};
use crate::model::json::{Object, Value};

pub const NAME: &str = "related-resource";

/// Each digest that is not that of its resource, where the resource is known here.
pub fn wrong(root: &Object<'_>) -> Vec<Problem> {
    let resources = items(root, "relatedResource").enumerate();
    let wrong = |(index, resource): (usize, &Value<'_>)| {
        let resource = resource.as_object()?;
        let bytes = Contexts::bundled_document(resource.str("id")?)?;
        let known = Known { bytes, earlier: earlier(resource.str("id")?) };
        let sri = resource.str("digestSRI").is_some_and(|digest| !known.fits_sri(digest));
        let multibase =
            resource.str("digestMultibase").is_some_and(|digest| !known.fits_multibase(digest));
        (sri || multibase).then(|| {
            let expected = STANDARD.encode(Sha384::digest(bytes));
            let detail = format!(
                "The digest is not that of this resource, which is sha384-{expected}; compute it \
                 from the bytes that its URL answers."
            );
            Problem::new("wrong-digest", detail).at(format!("/relatedResource/{index}"))
        })
    };
    resources.filter_map(wrong).collect()
}

/// The SHA-256 of editions that were published under this URL before the bundled one.
///
/// The candidate recommendation of the data model 2.0 (appendix B.1) names this one of
/// July 2024, revision 8d0ee107 of its repository; credentials of that time, and the W3C's own
/// test suite, pin it.
fn earlier(url: &str) -> &'static [[u8; 32]] {
    const JULY_2024: [u8; 32] = [
        0x24, 0xa1, 0x8c, 0x90, 0xe9, 0x85, 0x6d, 0x52, 0x61, 0x11, 0xf2, 0x93, 0x76, 0xe3, 0x02,
        0xd9, 0x70, 0xb2, 0xbd, 0x10, 0x18, 0x2e, 0x33, 0x95, 0x99, 0x95, 0xb0, 0x20, 0x7d, 0x70,
        0x43, 0xb9,
    ];
    if url == CONTEXT_V2 { &[JULY_2024] } else { &[] }
}

/// What is known of a resource.
struct Known {
    bytes: &'static [u8],
    earlier: &'static [[u8; 32]],
}

impl Known {
    /// Subresource Integrity: of several digests by one algorithm any may fit.
    fn fits_sri(&self, digests: &str) -> bool {
        digests.split_ascii_whitespace().any(|digest| {
            let Some((name, value)) = digest.split_once('-') else { return false };
            let value = STANDARD.decode(value.split('?').next().unwrap_or_default());
            let Ok(value) = value else { return false };
            match name {
                "sha256" => self.is_sha256(&value),
                "sha384" => value == Sha384::digest(self.bytes)[..],
                "sha512" => value == Sha512::digest(self.bytes)[..],
                _ => false,
            }
        })
    }

    /// With the header of a multihash, or SHA-256 without one, as a public suite has it.
    fn fits_multibase(&self, digest: &str) -> bool {
        let decoded = match digest.split_at_checked(1) {
            Some(("u", text)) => URL_SAFE_NO_PAD.decode(text).ok(),
            Some(("z", text)) => bs58::decode(text).into_vec().ok(),
            _ => None,
        };
        match decoded.as_deref() {
            Some([0x12, 0x20, sha256 @ ..]) if sha256.len() == 32 => self.is_sha256(sha256),
            Some([0x20, 0x30, sha384 @ ..]) => sha384 == &Sha384::digest(self.bytes)[..],
            Some(sha256) => self.is_sha256(sha256),
            None => false,
        }
    }

    fn is_sha256(&self, digest: &[u8]) -> bool {
        digest == &Sha256::digest(self.bytes)[..]
            || self.earlier.iter().any(|known| digest == known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Document;
    use serde_json::json;

    fn pointers(resources: serde_json::Value) -> Vec<String> {
        let text = json!({"relatedResource": resources}).to_string();
        let document = Document::parse(text.as_bytes()).unwrap();
        wrong(document.root()).into_iter().filter_map(|problem| problem.pointer).collect()
    }

    #[test]
    fn the_digest_of_a_bundled_context_must_be_its_own() {
        let sri = "sha384-l/HrjlBCNWyAX91hr6LFV2Y3heB5Tcr6IeE4/Tje8YyzYBM8IhqjHWiWpr8+ZbYU";
        let good = json!([
            {"id": CONTEXT_V2, "digestSRI": sri},
            {"id": CONTEXT_V2, "digestMultibase": "uWZVc7WaX1h4D8rJVb-vlMIqxaEKEb1tYbX8fet7JJzQ"},
            {"id": "https://a.example/", "digestSRI": "sha384-AAAA"},
            // The edition of July 2024.
            {"id": CONTEXT_V2, "digestMultibase": "uJKGMkOmFbVJhEfKTduMC2XCyvRAYLjOVmZWwIH1wQ7k"},
            {"id": CONTEXT_V2, "digestMultibase": "uEiAkoYyQ6YVtUmER8pN24wLZcLK9EBguM5WZlbAgfXBDuQ"},
            {"id": CONTEXT_V2, "digestSRI": "sha256-JKGMkOmFbVJhEfKTduMC2XCyvRAYLjOVmZWwIH1wQ7k="},
        ]);
        assert!(pointers(good).is_empty());
        for wrong in [
            json!({"id": CONTEXT_V2, "digestSRI": sri.replace('l', "m")}),
            json!({"id": CONTEXT_V2, "digestSRI": "md5-AAAA"}),
            json!({"id": CONTEXT_V2, "digestSRI": "sha384-JKGMkOmFbVJhEfKTduMC2XCyvRAYLjOVmZWwIH1wQ7k="}),
            json!({"id": "https://www.w3.org/2018/credentials/v1",
                   "digestMultibase": "uJKGMkOmFbVJhEfKTduMC2XCyvRAYLjOVmZWwIH1wQ7k"}),
            json!({"id": CONTEXT_V2, "digestMultibase": "uAAAA"}),
            json!({"id": CONTEXT_V2, "digestSRI": sri, "digestMultibase": "x"}),
        ] {
            assert_eq!(pointers(json!([wrong])), ["/relatedResource/0"]);
        }
    }
}
