//! Fuzz target `dpkg_status`; see `mvi_fuzz::dpkg_status`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mvi_fuzz::dpkg_status(bytes));
