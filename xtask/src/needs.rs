//! What the tests need from the system. As root the missing parts are installed from Debian's packages; otherwise they
//! are named and the task fails. Nothing is ever skipped because it is missing.

use std::path::Path;
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
        package: "openssl",
        purpose: "the judge of certificates and timestamps",
        present: || on_path("openssl"),
    },
    Need {
        package: "python3-venv",
        purpose: "the environment of pyHanko",
        present: || !output("python3", &["-c", "import venv, ensurepip; print(1)"]).is_empty(),
    },
];

/// The judge of signed documents: a Python environment of its own with locked packages.
const JUDGES: &str = "target/judges";
const JUDGES_PACKAGES: &str = "crates/signing/tests/requirements.txt";

/// Installs or names what is missing; true when all is there.
pub fn meet() -> bool {
    if !meet_packages() {
        return false;
    }
    let judges = has_judges() || {
        say("installing pyHanko into target/judges");
        install_judges()
    };
    if !judges {
        say("missing: pyHanko (the judge of signed documents). It needs Python 3.11 and the package index");
    }
    judges
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

/// Whether the environment holds what the list names: the list is copied into it when everything stands.
fn has_judges() -> bool {
    let kept = std::fs::read(Path::new(JUDGES).join("requirements.txt"));
    kept.is_ok_and(|kept| std::fs::read(JUDGES_PACKAGES).is_ok_and(|wanted| wanted == kept))
}

fn install_judges() -> bool {
    let run = |program: &str, arguments: &[&str]| {
        let ran = Command::new(program).args(arguments).stdin(Stdio::null()).status();
        ran.is_ok_and(|status| status.success())
    };
    let pip = format!("{JUDGES}/bin/pip");
    run("python3", &["-m", "venv", JUDGES])
        && run(&pip, &["install", "--quiet", "--require-hashes", "--only-binary", ":all:", "-r", JUDGES_PACKAGES])
        && std::fs::copy(JUDGES_PACKAGES, Path::new(JUDGES).join("requirements.txt")).is_ok()
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
