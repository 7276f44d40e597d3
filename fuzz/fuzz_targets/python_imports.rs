//! Fuzz target `python_imports`; see `mvi_fuzz::python_imports`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mvi_fuzz::python_imports(bytes));
