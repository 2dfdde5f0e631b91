//! What Lionrock says to residents by text message.
//!
//! A text goes to a phone that others may read, so it holds no name, no identity number and no address, and says no
//! more than its reader needs. One text serves mismatch, duplicate and ineligible alike (promise 11).

use kernel::{Day, Language, Text};

/// A text message, before it is put into a language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Template {
    /// The registration stands; nothing more to do.
    RegistrationConfirmed {
        /// The scheme's short name.
        scheme: Text,
        /// The household's reference.
        reference: String,
    },
    /// Something in the registration must be looked at again. The same for every cause.
    NeedsChecking {
        /// The scheme's short name.
        scheme: Text,
        /// The household's reference.
        reference: String,
        /// Where an empty form waits behind reference and code.
        link: String,
    },
    /// A one-time code to look at a registration.
    StatusCode {
        /// Six digits.
        code: String,
        /// The host the code is bound to: a browser offers it on no other.
        host: String,
        /// How long the code is good for.
        minutes: u16,
    },
    /// Somebody wants the account of this number back. The same whether there is one.
    RecoveryBegun {
        /// What an officer needs to find the recovery.
        reference: String,
        /// The host where it is stopped.
        host: String,
        /// How long it can be stopped.
        hours: i64,
    },
    /// The account of this number was given back: its earlier ways in are gone.
    AccountRecovered {
        /// The host where it is.
        host: String,
    },
    /// A passkey of the account of this number was stopped, because it may exist twice.
    PasskeyStopped {
        /// The host where the account is.
        host: String,
    },
    /// Somebody wants an account back that sends its notices here. For every channel that the account has bound.
    WayBackBegun {
        /// What an officer needs to find the recovery.
        reference: String,
        /// The host where it is stopped.
        host: String,
        /// How long it can be stopped.
        hours: i64,
    },
    /// An account that sends its notices here was given back: its earlier ways in are gone.
    WayBackTaken {
        /// The host where it is.
        host: String,
    },
    /// Two officers compared an identity card with a photo of whoever wants an account back that sends its notices here.
    WayBackAgreed {
        /// The host where it is stopped.
        host: String,
        /// How long it can be stopped.
        hours: i64,
    },
    /// The photos that somebody without a way in had sent are gone. The same whatever came of it, and whether there is an account.
    RecoveryCompared {
        /// Where to read what came of it, with a code.
        link: String,
    },
    /// An address that somebody gave for notices is to be confirmed. By mail only.
    MailConfirm {
        /// Where it is confirmed.
        link: String,
        /// For how long.
        hours: i64,
    },
    /// The address for notices was changed or removed: to the address that stood there, and to every other channel.
    MailChanged {
        /// The host where the account is.
        host: String,
    },
    /// A forgotten password of this account gave way to a new one.
    PasswordChosenAnew {
        /// The host where the account is.
        host: String,
    },
    /// The account of this number, which was never activated, was erased at its owner's wish.
    AccountCancelled {
        /// Where the certificate is.
        link: String,
    },
    /// The delivery has left.
    Dispatched {
        /// The scheme's short name.
        scheme: Text,
        /// The household's reference.
        reference: String,
    },
    /// The delivery has arrived.
    Delivered {
        /// The scheme's short name.
        scheme: Text,
        /// The household's reference.
        reference: String,
    },
    /// The courier could not deliver.
    NotDelivered {
        /// The scheme's short name.
        scheme: Text,
        /// The household's reference.
        reference: String,
        /// Where to see the address and correct it, behind reference and code.
        link: String,
    },
    /// The scheme closes soon and this registration still needs checking.
    SchemeClosing {
        /// The scheme's short name.
        scheme: Text,
        /// The household's reference.
        reference: String,
        /// The last day.
        until: Day,
        /// Where an empty form waits behind reference and code.
        link: String,
    },
    /// The PIN that activates an account, where a register knows the address.
    PinText {
        /// Eight digits.
        pin: String,
        /// The host where it is typed.
        host: String,
        /// Its last day.
        until: Day,
    },
    /// The PIN of a letter lapses soon.
    PinLapses {
        /// The host where it is typed.
        host: String,
        /// Its last day.
        until: Day,
    },
    /// The letter with the PIN came back.
    LetterReturned {
        /// The host where another is asked for.
        host: String,
    },
    /// The check of an identity is over. The same whatever came of it.
    ProofingEnded {
        /// Where the resident signs in and reads what came of it.
        link: String,
    },
}

