pub(crate) mod client;
pub(crate) mod code;
pub(crate) mod consent;
pub(crate) mod grant;
pub(crate) mod key;
pub(crate) mod pushed;
pub(crate) mod seen;
pub(crate) mod token;
