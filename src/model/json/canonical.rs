//! The JSON Canonicalization Scheme: one text for one JSON value.
//! Spec: RFC 8785.
//!
//! Invariant: what is written is read back as the same value, and written the
//! same again. Surrogates cannot stand alone, since the reader refuses them; an
//! integer that readers would round is refused, not rounded.

use std::fmt::Write as _;

use super::parse::plain_length;
use super::{MAX_SAFE_INTEGER, Number, Value};

/// The canonical text of a value.
pub fn canonical(value: &Value<'_>) -> Result<String, UnsafeInteger> {
    let mut writer = Writer::default();
    writer.value(value)?;
    Ok(writer.out)
}

/// The canonical text of an object with these members; each name stands once.
pub fn canonical_object<'v, 'a: 'v>(
    members: impl Iterator<Item = (&'v str, &'v Value<'a>)>,
) -> Result<String, UnsafeInteger> {
    let mut writer = Writer::default();
    writer.object(members)?;
    Ok(writer.out)
}

/// The canonical form would hold an integer past 2^53 - 1, which was written
/// with a point or an exponent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the number {number} is an integer that readers round; write it as a string")]
pub struct UnsafeInteger {
    pub number: String,
}

struct Writer<'v, 'a> {
    out: String,
    /// The members of the objects that are being written, the outermost first.
    members: Vec<(&'v str, &'v Value<'a>)>,
}

impl Default for Writer<'_, '_> {
    /// With room for a small credential.
    fn default() -> Self {
        Writer { out: String::with_capacity(8 << 10), members: Vec::with_capacity(64) }
    }
}

impl<'v, 'a> Writer<'v, 'a> {
    fn value(&mut self, value: &'v Value<'a>) -> Result<(), UnsafeInteger> {
        match value {
            Value::Null => self.out.push_str("null"),
            Value::Bool(true) => self.out.push_str("true"),
            Value::Bool(false) => self.out.push_str("false"),
            Value::Number(number) => self.number(*number)?,
            Value::String(text) => self.string(text),
            Value::Array(items) => {
                self.out.push('[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        self.out.push(',');
                    }
                    self.value(item)?;
                }
                self.out.push(']');
            }
            Value::Object(object) => self.object(object.iter())?,
        }
        Ok(())
    }

