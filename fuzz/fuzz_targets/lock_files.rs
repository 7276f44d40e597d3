//! Fuzz target `lock_files`; see `mvi_fuzz::lock_files`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mvi_fuzz::lock_files(bytes));
