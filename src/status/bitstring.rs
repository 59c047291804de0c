//! Bitstring Status List 1.0.
//! Spec: <https://www.w3.org/TR/vc-bitstring-status-list/>
//!
//! Invariant: a list is at least [`MIN_LENGTH`] entries long and was inflated
//! to at most [`MAX_BYTES`]; an index past its end has no answer, and never
//! reads as *not set*.

use std::io::{Read, Write};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use serde_json::json;

use crate::model::credential::{CONTEXT_V2, items, types};
use crate::model::date_time;
use crate::model::json::{Object, Value};

/// The fewest entries of a list, so that one of them hides among many.
pub const MIN_LENGTH: usize = 131_072;
/// Inflating stops here: a small list must not fill the memory.
pub const MAX_BYTES: usize = 2 * 1024 * 1024;
/// The most bits of an entry that are read: each of its values needs a message.
pub const MAX_SIZE: usize = 8;
/// How long a reader may keep our lists.
pub const TTL_MILLISECONDS: u64 = 300_000;

/// The bits of a list; index 0 is the most significant bit of the first byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bits(Vec<u8>);

impl Bits {
    /// A list of at least `length` entries, none set.
    pub fn new(length: usize) -> Self {
        Self(vec![0; length.max(MIN_LENGTH).div_ceil(8)])
    }

    pub fn len(&self) -> usize {
        self.0.len() * 8
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the bit is set; `None` past the end.
    pub fn get(&self, index: usize) -> Option<bool> {
        self.0.get(index / 8).map(|byte| byte & (0x80 >> (index % 8)) != 0)
    }

    /// The number that the entry's `size` bits make, the first of them the most significant;
    /// `None` where the list does not have them all.
    pub fn value(&self, index: usize, size: usize) -> Option<u64> {
        let start = index.checked_mul(size)?;
        let bits = start..start.checked_add(size)?;
        bits.map(|bit| self.get(bit).map(u64::from))
            .try_fold(0, |value, bit| Some(value << 1 | bit?))
    }

    /// Sets the bit; `false` where the list has no such index.
    pub fn set(&mut self, index: usize) -> bool {
        self.put(index, true)
    }

    /// Sets or clears the bit; `false` where the list has no such index.
    pub fn put(&mut self, index: usize, bit: bool) -> bool {
        let mask = 0x80 >> (index % 8);
        match self.0.get_mut(index / 8) {
            Some(byte) if bit => *byte |= mask,
            Some(byte) => *byte &= !mask,
            None => return false,
        }
        true
    }
}

/// Writes `encodedList`: `u`, then base64url of the compressed bits.
pub fn encode(bits: &Bits) -> String {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(&bits.0).expect("a vector takes every byte");
    let compressed = gzip.finish().expect("a vector takes every byte");
    format!("u{}", URL_SAFE_NO_PAD.encode(compressed))
}

/// Reads `encodedList`.
pub fn decode(encoded: &str) -> Result<Bits, BitstringError> {
    let base64 = encoded.strip_prefix('u').ok_or(BitstringError::NotMultibase)?;
    // Some issuers pad, which the multibase alphabet does not know.
    inflate(base64.trim_end_matches('='), BitstringError::NotMultibase)
}

/// Inflates what stands in base64url without padding; `not_base64` is the error of what does not.
pub(super) fn inflate(base64: &str, not_base64: BitstringError) -> Result<Bits, BitstringError> {
    let compressed = URL_SAFE_NO_PAD.decode(base64).map_err(|_| not_base64)?;
    let mut bits = Vec::new();
    MultiGzDecoder::new(compressed.as_slice())
        .take(MAX_BYTES as u64 + 1)
        .read_to_end(&mut bits)
        .map_err(|_| BitstringError::NotGzip)?;
    // It is kept, and weighed by its length.
    bits.shrink_to_fit();
    if bits.len() > MAX_BYTES {
        return Err(BitstringError::TooLong);
    }
    if bits.len() * 8 < MIN_LENGTH {
        return Err(BitstringError::TooShort { found: bits.len() * 8 });
    }
    Ok(Bits(bits))
}

/// What a list says about its entries.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Purpose {
    Revocation,
    Suspension,
    Refresh,
    Message,
    Other(String),
}

