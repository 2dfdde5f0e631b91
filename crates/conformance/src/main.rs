//! `openid-host [--listen PORT PORT] [--at ADDRESS ADDRESS] [--nonces] [--redirect URI]…`: serves until its input ends.
//!
//! The first line it prints is the path of a file with all that a client has to be told. Nothing that it holds is real.

use std::io::{Read as _, Write as _};
use std::process::ExitCode;

use conformance::{Host, Options};

fn main() -> ExitCode {
    let Some(options) = options(std::env::args().skip(1)) else {
        say("usage: openid-host [--listen PORT PORT] [--at ADDRESS ADDRESS] [--nonces] [--redirect URI]…");
        return ExitCode::from(2);
    };
    let started = Host::start(&options).and_then(|host| host.write_settings().map(|path| (host, path)));
    match started {
        Ok((_host, path)) => {
            say(&path.display().to_string());
            let mut rest = Vec::new();
            let _ = std::io::stdin().read_to_end(&mut rest);
            ExitCode::SUCCESS
        }
        Err(error) => {
            say(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

fn options(mut arguments: impl Iterator<Item = String>) -> Option<Options> {
    let mut options = Options::default();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--listen" => options.ports = [arguments.next()?.parse().ok()?, arguments.next()?.parse().ok()?],
            "--at" => options.addresses = Some([arguments.next()?, arguments.next()?]),
            "--nonces" => options.demands_nonces = true,
            "--redirect" => options.redirect_uris.push(arguments.next()?),
            _ => return None,
        }
    }
    Some(options)
}

fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
