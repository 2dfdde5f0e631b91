use std::collections::BTreeMap;

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
--keys  the provider's public keys (/oidc/keys)  --at  another moment than now, seconds since 1970
--root  the certificate of the root (root.cer)  --list  the issuing authority's list (issuing.crl)
--message  a signature that stands beside the document
--language en | zh-hant | zh-hans: the language of the answer

For example: lionrock-verify receipt receipt.json --key register.example+1a2b3c4d+AW…

Exit code: 0 valid, 1 not valid, 2 wrong use or unreadable file.";

/// Wrong use: what is wrong with the command line.
#[derive(Debug, PartialEq, Eq)]
pub struct Misuse(pub String);

impl Arguments {
    /// Reads a check of something that a key signed; `name` is the first argument, `rest` what follows it.
    pub fn parse(name: &str, rest: &[String]) -> Result<Self, Misuse> {
        let (what, also): (_, &[&str]) = match name {
            "receipt" => (What::Receipt, &[]),
            "certificate" => (What::Certificate, &["--opening", "--copy"]),
            "checkpoint" => (What::Checkpoint, &["--older", "--proof"]),
            "copy" => (What::Copy, &[]),
            _ => return Err(Misuse(format!("there is no check of `{name}`"))),
        };
        let mut given = Given::read(rest, "FILE", &[&["--key"], also].concat())?;
        let growth = match (given.take("--older"), given.take("--proof")) {
            (Some(older), Some(proof)) => Some((older, proof)),
            (None, None) => None,
            _ => return Err(Misuse("--older and --proof go together".into())),
        };
        let opening = match (given.take("--opening"), given.take("--copy")) {
            (Some(opening), copy) => Some((opening, copy)),
            (None, None) => None,
            (None, Some(_)) => return Err(Misuse("--copy goes with --opening".into())),
        };
        Ok(Self { what, file: given.needed("FILE")?, key: given.needed("--key")?, language: given.language, growth, opening })
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
    pub fn parse(rest: &[String]) -> Result<Self, Misuse> {
        let mut given = Given::read(rest, "FILE", &["--root", "--message", "--list"])?;
        let (message, list) = (given.take("--message"), given.take("--list"));
        Ok(Self { file: given.needed("FILE")?, root: given.needed("--root")?, message, list, language: given.language })
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
    pub fn parse(rest: &[String]) -> Result<Self, Misuse> {
        let mut given = Given::read(rest, "CODE", &["--keys", "--at"])?;
        let seconds = |at: String| at.parse().map_err(|_| Misuse(format!("--at {at}: name seconds since 1970, such as 1795340000")));
        let at = given.take("--at").map(seconds).transpose()?;
        Ok(Self { code: given.needed("CODE")?, keys: given.needed("--keys")?, at, language: given.language })
    }
}

/// What was given: each option with its value, and what stands alone under the name that the usage has for it.
struct Given {
    values: BTreeMap<String, String>,
    language: Language,
}

impl Given {
    /// Each option once, with a value; one thing without an option.
    fn read(rest: &[String], alone: &str, options: &[&str]) -> Result<Self, Misuse> {
        let mut values = BTreeMap::new();
        let mut rest = rest.iter();
        while let Some(argument) = rest.next() {
            let (name, value) = if !argument.starts_with("--") {
                (alone, argument)
            } else if options.contains(&argument.as_str()) || argument == "--language" {
                (argument.as_str(), rest.next().ok_or_else(|| Misuse(format!("{argument} needs a value")))?)
            } else {
                return Err(Misuse(format!("this check has no option {argument}")));
            };
            if values.insert(name.to_owned(), value.clone()).is_some() {
                return Err(Misuse(format!("{name} is given twice")));
            }
        }
        let language = values.remove("--language").unwrap_or_else(|| "en".into());
        let unknown = || Misuse(format!("--language {language}: use en, zh-hant or zh-hans"));
        let language = Language::from_name(&language).ok_or_else(unknown)?;
        Ok(Self { values, language })
    }

    fn take(&mut self, name: &str) -> Option<String> {
        self.values.remove(name)
    }

    fn needed(&mut self, name: &str) -> Result<String, Misuse> {
        self.take(name).ok_or_else(|| Misuse(format!("{name} is missing")))
    }
}
