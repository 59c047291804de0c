//! Fed with an issuer's key document: no key speaks for anyone but the one that it was read for.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| touchmark_fuzz::run("did_document", bytes));
