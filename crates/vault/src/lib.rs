//! Personal data: purposes, sealed records, openings, retention, erasure, certificates.
