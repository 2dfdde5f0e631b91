#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| seal::fuzzed::tree_file(bytes));
