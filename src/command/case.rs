//! A verification that can be done again: what was asked, with every document that it rested on.
//!
//! A pack is a zip, or the folder that it unpacks to:
//!
//! | file | what it is |
//! | --- | --- |
//! | `pack.json` | the time, and what was verified: a file of the pack, or a link |
//! | `credential.…` | the credential exactly as it came, where it was no link |
//! | `documents.json` | the map: a JSON object from URL to a file, or to the HTTP status that it answered with; of a URL that was asked twice, the first answer |
//! | `documents/…` | key documents, status lists and whatever else was fetched |
//! | `contexts/…` | the JSON-LD contexts that were named, for reading along |
//! | `report.json` | what was answered then |
//!
//! Invariant: a pack says nothing that its maker could not have made up, so it is opened only for
//! who asks for that by name, and never ends as *verified*; and its contexts are never used, since
//! they would decide what the signed words mean: one that was made with contexts that are not
//! bundled is opened only where they are pinned to the same bytes.

mod wishes;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{Cursor, ErrorKind, Read as _, Write as _};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

pub use wishes::Wishes;

use super::CommandError;
use crate::bake::Picture;
use crate::check::options::Options;
use crate::check::{Problem, Report};
use crate::fetch::{Documents, Given, MAX_BYTES};
use crate::jsonld::Contexts;
use crate::model::json::{Object, Value};
use crate::proof::Secured;
use crate::proof::vc_jwt::Jws;

/// Where a pack says what it is.
const INDEX: &str = "pack.json";
const MAP: &str = "documents.json";
const REPORT: &str = "report.json";
/// How a zip starts.
const ZIP: &[u8] = b"PK\x03\x04";
/// More URLs than one verification asks.
const MAX_ENTRIES: usize = 4096;
/// All files of a pack that are read, together (bytes).
const MAX_PACK: usize = 64 * 1024 * 1024;

/// What is verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    Link(String),
    Bytes(Vec<u8>),
}

/// `pack.json`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Index {
    /// The version that made it.
    touchmark: String,
    /// The time of the verification.
    at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    credential: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    link: Option<String>,
    documents: String,
    #[serde(default, skip_serializing_if = "Wishes::is_usual")]
    wishes: Wishes,
}

/// A pack that was opened.
#[derive(Debug)]
pub struct Pack {
    pub input: Input,
    pub at: Timestamp,
    pub wishes: Wishes,
    answers: Vec<(Url, Given)>,
}

impl Pack {
    /// The pack at `path`: a folder with its index, or a zip.
    pub fn open(path: &Path) -> Result<Self, CommandError> {
        if path.is_dir() {
            let folder = path.canonicalize().map_err(unreadable(path.display()))?;
            return Self::read(&mut Files::of(Place::Unpacked(folder)));
        }
        let file = File::open(path).map_err(unreadable(path.display()))?;
        let zip = ZipArchive::new(file).map_err(|e| malformed(path.display(), e.to_string()))?;
        Self::read(&mut Files::of(Place::Zip(Box::new(zip))))
    }

    fn read(files: &mut Files) -> Result<Self, CommandError> {
        let index = files.read(INDEX)?;
        let index: Index =
            serde_json::from_slice(&index).map_err(|e| malformed(INDEX, e.to_string()))?;
        let input = match (index.credential, index.link) {
            (Some(name), None) => Input::Bytes(files.read(&name)?.to_vec()),
            (None, Some(link)) => Input::Link(link),
            _ => return Err(malformed(INDEX, "it names one credential or one link")),
        };
        let answers = map(files, &index.documents)?;
        Ok(Self { input, at: index.at, wishes: index.wishes, answers })
    }

    pub fn documents(self, at: Timestamp) -> Documents {
        Documents::new(self.answers, at)
    }
}

/// The documents that a map names, by URL.
pub fn documents(path: &Path, at: Timestamp) -> Result<Documents, CommandError> {
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| malformed(path.display(), "its name is not text"))?;
    Ok(Documents::new(map(&mut Files::of(Place::Folder(folder)), name)?, at))
}

