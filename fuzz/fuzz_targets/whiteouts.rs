//! Fuzz target `whiteouts`; see `mvi_fuzz::whiteouts`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mvi_fuzz::whiteouts(bytes));
