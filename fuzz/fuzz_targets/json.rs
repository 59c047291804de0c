//! The strict parser: what it accepts, another reader accepts and reads alike.

#![no_main]

use libfuzzer_sys::fuzz_target;
use touchmark::model::json;

fuzz_target!(|bytes: &[u8]| {
    let Ok(value) = json::parse(bytes) else { return };
    let ours = serde_json::to_string(&value).expect("a value is JSON");
    let theirs: serde_json::Value = serde_json::from_slice(bytes).expect("it is JSON");
    let again = json::parse(ours.as_bytes()).expect("what was written is read");
    let written = serde_json::to_string(&again).expect("a value is JSON");
    assert_eq!(written, ours);
    // Numbers may be spelled in other ways; everything else is the same.
    let reread: serde_json::Value = serde_json::from_str(&ours).expect("it is JSON");
    assert_eq!(without_numbers(reread), without_numbers(theirs));
});

fn without_numbers(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::Number(_) => Value::Null,
        Value::Array(items) => items.into_iter().map(without_numbers).collect(),
        Value::Object(members) => {
            members.into_iter().map(|(name, value)| (name, without_numbers(value))).collect()
        }
        other => other,
    }
}
