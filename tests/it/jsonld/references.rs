//! Others' processors, and what they have in common to say.
//!
//! oxjsonld and oxrdf run in this process; jsonld.js in safe mode and PyLD run
//! beside it (`tests/differential`), asked and answering a line at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

use oxjsonld::{JsonLdParser, JsonLdRemoteDocument};
use oxrdf::dataset::{CanonicalizationAlgorithm, CanonicalizationHashAlgorithm};
use oxrdf::{Dataset, GraphNameRef, Literal, QuadRef, Term, TermRef};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use touchmark::jsonld::{Contexts, HashAlgorithm};
use touchmark::model::json;

use super::{expand, scopes};

/// What one processor makes of a document: its canonical form, or why not.
pub type Answer = Result<String, String>;

/// What ours has to do with a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// Give this canonical form, or refuse.
    Form(String),
    /// Refuse: safe mode does.
    Refused,
    /// Refuse: the references do not agree.
    Disagreement,
}

impl Expected {
    /// How it is checked in.
    pub fn brief(&self) -> String {
        match self {
            Expected::Form(canonical) => digest(canonical),
            Expected::Refused => "refused".into(),
            Expected::Disagreement => "disagree".into(),
        }
    }
}

/// Enough of a SHA-256 to tell canonical forms apart.
pub fn digest(text: &str) -> String {
    Sha256::digest(text)[..6].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The three, side by side.
pub struct References {
    javascript: Peer,
    python: Peer,
}

/// The three answers to one document; `None` where one has no say.
#[derive(Debug)]
pub struct Answers {
    pub javascript: Answer,
    pub python: Option<Answer>,
    pub oxigraph: Option<Answer>,
}

impl References {
    pub fn start() -> References {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/differential");
        References {
            javascript: Peer::start(PathBuf::from("node"), &folder.join("reference.mjs")),
            python: Peer::start(folder.join(".venv/bin/python"), &folder.join("reference.py")),
        }
    }

    /// What jsonld.js refuses is refused: nobody else has to be asked.
    pub fn ask(&mut self, text: &str) -> Answers {
        self.javascript.send(text);
        let javascript = self.javascript.receive().unwrap_or_else(|| Err("failed".into()));
        if javascript.is_err() {
            return Answers { javascript, python: None, oxigraph: None };
        }
        self.python.send(text);
        let oxigraph = oxigraph(text);
        Answers { javascript, python: self.python.receive(), oxigraph }
    }
}

impl Answers {
    /// jsonld.js alone has a safe mode, so what it refuses is to be refused;
    /// the others show what is read differently.
    pub fn expected(&self) -> Expected {
        let Ok(form) = &self.javascript else { return Expected::Refused };
        // PyLD counts a quad once for each place where a blank node stands in it.
        let looped = form.lines().any(is_loop);
        let python = self.python.iter().filter(|_| !looped);
        let mut others = python.chain(&self.oxigraph);
        match others.all(|answer| answer.as_ref() == Ok(form)) {
            true => Expected::Form(form.clone()),
            false => Expected::Disagreement,
        }
    }
}

/// Whether a line has a blank node in two places.
fn is_loop(line: &str) -> bool {
    let blanks = blanks(line);
    blanks.iter().any(|one| blanks.iter().filter(|other| other.1 == one.1).count() > 1)
}

/// The blank nodes of a line: the letter of the place, the label, and the
/// predicate as far as it is hashed with the place.
fn blanks(line: &str) -> Vec<(&str, &str, &str)> {
    let words: Vec<&str> = line.trim_end_matches(" .").split(' ').collect();
    let (predicate, last) = (words[1], words[words.len() - 1]);
    let graph = if words.len() > 3 { last } else { "" };
    // A literal may have spaces, and anything between them, but ends in no label.
    let is_blank = |term: &str| term.starts_with("_:") && !term.contains('"');
    let places = [("s", words[0], predicate), ("o", words[2], predicate), ("g", graph, "")];
    places.into_iter().filter(|(_, term, _)| is_blank(term)).collect()
}

/// A processor in a process of its own.
struct Peer {
    process: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Peer {
    fn start(program: PathBuf, script: &Path) -> Peer {
        let mut process = Command::new(&program)
            .arg(script)
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/schemas"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|e| {
                panic!("{}: {e}; `make differential` installs it", program.display())
            });
        let to = process.stdin.take().unwrap();
        let from = BufReader::new(process.stdout.take().unwrap());
        Peer { process, to, from }
    }

    fn send(&mut self, text: &str) {
        assert!(!text.contains('\n'));
        writeln!(self.to, "{text}").unwrap();
        self.to.flush().unwrap();
    }

    /// `None`: it failed, so that it neither answers nor refuses.
    fn receive(&mut self) -> Option<Answer> {
        let mut line = String::new();
        self.from.read_line(&mut line).unwrap();
        let mut answer: Value = serde_json::from_str(&line).expect("the reference answers JSON");
        match (answer["canonical"].take(), answer["refused"].take()) {
            (Value::String(canonical), _) => Some(Ok(canonical)),
            (_, Value::String(reason)) => Some(Err(reason)),
            _ if answer["failed"].is_string() => None,
            _ => panic!("no answer: {line}"),
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _already_gone = self.process.kill();
        let _status = self.process.wait();
    }
}

/// oxjsonld and oxrdf, where they do what is asked.
pub fn oxigraph(text: &str) -> Option<Answer> {
    // Its numbers stay as they are spelled, which serde_json would not leave them.
    let value = json::parse(text.as_bytes()).ok()?;
    let mut text = String::new();
    reorder(&value, &mut text);
    if NOT_DONE.iter().any(|part| text.contains(part)) || scopes::are_mixed_up(&value) {
        return None;
    }
    // It panics after a context that names an unknown one.
    let mut dataset = match std::panic::catch_unwind(|| quads(&text)).ok()? {
        Ok(dataset) => dataset,
        // Others compare definitions only, not also where they were read.
        Err(error) if error.contains("Overriding the protected term") => return None,
        Err(error) if error.starts_with("Not supported") => return None,
        Err(error) => return Some(Err(error)),
    };
    dataset.canonicalize(CanonicalizationAlgorithm::Rdfc10 {
        hash_algorithm: CanonicalizationHashAlgorithm::Sha256,
    });
    let mut lines: Vec<String> = dataset.iter().map(|quad| format!("{quad} .\n")).collect();
    lines.sort();
    let form = lines.concat();
    // Its labels are not RDFC-1.0's there, but they are labels for ours to replace.
    if relates_again(&form) { relabelled(&dataset).map(Ok) } else { Some(Ok(form)) }
}

/// Whether two quads relate the same two blank nodes in the same way. Where a
/// label depends on it, oxrdf counts them once, and RDFC-1.0 both: its step
/// 3.1.2 of Hash N-Degree Quads fills a list.
fn relates_again(form: &str) -> bool {
    let mut seen = BTreeSet::new();
    form.lines().flat_map(relations).any(|relation| !seen.insert(relation))
}

/// The pairs of blank nodes of a line, and what is hashed of how they relate.
fn relations(line: &str) -> Vec<[&str; 4]> {
    let blanks = blanks(line);
    let mut pairs = Vec::new();
    for (_, node, _) in &blanks {
        for (place, related, predicate) in blanks.iter().filter(|(_, term, _)| term != node) {
            pairs.push([*node, related, place, predicate]);
        }
    }
    pairs
}

/// The canonical form of a dataset by our own RDFC-1.0.
fn relabelled(dataset: &Dataset) -> Option<String> {
    let plain = |text: String| {
        let inner = text.strip_prefix('<').and_then(|text| text.strip_suffix('>'));
        inner.map_or(text.clone(), str::to_owned)
    };
    let node = |quad: QuadRef<'_>| {
        let object = match quad.object {
            TermRef::Literal(literal) => match literal.language() {
                Some(tag) => json!({"@value": literal.value(), "@language": tag}),
                None => json!({"@value": literal.value(), "@type": literal.datatype().as_str()}),
            },
            other => json!({"@id": plain(other.to_string())}),
        };
        let subject = plain(quad.subject.to_string());
        let node = json!({"@id": subject, quad.predicate.as_str(): object});
        match quad.graph_name {
            GraphNameRef::DefaultGraph => node,
            graph => json!({"@id": plain(graph.to_string()), "@graph": [node]}),
        }
    };
    let document = json!({"@graph": dataset.iter().map(node).collect::<Vec<_>>()});
    let dataset = expand(&document.to_string(), Contexts::bundled()).ok()?;
    dataset.canonicalize(HashAlgorithm::Sha256).ok()
}

