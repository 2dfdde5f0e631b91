use std::fs;

use crate::arguments::{Arguments, USAGE, What};
use crate::{Key, Language, Reason, Report, check_certificate, check_checkpoint, check_copy, check_growth, check_opened, check_receipt};

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
    let Some(arguments) = Arguments::parse(arguments) else {
        return Outcome { text: USAGE.to_owned(), code: 2 };
    };
    match check(&arguments) {
        Ok(Ok(report)) => Outcome { text: report.text(arguments.language), code: 0 },
        Ok(Err(reason)) => Outcome { text: invalid(&reason, arguments.language), code: 1 },
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
    fs::read_to_string(path).map_err(|error| {
        language.pick([format!("Cannot read {path}: {error}"), format!("未能讀取 {path}：{error}"), format!("未能读取 {path}：{error}")])
    })
}

fn invalid(reason: &Reason, language: Language) -> String {
    format!("{}\n\n{}", language.pick(["NOT VALID", "無效", "无效"]), reason.text(language))
}