impl Template {
    /// Its name in tables, counters and pages.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::RegistrationConfirmed { .. } => "registration-confirmed",
            Self::NeedsChecking { .. } => "needs-checking",
            Self::StatusCode { .. } => "status-code",
            Self::RecoveryBegun { .. } => "recovery-begun",
            Self::AccountRecovered { .. } => "account-recovered",
            Self::PasskeyStopped { .. } => "passkey-stopped",
            Self::WayBackBegun { .. } => "way-back-begun",
            Self::WayBackTaken { .. } => "way-back-taken",
            Self::WayBackAgreed { .. } => "way-back-agreed",
            Self::RecoveryCompared { .. } => "recovery-compared",
            Self::MailConfirm { .. } => "mail-confirm",
            Self::MailChanged { .. } => "mail-changed",
            Self::PasswordChosenAnew { .. } => "password-chosen-anew",
            Self::AccountCancelled { .. } => "account-cancelled",
            Self::PinText { .. } => "pin-text",
            Self::PinLapses { .. } => "pin-lapses",
            Self::LetterReturned { .. } => "letter-returned",
            Self::Dispatched { .. } => "dispatched",
            Self::Delivered { .. } => "delivered",
            Self::NotDelivered { .. } => "not-delivered",
            Self::SchemeClosing { .. } => "scheme-closing",
            Self::ProofingEnded { .. } => "proofing-ended",
        }
    }

    /// The message in one language.
    pub fn text(&self, language: Language) -> String {
        match self {
            Self::RegistrationConfirmed { scheme, reference } => confirmed(language, &short(scheme, language), reference),
            Self::NeedsChecking { scheme, reference, link } => {
                needs_checking(language, &short(scheme, language), reference, link)
            }
            Self::StatusCode { code, host, minutes } => status_code(language, code, host, *minutes),
            Self::RecoveryBegun { reference, host, hours } => recovery_begun(language, reference, host, *hours),
            Self::AccountRecovered { host } => account_recovered(language, host),
            Self::PasskeyStopped { host } => passkey_stopped(language, host),
            Self::WayBackBegun { reference, host, hours } => way_back_begun(language, reference, host, *hours),
            Self::WayBackTaken { host } => way_back_taken(language, host),
            Self::WayBackAgreed { host, hours } => way_back_agreed(language, host, *hours),
            Self::RecoveryCompared { link } => recovery_compared(language, link),
            Self::MailConfirm { link, hours } => mail_confirm(language, link, *hours),
            Self::MailChanged { host } => mail_changed(language, host),
            Self::PasswordChosenAnew { host } => password_chosen_anew(language, host),
            Self::AccountCancelled { link } => account_cancelled(language, link),
            Self::PinText { pin, host, until } => pin_text(language, pin, host, *until),
            Self::PinLapses { host, until } => pin_lapses(language, host, *until),
            Self::LetterReturned { host } => letter_returned(language, host),
            Self::Dispatched { scheme, reference } => dispatched(language, &short(scheme, language), reference),
            Self::Delivered { scheme, reference } => delivered(language, &short(scheme, language), reference),
            Self::NotDelivered { scheme, reference, link } => {
                not_delivered(language, &short(scheme, language), reference, link)
            }
            Self::SchemeClosing { scheme, reference, until, link } => {
                closing(language, &short(scheme, language), reference, *until, link)
            }
            Self::ProofingEnded { link } => proofing_ended(language, link),
        }
    }
}

/// A day as people write it: `6 June 2020`, `2020年6月6日`.
pub fn long_day(language: Language, day: Day) -> String {
    let (year, month, date) = day.civil();
    if language == Language::En {
        let index = usize::try_from(month).unwrap_or(1).saturating_sub(1);
        let name = MONTHS.get(index).copied().unwrap_or_default();
        return format!("{date} {name} {year}");
    }
    format!("{year}年{month}月{date}日")
}

fn confirmed(language: Language, scheme: &str, reference: &str) -> String {
    match language {
        Language::En => format!(
            "{scheme}: your registration {reference} is confirmed. There is nothing more to do. \
             We will text you when your delivery is on its way."
        ),
        Language::ZhHant => {
            format!("{scheme}：你的登記 {reference} 已獲確認，無須再辦任何手續。派送時會再發短訊通知你。")
        }
        Language::ZhHans => {
            format!("{scheme}：你的登记 {reference} 已获确认，无须再办任何手续。派送时会再发短信通知你。")
        }
    }
}

