//! Baked SVG: the credential is an element right after the `<svg>` tag, JSON as
//! its text or a compact JWS as its `verify` attribute.
//! Spec: <https://www.imsglobal.org/spec/ob/v3p0#svg>
//!
//! Elements are told by namespace, not by prefix. A document type is refused,
//! so no entity is defined or expanded but XML's own five and characters.

use std::ops::Range;

use quick_xml::XmlVersion;
use quick_xml::escape::{escape, resolve_predefined_entity};
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::reader::NsReader;

use super::{BakeError, Baked, Edition, only_one};

/// The namespace of Open Badges 3.0, and that of 2.0.
const NAMESPACE: &str = "https://purl.imsglobal.org/ob/v3p0";
const NAMESPACE_V2: &str = "http://openbadges.org";
const PREFIX: &str = "openbadges";

/// Deeper elements than any picture has.
const MAX_DEPTH: usize = 256;

/// Whether the root element is `<svg>`. What is not XML at all is not.
pub fn is_svg(bytes: &[u8]) -> bool {
    let Ok(text) = text(bytes) else { return false };
    let mut reader = NsReader::from_str(text);
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag) | Event::Empty(tag)) => return is_root(&tag),
            Ok(Event::Eof) | Err(_) => return false,
            Ok(_) => {}
        }
    }
}

/// The one credential in an SVG.
pub fn open(bytes: &[u8]) -> Result<Baked, BakeError> {
    Ok(read(bytes)?.baked.ok_or(BakeError::Nothing)?.1)
}

/// The SVG with `credential` in it, in the place of any that it held.
pub fn bake(bytes: &[u8], credential: &str) -> Result<Vec<u8>, BakeError> {
    let text = text(bytes)?;
    let Found { root, baked } = read(bytes)?;
    let tag = text[..root.tag.end].trim_end_matches('>').trim_end_matches('/');
    // Where the picture uses our prefix for something else, the element declares its own.
    let declared = format!(" xmlns:{PREFIX}=\"{NAMESPACE}\"");
    let (on_root, on_element) = match root.declares {
        Declares::Ours => ("", ""),
        Declares::Nothing => (declared.as_str(), ""),
        Declares::Another => ("", declared.as_str()),
    };
    let element = element(credential, on_element);
    let end = if root.empty { format!("</{}>", root.name) } else { String::new() };
    let taken = baked.map_or(root.tag.end..root.tag.end, |(span, _)| span);
    let (between, after) = (&text[root.tag.end..taken.start], &text[taken.end..]);
    Ok([tag, on_root, ">", &element, &end, between, after].concat().into_bytes())
}

/// The element for a credential: a JWS as the attribute, JSON as text.
fn element(credential: &str, declared: &str) -> String {
    if !credential.trim_start().starts_with('{') {
        let jws = escape(credential);
        return format!("<{PREFIX}:credential{declared} verify=\"{jws}\"></{PREFIX}:credential>");
    }
    // No end of a CDATA section within it, and no character that XML has not.
    let json = credential.replace("]]>", "]]]]><![CDATA[>");
    let json = json.replace('\u{fffe}', "\\ufffe").replace('\u{ffff}', "\\uffff");
    format!("<{PREFIX}:credential{declared}><![CDATA[{json}]]></{PREFIX}:credential>")
}

/// What there is to know of an SVG.
struct Found {
    root: Root,
    /// The credential's element, from its `<` to its last `>`.
    baked: Option<(Range<usize>, Baked)>,
}

/// The root's tag.
struct Root {
    tag: Range<usize>,
    /// `<svg/>`, with nothing in it.
    empty: bool,
    name: String,
    declares: Declares,
}

/// What our prefix stands for at the root.
#[derive(Clone, Copy)]
enum Declares {
    Nothing,
    Ours,
    Another,
}

fn read(bytes: &[u8]) -> Result<Found, BakeError> {
    let mut reader = NsReader::from_str(text(bytes)?);
    let mut scan = Scan::default();
    loop {
        let start = position(&reader);
        let event = reader.read_resolved_event();
        let (namespace, event) = event.map_err(|error| broken(error.to_string()))?;
        let edition = edition(&namespace, &event)?;
        let span = start..position(&reader);
        match event {
            Event::Eof => return scan.finish(),
            Event::DocType(_) => return Err(BakeError::DocumentType),
            Event::Start(tag) => scan.enter(&tag, edition, span, false)?,
            Event::Empty(tag) => {
                scan.enter(&tag, edition, span.clone(), true)?;
                scan.leave(span.end)?;
            }
            Event::End(_) => scan.leave(span.end)?,
            other => scan.take_up(&other)?,
        }
    }
}

/// What was read so far.
#[derive(Default)]
struct Scan {
    depth: usize,
    root: Option<Root>,
    /// The credential's element, while it is read.
    open: Option<Open>,
    baked: Option<Baked>,
    span: Range<usize>,
}

struct Open {
    edition: Edition,
    start: usize,
    depth: usize,
    verify: Option<String>,
    text: String,
}

