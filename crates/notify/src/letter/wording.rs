//! The words of a letter.

use std::sync::LazyLock;

use kernel::{Language, Text};

use super::{Letter, LetterKind, PinLetters};
use crate::long_day;

/// Heading and paragraph in one language.
pub(super) fn words(letter: &Letter, language: Language) -> (&'static str, String) {
    let (reference, link) = (&letter.reference, &letter.link);
    let scheme = letter.scheme.get(language);
    match letter.kind {
        LetterKind::RegistrationConfirmed => confirmed(language, scheme, reference, link),
        LetterKind::NeedsChecking => needs_checking(language, scheme, reference, link),
    }
}

fn confirmed(language: Language, scheme: &str, reference: &str, link: &str) -> (&'static str, String) {
    match language {
        Language::En => (
            "Your registration is confirmed",
            format!(
                "{scheme}. Your reference is {reference}. There is nothing more to do: your delivery will come to the \
                 address above. Please keep this letter. If you need help, show it to our staff, or go to {link}"
            ),
        ),
        Language::ZhHant => (
            "你的登記已獲確認",
            format!(
                "{scheme}。你的登記編號是 {reference}。無須再辦任何手續，物品將送到上述地址。\
                 請保留此信。如需協助，請向職員出示此信，或瀏覽 {link}"
            ),
        ),
        Language::ZhHans => (
            "你的登记已获确认",
            format!(
                "{scheme}。你的登记编号是 {reference}。无须再办任何手续，物品将送到上述地址。\
                 请保留此信。如需协助，请向职员出示此信，或浏览 {link}"
            ),
        ),
    }
}

fn needs_checking(language: Language, scheme: &str, reference: &str, link: &str) -> (&'static str, String) {
    match language {
        Language::En => (
            "Your registration needs checking",
            format!(
                "{scheme}. Some details of registration {reference} need checking. Please ask our staff for help and \
                 have this letter with you, or go to {link}"
            ),
        ),
        Language::ZhHant => (
            "你的登記需要核對",
            format!("{scheme}。登記 {reference} 的部分資料需要核對。請帶同此信向職員求助，或瀏覽 {link}"),
        ),
        Language::ZhHans => (
            "你的登记需要核对",
            format!("{scheme}。登记 {reference} 的部分资料需要核对。请带同此信向职员求助，或浏览 {link}"),
        ),
    }
}

/// What a PIN is called.
pub(super) static PIN: LazyLock<Text> = LazyLock::new(|| Text::new("Your PIN", "你的啟動碼", "你的启动码"));

/// Heading and paragraph of a letter with a PIN.
pub(super) fn activate(language: Language, letters: &PinLetters) -> (&'static str, String) {
    let (service, page, day) = (letters.service.get(language), &letters.page, long_day(language, letters.until));
    match language {
        Language::En => (
            "Activate your account",
            format!(
                "{service}. Scan the square code, or go to {page} and type your mobile number and this PIN, by {day}. It is used \
                 once and never signs you in. Tell nobody: our staff do not ask for it. If you did not ask for this letter, please \
                 destroy it; an account that is not activated ends by itself."
            ),
        ),
        Language::ZhHant => (
            "啟動你的帳戶",
            format!(
                "{service}。請於{day}或之前掃描方形碼，或到 {page} 輸入你的流動電話號碼及此啟動碼。啟動碼只用一次，不能用來登入。\
                 切勿告訴他人，職員不會向你索取。如你沒有要求此信，請把它銷毀；未啟動的帳戶會自動終止。"
            ),
        ),
        Language::ZhHans => (
            "启动你的账户",
            format!(
                "{service}。请于{day}或之前扫描方形码，或到 {page} 输入你的手机号码及此启动码。启动码只用一次，不能用来登录。\
                 切勿告诉他人，职员不会向你索取。如你没有要求此信，请把它销毁；未启动的账户会自动终止。"
            ),
        ),
    }
}
