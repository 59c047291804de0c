//! The standards' nouns, and the JSON that they stand in.
//!
//! Floor 0: imports nothing else of this crate.

pub mod achievement;
pub mod achievement_credential;
pub mod credential;
pub mod date_time;
pub mod decimal;
pub mod document;
pub mod fault;
pub mod image;
pub mod json;
pub mod key;
pub mod links;
pub mod profile;
pub mod securing;
pub mod vocabulary;

pub use credential::Credential;
pub use document::Document;
pub use fault::Fault;
