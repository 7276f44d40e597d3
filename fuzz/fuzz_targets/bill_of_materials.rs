//! Fuzz target `bill_of_materials`; see `mvi_fuzz::bill_of_materials`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mvi_fuzz::bill_of_materials(bytes));
