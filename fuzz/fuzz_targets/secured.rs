//! Fed with a credential in whatever form: it is decoded or refused, and what is decoded is
//! strict JSON.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| touchmark_fuzz::run("secured", bytes));
