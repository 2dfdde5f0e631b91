//! JSON endpoints.
