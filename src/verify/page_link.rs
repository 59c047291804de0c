//! The credential that a web page names: `<link rel="alternate" type="…" href="…">`.
//! Spec: <https://html.spec.whatwg.org/multipage/links.html#rel-alternate>
//!
//! Invariant: a page is read, never run, and names one credential or none. It decides nothing but
//! which address is asked next, by the rules under which the page itself was.

use url::Url;

/// The media types of a credential, and that of any JSON, which is believed only alone.
const CREDENTIAL: [&str; 5] = [
    "application/vc+ld+json",
    "application/vc",
    "application/ld+json",
    "application/vc+jwt",
    "application/jwt",
];
const ANY_JSON: &str = "application/json";
/// More links than any page's head has.
const MAX_LINKS: usize = 256;

/// What a page names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Linked {
    /// It is no page.
    NotAPage,
    Nothing,
    One(Url),
    /// These, and which one is meant the page does not say.
    Several(Vec<Url>),
}

/// Reads what was answered at `base`.
pub(super) fn linked(bytes: &[u8], base: &Url) -> Linked {
    let text = String::from_utf8_lossy(bytes);
    if !is_page(&text) {
        return Linked::NotAPage;
    }
    let links = links(&text);
    let of = |wanted: &dyn Fn(&str) -> bool| {
        let hrefs = links.iter().filter(|link| wanted(&link.media)).map(|link| link.href.as_str());
        let mut urls: Vec<Url> = hrefs.filter_map(|href| base.join(href).ok()).collect();
        urls.iter_mut().for_each(|url| url.set_fragment(None));
        urls.retain(|url| matches!(url.scheme(), "https" | "http") && url != base);
        urls.sort();
        urls.dedup();
        urls
    };
    let named = of(&|media| CREDENTIAL.contains(&media));
    let mut named = if named.is_empty() { of(&|media| media == ANY_JSON) } else { named };
    match named.len() {
        0 => Linked::Nothing,
        1 => Linked::One(named.remove(0)),
        _ => Linked::Several(named),
    }
}

fn is_page(text: &str) -> bool {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    let start: String = start.chars().take(14).collect::<String>().to_ascii_lowercase();
    ["<!doctype html", "<html", "<head", "<!--"].iter().any(|tag| start.starts_with(tag))
}

/// An alternate form of the page.
struct Link {
    media: String,
    href: String,
}

/// The page's `<link>` elements, but for those in comments, scripts and styles.
fn links(text: &str) -> Vec<Link> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if found.len() == MAX_LINKS {
            break;
        }
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let name_end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let name = rest[..name_end].to_ascii_lowercase();
        match name.as_str() {
            "script" | "style" | "template" | "textarea" | "title" => {
                rest = after_end(&rest[name_end..], &name);
            }
            "link" => {
                let (attributes, after) = attributes(&rest[name_end..]);
                found.extend(alternate(&attributes));
                rest = after;
            }
            _ => {}
        }
    }
    found
}

/// What follows the end tag of an element whose content is text.
fn after_end<'t>(text: &'t str, name: &str) -> &'t str {
    let end = format!("</{name}");
    let found = text.char_indices().find(|(at, c)| {
        *c == '<' && text[*at..].get(..end.len()).is_some_and(|tag| tag.eq_ignore_ascii_case(&end))
    });
    found.map_or("", |(at, _)| &text[at + 1..])
}

/// The attributes of a tag up to its `>`, and what follows it.
fn attributes(text: &str) -> (Vec<(String, String)>, &str) {
    let mut attributes = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() {
            return (attributes, rest);
        }
        if let Some(after) = rest.strip_prefix('>') {
            return (attributes, after);
        }
        let end = |c: char| c.is_ascii_whitespace() || matches!(c, '=' | '>' | '/');
        let name_end = rest.find(end).unwrap_or(rest.len()).max(1);
        let Some((name, after)) = rest.split_at_checked(name_end) else { return (attributes, "") };
        let after = after.trim_start();
        let (value, after) = match after.strip_prefix('=') {
            None => ("", after),
            Some(value) => value_of(value.trim_start()),
        };
        attributes.push((name.to_ascii_lowercase(), value.to_owned()));
        rest = after;
    }
}

