//! Pages for residents.
