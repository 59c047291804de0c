//! Fed with a status list and the entries that name it: an index has an answer within the list,
//! and only there.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| touchmark_fuzz::run("status_list", bytes));