fn map(files: &mut Files, name: &str) -> Result<Vec<(Url, Given)>, CommandError> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "expected a file name or an HTTP status")]
    enum Entry {
        File(String),
        Status(u16),
    }
    let text = files.read(name)?;
    let entries: BTreeMap<String, Entry> =
        serde_json::from_slice(&text).map_err(|e| malformed(name, e.to_string()))?;
    if entries.len() > MAX_ENTRIES {
        return Err(malformed(name, format!("it names more than {MAX_ENTRIES} URLs")));
    }
    let answer = |(url, entry): (String, Entry)| {
        let parsed = Url::parse(&url).map_err(|e| malformed(name, format!("{url}: {e}")))?;
        Ok(match entry {
            Entry::File(file) => (parsed, Given::Document(files.read(&file)?)),
            Entry::Status(status) => (parsed, Given::Status(status)),
        })
    };
    entries.into_iter().map(answer).collect()
}

/// Where the files of a pack or a map are.
enum Place {
    /// The asker's own: a map may name files wherever they are.
    Folder(PathBuf),
    /// A pack may be a stranger's: it names files of its own only. The path is canonical.
    Unpacked(PathBuf),
    Zip(Box<ZipArchive<File>>),
}

/// The files, each read once: a map may name one under thousands of URLs.
struct Files {
    place: Place,
    read: BTreeMap<String, Arc<[u8]>>,
    /// How many bytes were read.
    total: usize,
}

impl Files {
    fn of(place: Place) -> Self {
        Self { place, read: BTreeMap::new(), total: 0 }
    }

    fn read(&mut self, name: &str) -> Result<Arc<[u8]>, CommandError> {
        if let Some(bytes) = self.read.get(name) {
            return Ok(bytes.clone());
        }
        let bytes: Arc<[u8]> = self.place.read(name)?.into();
        self.total += bytes.len();
        // What the asker collected is as large as the asker likes.
        if !matches!(self.place, Place::Folder(_)) && self.total > MAX_PACK {
            return Err(malformed(name, format!("the pack holds more than {MAX_PACK} bytes")));
        }
        self.read.insert(name.to_owned(), bytes.clone());
        Ok(bytes)
    }
}

impl Place {
    /// At most as much as is ever verified, and one byte that shows that there was more.
    fn read(&mut self, name: &str) -> Result<Vec<u8>, CommandError> {
        const MOST: u64 = 2 * MAX_BYTES as u64 + 1;

        let own = |part| matches!(part, Component::Normal(_));
        if !matches!(self, Place::Folder(_)) && !Path::new(name).components().all(own) {
            return Err(not_its_own(name));
        }
        let mut bytes = Vec::new();
        let read = match self {
            Place::Folder(folder) => {
                let path = folder.join(name);
                let file = File::open(&path).map_err(unreadable(path.display()))?;
                file.take(MOST).read_to_end(&mut bytes)
            }
            Place::Unpacked(folder) => {
                let path = folder.join(name);
                let path = path.canonicalize().map_err(unreadable(path.display()))?;
                // A link out of the folder, or what is no file, as a pipe that never ends.
                if !path.starts_with(&folder) || !path.is_file() {
                    return Err(not_its_own(name));
                }
                let file = File::open(&path).map_err(unreadable(path.display()))?;
                file.take(MOST).read_to_end(&mut bytes)
            }
            Place::Zip(zip) => {
                let file = zip.by_name(name).map_err(|e| malformed(name, e.to_string()))?;
                file.take(MOST).read_to_end(&mut bytes)
            }
        };
        read.map_err(unreadable(name))?;
        Ok(bytes)
    }
}

fn not_its_own(name: &str) -> CommandError {
    malformed(name, "it is no file of the pack")
}

