//! Fuzz target `crq_file`; see `mvi_fuzz::crq_file`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mvi_fuzz::crq_file(bytes));