    fn object(
        &mut self,
        members: impl Iterator<Item = (&'v str, &'v Value<'a>)>,
    ) -> Result<(), UnsafeInteger> {
        let start = self.members.len();
        self.members.extend(members);
        self.members[start..].sort_unstable_by(|(a, _), (b, _)| utf16_order(a, b));
        self.out.push('{');
        for at in start..self.members.len() {
            let (name, value) = self.members[at];
            if at > start {
                self.out.push(',');
            }
            self.string(name);
            self.out.push(':');
            self.value(value)?;
        }
        self.members.truncate(start);
        self.out.push('}');
        Ok(())
    }

    /// ECMAScript's form of the double. Our reader has made sure that the
    /// double is the number.
    fn number(&mut self, number: Number<'_>) -> Result<(), UnsafeInteger> {
        let text = number.text();
        if text != "-0" && !text.contains(['.', 'e', 'E']) {
            self.out.push_str(text);
            return Ok(());
        }
        let double = number.as_f64();
        let mut buffer = ryu_js::Buffer::new();
        let written = buffer.format_finite(double);
        // From 1e21 on they are written with an exponent, and read as doubles.
        if double.abs() > MAX_SAFE_INTEGER as f64 && !written.contains('e') {
            return Err(UnsafeInteger { number: text.to_owned() });
        }
        self.out.push_str(written);
        Ok(())
    }

    fn string(&mut self, text: &str) {
        self.out.push('"');
        let mut rest = text;
        loop {
            let (plain, special) = rest.split_at(plain_length(rest.as_bytes()));
            self.out.push_str(plain);
            let mut special = special.chars();
            let Some(c) = special.next() else { break };
            self.escape(c);
            rest = special.as_str();
        }
        self.out.push('"');
    }

    fn escape(&mut self, c: char) {
        match c {
            '"' => self.out.push_str("\\\""),
            '\\' => self.out.push_str("\\\\"),
            '\u{8}' => self.out.push_str("\\b"),
            '\t' => self.out.push_str("\\t"),
            '\n' => self.out.push_str("\\n"),
            '\u{c}' => self.out.push_str("\\f"),
            '\r' => self.out.push_str("\\r"),
            control => {
                let _infallible = write!(self.out, "\\u{:04x}", control as u32);
            }
        }
    }
}

/// The order of two texts by their UTF-16 code units: that of their UTF-8, but
/// that U+E000 to U+FFFF come after what UTF-16 writes with surrogates.
fn utf16_order(a: &str, b: &str) -> std::cmp::Ordering {
    let rank = |byte: u8| if matches!(byte, 0xee | 0xef) { byte + 0x10 } else { byte };
    match a.bytes().zip(b.bytes()).find(|(a, b)| a != b) {
        Some((a, b)) => rank(a).cmp(&rank(b)),
        None => a.len().cmp(&b.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ErrorKind, parse};
    use super::*;
    use proptest::prelude::*;

    fn written(text: &str) -> Result<String, UnsafeInteger> {
        canonical(&parse(text.as_bytes()).unwrap())
    }

    /// RFC 8785, 3.2.2, but for a number of 17 digits that its own example rounds.
    #[test]
    fn the_example_of_the_rfc_is_written_as_it_says() {
        let input = r#"{
            "numbers": [333333333.3333333, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
            "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
            "literals": [null, true, false]
        }"#;
        let output = "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,\
                      0.002,1e-27],\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}";
        assert_eq!(written(input).as_deref(), Ok(output));
        let rounded = parse(b"333333333.33333329").unwrap_err().kind;
        assert!(matches!(rounded, ErrorKind::InexactNumber(_)));
    }

    /// RFC 8785, 3.2.3.
    #[test]
    fn members_are_sorted_as_the_rfc_says() {
        let input = r#"{
            "\u20ac": "Euro Sign", "\r": "Carriage Return",
            "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
            "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control",
            "\u00f6": "Latin Small Letter O With Diaeresis"
        }"#;
        let output = written(input).unwrap();
        let value = parse(output.as_bytes()).unwrap();
        let order = ["\r", "1", "\u{80}", "ö", "€", "😀", "\u{fb33}"];
        assert!(value.as_object().unwrap().iter().map(|(name, _)| name).eq(order), "{output}");
    }

    /// RFC 8785, appendix B: those of its doubles that our reader takes.
    #[test]
    fn doubles_are_written_as_the_rfc_says() {
        for (bits, expected) in [
            (0x0000000000000000, "0"),
            (0x8000000000000000, "0"),
            (0x0000000000000001, "5e-324"),
            (0x8000000000000001, "-5e-324"),
            (0x7fefffffffffffff, "1.7976931348623157e+308"),
            (0xffefffffffffffff, "-1.7976931348623157e+308"),
            (0x44b52d02c7e14af5, "9.999999999999997e+22"),
            (0x44b52d02c7e14af6, "1e+23"),
            (0x44b52d02c7e14af7, "1.0000000000000001e+23"),
            (0x444b1ae4d6e2ef50, "1e+21"),
            (0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"),
            (0x3eb0c6f7a0b5ed8d, "0.000001"),
            (0x41b3de4355555553, "333333333.3333332"),
            (0x41b3de4355555554, "333333333.33333325"),
            (0x41b3de4355555555, "333333333.3333333"),
            (0x41b3de4355555556, "333333333.3333334"),
            (0x41b3de4355555557, "333333333.33333343"),
            (0xbecbf647612f3696, "-0.0000033333333333333333"),
        ] {
            let text = format!("{:e}", f64::from_bits(bits));
            assert_eq!(written(&text).as_deref(), Ok(expected), "{text}");
            assert_eq!(written(expected).as_deref(), Ok(expected));
        }
        for integer in ["-0", "0", "-7", "9007199254740991"] {
            assert_eq!(written(integer).unwrap(), integer.replace("-0", "0"));
        }
    }

    #[test]
    fn integers_that_readers_round_are_refused() {
        for number in ["9007199254740992.0", "1e20", "-1e16"] {
            assert_eq!(written(number), Err(UnsafeInteger { number: number.into() }));
        }
        for number in ["9007199254740992", "295147905179352830000"] {
            let refused = parse(number.as_bytes()).unwrap_err().kind;
            assert_eq!(refused, ErrorKind::InexactNumber(number.into()));
        }
    }

    #[test]
    fn members_left_out_or_put_in_by_the_caller_are_sorted_with_the_others() {
        let value = parse(br#"{"b": 1, "proof": 2, "d": {"f": [], "e": {}}}"#).unwrap();
        let one = parse(b"\"c\"").unwrap();
        let members = value.as_object().unwrap().iter().filter(|(name, _)| *name != "proof");
        let text = canonical_object(members.chain([("a", &one)])).unwrap();
        assert_eq!(text, r#"{"a":"c","b":1,"d":{"e":{},"f":[]}}"#);
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        use serde_json::Value as Json;
        let text = "(\\PC|[\u{0}-\u{ff}\u{d7ff}-\u{ffff}\u{10000}\u{10ffff}]){0,6}";
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::from),
            (-(1i64 << 53) + 1..1 << 53).prop_map(Json::from),
            any::<f64>().prop_filter_map("finite", |f| f.is_finite().then(|| Json::from(f))),
            (-1e25..1e25f64).prop_map(Json::from),
            text.prop_map(Json::from),
        ];
        leaf.prop_recursive(4, 64, 8, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..8).prop_map(Json::from),
                prop::collection::btree_map(text, inner, 0..8)
                    .prop_map(|map| Json::Object(map.into_iter().collect())),
            ]
        })
    }

    /// RFC 8785 as its sections 3.2.2 and 3.2.3 say it, slowly.
    fn oracle(value: &serde_json::Value) -> String {
        use serde_json::Value as Json;
        let joined = |parts: Vec<String>| parts.join(",");
        match value {
            Json::Number(number) => {
                let double = number.as_f64().unwrap();
                ryu_js::Buffer::new().format_finite(double).to_owned()
            }
            Json::Array(items) => format!("[{}]", joined(items.iter().map(oracle).collect())),
            Json::Object(map) => {
                let mut members: Vec<_> = map.iter().collect();
                members.sort_by_key(|(name, _)| name.encode_utf16().collect::<Vec<_>>());
                let member = |(name, value): (&String, &Json)| {
                    format!("{}:{}", serde_json::to_string(name).unwrap(), oracle(value))
                };
                format!("{{{}}}", joined(members.into_iter().map(member).collect()))
            }
            other => other.to_string(),
        }
    }

    proptest! {
        #[test]
        fn the_text_is_the_oracles_and_writing_it_again_changes_nothing(value in json()) {
            let text = value.to_string();
            match parse(text.as_bytes()).map(|value| canonical(&value)) {
                Ok(Ok(ours)) => {
                    prop_assert_eq!(&oracle(&value), &ours);
                    prop_assert_eq!(&written(&ours).unwrap(), &ours);
                }
                // Only numbers are refused.
                Ok(Err(refused)) => prop_assert!(text.contains(&refused.number)),
                Err(error) => prop_assert!(matches!(error.kind, ErrorKind::InexactNumber(_))),
            }
        }

        #[test]
        fn texts_are_compared_as_utf_16(a in "[a-c\u{7f}-\u{90}\u{d7ff}\u{e000}\u{ffff}\u{10000}\u{10ffff}]{0,4}",
                                       b in "[a-c\u{7f}-\u{90}\u{d7ff}\u{e000}\u{ffff}\u{10000}\u{10ffff}]{0,4}") {
            prop_assert_eq!(utf16_order(&a, &b), a.encode_utf16().cmp(b.encode_utf16()));
        }
    }
}
