//! JSON-LD 1.1 to canonical RDF, in safe mode.
//!
//! Specs: <https://www.w3.org/TR/json-ld11-api/>, <https://www.w3.org/TR/rdf-canon/>.
//!
//! A Data Integrity signature covers the canonical form of the RDF that a
//! document says. [`expand`] goes from borrowed JSON straight to quads,
//! [`Dataset::canonicalize`] from there to the text that is hashed.
//!
//! Invariant: the answer is what the reference processors say in safe mode, or
//! there is none. What would be dropped in silence is an error, what processors
//! disagree about is refused, and nothing is ever loaded. [`Dataset::deviation`]
//! tells where the document reads otherwise than it was signed.
//!
//! | file | what it is |
//! | --- | --- |
//! | `contexts` | the known contexts |
//! | `source` `context` `process` `define` `recent` | context processing |
//! | `expand` `members` `containers` `item` `emit` | documents to quads |
//! | `scalars` `value` `value_object` | literals |
//! | `compare` `deviation` | what compaction would have written |
//! | `quad` `dataset` `quote` `places` `lines` `canon` | quads and RDFC-1.0 |
//!
//! # Known contexts and others
//! There is one engine. A context is processed the same wherever it comes from;
//! what comes of a known one over another known one is kept for all documents,
//! what comes of a document's own for that document. Past 1,000 of the former,
//! new ones are forgotten again when others come.
//!
//! # What bounds the work
//! Whoever sends a document chooses what it costs, so each step counts. Past a
//! bound the answer is [`Error::TooComplex`] or [`TooComplex`], never another one.
//!
//! | what | at most | in |
//! | --- | --- | --- |
//! | values of a document | 50,000 | `expand` |
//! | terms that its own contexts define | 200 | `process` |
//! | definitions that its contexts copy and make | 250,000 | `process` |
//! | definitions looked at to name what is not settled | 1,000,000 | `deviation` |
//! | its N-Quads | 16 MiB | `dataset` |
//! | compact IRIs of its properties, in full | 16 MiB | `members` |
//! | bytes that RDFC-1.0 hashes and copies for what is alike | 20,000,000 | `canon` |
//!
//! `cargo bench --bench hot_path -- slow` times documents that reach them.

mod canon;
mod compare;
mod containers;
mod context;
mod contexts;
mod dataset;
mod define;
mod deviation;
mod emit;
mod error;
mod expand;
mod iri;
mod issued;
mod item;
mod lines;
mod members;
mod places;
mod process;
mod quad;
mod quote;
mod recent;
mod scalars;
mod source;
mod value;
mod value_object;

pub use canon::{HashAlgorithm, TooComplex};
pub use context::ContextFault;
pub use contexts::{Contexts, NotAContextDocument};
pub use dataset::Dataset;
pub use deviation::Deviation;
pub use error::Error;

use crate::model::json;

/// What is to be expanded.
pub struct Input<'d, 'a> {
    pub object: &'d json::Object<'a>,
    /// Top-level members left out (`proof` of a document, `proofValue` of a proof).
    pub without: &'d [&'d str],
    /// A context that stands in for the object's own `@context` (proof options
    /// take the document's).
    pub context: Option<&'d json::Value<'a>>,
}

/// Expands a document to RDF, in safe mode.
pub fn expand(input: &Input<'_, '_>, contexts: &Contexts) -> Result<Dataset, Error> {
    expand::expand(input, contexts)
}
