use hongkong::Phone;
use kernel::{Instant, Language, Text};
use notify::{Content, Letter, LetterKind, Mobile, QueueError, QueueMessage, Template};
use seal::Keyring;

use crate::matching::{Reason, State};
use crate::scheme::{FieldGroup, Scheme};
use crate::sealing::{Contact, SealedHousehold};
use crate::storage::household::HouseholdRow;

/// What messages say about where to go.
#[derive(Clone, Debug)]
pub struct Sender {
    /// The public address of the service, such as `https://register.example`, without a slash at the end.
    pub origin: String,
    /// The host that one-time codes are bound to.
    pub host: String,
}

/// A text message is worth sending for three days.
const SMS_MS: i64 = 3 * 86_400_000;
/// A code is good for fifteen minutes.
pub(crate) const CODE_MS: i64 = 15 * 60_000;

impl Sender {
    fn link(&self, scheme: &Scheme, language: Language, page: &str) -> String {
        format!("{}/{}/{}/{page}", self.origin, language.slug(), scheme.slug())
    }
}

/// The scheme's title in all three languages.
pub(crate) fn title(scheme: &Scheme) -> Text {
    scheme.definition().title.clone()
}

/// What a household is told after matching: one of two texts, the second the same for mismatch, duplicate and ineligible.
pub(crate) fn result_message(
    sender: &Sender,
    scheme: &Scheme,
    household: &HouseholdRow,
    mobile: Option<&Phone>,
    contact: Option<&Contact>,
    now: Instant,
) -> Option<QueueMessage> {
    let content = result(sender, scheme, household, mobile, contact, now)?;
    Some(message(&format!("result:{}", household.id), scheme, household, content, now))
}

/// What a household is told after an officer's decision: the same texts, once for each decision.
pub(crate) fn resolved_message(
    sender: &Sender,
    scheme: &Scheme,
    household: &HouseholdRow,
    mobile: Option<&Phone>,
    contact: Option<&Contact>,
    now: Instant,
) -> Option<QueueMessage> {
    let content = result(sender, scheme, household, mobile, contact, now)?;
    let key = format!("result:{}:{}", household.id, household.decided.millis());
    Some(message(&key, scheme, household, content, now))
}

fn result(
    sender: &Sender,
    scheme: &Scheme,
    household: &HouseholdRow,
    mobile: Option<&Phone>,
    contact: Option<&Contact>,
    now: Instant,
) -> Option<Content> {
    let good = household.reason == Reason::None;
    let reference = household.reference.to_string();
    Some(match (mobile.and_then(|phone| Mobile::try_from(*phone).ok()), contact) {
        (Some(to), _) => {
            let (scheme_title, link) = (title(scheme), sender.link(scheme, household.language, "repair"));
            let template = if good {
                Template::RegistrationConfirmed { scheme: scheme_title, reference }
            } else {
                Template::NeedsChecking { scheme: scheme_title, reference, link }
            };
            Content::Sms { to, template }
        }
        (None, Some(contact)) => Content::Letter(Box::new(letter(sender, scheme, household, contact, now))),
        (None, None) => return None,
    })
}

fn letter(sender: &Sender, scheme: &Scheme, household: &HouseholdRow, contact: &Contact, now: Instant) -> Letter {
    let good = household.reason == Reason::None;
    Letter {
        kind: if good { LetterKind::RegistrationConfirmed } else { LetterKind::NeedsChecking },
        language: household.language,
        scheme: title(scheme),
        sender: scheme.definition().department.clone(),
        reference: household.reference.to_string(),
        link: sender.link(scheme, household.language, "status"),
        addressee: contact.name.clone(),
        address: vec![contact.address.line.clone()],
        date: now.day(),
    }
}

/// What a household is told about its delivery.
pub(crate) fn delivery_message(
    sender: &Sender,
    scheme: &Scheme,
    household: &HouseholdRow,
    state: State,
    phone: &Phone,
    now: Instant,
) -> Option<QueueMessage> {
    let to = Mobile::try_from(*phone).ok()?;
    let (scheme_title, reference) = (title(scheme), household.reference.to_string());
    let template = match state {
        State::Dispatched => Template::Dispatched { scheme: scheme_title, reference },
        State::Delivered => Template::Delivered { scheme: scheme_title, reference },
        State::Undelivered => {
            let link = sender.link(scheme, household.language, "status");
            Template::NotDelivered { scheme: scheme_title, reference, link }
        }
        _ => return None,
    };
    let key = format!("{}:{}", state.as_str(), household.id);
    Some(message(&key, scheme, household, Content::Sms { to, template }, now))
}

/// The one-time code.
pub(crate) fn code_message(
    sender: &Sender,
    scheme: &Scheme,
    household: &HouseholdRow,
    phone: &Phone,
    code: &str,
    now: Instant,
) -> Option<QueueMessage> {
    let to = Mobile::try_from(*phone).ok()?;
    let minutes = u16::try_from(CODE_MS / 60_000).unwrap_or(15);
    let template = Template::StatusCode { code: code.to_owned(), host: sender.host.clone(), minutes };
    let key = format!("code:{}:{}", household.id, now.millis());
    let content = Content::Sms { to, template };
    Some(QueueMessage { until: now.plus_millis(CODE_MS), ..message(&key, scheme, household, content, now) })
}

/// Seals a message no longer than the household's own values are kept, by the statement under which they were collected.
pub(crate) fn prepare_for(
    keys: &Keyring,
    sealed: &SealedHousehold,
    message: QueueMessage,
) -> Result<notify::Prepared, QueueError> {
    let expiry = match &message.content {
        Content::Sms { .. } | Content::Mail { .. } => sealed.mobile.expiry,
        Content::Letter(_) => sealed.contact.expiry,
    };
    notify::prepare(keys, &QueueMessage { expiry, ..message })
}

fn message(key: &str, scheme: &Scheme, household: &HouseholdRow, content: Content, now: Instant) -> QueueMessage {
    let expiry = match &content {
        Content::Sms { .. } | Content::Mail { .. } => scheme.expiry(FieldGroup::Mobile),
        Content::Letter(_) => scheme.expiry(FieldGroup::Contact),
    };
    QueueMessage {
        key: key.to_owned(),
        household: Some(household.id),
        language: household.language,
        content,
        due: now,
        until: now.plus_millis(SMS_MS),
        expiry,
    }
}

