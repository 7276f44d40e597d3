//! Fuzz target `manifest`; see `mvi_fuzz::manifest`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mvi_fuzz::manifest(bytes));