impl Scan {
    fn enter(
        &mut self,
        tag: &BytesStart<'_>,
        edition: Option<Edition>,
        span: Range<usize>,
        empty: bool,
    ) -> Result<(), BakeError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(broken("its elements are too deep in each other"));
        }
        if self.depth == 1 {
            if self.root.is_some() || !is_root(tag) {
                return Err(broken("its one root element is not <svg>"));
            }
            let name = tag.name().0.to_owned();
            self.root = Some(Root { tag: span, empty, name, declares: declares(tag)? });
        } else if let Some(edition) = edition {
            if self.open.is_some() {
                return Err(BakeError::Several);
            }
            let verify = attribute(tag, "verify")?;
            let (start, depth, text) = (span.start, self.depth, String::new());
            self.open = Some(Open { edition, start, depth, verify, text });
        }
        Ok(())
    }

    fn leave(&mut self, end: usize) -> Result<(), BakeError> {
        let depth = self.depth;
        self.depth = depth.checked_sub(1).ok_or_else(|| broken("an element ends twice"))?;
        let Some(open) = self.open.take_if(|open| open.depth == depth) else { return Ok(()) };
        self.span = open.start..end;
        let text = open.text.trim();
        let credential = match open.verify {
            // Readers look for either, and would find two.
            Some(_) if !text.is_empty() => return Err(BakeError::Several),
            Some(verify) => verify.trim().to_owned(),
            None => text.to_owned(),
        };
        only_one(&mut self.baked, Baked { edition: open.edition, credential })
    }

    /// Text within the credential's element.
    fn take_up(&mut self, event: &Event<'_>) -> Result<(), BakeError> {
        let Some(Open { text, .. }) = &mut self.open else { return Ok(()) };
        match event {
            Event::Text(characters) => text.push_str(&characters.xml10_content()),
            Event::CData(characters) => text.push_str(&characters.xml10_content()),
            Event::GeneralRef(reference) => text.push_str(&referred(reference)?),
            _ => {}
        }
        Ok(())
    }

    fn finish(self) -> Result<Found, BakeError> {
        if self.depth > 0 {
            return Err(broken("it is cut off"));
        }
        let root = self.root.ok_or_else(|| broken("it has no element"))?;
        Ok(Found { root, baked: self.baked.map(|baked| (self.span, baked)) })
    }
}

/// The bytes as text, without the mark that some editors put first.
fn text(bytes: &[u8]) -> Result<&str, BakeError> {
    let text = std::str::from_utf8(bytes).map_err(|_| BakeError::NotText)?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

fn position(reader: &NsReader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).expect("a picture fits into memory")
}

fn broken(what: impl Into<String>) -> BakeError {
    BakeError::Svg { what: what.into() }
}

fn is_root(tag: &BytesStart<'_>) -> bool {
    tag.local_name().as_ref() == "svg"
}

/// Which Open Badges an element holds a credential of, if any.
fn edition(namespace: &ResolveResult<'_>, event: &Event<'_>) -> Result<Option<Edition>, BakeError> {
    let (Event::Start(tag) | Event::Empty(tag)) = event else { return Ok(None) };
    let name = tag.local_name();
    Ok(match (namespace, name.as_ref()) {
        (ResolveResult::Bound(Namespace(NAMESPACE)), "credential") => Some(Edition::V3),
        (ResolveResult::Bound(Namespace(NAMESPACE_V2)), "assertion") => Some(Edition::V2),
        // A reader that knows no namespaces would take it, and baking would give it its meaning.
        (ResolveResult::Unknown(_), "credential" | "assertion") => {
            return Err(broken(format!("<{}> has a prefix that is not declared", tag.name().0)));
        }
        _ => None,
    })
}

