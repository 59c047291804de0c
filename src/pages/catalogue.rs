//! What an issuer offers: found by words or by stack, a page at a time.
//!
//! Invariant: the order is the issuer's own; a search leaves out and never reorders.

use url::form_urlencoded;

use super::speech::Speech;
use crate::model::achievement::AchievementDefinition;

/// Micro-credentials on one page.
const PAGE: usize = 24;
/// A search for more than this is for nothing that stands anywhere.
const LONGEST: usize = 200;

/// What the reader looks for.
#[derive(Debug, Default)]
pub struct Wish {
    /// Words that all have to stand in the name, the description or a stack.
    q: Option<String>,
    /// One stack, as it is spelled.
    stack: Option<String>,
    /// From 1 on.
    page: Option<String>,
}

impl Wish {
    /// What a query names twice, it says by the last.
    pub fn of(query: Option<&str>) -> Self {
        let mut wish = Self::default();
        for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            match &*name {
                "q" => wish.q = Some(value.into_owned()),
                "stack" => wish.stack = Some(value.into_owned()),
                "page" => wish.page = Some(value.into_owned()),
                _ => {}
            }
        }
        wish
    }
}

/// What is shown of it.
pub struct Catalogue<'a> {
    pub query: String,
    pub stack: Option<String>,
    /// How many there are altogether, and how many suit the wish.
    pub all: usize,
    pub found: usize,
    pub shown: Vec<&'a (String, AchievementDefinition)>,
    /// Each stack with how many belong to it, by name.
    pub stacks: Vec<Stack>,
    pub page: usize,
    pub pages: usize,
    pub earlier: Option<String>,
    pub later: Option<String>,
}

pub struct Stack {
    pub name: String,
    pub count: usize,
    pub link: String,
    pub chosen: bool,
}

impl<'a> Catalogue<'a> {
    pub fn of(wish: &Wish, achievements: &'a [(String, AchievementDefinition)]) -> Self {
        let query: String =
            wish.q.as_deref().unwrap_or_default().trim().chars().take(LONGEST).collect();
        let words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
        let stack = wish.stack.clone().filter(|stack| !stack.is_empty());
        let suits = |(_, a): &&(String, AchievementDefinition)| {
            stack.as_ref().is_none_or(|stack| a.tag.contains(stack)) && has_all(a, &words)
        };
        let found: Vec<_> = achievements.iter().filter(suits).collect();
        let pages = found.len().div_ceil(PAGE).max(1);
        let page = wish.page.as_deref().and_then(|page| page.parse().ok()).unwrap_or(1);
        let page = usize::clamp(page, 1, pages);
        let link = |page: usize| {
            let mut link = form_urlencoded::Serializer::for_suffix(String::from("?"), 1);
            for (name, value) in [("q", Some(&query)), ("stack", stack.as_ref())] {
                if let Some(value) = value.filter(|value| !value.is_empty()) {
                    link.append_pair(name, value);
                }
            }
            link.append_pair("page", &page.to_string()).finish()
        };
        Self {
            all: achievements.len(),
            found: found.len(),
            shown: found.into_iter().skip((page - 1) * PAGE).take(PAGE).collect(),
            stacks: stacks(achievements, stack.as_deref()),
            page,
            pages,
            earlier: (page > 1).then(|| link(page - 1)),
            later: (page < pages).then(|| link(page + 1)),
            query,
            stack,
        }
    }

    /// Whether the reader looks for something.
    pub fn is_search(&self) -> bool {
        !self.query.is_empty() || self.stack.is_some()
    }

    pub fn told(&self, t: &Speech) -> String {
        t.one("catalogue-found", "count", self.found)
    }
}

fn has_all(achievement: &AchievementDefinition, words: &[String]) -> bool {
    if words.is_empty() {
        return true;
    }
    let AchievementDefinition { name, description, tag, .. } = achievement;
    let text = format!("{name}\n{description}\n{}", tag.join("\n")).to_lowercase();
    words.iter().all(|word| text.contains(word))
}

fn stacks(achievements: &[(String, AchievementDefinition)], chosen: Option<&str>) -> Vec<Stack> {
    let mut counts = std::collections::BTreeMap::<&str, usize>::new();
    for tag in achievements.iter().flat_map(|(_, a)| &a.tag) {
        *counts.entry(tag).or_default() += 1;
    }
    let stack = |(name, count): (&str, usize)| Stack {
        name: name.to_owned(),
        count,
        link: stack_link(name),
        chosen: chosen == Some(name),
    };
    counts.into_iter().map(stack).collect()
}

/// The catalogue's query for one stack.
pub fn stack_link(name: &str) -> String {
    form_urlencoded::Serializer::for_suffix(String::from("?"), 1)
        .append_pair("stack", name)
        .finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered() -> Vec<(String, AchievementDefinition)> {
        let offer = |i: usize| {
            let text = serde_json::json!({
                "name": format!("Circle {i}"), "description": "Repairs harm",
                "criteria": {"narrative": "x"}, "tag": [if i < 30 { "Círculos & más" } else { "ESP" }]});
            (format!("circle-{i}"), serde_json::from_value(text).unwrap())
        };
        (0..40).map(offer).collect()
    }

    fn wish(q: &str, stack: &str, page: &str) -> Wish {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Wish { q: some(q), stack: some(stack), page: some(page) }
    }

    #[test]
    fn words_stacks_and_pages_narrow_it_down() {
        let all = offered();
        let told = |wish| {
            let catalogue = Catalogue::of(&wish, &all);
            (catalogue.found, catalogue.shown.len(), catalogue.page, catalogue.pages)
        };
        assert_eq!(told(wish("", "", "")), (40, 24, 1, 2));
        assert_eq!(told(wish("", "", "2")), (40, 16, 2, 2));
        assert_eq!(told(wish("HARM círculos", "", "")), (30, 24, 1, 2));
        assert_eq!(told(wish("", "ESP", "9")), (10, 10, 1, 1));
        assert_eq!(told(wish("nowhere", "ESP", "-1")), (0, 0, 1, 1));
    }

    #[test]
    fn links_keep_the_search() {
        let all = offered();
        let catalogue = Catalogue::of(&wish("a&b harm", "", ""), &all);
        assert_eq!((catalogue.found, catalogue.later), (0, None));
        let catalogue = Catalogue::of(&wish("harm", "Círculos & más", ""), &all);
        let link = "?q=harm&stack=C%C3%ADrculos+%26+m%C3%A1s&page=2";
        assert_eq!(catalogue.later.as_deref(), Some(link));
        assert_eq!(catalogue.stacks.iter().filter(|stack| stack.chosen).count(), 1);
    }
}
