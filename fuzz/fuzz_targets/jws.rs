//! Fed with a text that may be a compact JWS: it has one spelling, and no signature of a key that
//! never signed.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| touchmark_fuzz::run("jws", bytes));
