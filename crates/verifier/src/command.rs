use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::arguments::{Arguments, CodeArguments, SignatureArguments, USAGE, What};
use crate::{Key, Language, Reason, Report, SignedEvidence, check_signature, check_certificate, check_checkpoint, check_code, check_copy, check_growth, check_opened, check_receipt};

/// What to print and how to exit.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The words.
    pub text: String,
    /// 0 valid, 1 not valid, 2 wrong use or unreadable file.
    pub code: u8,
}

/// Runs the command line (without the program's name).
pub fn run(arguments: &[String]) -> Outcome {
    if let Some(("signature", rest)) = arguments.split_first().map(|(what, rest)| (what.as_str(), rest)) {
        return signature(rest);
    }
    if let Some(("code", rest)) = arguments.split_first().map(|(what, rest)| (what.as_str(), rest)) {
        return code(rest);
    }
    let Some(arguments) = Arguments::parse(arguments) else {
        return Outcome { text: USAGE.to_owned(), code: 2 };
    };
    outcome(check(&arguments), arguments.language)
}

/// `signature FILE --root FILE [--message FILE] [--list FILE]`
fn signature(arguments: &[String]) -> Outcome {
    let Some(arguments) = SignatureArguments::parse(arguments) else {
        return Outcome { text: USAGE.to_owned(), code: 2 };
    };
    let language = arguments.language;
    let checked = || -> Result<_, String> {
        let bytes = |path: &String| fs::read(path).map_err(|error| unreadable(path, &error, language));
        let (document, root) = (bytes(&arguments.file)?, bytes(&arguments.root)?);
        let (message, list) = (arguments.message.as_ref().map(bytes).transpose()?, arguments.list.as_ref().map(bytes).transpose()?);
        let evidence = SignedEvidence { document: &document, message: message.as_deref(), root: &root, list: list.as_deref() };
        Ok(check_signature(&evidence))
    };
    outcome(checked(), language)
}

/// `code CODE --keys FILE [--at SECONDS]`
fn code(arguments: &[String]) -> Outcome {
    let Some(CodeArguments { code, keys, at, language }) = CodeArguments::parse(arguments) else {
        return Outcome { text: USAGE.to_owned(), code: 2 };
    };
    match read(&keys, language).map(|keys| check_code(&code, &keys, at.unwrap_or_else(now))) {
        Ok(Ok(shown)) => Outcome { text: shown.text(language), code: 0 },
        Ok(Err(fault)) => {
            let title = language.pick(["NOT VALID", "無效", "无效"]);
            Outcome { text: format!("{title}\n\n{}", fault.text(language)), code: 1 }
        }
        Err(text) => Outcome { text, code: 2 },
    }
}

/// The moment, seconds since 1970: a code is good for a minute and a half.
#[expect(clippy::disallowed_methods, reason = "whoever inspects a code holds it against the own clock")]
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

fn outcome(checked: Result<Result<Report, Reason>, String>, language: Language) -> Outcome {
    match checked {
        Ok(Ok(report)) => Outcome { text: report.text(language), code: 0 },
        Ok(Err(reason)) => Outcome { text: invalid(&reason, language), code: 1 },
        Err(text) => Outcome { text, code: 2 },
    }
}

fn check(arguments: &Arguments) -> Result<Result<Report, Reason>, String> {
    let key = key(&arguments.key, arguments.language)?;
    let text = if arguments.file.starts_with("LR1.") { arguments.file.clone() } else { read(&arguments.file, arguments.language)? };
    Ok(match (arguments.what, &arguments.growth) {
        (What::Receipt, _) => check_receipt(&text, &key),
        (What::Copy, _) => check_copy(&text, &key),
        (What::Certificate, _) => match &arguments.opening {
            None => check_certificate(&text, &key),
            Some((opening, copy)) => {
                let read = |path: &String| read(path, arguments.language);
                check_opened(&text, &read(opening)?, copy.as_ref().map(read).transpose()?.as_deref(), &key)
            }
        },
        (What::Checkpoint, None) => check_checkpoint(&text, &key),
        (What::Checkpoint, Some((older, proof))) => {
            check_growth(&text, &read(older, arguments.language)?, &read(proof, arguments.language)?, &key)
        }
    })
}

fn key(text: &str, language: Language) -> Result<Key, String> {
    if let Some(key) = Key::parse(text) {
        return Ok(key);
    }
    let file = read(text, language)?;
    let unreadable = || language.pick([format!("{text} holds no public key."), format!("{text} 內沒有公開密鑰。"), format!("{text} 内没有公开密钥。")]);
    file.lines().next().and_then(Key::parse).ok_or_else(unreadable)
}

fn read(path: &str, language: Language) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| unreadable(path, &error, language))
}

fn unreadable(path: &str, error: &std::io::Error, language: Language) -> String {
    language.pick([format!("Cannot read {path}: {error}"), format!("未能讀取 {path}：{error}"), format!("未能读取 {path}：{error}")])
}

fn invalid(reason: &Reason, language: Language) -> String {
    format!("{}\n\n{}", language.pick(["NOT VALID", "無效", "无效"]), reason.text(language))
}