impl Purpose {
    pub fn as_str(&self) -> &str {
        match self {
            Purpose::Revocation => "revocation",
            Purpose::Suspension => "suspension",
            Purpose::Refresh => "refresh",
            Purpose::Message => "message",
            Purpose::Other(other) => other,
        }
    }
}

impl From<&str> for Purpose {
    fn from(text: &str) -> Self {
        match text {
            "revocation" => Purpose::Revocation,
            "suspension" => Purpose::Suspension,
            "refresh" => Purpose::Refresh,
            "message" => Purpose::Message,
            other => Purpose::Other(other.into()),
        }
    }
}

/// The two kinds of signed lists, which differ in their names and in how the bits are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Bitstring,
    /// See [`super::status_list_2021`].
    StatusList2021,
}

/// A credential's `credentialStatus` that names a place in a list of bits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub kind: Kind,
    pub purpose: Purpose,
    pub index: usize,
    /// The list's URL.
    pub list: String,
    /// Bits per entry.
    pub size: usize,
    /// What each value means, where the purpose is `message`.
    pub messages: Vec<(u64, String)>,
}

impl Entry {
    pub const TYPE: &str = "BitstringStatusListEntry";

    pub fn read(object: &Object<'_>) -> Result<Self, EntryError> {
        let size = match object.get("statusSize") {
            None => 1,
            Some(Value::Number(n)) => match n.as_i64().and_then(|n| usize::try_from(n).ok()) {
                None | Some(0) => return Err(EntryError::Size),
                Some(size) if size > MAX_SIZE => return Err(EntryError::LargeSize { size }),
                Some(size) => size,
            },
            Some(_) => return Err(EntryError::Size),
        };
        Ok(Self {
            size,
            messages: messages(object, size)?,
            ..Self::place(object, Kind::Bitstring)?
        })
    }

    /// What both kinds have: a list, a place in it, and what it is about.
    pub(super) fn place(object: &Object<'_>, kind: Kind) -> Result<Self, EntryError> {
        let text = |member| object.str(member).ok_or(EntryError::Absent { member });
        let index = text("statusListIndex")?;
        let bad_index = || EntryError::Index { found: index.into() };
        if !index.bytes().all(|b| b.is_ascii_digit()) || (index.len() > 1 && index.starts_with('0'))
        {
            return Err(bad_index());
        }
        Ok(Self {
            kind,
            purpose: text("statusPurpose")?.into(),
            index: index.parse().map_err(|_| bad_index())?,
            list: text("statusListCredential")?.into(),
            size: 1,
            messages: Vec::new(),
        })
    }

    /// What the issuer says that a value means.
    pub fn message(&self, value: u64) -> Option<&str> {
        self.messages.iter().find(|(of, _)| *of == value).map(|(_, message)| message.as_str())
    }
}

/// `statusMessage`: one for each value that `size` bits can have.
fn messages(object: &Object<'_>, size: usize) -> Result<Vec<(u64, String)>, EntryError> {
    let Some(stated) = object.get("statusMessage") else {
        return if size == 1 { Ok(Vec::new()) } else { Err(EntryError::Messages) };
    };
    let read = |value: &Value<'_>| {
        let stated = value.as_object()?;
        let value = stated.str("status")?.strip_prefix("0x")?;
        let hex = !value.is_empty() && value.bytes().all(|b| b.is_ascii_hexdigit());
        let value = u64::from_str_radix(value, 16).ok().filter(|_| hex)?;
        Some((value, stated.str("message")?.to_owned()))
    };
    let messages: Option<Vec<_>> = stated.items().iter().map(read).collect();
    let mut messages = messages.ok_or(EntryError::Messages)?;
    messages.sort_unstable();
    let values = messages.iter().map(|(value, _)| *value);
    match values.eq(0..1 << size) {
        true => Ok(messages),
        false => Err(EntryError::Messages),
    }
}

