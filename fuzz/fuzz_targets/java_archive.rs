//! Fuzz target `java_archive`; see `mvi_fuzz::java_archive`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mvi_fuzz::java_archive(bytes));
