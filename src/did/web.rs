//! `did:web`: the document lies on the web server that the identifier names.
//! Spec: <https://w3c-ccg.github.io/did-method-web/>
//!
//! Invariant: a located URL is https on the named host and port, and its path
//! is made of the identifier's own segments: no address literal, no query, no
//! climbing with `..`.

use url::{Host, Url};

use super::document::{ControllerDocument, DocumentError};
use crate::model::Document;

/// The URL of a DID's document: `did:web:nea.example:issuers:nea` is at
/// `https://nea.example/issuers/nea/did.json`.
pub fn locate(did: &str) -> Result<Url, LocateError> {
    let rest = did.strip_prefix("did:web:").ok_or(LocateError::NotDidWeb)?;
    let mut segments = rest.split(':');
    let host = host_and_port(segments.next().unwrap_or_default())?;
    let mut path = String::new();
    for segment in segments {
        if !is_segment(segment) {
            return Err(LocateError::Segment { segment: segment.into() });
        }
        path = format!("{path}/{segment}");
    }
    let path = if path.is_empty() { "/.well-known".to_owned() } else { path };
    let url = Url::parse(&format!("https://{host}{path}/did.json"))
        .map_err(|_| LocateError::Host { host: host.clone() })?;
    match url.host() {
        Some(Host::Domain(_)) => Ok(url),
        _ => Err(LocateError::Address { host }),
    }
}

/// Reads the document that was found at [`locate`]'s URL.
pub fn read(bytes: &[u8], did: &str) -> Result<ControllerDocument, DocumentError> {
    ControllerDocument::read(&Document::parse(bytes)?, did)
}

/// The host that a did:web stands on, with its port: what a signature under
/// it proves.
pub fn domain(did: &str) -> Option<String> {
    let host = did.strip_prefix("did:web:")?.split(':').next()?;
    host_and_port(host).ok()
}

/// Why a did:web names no URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LocateError {
    #[error("a did:web starts with `did:web:` and a host name")]
    NotDidWeb,
    #[error("{host:?} is not a host name, with an optional port after `%3A`")]
    Host { host: String },
    #[error("{host:?} is an address; did:web knows host names only")]
    Address { host: String },
    #[error("{segment:?} is not a path segment of a did:web")]
    Segment { segment: String },
}

fn host_and_port(text: &str) -> Result<String, LocateError> {
    let bad = || LocateError::Host { host: text.into() };
    let lower = text.replace("%3a", "%3A");
    let (host, port) = match lower.split_once("%3A") {
        Some((host, port)) => (host, Some(port)),
        None => (lower.as_str(), None),
    };
    let is_name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-');
    if host.is_empty() || !host.bytes().all(is_name) {
        return Err(bad());
    }
    match port {
        None => Ok(host.to_owned()),
        Some(port) => {
            let digits = port.bytes().all(|b| b.is_ascii_digit());
            let number = port.parse::<u16>().ok().filter(|n| digits && *n > 0).ok_or_else(bad)?;
            Ok(format!("{host}:{number}"))
        }
    }
}

fn is_segment(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'~');
    !text.is_empty() && text != "." && text != ".." && text.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_ports_and_paths_are_located() {
        for (did, url) in [
            ("did:web:nea.example", "https://nea.example/.well-known/did.json"),
            ("did:web:nea.example:issuers:nea", "https://nea.example/issuers/nea/did.json"),
            ("did:web:localhost%3A8080:issuers:a", "https://localhost:8080/issuers/a/did.json"),
            ("did:web:localhost%3a8080", "https://localhost:8080/.well-known/did.json"),
        ] {
            assert_eq!(locate(did).unwrap().as_str(), url);
        }
        assert_eq!(domain("did:web:localhost%3A8080:x"), Some("localhost:8080".into()));
    }

    #[test]
    fn nothing_but_a_host_name_and_plain_segments_is_located() {
        for did in [
            "did:web:",
            "did:web:127.0.0.1",
            "did:web:127.1",
            "did:web:0x7f000001",
            "did:web:2130706433",
            "did:web:[::1]",
            "did:web:%5B%3A%3A1%5D",
            "did:web:a.example:..:etc",
            "did:web:a.example:%2e%2e",
            "did:web:a.example::x",
            "did:web:a.example/x",
            "did:web:a.example?x",
            "did:web:user@a.example",
            "did:web:a.example%3A0",
            "did:web:a.example%3A+443",
            "did:web:a.example%3A99999",
            "did:web:a.example%3A8080%3A1",
            "did:key:z6Mk",
        ] {
            assert!(locate(did).is_err(), "{did}");
        }
    }
}
