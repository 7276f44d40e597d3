//! Fuzz target `elf_header`; see `mvi_fuzz::elf_header`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mvi_fuzz::elf_header(bytes));
