//! Fuzz target `conda_meta`; see `mvi_fuzz::conda_meta`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mvi_fuzz::conda_meta(bytes));
