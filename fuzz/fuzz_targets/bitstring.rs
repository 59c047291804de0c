//! Fed with a status list's `encodedList`: it is bounded, and what was read is the same once
//! written and read again.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| touchmark_fuzz::run("bitstring", bytes));
