//! Fuzz target `dotnet_bundle`; see `mvi_fuzz::dotnet_bundle`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mvi_fuzz::dotnet_bundle(bytes));
