//! N-Quads as expanded JSON-LD, so that test data goes the public way in.

use serde_json::{Map, Value, json};

/// One JSON-LD document that says these quads.
pub fn to_json_ld(text: &str) -> String {
    let mut nodes = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        let mut terms = Vec::new();
        let mut rest = line.trim();
        while !rest.starts_with('.') {
            let (term, after) = term(rest);
            terms.push(term);
            rest = after.trim_start();
        }
        let id = |at: usize| terms[at]["@id"].clone();
        let mut node = Map::new();
        node.insert("@id".into(), id(0));
        node.insert(id(1).as_str().unwrap().into(), terms[2].clone());
        nodes.push(match terms.len() {
            3 => Value::Object(node),
            _ => json!({"@id": id(3), "@graph": [node]}),
        });
    }
    json!({"@graph": nodes}).to_string()
}

/// The first term of a line as JSON-LD, and what follows it.
fn term(text: &str) -> (Value, &str) {
    if let Some(rest) = text.strip_prefix('<') {
        let (iri, rest) = rest.split_once('>').unwrap();
        return (json!({"@id": unescaped(iri)}), rest);
    }
    if text.starts_with("_:") {
        let (label, rest) = text.split_at(text.find(' ').unwrap());
        return (json!({"@id": label}), rest);
    }
    let end = closing_quote(text);
    let value = unescaped(&text[1..end]);
    let rest = &text[end + 1..];
    if let Some(rest) = rest.strip_prefix("^^") {
        let (datatype, rest) = term(rest);
        return (json!({"@value": value, "@type": datatype["@id"]}), rest);
    }
    match rest.strip_prefix('@') {
        Some(rest) => {
            let (tag, rest) = rest.split_at(rest.find(' ').unwrap());
            (json!({"@value": value, "@language": tag}), rest)
        }
        None => (json!({"@value": value}), rest),
    }
}

fn closing_quote(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    panic!("no closing quote in {text}")
}

fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        let escape = chars.next().unwrap();
        let digits = match escape {
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        let hex: String = chars.by_ref().take(digits).collect();
        out.push(match escape {
            'u' | 'U' => char::from_u32(u32::from_str_radix(&hex, 16).unwrap()).unwrap(),
            't' => '\t',
            'b' => '\u{8}',
            'n' => '\n',
            'r' => '\r',
            'f' => '\u{c}',
            other => other,
        });
    }
    out
}
