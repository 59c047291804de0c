//! Status List 2021, the forerunner of the Bitstring Status List.
//! Spec: <https://www.w3.org/TR/2023/WD-vc-status-list-20230427/>
//!
//! It differs in its names, and in that its bits stand in base64 without a prefix.
//! Which alphabet of base64 the draft means it does not say, so both are read.
//!
//! Invariant: as of [`super::bitstring`], whose entries, lists and bounds these are.

use super::bitstring::{BitstringError, Entry, EntryError, Kind, List, inflate};
use crate::model::json::Object;

pub const ENTRY_TYPE: &str = "StatusList2021Entry";
pub const CREDENTIAL_TYPE: &str = "StatusList2021Credential";
pub const SUBJECT_TYPE: &str = "StatusList2021";

/// Reads a credential's `credentialStatus` of this type.
pub fn read_entry(object: &Object<'_>) -> Result<Entry, EntryError> {
    Entry::place(object, Kind::StatusList2021)
}

/// Reads the subject of a list credential whose proof held.
pub fn read_list(subject: &Object<'_>) -> Result<List, BitstringError> {
    List::subject(subject, SUBJECT_TYPE, Kind::StatusList2021, |encoded| {
        let unpadded = encoded.trim_end_matches('=');
        let url_safe = unpadded.replace('+', "-").replace('/', "_");
        inflate(&url_safe, BitstringError::NotBase64)
    })
}

#[cfg(test)]
mod tests {
    use super::super::bitstring::{Bits, MIN_LENGTH, encode};
    use super::*;
    use crate::model::Document;

    fn list(encoded: &str) -> Result<List, BitstringError> {
        let text = format!(
            r#"{{"type": "StatusList2021", "statusPurpose": "revocation",
                 "encodedList": "{encoded}"}}"#
        );
        read_list(Document::parse(text.as_bytes()).unwrap().root())
    }

    #[test]
    fn a_list_is_read_in_both_alphabets_padded_or_not() {
        // Random enough that its base64 has characters of both alphabets.
        let mut bits = Bits::new(MIN_LENGTH);
        (0..4000usize).for_each(|n| assert!(bits.set(n * n * 7919 % MIN_LENGTH)));
        let url_safe = encode(&bits)[1..].to_owned();
        assert!(url_safe.contains('-') && url_safe.contains('_'));
        let standard = url_safe.replace('-', "+").replace('_', "/");
        for encoded in [&url_safe, &standard, &format!("{standard}==")] {
            let list = list(encoded).unwrap();
            assert_eq!((list.kind, &list.bits), (Kind::StatusList2021, &bits));
        }
        assert_eq!(list(&format!("*{url_safe}")), Err(BitstringError::NotBase64));
        assert_eq!(list(&encode(&bits)), Err(BitstringError::NotGzip));
    }
}
