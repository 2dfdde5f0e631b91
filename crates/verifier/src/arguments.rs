use crate::Language;

/// What to check, and with what.
#[derive(Debug, PartialEq, Eq)]
pub struct Arguments {
    pub what: What,
    pub file: String,
    pub key: String,
    pub language: Language,
    /// Older checkpoint and consistency proof.
    pub growth: Option<(String, String)>,
    /// What opens the commitments of a certificate, and the copy of one's data from before the erasure.
    pub opening: Option<(String, Option<String>)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Receipt,
    Certificate,
    Checkpoint,
    Copy,
}

pub const USAGE: &str = "\
lionrock-verify checks evidence offline.

  lionrock-verify receipt FILE --key KEY
  lionrock-verify certificate FILE --key KEY [--opening FILE [--copy FILE]]
  lionrock-verify copy FILE --key KEY
  lionrock-verify checkpoint FILE --key KEY [--older FILE --proof FILE]
  lionrock-verify code CODE --keys FILE [--at SECONDS]
  lionrock-verify signature FILE --root FILE [--message FILE] [--list FILE]

FILE  a file; for a receipt also the line of its QR code itself (LR1.…)
KEY   the public key of the journal (name+hash+base64) or a file with it on the first line
--opening  what was given with the certificate of an erasure; --copy  a copy of \"my data\" from before
CODE  the text of the QR code that somebody shows (LRC1.…), or the address that holds it
--keys  the provider's public keys (/oidc/jwks)  --at  another moment than now, seconds since 1970
--root  the certificate of the root (root.cer)  --list  the issuing authority's list (issuing.crl)
--message  a signature that stands beside the document
--language en | zh-hant | zh-hans

Exit code: 0 valid, 1 not valid, 2 wrong use or unreadable file.";

impl Arguments {
    /// Reads the command line; nothing when it is not one of the forms above.
    pub fn parse(arguments: &[String]) -> Option<Self> {
        let (what, rest) = arguments.split_first()?;
        let what = match what.as_str() {
            "receipt" => What::Receipt,
            "certificate" => What::Certificate,
            "checkpoint" => What::Checkpoint,
            "copy" => What::Copy,
            _ => return None,
        };
        let (mut file, mut key, mut older, mut proof, mut language) = (None, None, None, None, None);
        let (mut opening, mut copy) = (None, None);
        let mut rest = rest.iter();
        while let Some(argument) = rest.next() {
            let place = match argument.as_str() {
                "--key" => &mut key,
                "--older" => &mut older,
                "--proof" => &mut proof,
                "--opening" => &mut opening,
                "--copy" => &mut copy,
                "--language" => &mut language,
                flag if flag.starts_with("--") => return None,
                _ => &mut file,
            };
            let value = if argument.starts_with("--") { rest.next()? } else { argument };
            if place.replace(value.clone()).is_some() {
                return None;
            }
        }
        let growth = match (older, proof) {
            (Some(older), Some(proof)) if what == What::Checkpoint => Some((older, proof)),
            (None, None) => None,
            _ => return None,
        };
        let opening = match (opening, copy) {
            (Some(opening), copy) if what == What::Certificate => Some((opening, copy)),
            (None, None) => None,
            _ => return None,
        };
        let language = Language::from_name(language.as_deref().unwrap_or("en"))?;
        Some(Self { what, file: file?, key: key?, language, growth, opening })
    }
}

/// A signed document, and with what it is checked: names of files.
#[derive(Debug, PartialEq, Eq)]
pub struct SignatureArguments {
    pub file: String,
    pub root: String,
    pub message: Option<String>,
    pub list: Option<String>,
    pub language: Language,
}

impl SignatureArguments {
    /// Reads what stands after `signature`.
    pub fn parse(arguments: &[String]) -> Option<Self> {
        let (mut file, mut root, mut message, mut list, mut language) = (None, None, None, None, None);
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let place = match argument.as_str() {
                "--root" => &mut root,
                "--message" => &mut message,
                "--list" => &mut list,
                "--language" => &mut language,
                flag if flag.starts_with("--") => return None,
                _ => &mut file,
            };
            let value = if argument.starts_with("--") { rest.next()? } else { argument };
            if place.replace(value.clone()).is_some() {
                return None;
            }
        }
        let language = Language::from_name(language.as_deref().unwrap_or("en"))?;
        Some(Self { file: file?, root: root?, message, list, language })
    }
}

/// A code that somebody shows, the file of the keys, and the moment, where one is named.
#[derive(Debug, PartialEq, Eq)]
pub struct CodeArguments {
    pub code: String,
    pub keys: String,
    pub at: Option<i64>,
    pub language: Language,
}

impl CodeArguments {
    /// Reads what stands after `code`.
    pub fn parse(arguments: &[String]) -> Option<Self> {
        let (mut code, mut keys, mut at, mut language) = (None, None, None, None);
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let place = match argument.as_str() {
                "--keys" => &mut keys,
                "--at" => &mut at,
                "--language" => &mut language,
                flag if flag.starts_with("--") => return None,
                _ => &mut code,
            };
            let value = if argument.starts_with("--") { rest.next()? } else { argument };
            if place.replace(value.clone()).is_some() {
                return None;
            }
        }
        let at = at.map(|at: String| at.parse().map_err(|_| ())).transpose().ok()?;
        let language = Language::from_name(language.as_deref().unwrap_or("en"))?;
        Some(Self { code: code?, keys: keys?, at, language })
    }
}
