//! Fuzz target `dockerfile_shell`; see `mvi_fuzz::dockerfile_shell`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mvi_fuzz::dockerfile_shell(bytes));
