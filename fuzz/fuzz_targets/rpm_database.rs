//! Fuzz target `rpm_database`; see `mvi_fuzz::rpm_database`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mvi_fuzz::rpm_database(bytes));
