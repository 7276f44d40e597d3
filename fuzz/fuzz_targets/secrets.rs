//! Fuzz target `secrets`; see `mvi_fuzz::secrets`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mvi_fuzz::secrets(bytes));
