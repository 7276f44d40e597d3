//! Fuzz target `layer`; see `mvi_fuzz::layer`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mvi_fuzz::layer(bytes));
