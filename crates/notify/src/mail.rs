//! Mail to officers, contractors, subscribers and guests of exercises.

use kernel::{Id, Instant, Language, Secret, Text, kinds};
use serde::{Deserialize, Serialize};

use crate::{CarrierError, Sent, State};

/// Whom a mail is for. The row holds the id only: the address is read, on record, at the moment of sending, so that a mail
/// reaches whoever fills the post by then and no second copy of an address lies in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailTo {
    /// An officer.
    Officer(Id<kinds::Officer>),
    /// A contractor's contact.
    Contractor(Id<kinds::Contractor>),
    /// Somebody outside who subscribed to advisories, by the number of the subscription.
    Subscriber([u8; 16]),
    /// An outside expert who is invited to an exercise.
    Guest(Id<kinds::Guest>),
}

impl MailTo {
    /// The name of the kind in tables.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Officer(_) => "officer",
            Self::Contractor(_) => "contractor",
            Self::Subscriber(_) => "subscriber",
            Self::Guest(_) => "guest",
        }
    }

    pub(crate) const fn bytes(self) -> [u8; 16] {
        match self {
            Self::Officer(id) => id.bytes(),
            Self::Contractor(id) => id.bytes(),
            Self::Subscriber(id) => id,
            Self::Guest(id) => id.bytes(),
        }
    }

    pub(crate) fn read(slug: &str, bytes: [u8; 16]) -> Option<Self> {
        match slug {
            "officer" => Some(Self::Officer(Id::from_bytes(bytes))),
            "contractor" => Some(Self::Contractor(Id::from_bytes(bytes))),
            "subscriber" => Some(Self::Subscriber(bytes)),
            "guest" => Some(Self::Guest(Id::from_bytes(bytes))),
            _ => None,
        }
    }
}

/// What a mail says: what is due, and where to go. Never anything about a resident: mail is read on machines that nobody here
/// knows of. All three languages are in every mail, since nobody's language is on record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailText {
    /// The subject.
    pub subject: Text,
    /// A sentence or two.
    pub body: Text,
    /// The page to go to, without origin and language: `/staff/alerts`.
    pub path: String,
}

/// A mail to be queued.
#[derive(Clone, Debug)]
pub struct QueueMail {
    /// What makes it this mail and no other; a second one with the same key is the same mail.
    pub key: String,
    /// Whom it is for.
    pub to: MailTo,
    /// What it is about, in a word, for the list.
    pub kind: &'static str,
    /// What it says.
    pub text: MailText,
    /// After this it is no longer worth sending.
    pub until: Instant,
}

/// A mail taken for delivery.
#[derive(Clone, Debug)]
pub struct DueMail {
    /// Its id.
    pub id: Id<kinds::Message>,
    /// Whom it is for.
    pub to: MailTo,
    /// What it says.
    pub text: MailText,
    pub(crate) attempts: u32,
    pub(crate) until: Instant,
}

/// A mail in the list.
#[derive(Clone, Debug)]
pub struct ListedMail {
    /// Its id.
    pub id: Id<kinds::Message>,
    /// Whom it is for.
    pub to: MailTo,
    /// What it says.
    pub text: MailText,
    /// How far it has come.
    pub state: State,
    /// When it was queued.
    pub queued: Instant,
}

/// A mail on its way out, with the address in clear. It exists only after the opening of the address is on record.
#[derive(Debug)]
pub struct OutgoingMail {
    /// The address.
    pub to: Secret<String>,
    /// The subject: one line.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The same for every attempt at the same mail; becomes its `Message-ID`.
    pub idempotency: String,
    /// The address to which a mail program posts to end the subscription at once (RFC 8058); nothing for a mail to somebody in office.
    pub unsubscribe: Option<String>,
}

/// Whoever carries mail. A port of this slice; `connectors` has the real one.
pub trait MailCarrier: Send + Sync {
    /// Hands over one mail; returns when the server has taken it.
    fn send(&self, mail: &OutgoingMail) -> Result<Sent, CarrierError>;
}

impl MailText {
    /// The subject in one line: English and traditional Chinese, without anything that could begin another header.
    pub fn subject_line(&self) -> String {
        let line = format!("{} / {}", self.subject.en, self.subject.zh_hant);
        let plain: String = line.chars().map(|c| if c.is_control() || is_break(c) { ' ' } else { c }).collect();
        plain.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(SUBJECT_MOST_CHARS).collect()
    }

    /// The whole text in three languages, with the page's address in each.
    pub fn letter(&self, origin: &str) -> String {
        self.letter_closed_by(origin, &self.path, closing)
    }

    fn letter_closed_by(&self, origin: &str, path: &str, closing: fn(Language) -> &'static str) -> String {
        let part = |language: Language| {
            let body: String = self.body.get(language).chars().filter(|&c| c == '\n' || !c.is_control()).collect();
            format!("{body}\n{origin}/{}{path}\n{}\n", language.slug(), closing(language))
        };
        Language::ALL.map(part).join("\n--\n\n")
    }
}

/// The mail as it goes out.
pub fn outgoing_mail(mail: &DueMail, origin: &str, to: Secret<String>) -> OutgoingMail {
    OutgoingMail {
        to,
        subject: mail.text.subject_line(),
        text: mail.text.letter(origin),
        idempotency: mail.id.to_string(),
        unsubscribe: None,
    }
}

