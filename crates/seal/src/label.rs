use kernel::Environment;

use crate::{Keyring, SealError};

impl Keyring {
    /// Binds the keys to an installation of this label, or refuses when they belong to one of another: what a test system
    /// sealed never opens in a live one, and the other way round. The label stands inside the sealed state of the tree, so
    /// that nobody changes it without the root. Keys of earlier releases belong to whoever claims them first.
    pub fn claim(&self, ours: Environment) -> Result<(), SealError> {
        let mut held = self.write()?;
        match held.state.label {
            Some(theirs) if theirs == ours => Ok(()),
            Some(theirs) => Err(SealError::OtherLabel { service: self.service.clone(), theirs, ours }),
            None => {
                held.state.label = Some(ours);
                self.persist(&held).inspect_err(|_| held.state.label = None)
            }
        }
    }
}
