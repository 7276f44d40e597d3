//! Fuzz target `wheels`; see `mvi_fuzz::wheels`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mvi_fuzz::wheels(bytes));