/// A mail to a guest of an exercise as it goes out: whatever it says, its subject is marked as an exercise. `token` stands where the path
/// says `{token}`; what the queue holds does not name it.
pub fn guest_mail(mail: &DueMail, origin: &str, to: Secret<String>, token: &str) -> OutgoingMail {
    let path = mail.text.path.replace("{token}", token);
    let text = mail.text.letter_closed_by(origin, &path, exercise_closing);
    OutgoingMail { subject: format!("{EXERCISE} {}", mail.text.subject_line()), text, ..outgoing_mail(mail, origin, to) }
}

/// A mail to a subscriber as it goes out. `token` opens the page of the subscription and stands where the path says `{token}`; what the
/// queue holds does not name it.
pub fn subscriber_mail(mail: &DueMail, origin: &str, to: Secret<String>, token: &str) -> OutgoingMail {
    let page = |language: Language| format!("{origin}/{}/advisories/subscription/{token}", language.slug());
    let path = mail.text.path.replace("{token}", token);
    let part = |language: Language| {
        let body: String = mail.text.body.get(language).chars().filter(|&c| c == '\n' || !c.is_control()).collect();
        let (why, end) = subscribed(language);
        format!("{body}\n{origin}/{}{path}\n\n{why}\n{end} {}\n", language.slug(), page(language))
    };
    OutgoingMail {
        to,
        subject: mail.text.subject_line(),
        text: Language::ALL.map(part).join("\n--\n\n"),
        idempotency: mail.id.to_string(),
        unsubscribe: Some(page(Language::En)),
    }
}

const fn subscribed(language: Language) -> (&'static str, &'static str) {
    match language {
        Language::En => ("This mail was sent by a machine, because this address was given for security advisories.", "To end that:"),
        Language::ZhHant => ("此電郵由系統自動發出，因為有人以此地址訂閱保安警告。", "取消訂閱："),
        Language::ZhHans => ("此电邮由系统自动发出，因为有人以此地址订阅安全警告。", "取消订阅："),
    }
}

const fn closing(language: Language) -> &'static str {
    match language {
        Language::En => "This mail was sent by a machine. Details are on the page only, after signing in.",
        Language::ZhHant => "此電郵由系統自動發出，詳情只在登入後的網頁顯示。",
        Language::ZhHans => "此电邮由系统自动发出，详情只在登录后的网页显示。",
    }
}

const fn exercise_closing(language: Language) -> &'static str {
    match language {
        Language::En => "This mail was sent by a machine and belongs to an exercise. Nothing in it is real.",
        Language::ZhHant => "此電郵由系統自動發出，屬演習的一部分，內容並非真實事件。",
        Language::ZhHans => "此电邮由系统自动发出，属演习的一部分，内容并非真实事件。",
    }
}

/// What the subject of every mail of an exercise begins with.
const EXERCISE: &str = "[演習 EXERCISE]";

/// Line and paragraph separators, which some programs take for the end of a line.
const fn is_break(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

const SUBJECT_MOST_CHARS: usize = 150;

#[cfg(test)]
mod tests {
    use super::*;

    fn text(subject: &str) -> MailText {
        let subject = Text::new(subject, "資料租約將於7日後屆滿", "资料租约将于7日后届满");
        let body = Text::new("The lease ends in 7 days.", "資料租約將於7日後屆滿。", "资料租约将于7日后届满。");
        MailText { subject, body, path: "/partner/leases/1".into() }
    }

    #[test]
    fn a_subject_is_one_line_whatever_a_contractor_calls_itself() {
        for nasty in ["A\r\nBcc: x@evil.example", "A\nBcc: x@evil.example", "A\u{2028}Bcc: x@evil.example", "A\u{85}Bcc: x@evil.example"] {
            let line = text(nasty).subject_line();
            assert_eq!(line, "A Bcc: x@evil.example / 資料租約將於7日後屆滿");
        }
        assert_eq!(text(&"x".repeat(1_000)).subject_line().chars().count(), SUBJECT_MOST_CHARS);
    }

    #[test]
    fn a_subscriber_reads_how_to_end_it_in_three_languages_and_a_program_can_do_it() {
        let text = MailText { path: "/advisories/subscription/{token}".into(), ..text("Confirm") };
        let (id, until) = (Id::from_bytes([1; 16]), Instant::from_millis(0));
        let due = DueMail { id, to: MailTo::Subscriber([7; 16]), text, attempts: 0, until };
        let mail = subscriber_mail(&due, "https://x.example", Secret::new("ada@example.hk".into()), "abc");
        for language in Language::ALL {
            let page = format!("https://x.example/{}/advisories/subscription/abc\n", language.slug());
            assert_eq!(mail.text.matches(&page).count(), 2, "to confirm and to end: {}", mail.text);
        }
        assert!(!mail.text.contains("{token}") && !mail.text.contains("signing in"));
        assert_eq!(mail.unsubscribe.as_deref(), Some("https://x.example/en/advisories/subscription/abc"));
        for to in [due.to, MailTo::Officer(Id::from_bytes([2; 16]))] {
            assert_eq!(MailTo::read(to.slug(), to.bytes()), Some(to));
        }
    }

    #[test]
    fn a_mail_speaks_three_languages_and_names_the_page_in_each() {
        let letter = text("A lease ends in 7 days").letter("https://register.example");
        for language in Language::ALL {
            assert!(letter.contains(&format!("https://register.example/{}/partner/leases/1\n", language.slug())), "{letter}");
        }
        assert!(letter.contains("7日后届满。") && letter.contains("7日後屆滿。") && letter.contains("in 7 days."));
        assert!(!letter.contains('\r'));
    }
}