fn needs_checking(language: Language, scheme: &str, reference: &str, link: &str) -> String {
    match language {
        Language::En => format!(
            "{scheme}: the details of registration {reference} need checking. Please go to {link} \
             or ask our staff for help."
        ),
        Language::ZhHant => format!("{scheme}：登記 {reference} 的資料需要核對。請到 {link} 辦理，或向職員求助。"),
        Language::ZhHans => format!("{scheme}：登记 {reference} 的资料需要核对。请到 {link} 办理，或向职员求助。"),
    }
}

/// The last line is the origin-bound form (WICG "Origin-bound one-time codes delivered via SMS"): a browser fills the code in
/// on that host only, so that a look-alike site gets nothing.
fn status_code(language: Language, code: &str, host: &str, minutes: u16) -> String {
    let sentence = match language {
        Language::En => format!("{code} is your code. It is valid for {minutes} minutes. Do not give it to anyone."),
        Language::ZhHant => format!("你的驗證碼是 {code}，{minutes} 分鐘內有效。切勿告訴他人。"),
        Language::ZhHans => format!("你的验证码是 {code}，{minutes} 分钟内有效。切勿告诉他人。"),
    };
    format!("{sentence}\n\n@{host} #{code}")
}

fn recovery_begun(language: Language, reference: &str, host: &str, hours: i64) -> String {
    match language {
        Language::En => format!(
            "Somebody asked to recover the resident account of this number ({reference}). If it was not you, sign in at {host} \
             within {hours} hours and stop it."
        ),
        Language::ZhHant => {
            format!("有人要求取回此號碼的市民帳戶({reference})。如非本人所為，請於{hours}小時內到 {host} 登入並制止。")
        }
        Language::ZhHans => {
            format!("有人要求取回此号码的市民账户({reference})。如非本人所为，请于{hours}小时内到 {host} 登录并制止。")
        }
    }
}

fn account_recovered(language: Language, host: &str) -> String {
    match language {
        Language::En => format!(
            "The resident account of this number at {host} was recovered. Its earlier passkeys and passwords no longer work. \
             If it was not you, tell our staff at once."
        ),
        Language::ZhHant => format!("此號碼在 {host} 的市民帳戶已被取回，以往的通行密鑰及密碼已失效。如非本人所為，請立即告知職員。"),
        Language::ZhHans => format!("此号码在 {host} 的市民账户已被取回，以往的通行密钥及密码已失效。如非本人所为，请立即告知职员。"),
    }
}

fn passkey_stopped(language: Language, host: &str) -> String {
    match language {
        Language::En => format!(
            "A passkey of your account at {host} may exist twice, so it was stopped and everybody was signed out. Sign in with another \
             one and remove it, or get your account back there."
        ),
        Language::ZhHant => format!("你在 {host} 的帳戶有一個通行密鑰可能被複製，已停用，所有登入亦已結束。請以另一通行密鑰登入並移除它，或取回帳戶。"),
        Language::ZhHans => format!("你在 {host} 的账户有一个通行密钥可能被复制，已停用，所有登录也已结束。请以另一通行密钥登录并移除它，或取回账户。"),
    }
}

fn way_back_begun(language: Language, reference: &str, host: &str, hours: i64) -> String {
    match language {
        Language::En => format!(
            "Somebody asked to recover your resident account ({reference}). If it was not you, sign in at {host} within {hours} hours \
             and stop it."
        ),
        Language::ZhHant => {
            format!("有人要求取回你的市民帳戶({reference})。如非本人所為，請於{hours}小時內到 {host} 登入並制止。")
        }
        Language::ZhHans => {
            format!("有人要求取回你的市民账户({reference})。如非本人所为，请于{hours}小时内到 {host} 登录并制止。")
        }
    }
}

fn way_back_taken(language: Language, host: &str) -> String {
    match language {
        Language::En => format!(
            "Your resident account at {host} was recovered. Its earlier passkeys and passwords no longer work. If it was not you, tell \
             our staff at once."
        ),
        Language::ZhHant => format!("你在 {host} 的市民帳戶已被取回，以往的通行密鑰及密碼已失效。如非本人所為，請立即告知職員。"),
        Language::ZhHans => format!("你在 {host} 的市民账户已被取回，以往的通行密钥及密码已失效。如非本人所为，请立即告知职员。"),
    }
}

