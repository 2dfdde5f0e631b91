//! Pages for officers.
