//! Fuzz target `osv_records`; see `mvi_fuzz::osv_records`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mvi_fuzz::osv_records(bytes));