/// The subject of a list credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    pub kind: Kind,
    pub purposes: Vec<Purpose>,
    pub bits: Bits,
    /// Milliseconds for which a copy may be used.
    pub ttl: Option<u64>,
}

impl List {
    pub const CREDENTIAL_TYPE: &str = "BitstringStatusListCredential";
    pub const SUBJECT_TYPE: &str = "BitstringStatusList";

    /// Reads the subject of a list credential whose proof held.
    pub fn read(subject: &Object<'_>) -> Result<Self, BitstringError> {
        Self::subject(subject, Self::SUBJECT_TYPE, Kind::Bitstring, decode)
    }

    /// What both kinds of lists have.
    pub(super) fn subject(
        subject: &Object<'_>,
        subject_type: &str,
        kind: Kind,
        decode: impl FnOnce(&str) -> Result<Bits, BitstringError>,
    ) -> Result<Self, BitstringError> {
        if !types(subject).any(|t| t == subject_type) {
            return Err(BitstringError::NotAList);
        }
        let purposes = items(subject, "statusPurpose");
        let purposes = purposes.filter_map(|p| p.as_str().map(Purpose::from)).collect();
        let encoded = subject.str("encodedList").ok_or(BitstringError::NotAList)?;
        let ttl = match subject.get("ttl") {
            Some(Value::Number(n)) => n.as_i64().and_then(|n| u64::try_from(n).ok()),
            _ => None,
        };
        Ok(Self { kind, purposes, bits: decode(encoded)?, ttl })
    }
}

/// What one of our own list credentials says.
#[derive(Debug, Clone, Copy)]
pub struct ListCredential<'a> {
    /// The list's URL, also its id.
    pub id: &'a str,
    pub issuer: &'a str,
    pub purpose: &'a Purpose,
    pub bits: &'a Bits,
    pub valid_from: Timestamp,
    pub valid_until: Timestamp,
}

/// The unsigned list credential. `issuer`, the subject's `type` and
/// `statusPurpose` are plain strings, since verifiers in use compare them so.
pub fn compose(list: &ListCredential<'_>) -> Vec<u8> {
    let credential = json!({
        "@context": [CONTEXT_V2],
        "id": list.id,
        "type": ["VerifiableCredential", List::CREDENTIAL_TYPE],
        "issuer": list.issuer,
        "validFrom": date_time::format(list.valid_from),
        "validUntil": date_time::format(list.valid_until),
        "credentialSubject": {
            "id": format!("{}#list", list.id),
            "type": List::SUBJECT_TYPE,
            "statusPurpose": list.purpose.as_str(),
            "ttl": TTL_MILLISECONDS,
            "encodedList": encode(list.bits),
        },
    });
    credential.to_string().into_bytes()
}

/// Why a list cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BitstringError {
    #[error(
        "it is no list: expected a credential of type `BitstringStatusListCredential` or \
         `StatusList2021Credential` whose subject has the type of such a list and an `encodedList`"
    )]
    NotAList,
    #[error("`encodedList` is not `u` and base64url")]
    NotMultibase,
    #[error("`encodedList` is not base64")]
    NotBase64,
    #[error("`encodedList` is not gzip")]
    NotGzip,
    #[error("the list inflates to more than {MAX_BYTES} bytes")]
    TooLong,
    #[error("the list has {found} entries; a list has at least {MIN_LENGTH}")]
    TooShort { found: usize },
}

