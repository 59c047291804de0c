//! What pages say, in the reader's language.
//! Spec: <https://projectfluent.org/fluent/guide/>
//!
//! Every word of a page stands in `messages/TAG.ftl`; a language more is a file more, with the same
//! messages and arguments (`tests/it/messages.rs` compares them). A handler takes a [`Speech`] as
//! an argument, hands it to its page, and the page's struct keeps it as `t`, which `base.html` reads
//! too:
//!
//! ```text
//! {{ t.text("earned-by") }}
//! {{ t.one("counted", "count", items.len()) }}      one argument: its name, its value
//! {{ t.two("from-to", "from", a, "to", b) }}        two of them
//! {{ t.date(awarded) }} {{ t.decimal(hours) }}      in the reader's way
//! ```
//!
//! and in Rust, with any number of arguments, `t.with("key", &[("count", n.said())])`.
//!
//! Invariant: a message is plain text, escaped by the templates like any other; what one language
//! lacks is said in the first, English.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use include_dir::{Dir, include_dir};
use jiff::Timestamp;
use jiff::civil::Date;
use unic_langid::LanguageIdentifier;
use url::form_urlencoded;

/// What a choice of language is remembered by.
pub const COOKIE: &str = "lang";
/// The member of a query that chooses a language.
pub const CHOICE: &str = "lang";
/// The language that every message has.
const FIRST: &str = "en";
/// A query that is longer than this is not carried over to the page in another language.
const LONGEST_QUERY: usize = 400;

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/src/pages/messages");

/// English first, the others by their tags.
static LANGUAGES: LazyLock<Vec<Language>> = LazyLock::new(|| {
    let mut languages: Vec<Language> = FILES.files().filter_map(Language::read).collect();
    languages.sort_by_key(|language| (language.tag != FIRST, language.tag.clone()));
    languages
});

/// One language, with its messages.
struct Language {
    tag: String,
    messages: FluentBundle<FluentResource>,
}

impl Language {
    fn read(file: &include_dir::File<'_>) -> Option<Self> {
        let tag = file.path().to_str()?.strip_suffix(".ftl")?.to_owned();
        let resource = match FluentResource::try_new(file.contents_utf8()?.to_owned()) {
            Ok(resource) => resource,
            Err((resource, errors)) => {
                tracing::error!(language = tag, ?errors, "some messages cannot be read");
                resource
            }
        };
        let name: LanguageIdentifier = tag.parse().unwrap_or_default();
        let mut messages = FluentBundle::new_concurrent(vec![name]);
        // The templates keep what is embedded apart, by elements of its own.
        messages.set_use_isolating(false);
        messages.add_resource_overriding(resource);
        Some(Self { tag, messages })
    }

    fn say(&self, key: &str, arguments: Option<&FluentArgs<'_>>) -> Option<String> {
        let pattern = self.messages.get_message(key)?.value()?;
        let mut errors = Vec::new();
        let said = self.messages.format_pattern(pattern, arguments, &mut errors).into_owned();
        if !errors.is_empty() {
            tracing::error!(language = self.tag, key, ?errors, "a message lacks an argument");
        }
        Some(said)
    }
}

/// The reader's language, and what is needed to change it.
#[derive(Clone)]
pub struct Speech {
    language: &'static Language,
    /// The query of the page without the choice of a language, empty or ending in `&`.
    kept: String,
}

/// A way to the same page in another language.
pub struct Switch {
    pub tag: &'static str,
    /// As its speakers call it.
    pub name: String,
    /// Relative: it can lead nowhere else.
    pub link: String,
    pub current: bool,
}

/// What a message can embed.
pub trait Said {
    fn said(&self) -> FluentValue<'static>;
}

impl<T: Said + ?Sized> Said for &T {
    fn said(&self) -> FluentValue<'static> {
        (**self).said()
    }
}

impl Said for str {
    fn said(&self) -> FluentValue<'static> {
        FluentValue::from(self.to_owned())
    }
}

impl Said for String {
    fn said(&self) -> FluentValue<'static> {
        self.as_str().said()
    }
}

macro_rules! numbers {
    ($($number:ty),*) => {
        $(impl Said for $number {
            fn said(&self) -> FluentValue<'static> {
                FluentValue::from(*self)
            }
        })*
    };
}
numbers!(i8, i32, i64, u16, u32, u64, usize, f64);

impl Speech {
    /// The language that suits the reader best: the one just chosen, else the one chosen before,
    /// else the one that the browser asks for.
    pub fn choose(query: Option<&str>, cookies: Option<&str>, accepted: Option<&str>) -> Self {
        let query = query.unwrap_or_default();
        let language = chosen(query)
            .or_else(|| remembered(cookies?))
            .or_else(|| asked_for(accepted?))
            .unwrap_or_else(first);
        Self { language, kept: kept(query) }
    }

