//! Securing mechanisms: one file each, named as registered.
//!
//! Signing here is pure: what is to be signed comes out as bytes, the signature
//! comes back, and the secured document is the received bytes with the proof
//! added to them.

pub mod chain;
pub mod data_integrity;
pub mod ecdsa_jcs_2019;
pub mod ecdsa_rdfc_2019;
pub mod ed25519_signature_2020;
pub mod eddsa_jcs_2022;
pub mod eddsa_rdfc_2022;
mod jcs;
mod rdfc;
pub mod secured;
mod several;
mod signature;
pub mod suite;
mod usual_options;
pub mod vc_claim;
pub mod vc_jwt;

pub use secured::Secured;
pub use signature::signature_holds;
pub use suite::{SUITES, Suite};

use crate::model::Document;

/// The received bytes with one more member at the end of the object. Nothing
/// else of them changes: what was prepared is what is signed and stored.
pub(crate) fn append_members(document: &Document<'_>, members: &str) -> Vec<u8> {
    let body = body(document);
    let comma: &[u8] = if document.root().is_empty() { b"" } else { b"," };
    [body, comma, members.as_bytes(), b"}"].concat()
}

/// The proof in bytes that are those of `document` with one proof appended to them, and nothing else.
pub(crate) fn appended_proof<'s>(document: &Document<'_>, secured: &'s [u8]) -> Option<&'s [u8]> {
    secured.strip_prefix(body(document))?.strip_prefix(b",\"proof\":[")?.strip_suffix(b"]}")
}

/// The same bytes with their one proof as an object, as the W3C's own documents have it, and not
/// as a set of one, as Open Badges' strict JSON has it.
pub(crate) fn with_proof_alone(document: &Document<'_>, secured: &[u8]) -> Option<Vec<u8>> {
    let proof = std::str::from_utf8(appended_proof(document, secured)?).ok()?;
    Some(append_members(document, &format!("\"proof\":{proof}")))
}

/// A document's bytes without the brace that ends them.
fn body<'a>(document: &Document<'a>) -> &'a [u8] {
    let bytes = document.bytes().trim_ascii_end();
    bytes.strip_suffix(b"}").expect("a document is one object").trim_ascii_end()
}

/// The bytes of a document of ours before `proof` was appended to them. A quote within a string
/// is escaped, so the last place that reads like the member is the member.
pub(crate) fn before_proof(secured: &str) -> Option<String> {
    secured.rfind(",\"proof\":[").map(|end| format!("{}}}", &secured[..end]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_is_read_back_only_behind_the_documents_own_bytes() {
        let document = Document::parse(b"{\"a\": 1 }\n").unwrap();
        let secured = append_members(&document, "\"proof\":[{\"b\":2}]");
        assert_eq!(secured, b"{\"a\": 1,\"proof\":[{\"b\":2}]}");
        assert_eq!(appended_proof(&document, &secured), Some(&b"{\"b\":2}"[..]));
        let text = std::str::from_utf8(&secured).unwrap();
        for changed in [
            text.replace(": 1", ": 2"),
            text.replace(": 1", ":1"),
            text.replace("[{", "{").replace("}]", "}"),
            text.replace("proof", "Proof"),
            format!("{text}\n"),
        ] {
            assert_eq!(appended_proof(&document, changed.as_bytes()), None, "{changed}");
        }
        assert_eq!(before_proof(text).as_deref(), Some("{\"a\": 1}"));
    }

    #[test]
    fn a_proof_alone_is_an_object_behind_the_same_bytes() {
        let document = Document::parse(br#"{"a":[{"b":1,"proof":[{"c":2}]}]}"#).unwrap();
        let proof = r#"{"@context":[{"proof":{"d":3}}],"proofValue":"z"}"#;
        let set = append_members(&document, &format!("\"proof\":[{proof}]"));
        let alone = with_proof_alone(&document, &set).unwrap();
        assert_eq!(alone, append_members(&document, &format!("\"proof\":{proof}")));
        assert_eq!(with_proof_alone(&document, &alone), None);
    }
}