/// What oxjsonld is known not to do as specified: directions vanish for want
/// of RDF 1.2, the default language does not reach terms of no type, and terms
/// are lost under contexts that are propagated and in CLR's.
const NOT_DONE: &[&str] =
    &["@direction", "\"@type\":\"@none\"", "@propagate", "https://purl.imsglobal.org/spec/clr/"];

fn quads(text: &str) -> Result<Dataset, String> {
    let parser = JsonLdParser::new()
        .lenient()
        .for_slice(text.as_bytes())
        .with_load_document_callback(|url, _options| {
            let document = vendored(url).ok_or_else(|| format!("unknown context {url}"))?;
            Ok(JsonLdRemoteDocument { document, document_url: url.to_owned() })
        });
    let mut dataset = Dataset::new();
    for quad in parser {
        let mut quad = quad.map_err(|error| error.to_string())?;
        // RDF compares language tags without case, and the others lower it.
        if let Term::Literal(literal) = &quad.object
            && let Some(language) = literal.language()
        {
            let lower = language.to_ascii_lowercase();
            quad.object =
                Literal::new_language_tagged_literal_unchecked(literal.value(), lower).into();
        }
        dataset.insert(&quad);
    }
    Ok(dataset)
}

/// oxjsonld reads in one pass: contexts and types have to come first.
fn reorder(value: &json::Value<'_>, out: &mut String) {
    let quoted = |text: &str| serde_json::to_string(text).expect("a string is JSON");
    match value {
        json::Value::Null => out.push_str("null"),
        json::Value::Bool(bool) => out.push_str(if *bool { "true" } else { "false" }),
        json::Value::Number(number) => out.push_str(number.text()),
        json::Value::String(text) => out.push_str(&quoted(text)),
        json::Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                reorder(item, out);
            }
            out.push(']');
        }
        json::Value::Object(object) => {
            let mut members: Vec<_> = object.iter().collect();
            members.sort_by_key(|(name, _)| match *name {
                "@context" => 0,
                "type" | "@type" => 1,
                _ => 2,
            });
            out.push('{');
            for (at, (name, value)) in members.into_iter().enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                out.push_str(&quoted(name));
                out.push(':');
                reorder(value, out);
            }
            out.push('}');
        }
    }
}

pub fn vendored(url: &str) -> Option<Vec<u8>> {
    static FILES: OnceLock<BTreeMap<String, Vec<u8>>> = OnceLock::new();
    let files = FILES.get_or_init(|| {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/");
        let index: Value =
            serde_json::from_str(include_str!("../../../schemas/index.json")).unwrap();
        let file = |entry: &Value| {
            let bytes = std::fs::read(format!("{root}{}", entry["file"].as_str().unwrap()));
            (entry["url"].as_str().unwrap().to_owned(), bytes.unwrap())
        };
        index["contexts"].as_array().unwrap().iter().map(file).collect()
    });
    files.get(url).cloned()
}