    /// For who has no browser.
    pub fn english() -> Self {
        Self { language: first(), kept: String::new() }
    }

    /// The tag of the language that the query chooses, if it is one of ours.
    pub fn chosen(query: &str) -> Option<&'static str> {
        chosen(query).map(|language| language.tag.as_str())
    }

    /// The tags of all languages.
    pub fn tags() -> impl Iterator<Item = &'static str> {
        LANGUAGES.iter().map(|language| language.tag.as_str())
    }

    /// BCP 47.
    pub fn tag(&self) -> &'static str {
        &self.language.tag
    }

    /// `ltr` or `rtl`.
    pub fn direction(&self) -> String {
        self.text("language-direction")
    }

    pub fn text(&self, key: &str) -> String {
        self.say(key, None)
    }

    pub fn one(&self, key: &str, name: &'static str, value: impl Said) -> String {
        self.with(key, &[(name, value.said())])
    }

    pub fn two(
        &self,
        key: &str,
        name: &'static str,
        value: impl Said,
        other: &'static str,
        second: impl Said,
    ) -> String {
        self.with(key, &[(name, value.said()), (other, second.said())])
    }

    pub fn with(&self, key: &str, arguments: &[(&'static str, FluentValue<'static>)]) -> String {
        self.say(key, Some(&arguments.iter().cloned().collect()))
    }

    /// Whether there is such a message.
    pub fn has(&self, key: &str) -> bool {
        first().messages.has_message(key)
    }

    fn say(&self, key: &str, arguments: Option<&FluentArgs<'_>>) -> String {
        let said = self.language.say(key, arguments).or_else(|| first().say(key, arguments));
        said.unwrap_or_else(|| {
            tracing::error!(key, "there is no such message");
            key.to_owned()
        })
    }

    /// The day that a date or time stamp begins with, as `May 4, 2026`; as it is where it begins
    /// with none.
    pub fn date(&self, text: impl AsRef<str>) -> String {
        let text = text.as_ref();
        let day = text.get(..10).and_then(|day| day.parse::<Date>().ok());
        day.map_or_else(|| text.to_owned(), |day| self.day(day))
    }

    /// A time stamp (RFC 3339) to the minute, in UTC; as it is where it is none.
    pub fn moment(&self, text: impl AsRef<str>) -> String {
        let text = text.as_ref();
        let Ok(at) = text.parse::<Timestamp>() else { return text.to_owned() };
        let day = self.date(at.strftime("%F").to_string());
        self.two("moment", "date", day, "time", at.strftime("%H:%M").to_string())
    }

    fn day(&self, day: Date) -> String {
        let arguments = [
            ("month", i64::from(day.month()).said()),
            ("day", i64::from(day.day()).said()),
            ("year", day.year().to_string().said()),
        ];
        self.with("date", &arguments)
    }

    /// A decimal such as `1234.5`, grouped and with the mark that is usual.
    pub fn decimal(&self, text: impl AsRef<str>) -> String {
        let text = text.as_ref();
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        if whole.is_empty() || !whole.bytes().chain(part.bytes()).all(|b| b.is_ascii_digit()) {
            return text.to_owned();
        }
        let mut said = String::new();
        for (i, digit) in whole.chars().enumerate() {
            if i > 0 && whole.len() > 4 && (whole.len() - i) % 3 == 0 {
                said.push_str(&self.text("number-group"));
            }
            said.push(digit);
        }
        if !part.is_empty() {
            said.push_str(&self.text("number-decimal"));
            said.push_str(part);
        }
        said
    }

    /// Clock hours, with the word for them.
    pub fn hours(&self, text: impl AsRef<str>) -> String {
        let count = text.as_ref().parse::<f64>().unwrap_or(2.0);
        self.two("hours", "count", count, "hours", self.decimal(text))
    }

    /// The same page in each language.
    pub fn switches(&self) -> Vec<Switch> {
        let switch = |language: &'static Language| Switch {
            tag: &language.tag,
            name: language.say("language-name", None).unwrap_or_else(|| language.tag.clone()),
            link: format!("?{}{CHOICE}={}", self.kept, language.tag),
            current: language.tag == self.language.tag,
        };
        LANGUAGES.iter().map(switch).collect()
    }
}

fn first() -> &'static Language {
    LANGUAGES.first().expect("the folder of messages holds en.ftl")
}

