//! Forms are taken from our own pages alone.
//! Spec: <https://www.w3.org/TR/fetch-metadata/>, <https://fetch.spec.whatwg.org/#origin-header>
//!
//! Our pages tell nobody where a reader comes from, so browsers name no origin either (`null`) when
//! they send a form of ours; what they say in its place, `Sec-Fetch-Site`, no page can forge.
//! Invariant: what a browser sends for another site is refused; a program that is no browser sends
//! neither header, and has no one's rights but its own.

use axum::http::{HeaderMap, header};

use super::problem::Problem;
use crate::model::links::Links;

/// Refuses a form of another site.
pub fn same_origin(headers: &HeaderMap, links: &Links) -> Result<(), Problem> {
    let text = |value: &axum::http::HeaderValue| value.to_str().unwrap_or("unreadable").to_owned();
    let site = headers.get("sec-fetch-site").map(text);
    let origin = headers.get(header::ORIGIN).map(text);
    let ours = match (site.as_deref(), origin.as_deref()) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => origin == links.base(),
        (None, None) => true,
    };
    if ours { Ok(()) } else { Err(Problem::ForeignOrigin) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_another_site_sends_is_refused() {
        let links = Links::parse("https://x.example").unwrap();
        for (site, origin, taken) in [
            ("", "", true),
            ("", "https://x.example", true),
            ("same-origin", "null", true),
            ("same-origin", "https://x.example", true),
            ("", "https://evil.example", false),
            ("", "http://x.example", false),
            ("", "https://x.example.evil.example", false),
            ("", "null", false),
            ("cross-site", "https://x.example", false),
            ("same-site", "null", false),
            ("none", "", false),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in [("sec-fetch-site", site), ("origin", origin)] {
                if !value.is_empty() {
                    headers.insert(name, value.parse().unwrap());
                }
            }
            let found = same_origin(&headers, &links).is_ok();
            assert_eq!(found, taken, "{site:?} {origin:?}");
        }
    }
}
