//! The only crate that knows a cipher or holds a key: key tree, sealed values, blind index, signers.
