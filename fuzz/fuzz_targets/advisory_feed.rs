//! Fuzz target `advisory_feed`; see `mvi_fuzz::advisory_feed`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mvi_fuzz::advisory_feed(bytes));
