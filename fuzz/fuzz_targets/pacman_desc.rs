//! Fuzz target `pacman_desc`; see `mvi_fuzz::pacman_desc`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mvi_fuzz::pacman_desc(bytes));