fn way_back_agreed(language: Language, host: &str, hours: i64) -> String {
    match language {
        Language::En => format!(
            "Two officers compared an identity card and a photo of whoever asked for your resident account. If it was not you, sign in \
             at {host} within {hours} hours and stop it."
        ),
        Language::ZhHant => {
            format!("有人要求取回你的市民帳戶，兩名職員已核對其身份證及相片。如非本人所為，請於{hours}小時內到 {host} 登入並制止。")
        }
        Language::ZhHans => {
            format!("有人要求取回你的市民账户，两名职员已核对其身份证及照片。如非本人所为，请于{hours}小时内到 {host} 登录并制止。")
        }
    }
}

fn recovery_compared(language: Language, link: &str) -> String {
    match language {
        Language::En => format!("The photos that you sent to get an account back have been destroyed. See the result at {link} with a new code."),
        Language::ZhHant => format!("你為取回帳戶而傳送的相片已銷毀。請到 {link} 索取新驗證碼並查看結果。"),
        Language::ZhHans => format!("你为取回账户而发送的照片已销毁。请到 {link} 索取新验证码并查看结果。"),
    }
}

fn mail_confirm(language: Language, link: &str, hours: i64) -> String {
    match language {
        Language::En => format!(
            "Somebody gave this address for the notices of a resident account. If it was you, confirm it within {hours} hours:\n\n\
             {link}\n\nIf it was not you, there is nothing to do: without your confirmation no notice comes here."
        ),
        Language::ZhHant => format!(
            "有人以此電郵地址接收市民帳戶的通知。如是本人，請於{hours}小時內確認：\n\n{link}\n\n\
             如非本人，無須理會；未經確認，此地址不會收到通知。"
        ),
        Language::ZhHans => format!(
            "有人以此电邮地址接收市民账户的通知。如是本人，请于{hours}小时内确认：\n\n{link}\n\n\
             如非本人，无须理会；未经确认，此地址不会收到通知。"
        ),
    }
}

fn mail_changed(language: Language, host: &str) -> String {
    match language {
        Language::En => format!(
            "The e-mail address of your resident account at {host} was changed or removed. If it was not you, sign in there at once \
             and end the other sessions."
        ),
        Language::ZhHant => format!("你在 {host} 的市民帳戶的電郵地址已更改或移除。如非本人所為，請立即登入並結束其他登入。"),
        Language::ZhHans => format!("你在 {host} 的市民账户的电邮地址已更改或移除。如非本人所为，请立即登录并结束其他登录。"),
    }
}

/// The subject of every mail to a resident: whoever sees the list of a mailbox learns no more from it.
pub(crate) const fn mail_subject(language: Language) -> &'static str {
    match language {
        Language::En => "Your resident account",
        Language::ZhHant => "你的市民帳戶",
        Language::ZhHans => "你的市民账户",
    }
}

fn password_chosen_anew(language: Language, host: &str) -> String {
    match language {
        Language::En => format!(
            "A new password was chosen for your resident account at {host} with your identity document and a code, and everybody was \
             signed out. If it was not you, tell our staff at once."
        ),
        Language::ZhHant => {
            format!("你在 {host} 的市民帳戶已憑身分證明文件及驗證碼重設密碼，所有登入亦已結束。如非本人所為，請立即告知職員。")
        }
        Language::ZhHans => {
            format!("你在 {host} 的市民账户已凭身份证明文件及验证码重设密码，所有登录也已结束。如非本人所为，请立即告知职员。")
        }
    }
}

fn account_cancelled(language: Language, link: &str) -> String {
    match language {
        Language::En => format!(
            "The resident account of this number that waited for its activation was erased, as you asked. You can register again \
             now. The certificate: {link}"
        ),
        Language::ZhHant => format!("此號碼尚未啟動的市民帳戶已按你的要求刪除，你現在可重新登記。刪除證明書：{link}"),
        Language::ZhHans => format!("此号码尚未启动的市民账户已按你的要求删除，你现在可重新登记。删除证明书：{link}"),
    }
}

fn pin_text(language: Language, pin: &str, host: &str, until: Day) -> String {
    let day = long_day(language, until);
    match language {
        Language::En => format!("{pin} is the PIN that activates your resident account. Sign in at {host} and type it by {day}. Tell nobody."),
        Language::ZhHant => format!("你的市民帳戶啟動碼是 {pin}，請於{day}或之前到 {host} 登入並輸入。切勿告訴他人。"),
        Language::ZhHans => format!("你的市民账户启动码是 {pin}，请于{day}或之前到 {host} 登录并输入。切勿告诉他人。"),
    }
}

