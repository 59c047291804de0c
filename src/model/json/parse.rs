//! The strict reader of JSON: one pass over the text, nothing copied but what
//! escapes change.

use std::borrow::Cow;
use std::collections::HashSet;

use super::{MAX_DEPTH, MAX_SAFE_INTEGER, Number, Object, Value, is_same};

/// Reads one JSON text. Anything but white space after it is an error.
pub fn parse(bytes: &[u8]) -> Result<Value<'_>, Error> {
    Ok(read(bytes)?.0)
}

/// The same, and how each member of the outermost object was written, in their order; nothing of
/// what is no object.
pub fn parse_with_texts(bytes: &[u8]) -> Result<(Value<'_>, Vec<&str>), Error> {
    let (value, parser) = read(bytes)?;
    Ok((value, parser.outermost))
}

fn read(bytes: &[u8]) -> Result<(Value<'_>, Parser<'_>), Error> {
    let text = std::str::from_utf8(bytes)
        .map_err(|e| Error { kind: ErrorKind::NotUtf8, offset: e.valid_up_to() })?;
    let mut parser = Parser::new(text);
    if text.starts_with('\u{feff}') {
        return Err(parser.error(ErrorKind::ByteOrderMark));
    }
    parser.skip_whitespace();
    let value = parser.value()?;
    parser.skip_whitespace();
    if parser.at < text.len() {
        return Err(parser.error(ErrorKind::TrailingText));
    }
    Ok((value, parser))
}

/// Why a text is not JSON that we read, and at which byte.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} (at byte {offset})")]
pub struct Error {
    pub kind: ErrorKind,
    /// Bytes from the start of the text.
    pub offset: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ErrorKind {
    #[error("the text is not UTF-8")]
    NotUtf8,
    #[error("the text starts with a byte order mark; remove it")]
    ByteOrderMark,
    #[error("the text ends too early")]
    UnexpectedEnd,
    #[error("expected {0}")]
    Expected(&'static str),
    #[error("there is text after the JSON value")]
    TrailingText,
    #[error("the member {0:?} appears twice in one object")]
    DuplicateMember(String),
    #[error("arrays and objects are nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
    #[error("the string contains a control character that must be escaped")]
    ControlCharacter,
    #[error("the string contains half of a surrogate pair")]
    LoneSurrogate,
    #[error("the number {0} does not survive as an IEEE 754 double; write it as a string")]
    InexactNumber(String),
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    /// The members read so far of the objects that are open, outermost first:
    /// each object splits its own off once it knows how many they are. Before
    /// them stands one of nobody, so that none ever takes all there is.
    members: Vec<(Cow<'a, str>, Value<'a>)>,
    /// The same for the items of arrays.
    items: Vec<Value<'a>>,
    /// How the members of the outermost object were written.
    outermost: Vec<&'a str>,
}

impl<'a> Parser<'a> {
    /// Room for what is open at a time in most documents.
    const ROOM: usize = 64;

    fn new(text: &'a str) -> Self {
        let (mut members, mut items) =
            (Vec::with_capacity(Self::ROOM), Vec::with_capacity(Self::ROOM));
        members.push((Cow::Borrowed(""), Value::Null));
        items.push(Value::Null);
        Parser { text, at: 0, depth: 0, members, items, outermost: Vec::new() }
    }

    fn value(&mut self) -> Result<Value<'a>, Error> {
        match self.peek() {
            Some(b'{') => self.nested(Self::object).map(Value::Object),
            Some(b'[') => self.nested(Self::array).map(Value::Array),
            Some(b'"') => self.string().map(Value::String),
            Some(b'-' | b'0'..=b'9') => self.number().map(Value::Number),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'n') => self.word("null", Value::Null),
            Some(_) => Err(self.error(ErrorKind::Expected("a JSON value"))),
            None => Err(self.error(ErrorKind::UnexpectedEnd)),
        }
    }

    fn nested<T>(&mut self, read: fn(&mut Self) -> Result<T, Error>) -> Result<T, Error> {
        if self.depth == MAX_DEPTH {
            return Err(self.error(ErrorKind::TooDeep));
        }
        self.depth += 1;
        self.at += 1;
        self.skip_whitespace();
        let result = read(self);
        self.depth -= 1;
        result
    }

