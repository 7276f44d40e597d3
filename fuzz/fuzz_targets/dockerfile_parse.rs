//! Fuzz target `dockerfile_parse`; see `mvi_fuzz::dockerfile_parse`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mvi_fuzz::dockerfile_parse(bytes));
