//! Contexts that the operator pins beside the bundled ones.
//!
//! A map names them: `{"https://…": {"file": "mine.jsonld", "sha256": "…"}}`, files relative to
//! it. The digest is the pin: whoever may write the files cannot change what credentials mean.
//!
//! Invariant: what is bundled keeps its meaning, and nothing is ever fetched for this.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use url::Url;

use crate::jsonld::Contexts;

/// The map's name, where a folder is given.
const MAP: &str = "contexts.json";

/// One line of the map.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Pinned {
    file: PathBuf,
    sha256: String,
}

/// Why the contexts cannot be pinned.
#[derive(Debug, thiserror::Error)]
pub enum ContextsError {
    #[error("cannot read {}: {source}", .path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error(
        "{} is not a map from URL to {{\"file\": …, \"sha256\": …}}: {source}", .path.display()
    )]
    NotAMap { path: PathBuf, source: serde_json::Error },
    #[error("{url:?} is not an http(s) URL")]
    NotAUrl { url: String },
    #[error("{url} is bundled; what it means cannot be changed")]
    Bundled { url: String },
    #[error("{} has the SHA-256 {found}; {url} is pinned to {expected}", .path.display())]
    Digest { url: String, path: PathBuf, expected: String, found: String },
    #[error("{} is not a JSON-LD context: {reason}", .path.display())]
    NotAContext { path: PathBuf, reason: String },
}

/// The documents that were pinned, by URL.
pub type Documents = BTreeMap<String, Vec<u8>>;

/// The bundled contexts, and those of the map at `path` (a file, or a folder with
/// `contexts.json`). They last as long as the process.
pub fn load(path: Option<&Path>) -> Result<&'static Contexts, ContextsError> {
    load_with_documents(path).map(|(contexts, _)| contexts)
}

/// The same, with the documents as they were pinned.
pub fn load_with_documents(
    path: Option<&Path>,
) -> Result<(&'static Contexts, Documents), ContextsError> {
    let Some(path) = path else { return Ok((Contexts::bundled(), Documents::new())) };
    let map = if path.is_dir() { path.join(MAP) } else { path.to_owned() };
    let text = read(&map)?;
    let pins: BTreeMap<String, Pinned> = serde_json::from_slice(&text)
        .map_err(|source| ContextsError::NotAMap { path: map.clone(), source })?;
    let folder = map.parent().unwrap_or(Path::new(""));
    let mut more = Vec::with_capacity(pins.len());
    for (url, pin) in pins {
        let path = folder.join(pin.file);
        more.push((pinned(&url, &path, &pin.sha256)?, url, path));
    }
    let named = more.iter().map(|(bytes, url, _)| (url.as_str(), bytes.as_slice()));
    match Contexts::bundled_and(named) {
        Ok(contexts) => {
            let documents = more.into_iter().map(|(bytes, url, _)| (url, bytes)).collect();
            Ok((Box::leak(Box::new(contexts)), documents))
        }
        Err((at, error)) => {
            let (path, reason) = (more[at].2.clone(), error.to_string());
            Err(ContextsError::NotAContext { path, reason })
        }
    }
}

fn pinned(url: &str, path: &Path, expected: &str) -> Result<Vec<u8>, ContextsError> {
    let parsed = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    if parsed.is_none() {
        return Err(ContextsError::NotAUrl { url: url.to_owned() });
    }
    // The examples contexts define every term there is: no operator pins them by mistake.
    if Contexts::conformance().urls().any(|bundled| bundled == url) {
        return Err(ContextsError::Bundled { url: url.to_owned() });
    }
    let bytes = read(path)?;
    let found: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    if !found.eq_ignore_ascii_case(expected) {
        let (url, path) = (url.to_owned(), path.to_owned());
        return Err(ContextsError::Digest { url, path, expected: expected.to_owned(), found });
    }
    Ok(bytes)
}

fn read(path: &Path) -> Result<Vec<u8>, ContextsError> {
    std::fs::read(path).map_err(|source| ContextsError::Read { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jsonld::{HashAlgorithm, Input, expand};
    use crate::model::Document;

    const CONTEXT: &str = r#"{"@context": {"a": "https://a.example/a"}}"#;
    const URL: &str = "https://a.example/ctx";

    fn folder(map: serde_json::Value) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("mine.jsonld"), CONTEXT).unwrap();
        std::fs::write(folder.path().join(MAP), map.to_string()).unwrap();
        folder
    }

    fn pin(url: &str, file: &str, text: &str) -> serde_json::Value {
        let digest: String =
            Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
        serde_json::json!({url: {"file": file, "sha256": digest}})
    }

    #[test]
    fn a_pinned_context_is_known_beside_the_bundled_ones() {
        let folder = folder(pin(URL, "mine.jsonld", CONTEXT));
        for path in [folder.path().to_owned(), folder.path().join(MAP)] {
            let contexts = load(Some(&path)).unwrap();
            assert_eq!(contexts.urls().count(), Contexts::bundled().urls().count() + 1);
            let text = format!(r#"{{"@context": "{URL}", "a": "b"}}"#);
            let document = Document::parse(text.as_bytes()).unwrap();
            let input = Input { object: document.root(), without: &[], context: None };
            let canonical =
                expand(&input, contexts).unwrap().canonicalize(HashAlgorithm::Sha256).unwrap();
            assert_eq!(canonical, "_:c14n0 <https://a.example/a> \"b\" .\n");
        }
        assert!(std::ptr::eq(load(None).unwrap(), Contexts::bundled()));
    }

    #[test]
    fn what_is_not_what_it_was_pinned_to_is_refused() {
        let refused = |map| load(Some(folder(map).path())).unwrap_err().to_string();
        let said = [
            (pin(URL, "mine.jsonld", "{}"), "is pinned to"),
            (pin(URL, "other.jsonld", CONTEXT), "cannot read"),
            (pin("mine", "mine.jsonld", CONTEXT), "is not an http(s) URL"),
            (pin("https://www.w3.org/ns/credentials/v2", "mine.jsonld", CONTEXT), "is bundled"),
            (
                pin("https://www.w3.org/ns/credentials/examples/v2", "mine.jsonld", CONTEXT),
                "is bundled",
            ),
            (serde_json::json!({URL: "mine.jsonld"}), "is not a map"),
            (pin(URL, MAP, ""), "has the SHA-256"),
        ];
        for (map, words) in said {
            let error = refused(map);
            assert!(error.contains(words), "{error}");
        }
        let folder = folder(pin(URL, "mine.jsonld", "{}"));
        std::fs::write(folder.path().join("mine.jsonld"), "{}").unwrap();
        let error = load(Some(folder.path())).unwrap_err().to_string();
        assert!(error.contains("is not a JSON-LD context"), "{error}");
    }
}
