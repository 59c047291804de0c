//! Fed with the text of a did:web: its URL is https, of a host name, with the path that was
//! written.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| touchmark_fuzz::run("did_web", bytes));
