//! The pages' messages: each language says all of it, and nothing is said outside of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use regex::Regex;
use touchmark::check::remedy::Remedy;
use touchmark::pages::speech::Speech;

fn below(folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("the folder is there") {
            let path = entry.expect("it can be read").path();
            match path.is_dir() {
                true => folders.push(path),
                // Fonts are no text.
                false => found.extend(std::fs::read_to_string(&path).ok().map(|text| (path, text))),
            }
        }
    }
    assert!(!found.is_empty(), "{folder} has files");
    found
}

fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is one")
}

/// Each message of a language, with its arguments.
fn messages(source: &str) -> BTreeMap<String, BTreeSet<String>> {
    let (message, argument) = (pattern(r"^([a-z][a-z0-9-]*) ="), pattern(r"\$([a-z-]+)"));
    let mut messages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut current = String::new();
    for line in source.lines().filter(|line| !line.starts_with('#')) {
        if let Some(found) = message.captures(line) {
            current = found[1].to_owned();
            assert!(messages.insert(current.clone(), BTreeSet::new()).is_none(), "twice: {line}");
        }
        for found in argument.captures_iter(line) {
            messages.get_mut(&current).expect("a message was begun").insert(found[1].to_owned());
        }
    }
    messages
}

fn english() -> BTreeMap<String, BTreeSet<String>> {
    messages(include_str!("../../src/pages/messages/en.ftl"))
}

fn speech(tag: &str) -> Speech {
    Speech::choose(Some(&format!("lang={tag}")), None, None)
}

#[test]
fn every_language_has_the_same_messages_with_the_same_arguments() {
    let english = english();
    let files = below("src/pages/messages");
    assert_eq!(files.len(), Speech::tags().count(), "each file is a language");
    assert!(files.len() > 1);
    for (path, source) in files {
        let these = messages(&source);
        for key in english.keys().chain(these.keys()) {
            assert_eq!(these.get(key), english.get(key), "{key} in {}", path.display());
        }
    }
}

#[test]
fn every_message_is_read_as_it_is_written() {
    for tag in Speech::tags() {
        let t = speech(tag);
        assert_eq!(t.tag(), tag);
        for (key, arguments) in english() {
            let numbers = ["count", "month", "day"];
            // It stands in the message that this one takes up.
            let also = (key == "verdict-together-means").then_some("count");
            // Arguments are named by what lives as long as the program.
            let names = arguments.iter().map(|name| &*name.clone().leak()).chain(also);
            let given: Vec<_> = names
                .map(|name| (name, if numbers.contains(&name) { 1.into() } else { "X".into() }))
                .collect();
            let said = t.with(&key, &given);
            // Dollars are said, arguments are not.
            let bare = said.replace("US$", "");
            assert!(said != key && !bare.contains(['{', '$']), "{tag}: {key}: {said}");
        }
    }
}

#[test]
fn no_template_holds_text_of_its_own() {
    let code = pattern(r"(?s)\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}");
    let spoken = pattern(r#"(?:alt|title|placeholder|aria-label|label|content)="([^"]*)""#);
    let tag = pattern(r"(?s)<[^>]*>");
    let letters = pattern(r"\p{L}");
    let ours = ["Touchmark", "https://…", "width=device-width, initial-scale=1", "no-referrer"];
    for (path, source) in below("src/pages/templates") {
        let plain = code.replace_all(&source, "");
        let texts = spoken.captures_iter(&plain).map(|found| found[1].to_owned());
        let between = tag.replace_all(&plain, "\n");
        for text in texts.chain(between.lines().map(str::to_owned)) {
            let rest = ours.iter().fold(text.clone(), |rest, own| rest.replace(own, ""));
            assert!(!letters.is_match(&rest), "{}: {text:?}", path.display());
        }
    }
}

#[test]
fn every_message_that_is_asked_for_exists() {
    let known = english();
    let asked = pattern(r#"\b(?:text|one|two|with)\(\s*"([a-z][a-z0-9-]*)""#);
    let mut seen = 0;
    for (path, source) in below("src/pages") {
        if !path.extension().is_some_and(|e| e == "html" || e == "rs") {
            continue;
        }
        let source = source.split("#[cfg(test)]").next().unwrap_or_default();
        let code = source.lines().filter(|line| !line.starts_with("//!"));
        for found in asked.captures_iter(&code.collect::<Vec<_>>().join("\n")) {
            assert!(known.contains_key(&found[1]), "{}: {}", path.display(), &found[1]);
            seen += 1;
        }
    }
    assert!(seen > 50, "{seen}");
    let verdicts = pattern(r#""(verdict-[a-z-]+)""#);
    for found in verdicts.captures_iter(include_str!("../../src/pages/verdict.rs")) {
        assert!(known.contains_key(&found[1]), "{}", &found[1]);
    }
}

#[test]
fn every_check_is_named_in_every_language() {
    let known = english();
    let made = pattern(r"Check::(?:pass|fail|undecided|skipped)\(\s*(?:\w+::)*([A-Z_]+)\b");
    let named = pattern(r#"const ([A-Z_]+): &str = "([a-z0-9-]+)";"#);
    let mut sources: Vec<_> = ["src/check", "src/verify"].into_iter().flat_map(below).collect();
    sources.push(("src/verify.rs".into(), include_str!("../../src/verify.rs").to_owned()));
    let of_checks: BTreeSet<_> = sources
        .iter()
        .flat_map(|(_, source)| made.captures_iter(source).map(|found| found[1].to_owned()))
        .collect();
    let mut names = BTreeSet::new();
    for (_, source) in &sources {
        let found = named.captures_iter(source).filter(|found| of_checks.contains(&found[1]));
        names.extend(found.map(|found| found[2].to_owned()));
    }
    assert!(names.contains("status") && names.contains("form") && names.len() > 12, "{names:?}");
    for name in names {
        assert!(known.contains_key(&format!("check-{name}")), "check-{name}");
        assert!(known.contains_key(&format!("check-{name}-about")), "check-{name}-about");
    }
}

#[test]
fn every_remedy_is_said_in_every_language_and_in_english_as_the_api_says_it() {
    let english = Speech::english();
    for remedy in Remedy::ALL {
        assert_eq!(english.text(remedy.key()), remedy.text());
        for tag in Speech::tags().filter(|tag| *tag != "en") {
            let said = speech(tag).text(remedy.key());
            assert!(said != remedy.text() && said != remedy.key(), "{tag}: {said}");
        }
    }
}
