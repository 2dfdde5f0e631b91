//! Departments, officers, roles and rights; the only crate that mints a Grant.