/// Why a status entry cannot be followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    #[error("the status entry has no `{member}` in the form of a string")]
    Absent { member: &'static str },
    #[error("`statusListIndex` is {found:?}; expected a whole number in decimal digits")]
    Index { found: String },
    #[error("`statusSize` is not a whole number from 1 on")]
    Size,
    #[error("the entry has {size} bits (`statusSize`); up to {MAX_SIZE} are read")]
    LargeSize { size: usize },
    #[error(
        "`statusMessage` must have one `status` (as in 0x1f) and one `message` for each value that \
         an entry of this `statusSize` can have"
    )]
    Messages,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Document;

    #[test]
    fn a_list_survives_encoding_and_counts_from_the_most_significant_bit() {
        let mut bits = Bits::new(0);
        assert_eq!(bits.len(), MIN_LENGTH);
        assert!(bits.set(0) && bits.set(9) && bits.set(MIN_LENGTH - 1));
        assert!(!bits.set(MIN_LENGTH) && !bits.put(MIN_LENGTH, false));
        assert!(bits.set(8) && bits.put(8, false));
        assert_eq!(&bits.0[..2], [0x80, 0x40]);
        let read = decode(&encode(&bits)).unwrap();
        assert_eq!(read, bits);
        assert_eq!(read.get(9), Some(true));
        assert_eq!(read.get(10), Some(false));
        assert_eq!(read.get(MIN_LENGTH), None);
        assert_eq!(read.get(usize::MAX), None);
    }

    /// The credential and the list of the specification's appendices A.1 and A.2.
    #[test]
    fn the_specifications_own_list_has_131072_entries_and_the_credential_beside_it_is_not_revoked()
    {
        let list = Document::parse(
            br#"{"id": "https://example.com/status/3#list", "type": "BitstringStatusList",
                 "statusPurpose": "revocation",
                 "encodedList": "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"}"#,
        )
        .unwrap();
        let list = List::read(list.root()).unwrap();
        assert_eq!(list.purposes, [Purpose::Revocation]);
        assert_eq!(list.bits.len(), 131_072);
        assert_eq!(list.bits, Bits::new(0));
        let entry = Document::parse(
            br#"{"id": "https://example.com/credentials/status/3#94567",
                 "type": "BitstringStatusListEntry", "statusPurpose": "revocation",
                 "statusListIndex": "94567",
                 "statusListCredential": "https://example.com/credentials/status/3"}"#,
        )
        .unwrap();
        let entry = Entry::read(entry.root()).unwrap();
        assert_eq!((entry.index, list.bits.get(entry.index)), (94_567, Some(false)));
        // What we compose of the same bits is the same list, though its bytes are for gzip to say.
        assert_eq!(decode(&encode(&list.bits)), Ok(list.bits));
    }

    fn gzip(bytes: &[u8]) -> String {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(bytes).unwrap();
        format!("u{}", URL_SAFE_NO_PAD.encode(gzip.finish().unwrap()))
    }

    #[test]
    fn a_gzip_bomb_ends_at_the_cap() {
        assert_eq!(decode(&gzip(&vec![0; 64 * 1024 * 1024])), Err(BitstringError::TooLong));
        assert!(decode(&gzip(&vec![0; MAX_BYTES])).is_ok());
        assert_eq!(decode(&gzip(&vec![0; MAX_BYTES + 1])), Err(BitstringError::TooLong));
    }

    #[test]
    fn short_and_broken_lists_are_refused() {
        let short = decode(&gzip(&[0; MIN_LENGTH / 8 - 1]));
        assert_eq!(short, Err(BitstringError::TooShort { found: MIN_LENGTH - 8 }));
        assert_eq!(decode("H4sI"), Err(BitstringError::NotMultibase));
        assert_eq!(decode("u*"), Err(BitstringError::NotMultibase));
        assert_eq!(decode("uAAAA"), Err(BitstringError::NotGzip));
        let whole = encode(&Bits::new(0));
        let cut = URL_SAFE_NO_PAD.decode(&whole[1..]).unwrap();
        let cut = format!("u{}", URL_SAFE_NO_PAD.encode(&cut[..cut.len() - 4]));
        assert_eq!(decode(&cut), Err(BitstringError::NotGzip));
    }

    fn entry(index: &str) -> Result<Entry, EntryError> {
        let text = format!(
            r#"{{"statusPurpose": "revocation", "statusListIndex": {index},
                 "statusListCredential": "https://a.example/l"}}"#
        );
        Entry::read(Document::parse(text.as_bytes()).unwrap().root())
    }

    #[test]
    fn an_index_is_a_decimal_string() {
        assert_eq!(entry("\"94567\"").unwrap().index, 94567);
        assert_eq!(entry("\"0\"").unwrap().index, 0);
        for bad in ["5", "\"\"", "\"-1\"", "\"+1\"", "\"01\"", "\"1.0\"", "\"0x1\"", "\" 1\""] {
            assert!(entry(bad).is_err(), "{bad}");
        }
        assert!(entry(&format!("\"{}\"", "9".repeat(40))).is_err());
    }

    #[test]
    fn an_entry_of_several_bits_is_one_number_and_has_a_message_for_each() {
        let mut bits = Bits::new(0);
        assert!(bits.set(6) && bits.set(8) && bits.set(MIN_LENGTH - 1));
        assert_eq!(bits.value(2, 3), Some(0b101));
        assert_eq!(bits.value(6, 1), Some(1));
        assert_eq!(bits.value(MIN_LENGTH / 2 - 1, 2), Some(1));
        assert_eq!(bits.value(MIN_LENGTH / 3, 3), None);
        assert_eq!(bits.value(usize::MAX, 2), None);

        let read = |more: &str| {
            let text = format!(
                r#"{{"statusPurpose": "message", "statusListIndex": "5",
                     "statusListCredential": "https://a.example/l"{more}}}"#
            );
            Entry::read(Document::parse(text.as_bytes()).unwrap().root())
        };
        let all = r#", "statusSize": 2, "statusMessage": [{"status": "0x0", "message": "a"},
            {"status": "0x2", "message": "c"}, {"status": "0x1", "message": "b"},
            {"status": "0x3", "message": "d"}]"#;
        let entry = read(all).unwrap();
        assert_eq!((entry.size, entry.message(2), entry.message(4)), (2, Some("c"), None));
        assert_eq!(read("").unwrap().messages, []);
        for bad in [
            all.replace("0x3", "0x4"),
            all.replace("0x3", "0x2"),
            all.replace("0x3", "3"),
            all.replace("0x3", "0x+3"),
            all.replace("2,", "3,"),
            r#", "statusSize": 2"#.into(),
            r#", "statusMessage": "x""#.into(),
        ] {
            assert_eq!(read(&bad), Err(EntryError::Messages), "{bad}");
        }
        for bad in [r#", "statusSize": 0"#, r#", "statusSize": 1.5"#, r#", "statusSize": "1""#] {
            assert_eq!(read(bad), Err(EntryError::Size), "{bad}");
        }
        assert_eq!(read(r#", "statusSize": 9"#), Err(EntryError::LargeSize { size: 9 }));
    }

    #[test]
    fn the_list_we_compose_is_one_that_we_read() {
        let mut bits = Bits::new(MIN_LENGTH);
        bits.set(7);
        let bytes = compose(&ListCredential {
            id: "https://nea.example/status/1",
            issuer: "did:web:nea.example",
            purpose: &Purpose::Suspension,
            bits: &bits,
            valid_from: "2026-11-21T09:00:00Z".parse().unwrap(),
            valid_until: "2026-11-22T09:00:00Z".parse().unwrap(),
        });
        let document = Document::parse(&bytes).unwrap();
        let subject = document.root().get("credentialSubject").unwrap().as_object().unwrap();
        let list = List::read(subject).unwrap();
        assert_eq!(list.purposes, [Purpose::Suspension]);
        assert_eq!(list.ttl, Some(TTL_MILLISECONDS));
        assert_eq!(list.bits.get(7), Some(true));
    }
}
