//! What arrives as a credential: it is decoded or refused, and holds JSON.

#![no_main]

use libfuzzer_sys::fuzz_target;
use touchmark::proof::secured::Secured;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(secured) = Secured::decode(bytes) {
        let _kind = secured.jws_kind();
        let _document = secured.document();
    }
});
