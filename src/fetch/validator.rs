//! Asking whether a copy is still what its address answers.
//! Spec: RFC 9111 section 4.3 (validation), RFC 9110 section 13.1.2 (`If-None-Match`)
//!
//! Invariant: a copy is renewed only by its origin's word for this very edition, as of then and
//! for no longer than that word, or the one before it, allows. What no cache may keep is asked
//! for whole again.

use reqwest::header::{CACHE_CONTROL, ETAG, EXPIRES, HeaderMap, HeaderValue, VARY};

use super::lifetime::may_be_kept;

/// A longer tag is the origin's own trouble (bytes).
const LONGEST: usize = 256;
/// What an answer says of its lifetime, as much as is kept of it (bytes).
const LIFETIME: usize = 1024;

/// The name of an edition, and what its answer said of its lifetime.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Validator {
    tag: HeaderValue,
    lifetime: HeaderMap,
}

impl Validator {
    /// `None` where there is nothing to ask by.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let mut tags = headers.get_all(ETAG).into_iter();
        let (tag, None) = (tags.next()?, tags.next()) else { return None };
        let lifetime: HeaderMap = [CACHE_CONTROL, EXPIRES, VARY]
            .into_iter()
            .flat_map(|name| headers.get_all(&name).into_iter().map(move |v| (name.clone(), v)))
            .map(|(name, value)| (name, value.clone()))
            .collect();
        let size: usize = headers_size(&lifetime);
        let good = may_be_kept(headers) && is_tag(tag) && size <= LIFETIME;
        good.then(|| Self { tag: tag.clone(), lifetime })
    }

    /// What to send as `If-None-Match`.
    pub fn tag(&self) -> &HeaderValue {
        &self.tag
    }

    /// What holds after a 304: its own headers, and where it says nothing of the lifetime those of
    /// the answer that it renews. `None` where it speaks of another edition.
    pub fn renewed_by(&self, answer: &HeaderMap) -> Option<HeaderMap> {
        if answer.get(ETAG).is_some_and(|tag| opaque(tag) != opaque(&self.tag)) {
            return None;
        }
        let mut headers = answer.clone();
        headers.entry(ETAG).or_insert_with(|| self.tag.clone());
        for name in self.lifetime.keys().filter(|name| !answer.contains_key(*name)) {
            for value in self.lifetime.get_all(name) {
                headers.append(name, value.clone());
            }
        }
        Some(headers)
    }

    /// About how many bytes it takes.
    pub fn weight(&self) -> usize {
        size_of::<Self>() + self.tag.len() + headers_size(&self.lifetime)
    }
}

fn headers_size(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum()
}

/// RFC 9110 section 8.8.3: quoted, perhaps weak.
fn is_tag(tag: &HeaderValue) -> bool {
    let quoted = opaque(tag);
    tag.len() <= LONGEST
        && quoted.len() >= 2
        && quoted.starts_with(b"\"")
        && quoted.ends_with(b"\"")
        && !quoted[1..quoted.len() - 1].contains(&b'"')
}

/// A tag without the mark of a weak one: either says that the bytes mean the same.
fn opaque(tag: &HeaderValue) -> &[u8] {
    tag.as_bytes().strip_prefix(b"W/").unwrap_or(tag.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn what_has_one_tag_and_may_be_kept_can_be_asked_for_by_it() {
        for good in [
            headers(&[("etag", "\"1\"")]),
            headers(&[("etag", "W/\"1\""), ("cache-control", "no-cache")]),
            headers(&[("etag", "\"\""), ("cache-control", "max-age=0")]),
        ] {
            assert!(Validator::of(&good).is_some(), "{good:?}");
        }
        let long = format!("\"{}\"", "x".repeat(300));
        let mut too_long = HeaderMap::new();
        too_long.insert(ETAG, long.parse().unwrap());
        for bad in [
            too_long,
            headers(&[]),
            headers(&[("etag", "1")]),
            headers(&[("etag", "\"1\", \"2\"")]),
            headers(&[("etag", "\"1\""), ("etag", "\"2\"")]),
            headers(&[("etag", "\"1\""), ("cache-control", "no-store")]),
            headers(&[("etag", "\"1\""), ("cache-control", "private")]),
            headers(&[("etag", "\"1\""), ("vary", "*")]),
        ] {
            assert_eq!(Validator::of(&bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_304_renews_by_its_own_words_and_else_by_those_before() {
        let kept = Validator::of(&headers(&[("etag", "\"1\""), ("cache-control", "max-age=7")]));
        let kept = kept.unwrap();
        let control = |answer: &HeaderMap| {
            let merged = kept.renewed_by(answer)?;
            Some(merged.get(CACHE_CONTROL)?.to_str().unwrap().to_owned())
        };
        assert_eq!(control(&headers(&[])).as_deref(), Some("max-age=7"));
        let own = headers(&[("etag", "W/\"1\""), ("cache-control", "no-store")]);
        assert_eq!(control(&own).as_deref(), Some("no-store"));
        assert_eq!(kept.renewed_by(&headers(&[("etag", "\"2\"")])), None);
    }
}