    fn object(&mut self) -> Result<Object<'a>, Error> {
        if self.take(b'}') {
            return Ok(Object::default());
        }
        let first = self.members.len();
        let mut many: Option<HashSet<Cow<'a, str>>> = None;
        loop {
            let start = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.error_or_end(ErrorKind::Expected("a member name in quotes")));
            }
            let name = self.string()?;
            // A scan is fastest for the objects that occur; a set bounds the
            // cost of one made to be slow.
            let duplicate = match &mut many {
                Some(names) => !names.insert(name.clone()),
                None => self.members[first..].iter().any(|(n, _)| is_same(n, &name)),
            };
            if duplicate {
                return Err(Error {
                    kind: ErrorKind::DuplicateMember(name.into_owned()),
                    offset: start,
                });
            }
            self.skip_whitespace();
            if !self.take(b':') {
                return Err(self.error_or_end(ErrorKind::Expected("a colon")));
            }
            self.skip_whitespace();
            let start = self.at;
            let value = self.value()?;
            if self.depth == 1 {
                self.outermost.push(&self.text[start..self.at]);
            }
            self.members.push((name, value));
            if self.members.len() - first == 32 {
                many = Some(self.members[first..].iter().map(|(n, _)| n.clone()).collect());
            }
            self.skip_whitespace();
            if self.take(b'}') {
                return Ok(Object { members: self.members.split_off(first) });
            }
            if !self.take(b',') {
                return Err(self.error_or_end(ErrorKind::Expected("a comma or a closing brace")));
            }
            self.skip_whitespace();
        }
    }

    fn array(&mut self) -> Result<Vec<Value<'a>>, Error> {
        if self.take(b']') {
            return Ok(Vec::new());
        }
        let first = self.items.len();
        loop {
            let value = self.value()?;
            self.items.push(value);
            self.skip_whitespace();
            if self.take(b']') {
                return Ok(self.items.split_off(first));
            }
            if !self.take(b',') {
                return Err(self.error_or_end(ErrorKind::Expected("a comma or a closing bracket")));
            }
            self.skip_whitespace();
        }
    }

    fn string(&mut self) -> Result<Cow<'a, str>, Error> {
        let start = self.at + 1;
        self.at = start + plain_length(&self.text.as_bytes()[start..]);
        if self.peek() != Some(b'"') {
            return self.escaped_string(start).map(Cow::Owned);
        }
        let plain = &self.text[start..self.at];
        self.at += 1;
        Ok(Cow::Borrowed(plain))
    }

    /// The string from `start`; `at` stands on the first byte that is special.
    #[cold]
    fn escaped_string(&mut self, start: usize) -> Result<String, Error> {
        let mut string = self.text[start..self.at].to_owned();
        loop {
            match self.peek() {
                None => return Err(self.error(ErrorKind::UnexpectedEnd)),
                Some(b'"') => {
                    self.at += 1;
                    return Ok(string);
                }
                Some(b'\\') => string.push(self.escape()?),
                Some(_) => return Err(self.error(ErrorKind::ControlCharacter)),
            }
            let plain = self.at;
            self.at += plain_length(&self.text.as_bytes()[plain..]);
            string.push_str(&self.text[plain..self.at]);
        }
    }

    /// Reads one escape; `at` stands on the backslash.
    fn escape(&mut self) -> Result<char, Error> {
        let start = self.at;
        self.at += 1;
        let c = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(start),
            Some(_) => return Err(self.error(ErrorKind::Expected("an escape that JSON knows"))),
            None => return Err(self.error(ErrorKind::UnexpectedEnd)),
        };
        self.at += 1;
        Ok(c)
    }

    fn unicode_escape(&mut self, start: usize) -> Result<char, Error> {
        self.at += 1;
        let first = self.four_hex()?;
        let lone = Error { kind: ErrorKind::LoneSurrogate, offset: start };
        let code = match first {
            0xd800..=0xdbff => {
                if !(self.take(b'\\') && self.take(b'u')) {
                    return Err(lone);
                }
                match self.four_hex()? {
                    second @ 0xdc00..=0xdfff => {
                        0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)
                    }
                    _ => return Err(lone),
                }
            }
            other => other,
        };
        char::from_u32(code).ok_or(lone)
    }

    fn four_hex(&mut self) -> Result<u32, Error> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|b| (b as char).to_digit(16));
            code = code * 16
                + digit.ok_or_else(|| self.error_or_end(ErrorKind::Expected("four hex digits")))?;
            self.at += 1;
        }
        Ok(code)
    }

    fn number(&mut self) -> Result<Number<'a>, Error> {
        let start = self.at;
        self.take(b'-');
        let leading_zero = self.peek() == Some(b'0');
        let integer_digits = self.digits();
        if integer_digits == 0 || (leading_zero && integer_digits > 1) {
            return Err(Error {
                kind: ErrorKind::Expected("a number without leading zeros"),
                offset: start,
            });
        }
        if self.take(b'.') && self.digits() == 0 {
            return Err(self.error_or_end(ErrorKind::Expected("digits after the decimal point")));
        }
        if self.take(b'e') || self.take(b'E') {
            let _sign = self.take(b'+') || self.take(b'-');
            if self.digits() == 0 {
                return Err(self.error_or_end(ErrorKind::Expected("digits of an exponent")));
            }
        }
        let text = &self.text[start..self.at];
        if survives_as_double(text) {
            Ok(Number { text })
        } else {
            Err(Error { kind: ErrorKind::InexactNumber(text.into()), offset: start })
        }
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - start
    }

    fn word(&mut self, word: &'static str, value: Value<'a>) -> Result<Value<'a>, Error> {
        if self.text[self.at..].starts_with(word) {
            self.at += word.len();
            Ok(value)
        } else {
            Err(self.error(ErrorKind::Expected("a JSON value")))
        }
    }

    fn skip_whitespace(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn error(&self, kind: ErrorKind) -> Error {
        Error { kind, offset: self.at }
    }

    fn error_or_end(&self, kind: ErrorKind) -> Error {
        self.error(if self.at >= self.text.len() { ErrorKind::UnexpectedEnd } else { kind })
    }
}

