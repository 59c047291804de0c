//! Content negotiation by `Accept` (RFC 9110, section 12.5.1).

use axum::http::{HeaderMap, header};

/// The offered media type that the client likes best; of equals the one offered
/// first. `None` where the client accepts none of them.
pub fn choose<'a>(headers: &HeaderMap, offered: &[&'a str]) -> Option<&'a str> {
    choose_of(&accept(headers), offered)
}

/// What the client says that it accepts, as one list.
pub fn accept(headers: &HeaderMap) -> String {
    let accept: Vec<&str> =
        headers.get_all(header::ACCEPT).iter().filter_map(|v| v.to_str().ok()).collect();
    accept.join(",")
}

/// The same as [`choose`], of what [`accept`] gave.
pub fn choose_of<'a>(accept: &str, offered: &[&'a str]) -> Option<&'a str> {
    if accept.trim().is_empty() {
        return offered.first().copied();
    }
    let ranges: Vec<Range> = accept.split(',').filter_map(Range::parse).collect();
    let mut best: Option<(&'a str, f32)> = None;
    for offer in offered {
        // The most specific range that matches speaks for a type.
        let quality = ranges
            .iter()
            .filter(|r| r.specificity(offer) > 0)
            .max_by_key(|r| r.specificity(offer))
            .map_or(0.0, |r| r.quality);
        if quality > best.map_or(0.0, |(_, q)| q) {
            best = Some((offer, quality));
        }
    }
    best.map(|(offer, _)| offer)
}

/// Whether the client has the copy with this tag (RFC 9110, section 13.1.2).
pub fn is_current(headers: &HeaderMap, tag: &str) -> bool {
    let seen = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|v| v.to_str().ok());
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    seen.flat_map(|tags| tags.split(',')).any(|seen| bare(seen) == bare(tag))
}

struct Range {
    /// Lower case, without parameters.
    media: String,
    quality: f32,
}

impl Range {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let media = parts.next().filter(|m| m.contains('/'))?.to_ascii_lowercase();
        let quality = parts
            .find_map(|p| p.strip_prefix("q=").or_else(|| p.strip_prefix("Q=")))
            .map_or(Some(1.0), |q| q.parse::<f32>().ok().filter(|q| (0.0..=1.0).contains(q)))?;
        Some(Self { media, quality })
    }

    /// 3 for the type itself, 2 for `type/*`, 1 for `*/*`, 0 for no match.
    fn specificity(&self, offer: &str) -> u8 {
        if self.media == offer {
            return 3;
        }
        match self.media.strip_suffix("/*") {
            Some("*") => 1,
            Some(kind) if offer.split('/').next() == Some(kind) => 2,
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(accept: &'static str) -> Option<&'static str> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, accept.parse().unwrap());
        choose(&headers, &["application/vc+ld+json", "text/html", "text/plain"])
    }

    #[test]
    fn the_best_liked_type_is_chosen_and_the_first_of_equals() {
        assert_eq!(chosen("*/*"), Some("application/vc+ld+json"));
        assert_eq!(chosen("text/html,application/xhtml+xml,*/*;q=0.8"), Some("text/html"));
        assert_eq!(chosen("text/*"), Some("text/html"));
        assert_eq!(chosen("text/plain;q=0.9, text/html;q=0.1"), Some("text/plain"));
        assert_eq!(chosen("text/html;q=0, */*"), Some("application/vc+ld+json"));
        assert_eq!(chosen("image/png"), None);
        assert_eq!(choose(&HeaderMap::new(), &["a/b"]), Some("a/b"));
    }
}
