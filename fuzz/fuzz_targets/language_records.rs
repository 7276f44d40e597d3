//! Fuzz target `language_records`; see `mvi_fuzz::language_records`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mvi_fuzz::language_records(bytes));