/// Of the two subtags `es-US`, the first decides where there is no file of that name.
fn language(tag: &str) -> Option<&'static Language> {
    let is = |wanted: &str| LANGUAGES.iter().find(|l| l.tag.eq_ignore_ascii_case(wanted));
    is(tag).or_else(|| is(tag.split('-').next()?))
}

fn chosen(query: &str) -> Option<&'static Language> {
    let mut members = form_urlencoded::parse(query.as_bytes());
    let (_, tag) = members.find(|(name, _)| name == CHOICE)?;
    language(&tag)
}

fn kept(query: &str) -> String {
    if query.len() > LONGEST_QUERY {
        return String::new();
    }
    let others = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name != CHOICE);
    let mut kept = form_urlencoded::Serializer::new(String::new()).extend_pairs(others).finish();
    if !kept.is_empty() {
        kept.push('&');
    }
    kept
}

fn remembered(cookies: &str) -> Option<&'static Language> {
    let mut pairs = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
    let (_, tag) = pairs.find(|(name, _)| *name == COOKIE)?;
    language(tag)
}

/// Of what `Accept-Language` names (RFC 9110, section 12.5.4), the best liked one that we speak.
fn asked_for(accepted: &str) -> Option<&'static Language> {
    let mut liked: Option<(&'static Language, f32)> = None;
    for range in accepted.split(',').take(20) {
        let (tag, quality) = range.split_once(';').unwrap_or((range, ""));
        let quality = quality.trim().strip_prefix("q=").map_or(Ok(1.0), str::parse);
        let (Ok(quality), Some(language)) = (quality, language(tag.trim())) else { continue };
        if quality > liked.map_or(0.0, |(_, most)| most) {
            liked = Some((language, quality));
        }
    }
    liked.map(|(language, _)| language)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(query: &str, cookies: &str, accepted: &str) -> &'static str {
        Speech::choose(Some(query), Some(cookies), Some(accepted)).tag()
    }

    #[test]
    fn a_choice_counts_before_a_remembered_one_and_that_before_the_browsers() {
        assert_eq!(tag("", "", ""), "en");
        assert_eq!(tag("", "", "es-MX,es;q=0.9,en;q=0.8"), "es");
        assert_eq!(tag("", "", "tlh, en;q=0.4, es;q=0.7"), "es");
        assert_eq!(tag("", "", "es;q=0, en"), "en");
        assert_eq!(tag("", "a=b; lang=es", "en"), "es");
        assert_eq!(tag("q=x&lang=en", "lang=es", "es"), "en");
        assert_eq!(tag("lang=../../en", "", "es"), "es", "what is none chooses none");
        assert_eq!(tag("", "lang=%22", "es;q=x"), "en");
    }

    #[test]
    fn a_switch_keeps_the_page_and_its_query_and_can_lead_nowhere_else() {
        let speech = Speech::choose(Some("q=a%26b&lang=es&page=//evil.example"), None, None);
        let links: Vec<_> = speech.switches().into_iter().map(|s| s.link).collect();
        assert!(
            links.contains(&"?q=a%26b&page=%2F%2Fevil.example&lang=en".to_owned()),
            "{links:?}"
        );
        assert!(links.iter().all(|link| link.starts_with('?')));
        assert_eq!(speech.switches().iter().filter(|s| s.current).count(), 1);
        let long = format!("q={}", "x".repeat(LONGEST_QUERY));
        assert_eq!(Speech::choose(Some(&long), None, None).switches()[0].link, "?lang=en");
    }

    #[test]
    fn dates_hours_and_numbers_are_said_in_the_readers_way() {
        let [english, spanish] =
            ["en", "es"].map(|tag| Speech::choose(Some(&format!("lang={tag}")), None, None));
        assert_eq!(english.date("2026-05-04T12:00:00Z"), "May 4, 2026");
        assert_eq!(spanish.date("2026-05-04"), "4 de mayo de 2026");
        assert_eq!(english.date("sometime"), "sometime");
        assert_eq!(english.moment("2026-11-22T08:15:30Z"), "November 22, 2026, 08:15 UTC");
        assert_eq!(english.decimal("1234567.5"), "1,234,567.5");
        assert_eq!(spanish.decimal("12.5"), "12,5");
        assert_eq!(english.decimal("<b>"), "<b>");
        assert_eq!(english.hours("1"), "1 hour");
        assert_eq!(english.hours("12.5"), "12.5 hours");
        assert_eq!(spanish.hours("1"), "1 hora");
    }

    #[test]
    fn a_message_that_nobody_wrote_is_said_by_its_key() {
        assert_eq!(Speech::english().text("no-such-message"), "no-such-message");
        assert!(!Speech::english().has("no-such-message"));
    }
}
