//! Fed with a JSON-LD document: expansion and canonicalization end, and the canonical form means
//! itself.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| touchmark_fuzz::run("jsonld", bytes));
