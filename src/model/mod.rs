//! The standards' nouns, and the JSON that they stand in.
//!
//! Floor 0: imports nothing else of this crate.

pub mod document;
pub mod json;
pub mod key;

pub use document::Document;
