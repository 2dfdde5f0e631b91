//! A token of `SoftHSM2` for tests. Its module reads the environment when it is loaded, so whatever uses it runs in a process
//! of its own: the test starts itself once more, with a token in a directory of its own.

use std::path::{Path, PathBuf};
use std::process::Command;

use seal::{KeyPlace, RootPlace, TokenPlace};

const HOME: &str = "LIONROCK_TEST_TOKEN_HOME";
const ACT: &str = "LIONROCK_TEST_TOKEN_ACT";
const MODULES: [&str; 3] =
    ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so", "/usr/local/lib/softhsm/libsofthsm2.so"];

pub const PIN: &str = "271828";

/// A directory with a token and the files of a keyring.
pub struct Home(pub PathBuf);

/// In the process that a test started of itself: the directory and what is to be done there.
#[expect(clippy::disallowed_methods, reason = "the test tells its own second process what to do")]
pub fn act() -> Option<(Home, String)> {
    Some((Home(std::env::var(HOME).ok()?.into()), std::env::var(ACT).ok()?))
}

impl Home {
    /// A directory with a fresh token called `lionrock`.
    pub fn new(directory: &Path) -> Self {
        let home = Self(directory.to_owned());
        std::fs::create_dir_all(home.tokens()).unwrap();
        home.configure();
        home.init_token("lionrock");
        home
    }

    /// Another directory with the same content.
    pub fn copy_to(&self, directory: &Path) -> Self {
        copy(&self.0, directory);
        let home = Self(directory.to_owned());
        home.configure();
        home
    }

    pub fn init_token(&self, label: &str) {
        let mut command = Command::new("softhsm2-util");
        command.args(["--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", "314159"]);
        let output = command.env("SOFTHSM2_CONF", self.0.join("softhsm2.conf")).output();
        let output = output.expect("softhsm2-util is missing: apt-get install softhsm2, or run `cargo xtask test` as root");
        assert!(output.status.success(), "{output:?}");
    }

    /// Runs the calling test once more, in a process that has this token, and does `act` there.
    pub fn run(&self, test: &str, act: &str) {
        let done = self.0.join("done");
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args([test, "--exact", "--nocapture"]).env(HOME, &self.0).env(ACT, act);
        let output = command.env("SOFTHSM2_CONF", self.0.join("softhsm2.conf")).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{act}: {said}");
        std::fs::remove_file(done).unwrap_or_else(|_| panic!("{act} was never done in {test}: {said}"));
    }

    /// To be called at the end of an act: a name that runs no test would pass otherwise.
    pub fn done(&self) {
        std::fs::write(self.0.join("done"), "").unwrap();
    }

    pub fn place(&self) -> KeyPlace {
        KeyPlace {
            tree: self.0.join("keys/cumask.tree"),
            root: RootPlace::Token(token_place(PIN)),
            erasures: self.0.join("tiles/cumask/erasures"),
            escrow: None,
        }
    }

    pub fn tokens(&self) -> PathBuf {
        self.0.join("tokens")
    }

    /// How many objects the tokens hold, keys and nothing else.
    pub fn keys(&self) -> usize {
        let tokens = std::fs::read_dir(self.tokens()).unwrap();
        let files = tokens.flat_map(|token| std::fs::read_dir(token.unwrap().path()).unwrap());
        let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        names.filter(|name| Path::new(name).extension().is_some_and(|e| e == "object") && name != "token.object").count()
    }

    fn configure(&self) {
        let text = format!("directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n", self.tokens().display());
        std::fs::write(self.0.join("softhsm2.conf"), text).unwrap();
    }
}

pub fn token_place(pin: &str) -> TokenPlace {
    let module = MODULES.iter().map(PathBuf::from).find(|path| path.exists());
    let module = module.expect("libsofthsm2.so is missing: apt-get install softhsm2, or run `cargo xtask test` as root");
    TokenPlace { module, token: "lionrock".into(), pin: kernel::Secret::new(pin.into()) }
}

/// Copies files over what is there.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}
