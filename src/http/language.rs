//! The reader's language: read from the request, remembered in a cookie that holds nothing else.
//! Spec: RFC 9110, section 12.5.4 (`Accept-Language`)

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Uri, header};

use crate::pages::speech::{COOKIE, Speech};

/// A year, in seconds.
const KEPT: u32 = 365 * 24 * 3600;

impl<S: Sync> FromRequestParts<S> for Speech {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(speech(&parts.uri, &parts.headers))
    }
}

pub fn speech(uri: &Uri, headers: &HeaderMap) -> Speech {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    Speech::choose(uri.query(), text(header::COOKIE), text(header::ACCEPT_LANGUAGE))
}

/// Remembers the language that the query chooses.
pub fn cookie(uri: &Uri, secure: bool) -> Option<HeaderValue> {
    let tag = Speech::chosen(uri.query()?)?;
    let secure = if secure { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={tag}; Path=/; Max-Age={KEPT}; SameSite=Lax; HttpOnly{secure}");
    HeaderValue::from_str(&cookie).ok()
}
