//! Request bodies: JSON read strictly, under a size limit.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;

use super::problem::Problem;
use crate::model::Fault;
use crate::model::fault::token;
use crate::model::json::{self, Value};

/// Bodies are at most this large (bytes): credentials often carry pictures as data URLs.
pub const MAX_BODY: usize = 2 * 1024 * 1024;

/// A JSON body as `T`. What does not fit says which member, by JSON pointer.
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        require_json(request.headers())?;
        let bytes = read(request).await?;
        from_json(&bytes).map(Body)
    }
}

/// Whether the body says that it is JSON.
pub fn require_json(headers: &HeaderMap) -> Result<(), Problem> {
    let found = content_type(headers);
    if found.contains("json") {
        return Ok(());
    }
    let found = if found.is_empty() { "not given".into() } else { found };
    Err(Problem::UnsupportedMediaType { expected: "application/json", found })
}

/// The media type of the body in lower case, without its parameters; empty where absent.
pub fn content_type(headers: &HeaderMap) -> String {
    let value = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The whole body, at most [`MAX_BODY`] bytes.
pub async fn read(request: Request) -> Result<Bytes, Problem> {
    match Limited::new(request.into_body(), MAX_BODY).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(e) if e.is::<LengthLimitError>() => Err(Problem::TooLarge { limit: MAX_BODY }),
        Err(e) => Err(Problem::Unreadable { part: "body", detail: e.to_string() }),
    }
}

/// Strict JSON first, then the shape.
pub fn from_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let value = json::parse(bytes).map_err(Problem::MalformedJson)?;
    if let Some(pointer) = null_character(&value) {
        let detail = "the text contains U+0000, which cannot be stored; remove it";
        return Err(Problem::Invalid(vec![Fault::new(pointer, "null-character", detail)]));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    serde_path_to_error::deserialize(&mut deserializer).map_err(|e| {
        let pointer = e.path().iter().fold(String::new(), |at, segment| match segment {
            Segment::Seq { index } => format!("{at}/{index}"),
            Segment::Map { key } => format!("{at}/{}", token(key)),
            Segment::Enum { .. } | Segment::Unknown => at,
        });
        // The position is that of our own reading; the pointer says it better.
        let detail = e.inner().to_string();
        let detail = detail.split(" at line ").next().unwrap_or_default();
        Problem::Invalid(vec![Fault::new(pointer, "wrong-shape", detail)])
    })
}

/// The first text with U+0000 in it, which one of the databases cannot store and no one means.
fn null_character(value: &Value<'_>) -> Option<String> {
    let below = |name: &str, value: &Value<'_>| {
        null_character(value).map(|rest| format!("/{}{rest}", token(name)))
    };
    match value {
        Value::String(text) => text.contains('\0').then(String::new),
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(i, item)| below(&i.to_string(), item))
        }
        Value::Object(object) => {
            object.iter().find_map(|(name, value)| match name.contains('\0') {
                true => Some(String::new()),
                false => below(name, value),
            })
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::issue::request::MintRequest;

    fn fault(json: &str) -> Fault {
        match from_json::<MintRequest>(json.as_bytes()) {
            Err(Problem::Invalid(faults)) => faults[0].clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_wrong_shape_points_at_the_member() {
        let missing = fault(r#"{"achievement": "x", "earner": {"name": "J"}}"#);
        assert_eq!(
            (missing.pointer.as_str(), missing.detail.as_str()),
            ("", "missing field `review`")
        );
        let unknown = fault(r#"{"achievement": "x", "earner": {"name": "J", "nmae": 1}}"#);
        assert_eq!(unknown.pointer, "/earner/nmae");
        let evidence =
            fault(r#"{"achievement": "x", "earner": {"name": "J"}, "evidence": [{"url": 1}]}"#);
        assert_eq!(evidence.pointer, "/evidence/0/url");
    }

    #[test]
    fn what_two_readers_could_read_differently_is_refused() {
        let twice = from_json::<MintRequest>(br#"{"achievement": "x", "achievement": "y"}"#);
        assert!(matches!(twice, Err(Problem::MalformedJson(_))));
    }
}
