//! Fuzz target `loader_settings`; see `mvi_fuzz::loader_settings`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mvi_fuzz::loader_settings(bytes));
