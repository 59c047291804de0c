//! Fed with JSON that is put into canonical form: another reader finds the same value in it, and
//! it means itself.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| touchmark_fuzz::run("jcs", bytes));
