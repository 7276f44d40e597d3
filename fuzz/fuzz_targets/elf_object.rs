//! Fuzz target `elf_object`; see `mvi_fuzz::elf_object`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mvi_fuzz::elf_object(bytes));