fn pin_lapses(language: Language, host: &str, until: Day) -> String {
    let day = long_day(language, until);
    match language {
        Language::En => format!("The PIN for your resident account lapses after {day}. Type it at {host}/pin, or ask there for another letter."),
        Language::ZhHant => format!("你的市民帳戶啟動碼於{day}後失效。請到 {host}/pin 輸入，或在該處要求再寄一封信。"),
        Language::ZhHans => format!("你的市民账户启动码于{day}后失效。请到 {host}/pin 输入，或在该处要求再寄一封信。"),
    }
}

fn letter_returned(language: Language, host: &str) -> String {
    match language {
        Language::En => format!("The letter with the PIN for your resident account came back to us. Sign in at {host}, check the address and ask for another one."),
        Language::ZhHant => format!("寄給你的市民帳戶啟動碼信件已被退回。請到 {host} 登入，核對地址並要求再寄一封。"),
        Language::ZhHans => format!("寄给你的市民账户启动码信件已被退回。请到 {host} 登录，核对地址并要求再寄一封。"),
    }
}

fn dispatched(language: Language, scheme: &str, reference: &str) -> String {
    match language {
        Language::En => format!("{scheme}: the delivery for registration {reference} is on its way to the address you gave."),
        Language::ZhHant => format!("{scheme}：登記 {reference} 的物品已寄出，將送到你登記的地址。"),
        Language::ZhHans => format!("{scheme}：登记 {reference} 的物品已寄出，将送到你登记的地址。"),
    }
}

fn delivered(language: Language, scheme: &str, reference: &str) -> String {
    match language {
        Language::En => format!(
            "{scheme}: the delivery for registration {reference} has arrived. If you did not get it, please tell our staff."
        ),
        Language::ZhHant => format!("{scheme}：登記 {reference} 的物品已送達。如未收到，請告知職員。"),
        Language::ZhHans => format!("{scheme}：登记 {reference} 的物品已送达。如未收到，请告知职员。"),
    }
}

fn not_delivered(language: Language, scheme: &str, reference: &str, link: &str) -> String {
    match language {
        Language::En => format!(
            "{scheme}: we could not deliver to the address of registration {reference}. Please check it at {link} \
             or ask our staff for help."
        ),
        Language::ZhHant => format!("{scheme}：登記 {reference} 的物品未能送達。請到 {link} 核對地址，或向職員求助。"),
        Language::ZhHans => format!("{scheme}：登记 {reference} 的物品未能送达。请到 {link} 核对地址，或向职员求助。"),
    }
}

fn closing(language: Language, scheme: &str, reference: &str, until: Day, link: &str) -> String {
    let day = long_day(language, until);
    match language {
        Language::En => format!(
            "{scheme} closes at the end of {day}. Registration {reference} still needs checking. Please go to {link} \
             or ask our staff for help."
        ),
        Language::ZhHant => {
            format!("{scheme}將於{day}結束。登記 {reference} 仍需核對，請到 {link} 辦理，或向職員求助。")
        }
        Language::ZhHans => {
            format!("{scheme}将于{day}结束。登记 {reference} 仍需核对，请到 {link} 办理，或向职员求助。")
        }
    }
}

fn proofing_ended(language: Language, link: &str) -> String {
    match language {
        Language::En => format!("Your identity check is over and your photos have been destroyed. Sign in at {link} to see the result."),
        Language::ZhHant => format!("你的身分核實程序已完結，相片已銷毀。請到 {link} 登入查看結果。"),
        Language::ZhHans => format!("你的身份核实程序已完结，照片已销毁。请到 {link} 登录查看结果。"),
    }
}

/// A scheme's name cut to a length that leaves room for the message.
fn short(scheme: &Text, language: Language) -> String {
    let limit = if language == Language::En { SCHEME_LIMIT_EN } else { SCHEME_LIMIT_ZH };
    let name = scheme.get(language).trim();
    if name.chars().count() <= limit {
        return name.to_owned();
    }
    let kept: String = name.chars().take(limit - 3).collect();
    format!("{}...", kept.trim_end())
}

