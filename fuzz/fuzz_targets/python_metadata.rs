//! Fuzz target `python_metadata`; see `mvi_fuzz::python_metadata`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mvi_fuzz::python_metadata(bytes));
