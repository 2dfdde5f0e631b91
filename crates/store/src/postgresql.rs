use kernel::Secret;

use crate::engine::Opened;
use crate::migration::Migration;
use crate::{Options, StoreError};

pub(crate) fn open(_: &Secret<String>, _: &str, _: &[&[Migration]], _: &Options) -> Result<Opened, StoreError> {
    Err(StoreError::Engine("PostgreSQL comes with the next commit".to_owned()))
}

pub(crate) fn exists(_: &Secret<String>, _: &str) -> Result<bool, StoreError> {
    Err(StoreError::Engine("PostgreSQL comes with the next commit".to_owned()))
}
