//! Fed with an SVG that may hold a credential: what is baked into it is taken out again, and
//! nothing beside it.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| touchmark_fuzz::run("svg", bytes));