fn value_of(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(quoted) = text.strip_prefix(quote) {
            return quoted.split_once(quote).unwrap_or((quoted, ""));
        }
    }
    let end = text.find(|c: char| c.is_ascii_whitespace() || c == '>').unwrap_or(text.len());
    text.split_at(end)
}

fn alternate(attributes: &[(String, String)]) -> Option<Link> {
    // The first of two attributes of one name counts, as in browsers.
    let of = |name: &str| attributes.iter().find(|(found, _)| found == name).map(|(_, v)| v.trim());
    let rel = of("rel")?;
    if !rel.split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case("alternate")) {
        return None;
    }
    let media = of("type")?.split(';').next()?.trim().to_ascii_lowercase();
    let href = of("href")?.replace("&amp;", "&").replace("&#38;", "&");
    Some(Link { media, href })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Linked {
        linked(text.as_bytes(), &Url::parse("https://a.example/badges/1?x=y").unwrap())
    }

    fn one(url: &str) -> Linked {
        Linked::One(Url::parse(url).unwrap())
    }

    #[test]
    fn the_credential_that_a_page_names_is_found() {
        for head in [
            r#"<link rel="alternate" type="application/vc+ld+json" href="1.json">"#,
            r#"<LINK href=1.json TYPE='Application/VC' rel="nofollow Alternate"/>"#,
            r#"<link rel=alternate type="application/json" href="/badges/1.json#x">"#,
            r#"<link rel=alternate type="application/json" href="feed.json">
               <link rel=alternate type="application/ld+json; profile=x" href="1.json">"#,
            r#"<link rel=alternate type="application/vc" href="1.json" href="2.json">
               <link rel=alternate type="application/ld+json" href="./1.json">"#,
        ] {
            let page = format!("<!DOCTYPE html>\n<head>{head}</head>");
            assert_eq!(of(&page), one("https://a.example/badges/1.json"), "{head}");
        }
        let query = r#"<html><link rel=alternate type=application/json href="/c?a=1&amp;b=2">"#;
        assert_eq!(of(query), one("https://a.example/c?a=1&b=2"));
    }

    #[test]
    fn what_is_not_a_link_of_the_page_names_nothing() {
        let link = r#"<link rel=alternate type=application/vc href=1.json>"#;
        for body in [
            format!("<!-- {link} -->"),
            format!("<script>const x = '{link}'</script>"),
            format!("<STYLE>{link}</Style >"),
            format!("<title>{link}"),
            "<link rel=stylesheet type=application/vc href=1.json>".to_owned(),
            "<link rel=alternate type=application/json+oembed href=1.json>".to_owned(),
            "<link rel=alternate type=application/vc href=javascript:alert(1)>".to_owned(),
            "<link rel=alternate type=application/vc href='?x=y'>".to_owned(),
            "<link rel=alternate type=application/vc".to_owned(),
            "<link rel=alternate type=".to_owned(),
            "<link =".to_owned(),
            String::new(),
        ] {
            assert_eq!(of(&format!("<html>{body}")), Linked::Nothing, "{body}");
        }
        for other in [link, "{}", "", "hello", "<svg/>"] {
            assert_eq!(of(other), Linked::NotAPage, "{other}");
        }
    }

    #[test]
    fn a_page_that_names_two_names_none() {
        let link = |href| format!("<link rel=alternate type=application/vc href={href}>");
        let Linked::Several(urls) = of(&format!("<html>{}{}", link("1"), link("2"))) else {
            panic!("there are two");
        };
        assert_eq!(urls.len(), 2, "{urls:?}");
    }
}