/// How many bytes there are before the next that a string treats specially.
pub(super) fn plain_length(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let special = special_bytes(u64::from_le_bytes(*word));
        if special != 0 {
            return 8 * at + special.trailing_zeros() as usize / 8;
        }
    }
    let is_special = |b: &u8| matches!(b, b'"' | b'\\' | 0..b' ');
    let found = rest.iter().position(is_special).unwrap_or(rest.len());
    bytes.len() - rest.len() + found
}

/// Eight bytes at once: the lowest bit that is set is the high bit of the first
/// byte that is a quote, a backslash or a control character. What borrows carry
/// into the bytes after it does not count.
fn special_bytes(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 0xff;
    let below = |word: u64, limit: u8| word.wrapping_sub(ONES * u64::from(limit)) & !word;
    let equal = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    (equal(b'"') | equal(b'\\') | below(word, b' ')) & (ONES * 0x80)
}

/// Whether writing the double nearest to `text` in its shortest form gives the
/// same number back. Integers past 2^53 - 1 never do, by rule (RFC 7493, 2.2).
fn survives_as_double(text: &str) -> bool {
    let (digits, exponent) = significant_digits(text);
    if !text.contains(['.', 'e', 'E']) {
        let magnitude: Result<u64, _> = text.trim_start_matches('-').parse();
        return magnitude.is_ok_and(|m| m <= MAX_SAFE_INTEGER);
    }
    let double: f64 = text.parse().expect("the grammar of a JSON number is one of f64's");
    // Every decimal of at most 15 digits survives, within the normal range.
    if digits.len() <= 15 && (double.is_normal() || digits.is_empty()) {
        return true;
    }
    double.is_finite() && significant_digits(&format!("{double:e}")) == (digits, exponent)
}

/// The digits of a number without leading and trailing zeros, and the power of
/// ten of the first of them.
fn significant_digits(text: &str) -> (String, i64) {
    let text = text.trim_start_matches('-');
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = [whole, fraction].concat();
    let leading_zeros = all.len() - all.trim_start_matches('0').len();
    let digits = all.trim_matches('0').to_owned();
    if digits.is_empty() {
        return (digits, 0);
    }
    // An exponent too long for i64 is far outside of a double's range.
    let exponent: i64 = exponent.trim_start_matches('+').parse().unwrap_or(i64::MAX / 2);
    (digits, exponent + whole.len() as i64 - leading_zeros as i64 - 1)
}

#[cfg(test)]
mod tests;
