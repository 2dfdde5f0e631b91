//! Browser tests: a small CDP client, axe, virtual passkeys.
