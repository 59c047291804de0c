//! Status lists: what is decoded is bounded, and means itself.

#![no_main]

use libfuzzer_sys::fuzz_target;
use touchmark::status::bitstring;

fuzz_target!(|text: &str| {
    let Ok(bits) = bitstring::decode(text) else { return };
    assert!(bits.get(bits.len()).is_none());
    let again = bitstring::decode(&bitstring::encode(&bits)).expect("what was encoded is decoded");
    assert_eq!(again.len(), bits.len());
    assert!((0..bits.len()).step_by(61).all(|index| again.get(index) == bits.get(index)));
});
