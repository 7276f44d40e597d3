//! Fuzz target `builds`; see `mvi_fuzz::builds`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mvi_fuzz::builds(bytes));
