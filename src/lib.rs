//! Touchmark issues educator micro-credentials as Open Badges 3.0 credentials
//! and verifies anyone's.
//!
//! # The floors
//! Each module imports only from floors below its own; a test holds that.
//!
//! | floor | modules | what they are |
//! | --- | --- | --- |
//! | 0 | [`model`] | the standards' nouns, strict JSON |
//! | 1 | [`jsonld`] | JSON-LD to canonical RDF |
//! | 2 | [`proof`] [`did`] [`status`] [`bake`] [`recognition`] | one file a mechanism; policies and counting |
//! | 3 | [`check`] | what is checked, and the verdicts |
//! | 4 | [`ambient`] [`cache`] [`fetch`] [`keys`] [`store`] | time, memory, network, custody, database |
//! | 5 | [`issue`] [`verify`] | the two jobs as their steps |
//! | 6 | [`recognize`] | the third: what they count for |
//! | 7 | [`command`] [`config`] [`http`] [`pages`] | what operators and people touch |
//!
//! Floors 0 to 3 do no I/O: time and bytes arrive as arguments.
//!
//! # Issuing
//! [`issue::Issuance::issue`] takes passing reviews and answers with credentials:
//! it looks idempotency keys up, checks each review against its achievement's
//! rubric, [composes](issue::compose::compose) the credential with random places
//! in the issuer's status lists, runs the same conformance checks that verifying
//! runs, signs each form and verifies its own signature, and records everything in
//! one transaction. A place that was taken is drawn again. Nothing leaves before
//! the commit. A credential that was composed elsewhere goes the same way from the
//! checks on: [`issue::external`].
//!
//! # Verifying
//! [`verify::Verifier`] takes bytes and answers with a [`check::Report`]: it decodes,
//! checks that the document conforms and reads as it was signed, resolves the key
//! from the issuer's own document, checks the proof, only then fetches the status
//! lists that the credential names, judges what it has seen as of a time, and
//! concludes. What could not be told is *undecided*, never yes and never no.
//!
//! # Recognizing
//! [`recognition::count()`] applies a recognizer's [`recognition::Policy`] to what is
//! known of some credentials: each is counted, not counted because, or counted if,
//! with the rule's place. It is pure, exact and the same in any order, so a decision
//! that was recorded can be replayed.

pub mod model;

pub mod jsonld;

pub mod bake;
pub mod did;
pub mod proof;
pub mod recognition;
pub mod status;

pub mod check;

pub mod ambient;
pub mod cache;
pub mod fetch;
pub mod keys;
pub mod store;

pub mod issue;
pub mod verify;

pub mod recognize;

pub mod command;
pub mod config;
pub mod http;
pub mod pages;
