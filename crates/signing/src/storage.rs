//! SQL of this slice, each text above its function.

pub(crate) mod asked;
pub(crate) mod certificate;
pub(crate) mod key;
pub(crate) mod leave;
pub(crate) mod request;
