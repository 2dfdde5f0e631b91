//! What a scheme is: its definition, statement and window.
