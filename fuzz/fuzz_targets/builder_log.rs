//! Fuzz target `builder_log`; see `mvi_fuzz::builder_log`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mvi_fuzz::builder_log(bytes));
