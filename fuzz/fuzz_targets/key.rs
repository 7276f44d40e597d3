//! Fuzz target `key`; see `mvi_fuzz::key`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mvi_fuzz::key(bytes));
