#![no_main]

use std::sync::LazyLock;

static KEYS: LazyLock<(seal::Keyring, seal::Purpose)> = LazyLock::new(seal::fuzzed::keyring);

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| seal::fuzzed::sealed(&KEYS.0, KEYS.1, bytes));
