//! Fuzz target `package_json`; see `mvi_fuzz::package_json`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mvi_fuzz::package_json(bytes));
