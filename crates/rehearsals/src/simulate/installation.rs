use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use connectors::{TestPki, make_test_pki};
use installation::config::Config;
use kernel::{Random as _, to_hex};
use seal::{Ed25519Signer, OsRandom};
use toml::{Table, Value};

use super::Failure;

/// A fresh installation in a directory of its own: configuration, keys, certificates.
pub struct Installation {
    /// Everything of it lies below.
    pub directory: PathBuf,
    /// The configuration file.
    pub file: PathBuf,
    /// The configuration.
    pub config: Config,
    /// The certificates of the server, of the register and of the client of both.
    pub pki: TestPki,
    /// What the server's control routes ask for.
    pub control: String,
}

/// Where the outside world of an installation is.
#[derive(Clone, Debug, Default)]
pub struct Outside {
    /// The population register.
    pub register: Option<String>,
    /// The SMS gateway.
    pub sms: Option<String>,
}

/// What is not the same for every installation.
#[derive(Clone, Copy, Debug, Default)]
pub struct Choices<'a> {
    /// Where the stores are, if not in the directory: the address of a PostgreSQL database.
    pub store: Option<&'a str>,
    /// The address list.
    pub addresses: Option<&'a Path>,
    /// A folder of scenario packs.
    pub drill_packs: Option<&'a Path>,
    /// Whether the server takes registrations only and leaves the slow work undone.
    pub intake_only: bool,
}

/// The public address that messages name and passkeys are bound to. Nobody connects to it by name.
const ORIGIN: &str = "https://localhost:8443";

impl Installation {
    /// Makes one.
    pub fn create(directory: &Path, pki: TestPki, outside: &Outside, choices: Choices<'_>) -> Result<Self, Failure> {
        for part in ["stores", "keys", "roots", "tiles", "logs", "tmp"] {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(directory.join(part))?;
        }
        let file = directory.join("lionrock.toml");
        fs::write(&file, configuration(directory, &pki, outside, choices)?.to_string())?;
        let config = Config::read(&file)?;
        Ed25519Signer::create(&config.log_key, &config.log_name)?;
        let control = to_hex(&OsRandom.bytes16());
        Ok(Self { directory: directory.to_owned(), file, config, pki, control })
    }

    /// The same installation as it would be found in another directory: for a copy made of it.
    pub fn moved_to(&self, directory: &Path) -> Result<Self, Failure> {
        let (from, to) = (self.directory.display().to_string(), directory.display().to_string());
        let file = directory.join("lionrock.toml");
        fs::write(&file, fs::read_to_string(&self.file)?.replace(&from, &to))?;
        let config = Config::read(&file)?;
        Ok(Self { directory: directory.to_owned(), file, config, pki: self.pki.clone(), control: self.control.clone() })
    }

    /// Makes the certificates, which the register's simulator needs before the installation exists.
    pub fn certificates(directory: &Path) -> Result<TestPki, Failure> {
        Ok(make_test_pki(&directory.join("pki"))?)
    }
}

fn configuration(directory: &Path, pki: &TestPki, outside: &Outside, choices: Choices<'_>) -> Result<Table, Failure> {
    let path = |path: &Path| Value::from(path.display().to_string());
    let within = |name: &str| path(&directory.join(name));
    let mut table = Table::new();
    let mut set = |key: &str, value: Value| {
        table.insert(key.to_owned(), value);
    };
    set("environment", "test".into());
    // One port for the whole run, so that clients find the server again after a restart.
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    set("listen", format!("127.0.0.1:{port}").into());
    set("origin", ORIGIN.into());
    set("log_name", "lionrock.simulation".into());
    let own = format!("sqlite:{}", directory.join("stores").display());
    set("store", choices.store.map_or(own, str::to_owned).into());
    set("keys", within("keys"));
    set("roots", within("roots"));
    set("tiles", within("tiles"));
    set("log_key", within("roots/log.key"));
    set("tls_certificate", path(&pki.server_certificate));
    set("tls_key", path(&pki.server_key));
    if let Some(register) = &outside.register {
        set("register_url", register.clone().into());
        set("register_authority", path(&pki.authority));
        set("register_certificate", path(&pki.client_certificate));
        set("register_key", path(&pki.client_key));
    }
    if let Some(sms) = &outside.sms {
        set("sms_url", sms.clone().into());
    }
    set("work", (!choices.intake_only).into());
    if let Some(packs) = choices.drill_packs {
        set("drill_packs", path(packs));
    }
    if let Some(addresses) = choices.addresses {
        set("addresses", path(addresses));
    }
    Ok(table)
}