const SCHEME_LIMIT_EN: usize = 40;
const SCHEME_LIMIT_ZH: usize = 20;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segments;

    /// Every template with values as long as they come.
    fn longest() -> Vec<Template> {
        let scheme = || Text::new("M".repeat(60), "罩".repeat(40), "罩".repeat(40));
        let reference = || "LR-7K4M-9QXP".to_owned();
        let link = || "https://masks.example.gov.hk/r".to_owned();
        vec![
            Template::RegistrationConfirmed { scheme: scheme(), reference: reference() },
            Template::NeedsChecking { scheme: scheme(), reference: reference(), link: link() },
            Template::StatusCode { code: "123456".into(), host: "masks.example.gov.hk".into(), minutes: 15 },
            Template::RecoveryBegun { reference: "7K4M-9QXP".into(), host: "masks.example.gov.hk".into(), hours: 72 },
            Template::AccountRecovered { host: "masks.example.gov.hk".into() },
            Template::PasskeyStopped { host: "masks.example.gov.hk".into() },
            Template::WayBackBegun { reference: "7K4M-9QXP".into(), host: "masks.example.gov.hk".into(), hours: 72 },
            Template::WayBackTaken { host: "masks.example.gov.hk".into() },
            Template::WayBackAgreed { host: "masks.example.gov.hk".into(), hours: 72 },
            Template::RecoveryCompared { link: "https://masks.example.gov.hk/zh-Hant/account/recover".into() },
            Template::MailChanged { host: "masks.example.gov.hk".into() },
            Template::PasswordChosenAnew { host: "masks.example.gov.hk".into() },
            Template::AccountCancelled {
                link: "https://masks.example.gov.hk/zh-Hant/account/certificates/er_01890b0e2c5b7d1e9f3a5c7b9d1e3f5a".into(),
            },
            Template::Dispatched { scheme: scheme(), reference: reference() },
            Template::Delivered { scheme: scheme(), reference: reference() },
            Template::NotDelivered { scheme: scheme(), reference: reference(), link: link() },
            Template::SchemeClosing {
                scheme: scheme(),
                reference: reference(),
                until: Day::from_civil(2020, 12, 26).unwrap(),
                link: link(),
            },
            Template::PinText {
                pin: "12345678".into(),
                host: "masks.example.gov.hk".into(),
                until: Day::from_civil(2020, 12, 26).unwrap(),
            },
            Template::PinLapses { host: "masks.example.gov.hk".into(), until: Day::from_civil(2020, 12, 26).unwrap() },
            Template::LetterReturned { host: "masks.example.gov.hk".into() },
            Template::ProofingEnded { link: link() },
        ]
    }

    #[test]
    fn every_text_fits_two_parts_and_english_stays_in_the_seven_bit_alphabet() {
        for template in longest() {
            for language in Language::ALL {
                let text = template.text(language);
                let segments = segments(&text);
                assert!(segments.parts <= 2, "{} parts: {text}", segments.parts);
                assert_eq!(segments.ucs2, language != Language::En, "{text}");
            }
        }
    }

    #[test]
    fn the_code_is_bound_to_its_host_in_the_last_line() {
        let template = Template::StatusCode { code: "123456".into(), host: "masks.example.gov.hk".into(), minutes: 15 };
        for language in Language::ALL {
            let text = template.text(language);
            assert_eq!(text.lines().last(), Some("@masks.example.gov.hk #123456"), "{text}");
            assert_eq!(text.lines().nth(1), Some(""), "the code line stands apart: {text}");
        }
    }

    #[test]
    fn a_short_name_is_kept_and_a_long_one_is_cut() {
        let scheme = Text::new("Reusable Masks", "可重用口罩", "可重用口罩");
        let template = Template::RegistrationConfirmed { scheme, reference: "LR-1".into() };
        assert!(template.text(Language::En).starts_with("Reusable Masks: your registration LR-1 is confirmed."));
        assert!(template.text(Language::ZhHant).starts_with("可重用口罩：你的登記 LR-1 已獲確認"));
        assert!(longest()[0].text(Language::ZhHans).starts_with(&format!("{}...：", "罩".repeat(17))));
    }

    #[test]
    fn days_read_as_people_write_them() {
        let day = Day::from_civil(2020, 6, 6).unwrap();
        assert_eq!(long_day(Language::En, day), "6 June 2020");
        assert_eq!(long_day(Language::ZhHant, day), "2020年6月6日");
    }
}