/// Writes a pack: all that is needed to come to the same report again.
pub fn save(
    path: &Path,
    (input, at, options): (&Input, Timestamp, &Options),
    pinned: &BTreeMap<String, Vec<u8>>,
    (seen, report): (&BTreeMap<String, Given>, &Report),
) -> Result<(), CommandError> {
    let named = named_contexts(input, seen);
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    let mut index = Index {
        touchmark: env!("CARGO_PKG_VERSION").to_owned(),
        at,
        credential: None,
        link: None,
        documents: MAP.to_owned(),
        wishes: Wishes::of(options, pinned, &named),
    };
    match input {
        Input::Link(link) => index.link = Some(link.clone()),
        Input::Bytes(bytes) => {
            let name = format!("credential.{}", ending(bytes));
            files.push((name.clone(), bytes.clone()));
            index.credential = Some(name);
        }
    }
    let mut map = serde_json::Map::new();
    for (number, (url, answer)) in seen.iter().enumerate() {
        let entry = match answer {
            Given::Status(status) => (*status).into(),
            Given::Document(bytes) => {
                let name = format!("documents/{}.{}", number + 1, ending(bytes));
                files.push((name.clone(), bytes.to_vec()));
                name.into()
            }
        };
        map.insert(url.clone(), entry);
    }
    files.extend(contexts(&named, pinned));
    files.push((INDEX.into(), pretty(&index)));
    files.push((MAP.into(), pretty(&map)));
    files.push((REPORT.into(), pretty(report)));
    if files.iter().map(|(_, bytes)| bytes.len()).sum::<usize>() > MAX_PACK {
        let why = format!("what was fetched is more than the {MAX_PACK} bytes of a pack");
        return Err(CommandError::Refused(why));
    }
    let zip = zip(&files).map_err(|e| CommandError::Refused(format!("cannot make a zip: {e}")))?;
    let written = File::create_new(path).and_then(|mut file| file.write_all(&zip));
    written.map_err(CommandError::io(format!("cannot write {}", path.display())))
}

/// What stands there already is never overwritten. Asked before anything is fetched.
pub fn refuse_what_is_there(path: &Path) -> Result<(), CommandError> {
    if path.symlink_metadata().is_err() {
        return Ok(());
    }
    let there = std::io::Error::new(ErrorKind::AlreadyExists, "it is there already");
    Err(CommandError::input(format!("cannot write {}", path.display()))(there))
}

/// A pack brings its own keys and its own clock: taken for a mere file, a stranger's would vouch
/// for itself.
pub fn refuse_pack(name: &str, bytes: &[u8]) -> Result<(), CommandError> {
    if bytes.starts_with(ZIP) { Err(only_replayed(name)) } else { Ok(()) }
}

pub fn only_replayed(name: &str) -> CommandError {
    let why = format!(
        "it may be a pack, whose keys, lists and time are whatever its maker put in it; \
         `touchmark verify --replay {name}` does its verification again and says so"
    );
    malformed(name, why)
}

/// What a file is called after, so that a person who unpacks it can open it.
fn ending(bytes: &[u8]) -> &'static str {
    match (Picture::of(bytes), Secured::decode(bytes)) {
        (Some(Picture::Png), _) => "png",
        (Some(Picture::Svg), _) => "svg",
        (None, Ok(Secured::Jws { .. })) => "jwt",
        (None, _) if bytes.trim_ascii_start().starts_with(b"{") => "json",
        _ => "txt",
    }
}

fn pretty(value: &impl Serialize) -> Vec<u8> {
    let text = serde_json::to_string_pretty(value).expect("what a pack says is plain data");
    format!("{text}\n").into_bytes()
}

/// The same files make the same bytes: nothing of this machine or of the hour is in them.
fn zip(files: &[(String, Vec<u8>)]) -> zip::result::ZipResult<Vec<u8>> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, bytes) in files {
        writer.start_file(name.as_str(), options)?;
        writer.write_all(bytes)?;
    }
    Ok(writer.finish()?.into_inner())
}

