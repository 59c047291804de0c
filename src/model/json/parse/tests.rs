//! What is read, what is refused, and where.

use super::*;

fn kind(text: &str) -> ErrorKind {
    parse(text.as_bytes()).unwrap_err().kind
}

#[test]
fn values_are_read_in_order_and_borrowed() {
    let text = r#" {"b": [1, -2.50, true, null], "a": "x"} "#;
    let value = parse(text.as_bytes()).unwrap();
    let names: Vec<_> = value.as_object().unwrap().iter().map(|(n, _)| n).collect();
    assert_eq!(names, ["b", "a"]);
    assert!(matches!(value.pointer("/a"), Some(Value::String(Cow::Borrowed("x")))));
    assert_eq!(value.pointer("/b/1"), Some(&Value::Number(Number { text: "-2.50" })));
    assert_eq!(value.pointer("/b/4"), None);
    assert_eq!(serde_json::to_string(&value).unwrap(), r#"{"b":[1,-2.5,true,null],"a":"x"}"#);
}

#[test]
fn escapes_are_resolved_and_compared_resolved() {
    let value = parse(r#""a\u00e9\ud83c\udf4e\n\/""#.as_bytes()).unwrap();
    assert_eq!(value.as_str(), Some("aé🍎\n/"));
    assert_eq!(kind(r#"{"id": 1, "\u0069d": 2}"#), ErrorKind::DuplicateMember("id".into()));
}

#[test]
fn what_ends_a_string_is_found_at_every_place() {
    let plain = [0xc3, 0xa9, b' ', 0x7f, b'!', 0xff].repeat(7);
    for special in [b'"', b'\\', b'\n', 0x1f, 0] {
        for at in 0..40 {
            let bytes = [&plain[..at], &[special], b"\"\\\n", &plain].concat();
            assert_eq!(plain_length(&bytes), at, "{bytes:?}");
        }
    }
    assert_eq!(plain_length(&plain), plain.len());
}

#[test]
fn duplicate_members_are_refused_in_small_and_large_objects() {
    assert_eq!(kind(r#"{"a": 1, "b": 2, "a": 3}"#), ErrorKind::DuplicateMember("a".into()));
    let many: Vec<String> = (0..100).map(|i| format!("\"m{i}\": {i}")).collect();
    assert!(parse(format!("{{{}}}", many.join(",")).as_bytes()).is_ok());
    let twice = format!("{{{}, \"m77\": 0}}", many.join(","));
    assert_eq!(kind(&twice), ErrorKind::DuplicateMember("m77".into()));
}

#[test]
fn depth_is_bounded() {
    let nested = |n: usize| "[".repeat(n) + &"]".repeat(n);
    assert!(parse(nested(MAX_DEPTH).as_bytes()).is_ok());
    assert_eq!(kind(&nested(MAX_DEPTH + 1)), ErrorKind::TooDeep);
    assert_eq!(kind(&"[".repeat(1_000_000)), ErrorKind::TooDeep);
}

#[test]
fn numbers_that_do_not_survive_are_refused() {
    for good in
        ["0", "-1", "7.5", "9007199254740991", "1e3", "0.1", "-0.0", "1.50", "1234567890123456.5"]
    {
        assert!(parse(good.as_bytes()).is_ok(), "{good}");
    }
    for bad in [
        "9007199254740992",
        "-9007199254740993",
        "1e400",
        "1e-400",
        "0.12345678901234567890",
        "1e99999999999999999999",
    ] {
        assert_eq!(kind(bad), ErrorKind::InexactNumber(bad.into()), "{bad}");
    }
}

#[test]
fn broken_texts_say_where() {
    for (text, expected, offset) in [
        ("", ErrorKind::UnexpectedEnd, 0),
        ("{\"a\":1,}", ErrorKind::Expected("a member name in quotes"), 7),
        ("[1 2]", ErrorKind::Expected("a comma or a closing bracket"), 3),
        ("\"a", ErrorKind::UnexpectedEnd, 2),
        ("01", ErrorKind::Expected("a number without leading zeros"), 0),
        ("1.", ErrorKind::UnexpectedEnd, 2),
        ("nul", ErrorKind::Expected("a JSON value"), 0),
        ("{} {}", ErrorKind::TrailingText, 3),
        ("\"\u{1}\"", ErrorKind::ControlCharacter, 1),
        ("\"\\ud800\"", ErrorKind::LoneSurrogate, 1),
        ("\"\\ud800\\u0041\"", ErrorKind::LoneSurrogate, 1),
        ("\u{feff}{}", ErrorKind::ByteOrderMark, 0),
    ] {
        assert_eq!(parse(text.as_bytes()), Err(Error { kind: expected, offset }), "{text:?}");
    }
    assert_eq!(parse(b"\"\xff\"").unwrap_err().kind, ErrorKind::NotUtf8);
}
