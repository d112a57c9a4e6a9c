//! The reader `expressions`; what must hold of it stands in `src/readers/`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    proofhouse_fuzz::readers::read("expressions", bytes);
});
