//! Fuzz target `advisory_index`; see `mvi_fuzz::advisory_index`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mvi_fuzz::advisory_index(bytes));
