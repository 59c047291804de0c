//! Fed with a text that may be JSON: what the strict parser accepts, another reader accepts and
//! reads alike.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| touchmark_fuzz::run("json", bytes));