/// The contexts that were named and are known.
fn contexts(
    named: &BTreeSet<String>,
    pinned: &BTreeMap<String, Vec<u8>>,
) -> Vec<(String, Vec<u8>)> {
    let known = named.iter().filter_map(|url| {
        let pinned = pinned.get(url).map(Vec::as_slice);
        Contexts::bundled_document(url).or(pinned)
    });
    let file = |(number, bytes): (usize, &[u8])| {
        (format!("contexts/{}.jsonld", number + 1), bytes.to_vec())
    };
    known.enumerate().map(file).collect()
}

/// The contexts that the credential and the documents name.
fn named_contexts(input: &Input, seen: &BTreeMap<String, Given>) -> BTreeSet<String> {
    let mut urls = BTreeSet::new();
    if let Input::Bytes(bytes) = input {
        name_contexts(bytes, &mut urls);
    }
    for answer in seen.values() {
        if let Given::Document(bytes) = answer {
            name_contexts(bytes, &mut urls);
        }
    }
    urls
}

/// The URLs under any `@context` of a document, and of the JWTs in it: enveloped credentials,
/// endorsements, what a presentation holds.
fn name_contexts(bytes: &[u8], urls: &mut BTreeSet<String>) {
    fn of(object: &Object<'_>, urls: &mut BTreeSet<String>) {
        for (name, value) in object.iter() {
            let texts = value.items().iter().filter_map(Value::as_str);
            if name == "@context" {
                urls.extend(texts.map(str::to_owned));
            } else {
                let jwts = texts.map(bare).filter(|text| Jws::is_shape_of(text));
                // Each is a quarter shorter than what it stands in, so this ends soon.
                jwts.for_each(|jwt| name_contexts(jwt.as_bytes(), urls));
            }
            value.items().iter().filter_map(Value::as_object).for_each(|below| of(below, urls));
        }
    }
    let held = Picture::of(bytes).and_then(|picture| picture.open(bytes).ok());
    let bytes = held.as_ref().map_or(bytes, |held| held.credential.as_bytes());
    let Ok(secured) = Secured::decode(bytes) else { return };
    let Ok(document) = secured.document() else { return };
    of(document.root(), urls);
}

/// A JWT without what makes it the `id` of an envelope.
fn bare(text: &str) -> &str {
    let data = text.strip_prefix("data:application/").and_then(|data| data.split_once(','));
    data.map_or(text, |(_, jwt)| jwt)
}

/// Says of a report that it rests on the asker's own map.
pub fn as_given(mut report: Report) -> Report {
    let detail = "Keys and lists are those that were given along, and nobody was asked: the \
                  answer is as good as whoever collected them.";
    report.warnings.insert(0, Problem::new("documents-given", detail));
    report
}

/// Says of a report that it rests on a pack, by which alone nothing is verified.
pub fn as_replayed(mut report: Report) -> Report {
    let detail = "Keys, lists and the time are those that the pack itself holds, and nobody was \
                  asked: whoever made the pack could have made them up. The verdicts tell what \
                  follows from them; nothing is verified by that.";
    report.warnings.insert(0, Problem::new("pack-replayed", detail));
    take_back(&mut report);
    report
}

/// Nothing is verified any more: neither what the report is on nor what is in it or beside it.
fn take_back(report: &mut Report) {
    report.verified = false;
    report.endorsements.iter_mut().for_each(|endorsement| endorsement.verified = false);
    report.refreshed.iter_mut().for_each(|refreshed| refreshed.verified = false);
    let contained = report.presentation.iter_mut().flat_map(|held| &mut held.credentials);
    contained.for_each(take_back);
}

fn unreadable(what: impl std::fmt::Display) -> impl FnOnce(std::io::Error) -> CommandError {
    CommandError::input(format!("cannot read {what}"))
}

fn malformed(what: impl std::fmt::Display, why: impl Into<String>) -> CommandError {
    let source = std::io::Error::new(ErrorKind::InvalidData, why.into());
    CommandError::Input { what: format!("cannot use {what}"), source }
}

#[cfg(test)]
mod tests;
