//! Fuzz target `sealed_rom`; see `mvi_fuzz::sealed_rom`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mvi_fuzz::sealed_rom(bytes));
