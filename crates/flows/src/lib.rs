//! Acts that span slices: one function a file.
