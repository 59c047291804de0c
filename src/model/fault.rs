//! What is wrong with a request, and where.

use serde::Serialize;

/// One thing wrong with a request: which member, and what to change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Fault {
    /// JSON pointer (RFC 6901) into the request body; empty for the whole of it.
    #[schema(example = "/review/levels/reflection")]
    pub pointer: String,
    /// Stable, for programs.
    #[schema(value_type = String, example = "below-required-level")]
    pub code: &'static str,
    /// One sentence, for people.
    pub detail: String,
}

impl Fault {
    pub fn new(pointer: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), code, detail: detail.into() }
    }
}

/// Collects faults, so that one answer names all of them.
#[derive(Debug, Default)]
pub struct Faults(Vec<Fault>);

impl Faults {
    pub fn add(
        &mut self,
        pointer: impl Into<String>,
        code: &'static str,
        detail: impl Into<String>,
    ) {
        self.0.push(Fault::new(pointer, code, detail));
    }

    /// The text is neither empty nor longer than `most` characters.
    pub fn text(&mut self, pointer: &str, text: &str, most: usize) {
        if text.trim().is_empty() {
            self.add(pointer, "empty", "this text must not be empty");
        } else if text.chars().count() > most {
            self.add(pointer, "too-long", format!("this text may have at most {most} characters"));
        } else if text.contains(['\u{fffe}', '\u{ffff}']) {
            // Some processors of JSON-LD escape them before signing, some do not.
            let detail = "this text holds U+FFFE or U+FFFF, which stand for no character; leave \
                          them out";
            self.add(pointer, "not-a-character", detail);
        }
    }

    pub fn optional_text(&mut self, pointer: &str, text: Option<&String>, most: usize) {
        if let Some(text) = text {
            self.text(pointer, text, most);
        }
    }

    /// At most so many of a thing: every verifier pays for each.
    pub fn count(&mut self, pointer: &str, found: usize, most: usize) {
        if found > most {
            self.add(pointer, "too-many", format!("there are {found}; at most {most} are taken"));
        }
    }

    /// An absolute `https:` URL without credentials in it. It is embedded as it is written, so it
    /// must be an IRI as it is written: what URL parsers mend (spaces, backslashes), signing refuses.
    pub fn https_url(&mut self, pointer: &str, text: &str) {
        match url::Url::parse(text) {
            Ok(url) if url.scheme() != "https" => self.add(
                pointer,
                "not-https",
                format!("this must be an https: link; its scheme is {}:", url.scheme()),
            ),
            Ok(url) if !url.username().is_empty() || url.password().is_some() => {
                self.add(
                    pointer,
                    "credentials-in-url",
                    "a link must not carry a user name or password",
                );
            }
            Ok(_) if !is_written_as_iri(text) => {
                let detail = "this link is not written as a URL; percent-encode what may not stand \
                              in one, such as spaces";
                self.add(pointer, "not-a-url", detail);
            }
            Ok(_) => {}
            Err(e) => self.add(pointer, "not-a-url", format!("this must be an https: link ({e})")),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn into_result(self) -> Result<(), Vec<Fault>> {
        if self.0.is_empty() { Ok(()) } else { Err(self.0) }
    }

    pub fn into_vec(self) -> Vec<Fault> {
        self.0
    }
}

/// The scheme, two slashes, and none of the characters that no IRI contains.
fn is_written_as_iri(text: &str) -> bool {
    let kept_out = |c: char| c.is_whitespace() || c.is_control() || "<>\"{}|\\^`".contains(c);
    text.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("https://"))
        && !text.contains(kept_out)
}

/// A reference token of a JSON pointer, escaped as RFC 6901 asks.
pub fn token(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Short names in URLs and rubric ids: `a` to `z`, digits, single hyphens.
pub fn is_slug(text: &str) -> bool {
    (1..=100).contains(&text.len())
        && !text.starts_with('-')
        && !text.ends_with('-')
        && !text.contains("--")
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_lower_case_words_joined_by_single_hyphens() {
        for good in ["a", "restorative-practices", "v2"] {
            assert!(is_slug(good), "{good}");
        }
        for bad in ["", "-a", "a-", "a--b", "A", "a b", "a.b", "é"] {
            assert!(!is_slug(bad), "{bad}");
        }
    }

    #[test]
    fn links_must_be_https_and_carry_no_password() {
        let codes = |url: &str| {
            let mut faults = Faults::default();
            faults.https_url("/url", url);
            faults.into_vec().first().map(|f| f.code)
        };
        assert_eq!(codes("https://example.org/a"), None);
        assert_eq!(codes("http://example.org/a"), Some("not-https"));
        assert_eq!(codes("javascript:alert(1)"), Some("not-https"));
        assert_eq!(codes("https://u:p@example.org/"), Some("credentials-in-url"));
        assert_eq!(codes("example.org"), Some("not-a-url"));
    }
}