fn declares(tag: &BytesStart<'_>) -> Result<Declares, BakeError> {
    Ok(match attribute(tag, &format!("xmlns:{PREFIX}"))?.as_deref() {
        None => Declares::Nothing,
        Some(NAMESPACE) => Declares::Ours,
        Some(_) => Declares::Another,
    })
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Result<Option<String>, BakeError> {
    let found = tag.try_get_attribute(name).map_err(|error| broken(error.to_string()))?;
    let Some(found) = found else { return Ok(None) };
    let value = found.normalized_value(XmlVersion::Implicit1_0);
    value.map(|value| Some(value.into_owned())).map_err(|error| broken(error.to_string()))
}

fn referred(reference: &BytesRef<'_>) -> Result<String, BakeError> {
    let character = reference.resolve_char_ref().map_err(|error| broken(error.to_string()))?;
    if let Some(character) = character {
        return Ok(character.to_string());
    }
    let name: &str = reference;
    let text = resolve_predefined_entity(name);
    text.map(str::to_owned).ok_or_else(|| broken(format!("it uses the entity {name:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = r#"<?xml version="1.0"?>
<svg xmlns="http://www.w3.org/2000/svg"><title>A &amp; B</title></svg>
"#;

    fn opened(text: &str) -> Result<String, BakeError> {
        open(text.as_bytes()).map(|baked| baked.credential)
    }

    fn baked(text: &str, credential: &str) -> String {
        String::from_utf8(bake(text.as_bytes(), credential).unwrap()).unwrap()
    }

    #[test]
    fn what_was_baked_comes_out_and_the_picture_stays() {
        let json = "{\"name\": \"a ]]> b < c & \u{fffe}\"}";
        let json_out = json.replace('\u{fffe}', "\\ufffe");
        let jws = "eyJhbGciOiJFUzI1NiJ9.e30.AA-_";
        for (credential, out) in [(json, json_out.as_str()), (jws, jws)] {
            let picture = baked(PLAIN, credential);
            assert_eq!(opened(&picture).unwrap(), out);
            assert!(picture.contains(&format!("{NAMESPACE}\"><openbadges:credential")));
            assert!(picture.ends_with("<title>A &amp; B</title></svg>\n"), "{picture}");
        }
        assert_eq!(opened(PLAIN), Err(BakeError::Nothing));
    }

    #[test]
    fn baking_again_replaces_what_was_there() {
        let once = baked(PLAIN, "{}");
        assert_eq!(baked(&once, "{}"), once);
        assert_eq!(opened(&baked(&once, "eyJ.e30.AA")).unwrap(), "eyJ.e30.AA");
        let old = r#"<svg xmlns:openbadges="http://openbadges.org"><openbadges:assertion
            verify="https://a.example/1"/><g/></svg>"#;
        let new = baked(old, "{\"a\": 1}");
        assert_eq!(open(new.as_bytes()).unwrap().edition, Edition::V3);
        assert_eq!(opened(&new).unwrap(), "{\"a\": 1}");
        assert!(new.contains("<g/>"));
    }

    #[test]
    fn a_picture_with_nothing_in_it_takes_a_credential() {
        assert_eq!(opened(&baked("\u{feff}<s:svg xmlns:s=\"x:y\" />", "{}")).unwrap(), "{}");
    }

    #[test]
    fn elements_are_told_by_namespace_and_text_by_xml() {
        let any_prefix = r#"<svg xmlns:b="https://purl.imsglobal.org/ob/v3p0"><g>
            <b:credential> {"a": "&lt;&#x41;&quot;<!-- no --><![CDATA[<b>]]>"} </b:credential>
            </g></svg>"#;
        assert_eq!(opened(any_prefix).unwrap(), r#"{"a": "<A"<b>"}"#);
        let unbound = r#"<svg><openbadges:credential verify="a.b.c"/></svg>"#;
        assert!(opened(unbound).is_err());
        let other = r#"<svg xmlns:openbadges="x:y"><openbadges:credential verify="a.b.c"/></svg>"#;
        assert_eq!(opened(other), Err(BakeError::Nothing));
        let v2 = r#"<svg xmlns:o="http://openbadges.org"><o:assertion>{}</o:assertion></svg>"#;
        assert_eq!(open(v2.as_bytes()).unwrap().edition, Edition::V2);
    }

    #[test]
    fn two_credentials_are_none() {
        let one = "<openbadges:credential verify=\"a.b.c\"/>";
        let two = format!("<svg xmlns:openbadges=\"{NAMESPACE}\">{one}{one}</svg>");
        assert_eq!(opened(&two), Err(BakeError::Several));
        for content in ["{}", one] {
            let both = format!(
                "<svg xmlns:openbadges=\"{NAMESPACE}\"><openbadges:credential verify=\"a.b.c\">\
                 {content}</openbadges:credential></svg>"
            );
            assert_eq!(opened(&both), Err(BakeError::Several), "{content}");
        }
    }

    #[test]
    fn document_types_and_entities_are_refused() {
        let text = r#"<!DOCTYPE svg [<!ENTITY a "b">]><svg/>"#;
        assert_eq!(opened(text), Err(BakeError::DocumentType));
        let entity = PLAIN
            .replace("<title>", "<b:credential xmlns:b=\"https://purl.imsglobal.org/ob/v3p0\">&a;")
            .replace("</title>", "</b:credential>");
        assert!(matches!(opened(&entity), Err(BakeError::Svg { .. })));
    }

    #[test]
    fn a_credential_under_a_prefix_that_nobody_declares_is_refused() {
        let text = r#"<svg><openbadges:credential verify="eyJ.e30.AA"/></svg>"#;
        assert!(matches!(opened(text), Err(BakeError::Svg { .. })));
        // Baking would declare the prefix, and there would be two.
        assert!(bake(text.as_bytes(), "{}").is_err());
    }

    #[test]
    fn what_is_cut_off_nested_wrongly_or_too_deep_is_refused() {
        let whole = baked(PLAIN, "{}");
        let end = whole.trim_end().len();
        for end in (PLAIN.find("<svg").unwrap() + 1..end).filter(|at| whole.is_char_boundary(*at)) {
            assert!(opened(&whole[..end]).is_err(), "{}", &whole[..end]);
        }
        let deep = format!("<svg>{}{}</svg>", "<g>".repeat(300), "</g>".repeat(300));
        for text in ["<svg><g></svg></g>", "</svg>", "<svg/><svg/>", "<html/>", "", &deep] {
            assert!(matches!(opened(text), Err(BakeError::Svg { .. })), "{text}");
        }
    }
}
