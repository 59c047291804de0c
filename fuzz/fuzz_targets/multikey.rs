//! Fed with a key as Multikey text: a key has one spelling, and is the same as a JWK.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| touchmark_fuzz::run("multikey", bytes));
