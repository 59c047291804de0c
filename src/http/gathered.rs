//! Forms with several things in them: files, pasted texts and links, and what stands beside.
//! Spec: RFC 7578.

use axum::body::Bytes;
use axum::extract::multipart::MultipartError;
use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request};
use axum::http::StatusCode;
use serde_json::value::RawValue;

use super::body::MAX_BODY;
use super::problem::Problem;
use crate::bake::Picture;
use crate::recognize::request::Input;

/// A form with many files is at most this large (bytes); each file by itself at most [`MAX_BODY`].
const MAX_FORM: usize = 4 * MAX_BODY;
/// More parts than any form of ours has.
const MAX_PARTS: usize = 400;

/// What a form holds.
#[derive(Default)]
pub struct Gathered {
    /// Each file that is not empty, with its name.
    pub files: Vec<(String, Bytes)>,
    /// Each other field with its text.
    pub fields: Vec<(String, String)>,
}

impl Gathered {
    pub async fn read(mut request: Request) -> Result<Self, Problem> {
        DefaultBodyLimit::max(MAX_FORM).apply(&mut request);
        let form = Multipart::from_request(request, &()).await;
        let mut form = form.map_err(|error| unreadable(error.body_text()))?;
        let mut gathered = Self::default();
        let mut parts = 0;
        while let Some(part) = form.next_field().await.map_err(|error| broken(&error))? {
            parts += 1;
            if parts > MAX_PARTS {
                return Err(unreadable(format!("the form has more than {MAX_PARTS} fields")));
            }
            let (name, file) =
                (part.name().unwrap_or_default().to_owned(), part.file_name().map(str::to_owned));
            let bytes = part.bytes().await.map_err(|error| broken(&error))?;
            if bytes.len() > MAX_BODY {
                return Err(Problem::TooLarge { limit: MAX_BODY });
            }
            match file {
                Some(_) if bytes.trim_ascii().is_empty() => {}
                Some(file) => gathered.files.push((file, bytes)),
                None => gathered.fields.push((name, String::from_utf8_lossy(&bytes).into_owned())),
            }
        }
        Ok(gathered)
    }

    /// The first text of this name that is not empty.
    pub fn text<'g>(&'g self, name: &'g str) -> Option<&'g str> {
        self.texts(name).map(str::trim).find(|text| !text.is_empty())
    }

    pub fn texts<'g>(&'g self, name: &'g str) -> impl Iterator<Item = &'g str> {
        self.fields.iter().filter(move |(of, _)| of == name).map(|(_, text)| text.as_str())
    }
}

/// Something to verify, or the text that is nothing of it.
pub type Piece = Result<Input, String>;

/// What a file or a pasted text holds to be verified, piece by piece.
pub fn inputs(bytes: &[u8]) -> Vec<Piece> {
    if Picture::of(bytes).is_some() {
        return vec![Ok(Input::Bytes(bytes.to_vec()))];
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return vec![Err(String::new())] };
    let mut found = Vec::new();
    let mut rest = text.trim_start_matches('\u{feff}').trim();
    while !rest.is_empty() {
        let (piece, after) = next(rest);
        found.extend(piece);
        rest = after.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
    }
    found
}

/// The first of what is pasted together, and what comes after it: a JSON object, or each of an
/// array; else a JWT or a link as far as the next white space.
fn next(text: &str) -> (Vec<Piece>, &str) {
    if text.starts_with(['{', '[', '"']) {
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
        return match values.next() {
            Some(Ok(value)) => (of_json(value.get()), &text[values.byte_offset()..]),
            // It is told by the verification where it breaks off.
            _ => (vec![Ok(Input::Bytes(text.as_bytes().to_vec()))], ""),
        };
    }
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let bare = word.trim_end_matches(',');
    let found = match () {
        () if bare.starts_with("https://") || bare.starts_with("http://") => {
            Input::Link(bare.to_owned())
        }
        () if bare.matches('.').count() == 2 && bare.starts_with("ey") => {
            Input::Bytes(bare.as_bytes().to_vec())
        }
        // Words that are nothing of it: all of them are one piece.
        () => return (vec![Err(text.to_owned())], ""),
    };
    (vec![Ok(found)], rest)
}

fn of_json(value: &str) -> Vec<Piece> {
    match value.as_bytes().first() {
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(value).unwrap_or_default();
            items.iter().flat_map(|item| of_json(item.get())).collect()
        }
        Some(b'{') => vec![Ok(Input::Bytes(value.as_bytes().to_vec()))],
        // A JWT or a link in quotes.
        _ => match serde_json::from_str::<String>(value) {
            Ok(text) if !text.starts_with(['{', '[', '"']) => next(text.trim()).0,
            _ => vec![Err(value.to_owned())],
        },
    }
}

fn broken(error: &MultipartError) -> Problem {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::TooLarge { limit: MAX_FORM },
        _ => unreadable(error.body_text()),
    }
}

fn unreadable(detail: impl Into<String>) -> Problem {
    Problem::Unreadable { part: "body", detail: detail.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        let told = |piece: Piece| match piece {
            Err(text) => format!("nothing: {text}"),
            Ok(Input::Link(link)) => format!("link {link}"),
            Ok(Input::Bytes(bytes)) => String::from_utf8(bytes).unwrap(),
        };
        inputs(text.as_bytes()).into_iter().map(told).collect()
    }

    #[test]
    fn what_is_pasted_together_is_taken_apart() {
        let text = "https://a.example/c\r\n https://b.example/c, {\"a\": [1, \"} {\"]}\n{\"b\":2}\n\
                    eyJ.e30.c2ln [{\"c\":3}, \"https://d.example/e\"] \"eyK.e30.c2ln\"";
        let expected = [
            "link https://a.example/c",
            "link https://b.example/c",
            "{\"a\": [1, \"} {\"]}",
            "{\"b\":2}",
            "eyJ.e30.c2ln",
            "{\"c\":3}",
            "link https://d.example/e",
            "eyK.e30.c2ln",
        ];
        assert_eq!(told(text), expected);
    }

    #[test]
    fn what_is_nothing_to_verify_is_one_piece_and_broken_json_is_for_the_check_to_tell() {
        assert_eq!(told("my badge from last year"), ["nothing: my badge from last year"]);
        let mixed = told("https://a.example/c and more");
        assert_eq!(mixed, ["link https://a.example/c", "nothing: and more"]);
        assert_eq!(told("{\"a\": "), ["{\"a\":"]);
        assert_eq!(told("\"{a}\""), ["nothing: \"{a}\""]);
        assert_eq!(told(" \n"), [""; 0]);
        assert_eq!(inputs(&[0xff, 0xd8, 0xff]), [Err(String::new())]);
    }
}
