#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| pingone_tests::fuzz::document(bytes));
