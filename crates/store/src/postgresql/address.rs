//! The address of a server, and how the way there is kept from others.

use std::net::IpAddr;
use std::path::PathBuf;

use postgres::Config;
use postgres::config::{Host, SslMode};

use crate::StoreError;

/// A server and how to reach it.
pub(super) struct Address {
    pub(super) config: Config,
    pub(super) way: Way,
}

/// What protects a connection.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// It does not leave this machine, or the operator wrote `sslmode=disable`.
    Plain,
    /// TLS to a server that these authorities (PEM) vouch for by its name.
    Tls(PathBuf),
}

/// Reads `postgres://…`. The driver knows neither `verify-full` nor `sslrootcert`, so they are taken out before it reads the
/// rest. No message quotes the address: it may hold a password.
pub(super) fn read(url: &str) -> Result<Address, StoreError> {
    let (rest, tls) = split(url)?;
    let mut config: Config = rest.parse().map_err(|_| wrong("it is not like postgres://USER@HOST/DATABASE"))?;
    let way = way(&config, tls)?;
    config.ssl_mode(if way == Way::Plain { SslMode::Disable } else { SslMode::Require });
    Ok(Address { config, way })
}

/// Says what is wrong with an address before anybody connects.
pub(crate) fn check(url: &str) -> Result<(), StoreError> {
    read(url).map(drop)
}

/// What the address says about TLS.
#[derive(Default)]
struct Said {
    mode: Option<String>,
    authorities: Option<PathBuf>,
}

fn split(url: &str) -> Result<(String, Said), StoreError> {
    let Some((front, query)) = url.split_once('?') else { return Ok((url.to_owned(), Said::default())) };
    let mut said = Said::default();
    let mut others = Vec::new();
    for pair in query.split('&') {
        match pair.split_once('=') {
            Some(("sslmode", mode)) => said.mode = Some(mode.to_owned()),
            Some(("sslrootcert", file)) => said.authorities = Some(decode(file)?),
            _ => others.push(pair),
        }
    }
    let rest = if others.is_empty() { front.to_owned() } else { format!("{front}?{}", others.join("&")) };
    Ok((rest, said))
}

fn way(config: &Config, said: Said) -> Result<Way, StoreError> {
    match (said.mode.as_deref(), said.authorities) {
        // `require` of other programs encrypts to anybody; there is no use in a secret shared with a stranger, so here it
        // means the same as `verify-full`.
        (Some("verify-full" | "require"), Some(authorities)) => Ok(Way::Tls(authorities)),
        (Some("verify-full" | "require"), None) => {
            Err(wrong("sslmode needs the authority that signed the server's certificate: add sslrootcert=FILE"))
        }
        (None | Some("disable"), Some(_)) => Err(wrong("sslrootcert needs sslmode=verify-full")),
        (Some("disable"), None) => Ok(Way::Plain),
        (None, None) if is_here(config) => Ok(Way::Plain),
        (None, None) => Err(wrong(
            "the server is on another machine: add sslmode=verify-full&sslrootcert=FILE, or sslmode=disable if nobody else is on the wire",
        )),
        (Some(_), _) => Err(wrong("sslmode is verify-full, require or disable")),
    }
}

/// Whether every host of the address is this machine. A name other than `localhost` can lead anywhere.
fn is_here(config: &Config) -> bool {
    let local = |host: &Host| match host {
        Host::Tcp(name) => name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()),
        Host::Unix(_) => true,
    };
    // An address, where there is one, is where the connection goes; the name beside it is only for the certificate.
    match config.get_hostaddrs() {
        [] => config.get_hosts().iter().all(local),
        addresses => addresses.iter().all(IpAddr::is_loopback),
    }
}

fn decode(text: &str) -> Result<PathBuf, StoreError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' {
            let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
            let pair = digit(rest.next()).zip(digit(rest.next()));
            let value = pair.and_then(|(high, low)| u8::try_from(high * 16 + low).ok());
            value.ok_or_else(|| wrong("sslrootcert has a % that two hexadecimal digits do not follow"))?
        } else {
            byte
        });
    }
    String::from_utf8(bytes).map(PathBuf::from).map_err(|_| wrong("sslrootcert is not UTF-8"))
}

fn wrong(why: &str) -> StoreError {
    StoreError::Address(why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way_of(url: &str) -> Result<Way, String> {
        read(url).map(|address| address.way).map_err(|error| error.to_string())
    }

    #[test]
    fn what_stays_on_this_machine_is_plain() {
        for here in [
            "postgres://u@localhost/d",
            "postgres://u@127.0.0.1:5433/d",
            "postgres://u@[::1]/d",
            "postgres://u@%2Frun%2Fpostgresql/d",
            "postgres://u@localhost,127.0.0.1/d?connect_timeout=3",
        ] {
            assert_eq!(way_of(here), Ok(Way::Plain), "{here}");
        }
    }

    #[test]
    fn what_leaves_it_is_encrypted_unless_the_operator_writes_otherwise() {
        for away in [
            "postgres://u:hunter2@db.example/d",
            "postgres://u:hunter2@10.0.0.7/d",
            "postgres://u:hunter2@127.0.0.1.example/d",
            "postgres://u:hunter2@localhost,db.example/d",
            "postgres://u:hunter2@localhost/d?hostaddr=10.0.0.7",
        ] {
            let line = way_of(away).unwrap_err();
            assert!(line.contains("sslmode=verify-full&sslrootcert=") && !line.contains("hunter2"), "{line}");
        }
        assert_eq!(way_of("postgres://u@db.example/d?sslmode=disable"), Ok(Way::Plain));
        for mode in ["verify-full", "require"] {
            let url = format!("postgres://u@db.example/d?sslmode={mode}&sslrootcert=%2Fetc/ca%20file.pem&connect_timeout=3");
            assert_eq!(way_of(&url), Ok(Way::Tls("/etc/ca file.pem".into())));
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused_without_quoting_it() {
        let table = [
            ("?sslmode=verify-full", "add sslrootcert=FILE"),
            ("?sslmode=require", "add sslrootcert=FILE"),
            ("?sslmode=prefer", "sslmode is"),
            ("?sslmode=verify-ca&sslrootcert=x", "sslmode is"),
            ("?sslrootcert=x", "needs sslmode"),
            ("?sslmode=disable&sslrootcert=x", "needs sslmode"),
            ("?sslmode=require&sslrootcert=%zz", "hexadecimal"),
            ("?nonsense=1", "is not like"),
        ];
        for (query, wanted) in table {
            let line = way_of(&format!("postgres://u:hunter2@db.example/d{query}")).unwrap_err();
            assert!(line.contains(wanted) && !line.contains("hunter2"), "{query}: {line}");
        }
    }

    #[test]
    fn the_driver_never_falls_back_to_a_plain_connection() {
        let tls = read("postgres://u@db.example/d?sslmode=require&sslrootcert=x").unwrap();
        assert_eq!(tls.config.get_ssl_mode(), SslMode::Require);
    }
}
