//! Fuzz target `hadolint_config`; see `mvi_fuzz::hadolint_config`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mvi_fuzz::hadolint_config(bytes));
