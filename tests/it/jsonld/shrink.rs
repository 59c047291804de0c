//! A smaller document that shows the same.

use serde_json::Value;

/// Takes members and items away for as long as it still `shows`.
pub fn shrink(text: &str, mut shows: impl FnMut(&str) -> bool) -> String {
    let Ok(mut best) = serde_json::from_str::<Value>(text) else { return text.to_owned() };
    if !shows(&best.to_string()) {
        return text.to_owned(); // spelled in a way that matters
    }
    loop {
        let smaller = (0..size(&best)).find_map(|at| {
            let candidate = without(&best, &mut { at })?;
            shows(&candidate.to_string()).then_some(candidate)
        });
        match smaller {
            Some(candidate) => best = candidate,
            None => return best.to_string(),
        }
    }
}

/// How many members and items there are.
fn size(value: &Value) -> usize {
    match value {
        Value::Object(members) => members.values().map(|value| 1 + size(value)).sum(),
        Value::Array(items) => items.iter().map(|value| 1 + size(value)).sum(),
        _ => 0,
    }
}

/// The value without its `at`th member or item, counted from the outside in.
fn without(value: &Value, at: &mut usize) -> Option<Value> {
    let mut copy = value.clone();
    match &mut copy {
        Value::Object(members) => {
            for name in members.keys().cloned().collect::<Vec<_>>() {
                if *at == 0 {
                    members.shift_remove(&name);
                    return Some(copy);
                }
                *at -= 1;
                if let Some(smaller) = without(&members[&name], at) {
                    members[&name] = smaller;
                    return Some(copy);
                }
            }
        }
        Value::Array(items) => {
            for place in 0..items.len() {
                if *at == 0 {
                    items.remove(place);
                    return Some(copy);
                }
                *at -= 1;
                if let Some(smaller) = without(&items[place], at) {
                    items[place] = smaller;
                    return Some(copy);
                }
            }
        }
        _ => {}
    }
    None
}

#[test]
fn what_does_not_matter_is_taken_away() {
    let text = r#"{"a": [1, {"b": "x", "c": [2, 3]}], "d": null}"#;
    assert_eq!(shrink(text, |text| text.contains('3')), r#"{"a":[{"c":[3]}]}"#);
}
