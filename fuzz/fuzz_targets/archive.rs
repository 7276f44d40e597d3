//! Fuzz target `archive`; see `mvi_fuzz::archive`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mvi_fuzz::archive(bytes));
