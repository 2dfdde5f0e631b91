//! The only crate that knows a database engine: one SQL text, two engines, group commit.
