//! Fuzz target `fleet_file`; see `mvi_fuzz::fleet_file`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mvi_fuzz::fleet_file(bytes));
