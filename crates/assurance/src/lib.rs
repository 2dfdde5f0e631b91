//! The launch gate, its records and signatures, the trust page's facts.
