//! Fuzz target `versions`; see `mvi_fuzz::versions`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mvi_fuzz::versions(bytes));
