//! The words of a letter.

use kernel::Language;

use super::{Letter, LetterKind};

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
