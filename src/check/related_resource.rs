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
use crate::model::credential::items;
use crate::model::json::{Object, Value};

pub const NAME: &str = "related-resource";

/// Each digest that is not that of its resource, where the resource is known here.
pub fn wrong(root: &Object<'_>) -> Vec<Problem> {
    let resources = items(root, "relatedResource").enumerate();
    let wrong = |(index, resource): (usize, &Value<'_>)| {
        let resource = resource.as_object()?;
        let bytes = Contexts::bundled_document(resource.str("id")?)?;
        let sri = resource.str("digestSRI").is_some_and(|digest| !fits_sri(digest, bytes));
        let multibase =
            resource.str("digestMultibase").is_some_and(|digest| !fits_multibase(digest, bytes));
        (sri || multibase).then(|| {
            let detail = "The digest is not that of this resource; compute it from the bytes that \
                          its URL answers.";
            Problem::new("wrong-digest", detail).at(format!("/relatedResource/{index}"))
        })
    };
    resources.filter_map(wrong).collect()
}

/// Subresource Integrity: of several digests by one algorithm any may fit.
fn fits_sri(digests: &str, bytes: &[u8]) -> bool {
    digests.split_ascii_whitespace().any(|digest| {
        let expected = match digest.split_once('-').map(|(name, _)| name) {
            Some("sha256") => STANDARD.encode(Sha256::digest(bytes)),
            Some("sha384") => STANDARD.encode(Sha384::digest(bytes)),
            Some("sha512") => STANDARD.encode(Sha512::digest(bytes)),
            _ => return false,
        };
        let value = digest.split_once('-').map_or("", |(_, value)| value);
        value.split('?').next() == Some(&expected)
    })
}

/// With the header of a multihash, or SHA-256 without one, as a public suite has it.
fn fits_multibase(digest: &str, bytes: &[u8]) -> bool {
    let decoded = match digest.split_at_checked(1) {
        Some(("u", text)) => URL_SAFE_NO_PAD.decode(text).ok(),
        Some(("z", text)) => bs58::decode(text).into_vec().ok(),
        _ => None,
    };
    let (sha256, sha384) = (Sha256::digest(bytes), Sha384::digest(bytes));
    decoded.is_some_and(|decoded| {
        decoded == sha256[..]
            || decoded == [&[0x12, 0x20], &sha256[..]].concat()
            || decoded == [&[0x20, 0x30], &sha384[..]].concat()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Document;
    use crate::model::credential::CONTEXT_V2;
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
        ]);
        assert!(pointers(good).is_empty());
        for wrong in [
            json!({"id": CONTEXT_V2, "digestSRI": sri.replace('l', "m")}),
            json!({"id": CONTEXT_V2, "digestSRI": "md5-AAAA"}),
            json!({"id": CONTEXT_V2, "digestMultibase": "uAAAA"}),
            json!({"id": CONTEXT_V2, "digestSRI": sri, "digestMultibase": "x"}),
        ] {
            assert_eq!(pointers(json!([wrong])), ["/relatedResource/0"]);
        }
    }
}
