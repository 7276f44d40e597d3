//! Fuzz target `apk_installed`; see `mvi_fuzz::apk_installed`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mvi_fuzz::apk_installed(bytes));
