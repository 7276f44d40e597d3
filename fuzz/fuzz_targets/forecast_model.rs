//! Fuzz target `forecast_model`; see `mvi_fuzz::forecast_model`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mvi_fuzz::forecast_model(bytes));
