use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::arguments::{Arguments, CodeArguments, Misuse, SignatureArguments, USAGE, What};
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
    let Some((what, rest)) = arguments.split_first() else { return Outcome { text: USAGE.to_owned(), code: 2 } };
    let asks = |name: &str| ["--help", "-h"].contains(&name);
    if what == "help" || asks(what) || rest.iter().any(|argument| asks(argument)) {
        return Outcome { text: USAGE.to_owned(), code: 0 };
    }
    let done = match what.as_str() {
        "--version" | "-V" => Ok(Outcome { text: format!("lionrock-verify {}", env!("CARGO_PKG_VERSION")), code: 0 }),
        "signature" => SignatureArguments::parse(rest).map(|arguments| signature(&arguments)),
        "code" => CodeArguments::parse(rest).map(code),
        what => Arguments::parse(what, rest).map(|arguments| outcome(check(&arguments), arguments.language)),
    };
    let wrong_use = |Misuse(what)| Outcome { text: format!("lionrock-verify: {what}. `lionrock-verify --help` shows each form"), code: 2 };
    done.unwrap_or_else(wrong_use)
}

/// `signature FILE --root FILE [--message FILE] [--list FILE]`
fn signature(arguments: &SignatureArguments) -> Outcome {
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
fn code(CodeArguments { code, keys, at, language }: CodeArguments) -> Outcome {
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
    let neither = || {
        language.pick([
            format!("--key {text} is neither a public key (name+hash+base64, whole) nor a file with one on its first line."),
            format!("--key {text} 既不是完整的公開密鑰（名稱+雜湊+base64），也不是首行載有公開密鑰的檔案。"),
            format!("--key {text} 既不是完整的公开密钥（名称+哈希+base64），也不是首行载有公开密钥的文件。"),
        ])
    };
    let file = fs::read_to_string(text).map_err(|_| neither())?;
    file.lines().next().and_then(Key::parse).ok_or_else(neither)
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
