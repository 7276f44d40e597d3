//! Fuzz target `dockerfile_lint`; see `mvi_fuzz::dockerfile_lint`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mvi_fuzz::dockerfile_lint(bytes));
