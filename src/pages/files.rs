//! "Take it with you": what a holder does with a micro-credential beyond its page, and what other
//! sites show of a link to it.
//! Spec: <https://addtoprofile.linkedin.com/>, <https://ogp.me/>
//!
//! Invariant: nothing here makes a page ask another site for anything. The link to LinkedIn is
//! followed only by who presses it, and carries what the holder puts on their profile anyway, not
//! their name.

use jiff::civil::Date;
use url::form_urlencoded;

use super::drawing::preview::{self, Words};
use super::here;
use super::speech::{Said as _, Speech};
use crate::model::links::Links;

/// What is said of the credential, as far as it says it.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    pub id: &'a str,
    /// The achievement's name.
    pub title: &'a str,
    pub issuer: Option<&'a str>,
    /// A date or a time stamp, as the next.
    pub awarded: Option<&'a str>,
    pub until: Option<&'a str>,
    /// It is of an achievement, which has a picture.
    pub pictured: bool,
    pub has_jwt: bool,
    /// It is verified: what is not is no thing to put into a profile.
    pub holds: bool,
}

/// The section, as `files.html` shows it, and the tags of `preview.html`.
pub struct Files {
    pub pictures: Vec<File>,
    pub signed: Vec<File>,
    pub codes: Vec<File>,
    pub linkedin: Option<String>,
    /// One line for a résumé.
    pub line: Option<String>,
    /// Open Graph's properties, in order.
    pub open_graph: Vec<(&'static str, String)>,
}

/// A file beside the page.
pub struct File {
    pub link: String,
    /// What files of its kind are called in every language.
    pub kind: &'static str,
}

impl Files {
    /// Of the page at `address`, which is the credential's own or one that was shared.
    pub fn of(t: &Speech, links: &Links, address: &str, facts: &Facts<'_>) -> Self {
        let path = here(links, address);
        let file = |end: &str, kind| File { link: format!("{path}{end}"), kind };
        let (png, svg) = (file(".png", "PNG"), file(".svg", "SVG"));
        let (json, jwt) = (file(".json", "JSON"), file(".jwt", "JWT"));
        Self {
            pictures: if facts.pictured { vec![png, svg] } else { Vec::new() },
            signed: if facts.has_jwt { vec![json, jwt] } else { vec![json] },
            codes: vec![file("/qr.png", "PNG"), file("/qr.svg", "SVG")],
            linkedin: facts.holds.then(|| linkedin(address, facts)),
            line: facts.holds.then(|| line(t, address, facts)),
            open_graph: open_graph(t, address, facts),
        }
    }
}

/// What other sites show of a link: not the earner, and not the verdict, which would age there.
fn open_graph(t: &Speech, address: &str, facts: &Facts<'_>) -> Vec<(&'static str, String)> {
    let about = match facts.issuer {
        None => t.text("preview-about-nobody"),
        Some(issuer) => t.one("preview-about", "issuer", issuer),
    };
    let text = vec![
        ("og:type", "website".to_owned()),
        ("og:title", facts.title.to_owned()),
        ("og:description", about.clone()),
        ("og:url", address.to_owned()),
    ];
    let image = vec![
        ("og:image", format!("{address}/preview.png?lang={}", t.tag())),
        ("og:image:type", "image/png".to_owned()),
        ("og:image:width", preview::WIDTH.to_string()),
        ("og:image:height", preview::HEIGHT.to_string()),
        ("og:image:alt", about),
        ("twitter:card", "summary_large_image".to_owned()),
    ];
    // Of what is no achievement, no preview is drawn.
    if facts.pictured { [text, image].concat() } else { text }
}

/// What the preview says.
pub fn words(t: &Speech, links: &Links, title: String, issuer: String) -> Words {
    let verify = t.one("preview-verify", "host", links.host());
    Words { kind: t.text("micro-credential"), title, issuer, verify }
}

/// LinkedIn's form for a certification, filled in.
fn linkedin(address: &str, facts: &Facts<'_>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("startTask", "CERTIFICATION_NAME").append_pair("name", facts.title);
    if let Some(issuer) = facts.issuer {
        query.append_pair("organizationName", issuer);
    }
    for (year, month, date) in [
        ("issueYear", "issueMonth", facts.awarded),
        ("expirationYear", "expirationMonth", facts.until),
    ] {
        if let Some(date) = date.and_then(day) {
            query.append_pair(year, &date.year().to_string());
            query.append_pair(month, &date.month().to_string());
        }
    }
    query.append_pair("certUrl", address).append_pair("certId", facts.id);
    format!("https://www.linkedin.com/profile/add?{}", query.finish())
}

/// "Restorative Practices, micro-credential, NEA (example), May 2026, https://…"
fn line(t: &Speech, address: &str, facts: &Facts<'_>) -> String {
    let when = facts.awarded.and_then(day).map(|date| {
        let month = i64::from(date.month()).said();
        t.with("month-of-year", &[("month", month), ("year", date.year().to_string().said())])
    });
    let parts = [
        Some(facts.title.to_owned()),
        Some(t.text("line-kind")),
        facts.issuer.map(str::to_owned),
        when,
        Some(address.to_owned()),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn day(text: &str) -> Option<Date> {
    text.get(..10)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "https://x.example/credentials/c1";

    fn facts() -> Facts<'static> {
        Facts {
            id: "c1",
            title: "Restorative Practices & <b>",
            issuer: Some("NEA (example)"),
            awarded: Some("2026-05-03T00:00:00Z"),
            until: None,
            pictured: true,
            has_jwt: true,
            holds: true,
        }
    }

    fn files(tag: &str, facts: &Facts<'_>) -> Files {
        let t = Speech::choose(Some(&format!("lang={tag}")), None, None);
        Files::of(&t, &Links::parse("https://x.example").unwrap(), PAGE, facts)
    }

    #[test]
    fn the_line_for_a_resume_is_in_the_readers_language() {
        let english = files("en", &facts()).line.unwrap();
        assert_eq!(
            english,
            "Restorative Practices & <b>, micro-credential, NEA (example), May 2026, \
             https://x.example/credentials/c1"
        );
        let spanish = files("es", &facts()).line.unwrap();
        assert!(spanish.contains(", microcredencial, NEA (example), mayo de 2026, "), "{spanish}");
        let bare = Facts { issuer: None, awarded: Some("soon"), ..facts() };
        let line = files("en", &bare).line.unwrap();
        assert_eq!(line, format!("{}, micro-credential, {PAGE}", bare.title));
    }

    #[test]
    fn linkedin_gets_its_parameters_and_nothing_breaks_out_of_them() {
        let until = Facts { until: Some("2029-06-30"), ..facts() };
        let link = url::Url::parse(&files("en", &until).linkedin.unwrap()).unwrap();
        assert_eq!((link.host_str(), link.path()), (Some("www.linkedin.com"), "/profile/add"));
        let pairs: Vec<_> = link.query_pairs().into_owned().collect();
        let expected = [
            ("startTask", "CERTIFICATION_NAME"),
            ("name", "Restorative Practices & <b>"),
            ("organizationName", "NEA (example)"),
            ("issueYear", "2026"),
            ("issueMonth", "5"),
            ("expirationYear", "2029"),
            ("expirationMonth", "6"),
            ("certUrl", PAGE),
            ("certId", "c1"),
        ];
        assert_eq!(pairs, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn what_does_not_hold_is_not_offered_for_a_profile() {
        let files = files("en", &Facts { holds: false, ..facts() });
        assert_eq!((files.linkedin, files.line), (None, None));
        assert_eq!(files.pictures[0].link, "/credentials/c1.png");
    }

    #[test]
    fn other_sites_are_told_no_earner_and_no_verdict_and_no_picture_where_there_is_none() {
        let tags = files("es", &facts()).open_graph;
        let image = tags.iter().find(|(name, _)| *name == "og:image").unwrap();
        assert_eq!(image.1, format!("{PAGE}/preview.png?lang=es"));
        let plain = files("es", &Facts { pictured: false, issuer: None, ..facts() });
        assert!(plain.open_graph.iter().all(|(name, _)| !name.contains("image")));
        assert!(plain.pictures.is_empty() && !plain.codes.is_empty());
        let revoked = files("es", &Facts { holds: false, ..facts() });
        assert_eq!(revoked.open_graph, tags);
    }
}
