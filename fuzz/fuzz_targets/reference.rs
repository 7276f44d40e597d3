//! Fuzz target `reference`; see `mvi_fuzz::reference`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mvi_fuzz::reference(bytes));
