//! What the tests need from the system. As root the missing parts are installed from Debian's packages; otherwise they
//! are named and the task fails. Nothing is ever skipped because it is missing.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::say::say;

/// A part of the system: the Debian package that brings it and how to see that it is there.
struct Need {
    package: &'static str,
    purpose: &'static str,
    present: fn() -> bool,
}

const NEEDS: &[Need] = &[
    Need {
        package: "chromium",
        purpose: "the browser of the page tests",
        present: || on_path("chromium"),
    },
    Need {
        package: "postgresql",
        purpose: "the second engine, started by the tests",
        present: has_postgresql,
    },
    Need {
        package: "fonts-noto-cjk",
        purpose: "Hong Kong's glyphs in pages and letters",
        present: has_hong_kong_glyphs,
    },
    Need {
        package: "strace",
        purpose: "the power-cut test",
        present: || on_path("strace"),
    },
    Need {
        package: "clamav-daemon",
        purpose: "the virus scanner, with a signature of the tests' own",
        present: || on_path("clamd") || Path::new("/usr/sbin/clamd").exists(),
    },
    Need {
        package: "softhsm2",
        purpose: "the PKCS#11 token of the tests",
        present: || on_path("softhsm2-util"),
    },
    Need {
        package: "poppler-utils",
        purpose: "reading printed letters back, and the second judge of signed documents",
        present: || on_path("pdftotext"),
    },
    Need {
        package: "curl",
        purpose: "a client of others, with and without a certificate of its own",
        present: || on_path("curl"),
    },
    Need {
        package: "openssl",
        purpose: "the judge of certificates and timestamps",
        present: || on_path("openssl"),
    },
    Need {
        package: "python3-venv",
        purpose: "the environments of pyHanko and Authlib",
        present: || !output("python3", &["-c", "import venv, ensurepip; print(1)"]).is_empty(),
    },
    Need {
        package: "npm",
        purpose: "the OpenID clients of others, with Node.js 20",
        present: || on_path("node") && on_path("npm"),
    },
];

/// Packages of another language, locked by their hashes, in a folder of their own.
struct Foreign {
    what: &'static str,
    folder: &'static str,
    /// The list of packages; a copy of it stands in the folder when everything does.
    list: &'static str,
    install: fn(&Foreign) -> bool,
}

const FOREIGN: &[Foreign] = &[
    Foreign {
        what: "pyHanko (the judge of signed documents, Python 3.11)",
        folder: "target/judges",
        list: "crates/signing/tests/requirements.txt",
        install: install_python,
    },
    Foreign {
        what: "Authlib and joserfc (a relying party, Python 3.11)",
        folder: "target/openid-clients/python",
        list: "crates/conformance/clients/requirements.txt",
        install: install_python,
    },
    Foreign {
        what: "openid-client, oauth4webapi, jose and oidc-provider (relying parties and a provider, Node.js 20)",
        folder: "target/openid-clients",
        list: "crates/conformance/clients/package-lock.json",
        install: install_npm,
    },
];

/// Installs or names what is missing; true when all is there.
pub fn meet() -> bool {
    meet_packages() && FOREIGN.iter().all(meet_foreign)
}

fn meet_foreign(foreign: &Foreign) -> bool {
    if foreign.is_there() {
        return true;
    }
    say(&format!("installing {} into {}", foreign.what, foreign.folder));
    let done = (foreign.install)(foreign) && std::fs::copy(foreign.list, foreign.copy()).is_ok();
    if !done {
        say(&format!("missing: {}. It needs its language's package index once", foreign.what));
    }
    done
}

fn meet_packages() -> bool {
    if missing().is_empty() {
        return true;
    }
    let packages: Vec<&str> = missing().iter().map(|need| need.package).collect();
    if is_root() && on_path("apt-get") {
        say(&format!("installing {}", packages.join(" ")));
        install(&packages);
    }
    let missing = missing();
    for need in &missing {
        say(&format!(
            "missing: {} ({}). As root: apt-get install {}",
            need.package, need.purpose, need.package
        ));
    }
    missing.is_empty()
}

fn missing() -> Vec<&'static Need> {
    NEEDS.iter().filter(|need| !(need.present)()).collect()
}

/// Waits for another installation's lock rather than failing at it.
fn install(packages: &[&str]) {
    let apt = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        command
            .args(["-q", "-y", "-o", "DPkg::Lock::Timeout=600"])
            .args(arguments);
        command
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdin(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    let mut arguments = vec!["install", "--no-install-recommends"];
    arguments.extend(packages);
    if !(apt(&["update"]) && apt(&arguments)) {
        say("apt-get failed");
    }
}

impl Foreign {
    fn copy(&self) -> PathBuf {
        Path::new(self.folder).join("installed")
    }

    fn is_there(&self) -> bool {
        let kept = std::fs::read(self.copy());
        kept.is_ok_and(|kept| std::fs::read(self.list).is_ok_and(|wanted| wanted == kept))
    }
}

fn install_python(foreign: &Foreign) -> bool {
    let pip = format!("{}/bin/pip", foreign.folder);
    runs("python3", &["-m", "venv", foreign.folder])
        && runs(&pip, &["install", "--quiet", "--require-hashes", "--only-binary", ":all:", "-r", foreign.list])
}

/// Beside the list stand the manifest and the setting that keeps addresses of package indexes out of the list.
fn install_npm(foreign: &Foreign) -> bool {
    let source = Path::new(foreign.list).parent().unwrap_or(Path::new("."));
    let copied = ["package.json", "package-lock.json", ".npmrc"]
        .iter()
        .all(|file| std::fs::copy(source.join(file), Path::new(foreign.folder).join(file)).is_ok());
    copied && runs("npm", &["ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", foreign.folder])
}

fn runs(program: &str, arguments: &[&str]) -> bool {
    let ran = Command::new(program).args(arguments).stdin(Stdio::null()).status();
    ran.is_ok_and(|status| status.success())
}

fn has_postgresql() -> bool {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    versions
        .map(|version| version.path().join("bin/initdb"))
        .any(|initdb| initdb.exists())
        || on_path("initdb")
}

fn has_hong_kong_glyphs() -> bool {
    let debian = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc";
    Path::new(debian).exists() || output("fc-list", &[]).contains("Noto Sans CJK HK")
}

fn on_path(program: &str) -> bool {
    !output("sh", &["-c", &format!("command -v {program}")]).is_empty()
}

fn is_root() -> bool {
    output("id", &["-u"]).trim() == "0"
}

fn output(program: &str, arguments: &[&str]) -> String {
    let ran = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output();
    ran.map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_or_not() {
        assert!(on_path("sh"));
        assert!(!on_path("no-such-program-anywhere"));
    }
}
