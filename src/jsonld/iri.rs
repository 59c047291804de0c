//! Keywords, and what an IRI looks like.
//!
//! Spec: <https://www.w3.org/TR/json-ld11-api/#iri-expansion>. There is never a
//! base IRI here, so an IRI is absolute or it is an error.

/// Keywords of JSON-LD 1.1.
pub(super) const KEYWORDS: [&str; 23] = [
    "@base",
    "@container",
    "@context",
    "@direction",
    "@graph",
    "@id",
    "@import",
    "@included",
    "@index",
    "@json",
    "@language",
    "@list",
    "@nest",
    "@none",
    "@prefix",
    "@propagate",
    "@protected",
    "@reverse",
    "@set",
    "@type",
    "@value",
    "@version",
    "@vocab",
];

/// The longest IRI that a context may define, in bytes: a short member name
/// must not stand for a text that is long to copy.
pub(super) const MAX_DEFINED: usize = 2_048;

/// The keyword that `text` is.
#[inline]
pub(super) fn keyword(text: &str) -> Option<&'static str> {
    if text.starts_with('@') { among_keywords(text) } else { None }
}

fn among_keywords(text: &str) -> Option<&'static str> {
    KEYWORDS.binary_search(&text).ok().map(|at| KEYWORDS[at])
}

/// `@` and letters only: kept free for keywords to come.
pub(super) fn looks_like_keyword(text: &str) -> bool {
    text.strip_prefix('@')
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphabetic()))
}

/// A scheme and no white space, or a blank node's label.
pub(super) fn is_absolute(text: &str) -> bool {
    let Some((scheme, rest)) = scheme(text) else {
        return false;
    };
    let mut letters = scheme.bytes();
    (scheme == "_"
        || (letters.next().is_some_and(|b| b.is_ascii_alphabetic())
            && letters.all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))))
        && !has_white_space(rest)
}

/// What stands before the first colon, and after it.
pub(super) fn scheme(text: &str) -> Option<(&str, &str)> {
    // Schemes and prefixes are short: a plain loop is faster than a search.
    let colon = text.bytes().position(|b| b == b':')?;
    Some((&text[..colon], &text[colon + 1..]))
}

fn has_white_space(text: &str) -> bool {
    // Most IRIs are nothing but visible ASCII, seen at once.
    kinds(text) & UNSEEN != 0 && text.chars().any(char::is_whitespace)
}

/// Whether an absolute IRI can be written into N-Quads as it is.
pub(super) fn is_writable(iri: &str) -> bool {
    match iri.strip_prefix("_:") {
        Some(label) => !label.is_empty(),
        None => kinds(iri) & UNWRITABLE == 0,
    }
}

/// A byte that N-Quads does not take in an IRI.
const UNWRITABLE: u8 = 1;
/// A byte that is no visible ASCII.
const UNSEEN: u8 = 2;

/// What each byte is.
const KINDS: [u8; 256] = {
    let mut kinds = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        if matches!(
            byte as u8,
            0..=b' ' | 0x7f | b'<' | b'>' | b'"' | b'{' | b'}' | b'|' | b'^' | b'`' | b'\\'
        ) {
            kinds[byte] |= UNWRITABLE;
        }
        if matches!(byte as u8, 0..=b' ' | 0x7f..) {
            kinds[byte] |= UNSEEN;
        }
        byte += 1;
    }
    kinds
};

/// What the bytes are together. Looks at all of them, since that is faster than
/// stopping at the first.
fn kinds(text: &str) -> u8 {
    text.bytes().fold(0, |kinds, byte| kinds | KINDS[usize::from(byte)])
}

/// The shape of BCP 47 that processors check.
pub(super) fn is_language_tag(text: &str) -> bool {
    let mut parts = text.split('-');
    let letters = |part: &str| part.bytes().all(|b| b.is_ascii_alphabetic());
    let short = |part: &str| (1..=8).contains(&part.len());
    parts.next().is_some_and(|first| short(first) && letters(first))
        && parts.all(|part| short(part) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_sorted_for_the_search() {
        assert!(KEYWORDS.is_sorted());
        assert_eq!(keyword("@type"), Some("@type"));
        assert_eq!(keyword("@typo"), None);
        assert!(
            looks_like_keyword("@typo") && !looks_like_keyword("@1") && !looks_like_keyword("@")
        );
    }

    #[test]
    fn only_a_scheme_makes_an_iri_absolute() {
        for absolute in ["https://a.example/", "did:web:a", "urn:uuid:1", "_:b0", "xsd:dateTime"] {
            assert!(is_absolute(absolute), "{absolute}");
        }
        for relative in ["a", "/a", "#a", "1a:b", "", ":a", "https ://a", "https://a b"] {
            assert!(!is_absolute(relative), "{relative}");
        }
    }

    #[test]
    fn language_tags_have_short_parts() {
        assert!(is_language_tag("en") && is_language_tag("de-Latn-1996"));
        assert!(!is_language_tag("") && !is_language_tag("en_US") && !is_language_tag("1a"));
        assert!(!is_language_tag("abcdefghi") && !is_language_tag("en-"));
    }
}
