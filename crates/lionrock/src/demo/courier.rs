use installation::config::Config;
use installation::runtime::Runtime;
use installation::seed;
use kernel::{Id, Secret, kinds};
use registration::scheme::{Definition, Delivery};
use seal::{Ed25519Signer, Signer};

use super::broken;
use crate::serve::RunError;

/// How long the courier's contract goes on after the demonstration was started.
const CONTRACT_DAYS: i32 = 90;
/// The file of the key with which the courier signs its deletion statements: `lionrock statement sign --key` takes it.
const KEY_FILE: &str = "demonstration-courier.key";

/// The scheme's courier with a contract in force. Answers with the credential for the contractors' pages.
pub fn add(
    runtime: &Runtime,
    config: &Config,
    (department, privacy): (Id<kinds::Department>, Id<kinds::Officer>),
    definition: &Definition,
) -> Result<Secret<String>, RunError> {
    let Delivery::Courier(courier) = &definition.delivery else { return Err(broken("the courier", &"there is none")) };
    let signer = Ed25519Signer::create(&config.keys.join(KEY_FILE), "courier.example");
    let signing = signer.map_err(|e| broken("the courier's key", &e))?.public_key();
    let (platform, name) = (&runtime.platform, courier.name.clone());
    let until = platform.now().day().plus(CONTRACT_DAYS);
    let keys = (courier.recipient.as_str(), signing);
    seed::courier(platform, department, privacy, name, keys, until).map_err(|e| broken("the courier", &e))
}
