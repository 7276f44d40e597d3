//! Fuzz target `go_build`; see `mvi_fuzz::go_build`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mvi_fuzz::go_build(bytes));
