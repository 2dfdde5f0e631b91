use hongkong::Phone;
use kernel::{Day, Id, Instant, Language, Secret, kinds};
use seal::{Purpose, RecordNumber, SealError, Sealed, Slot};
use serde::{Deserialize, Serialize};

use crate::template::mail_subject;
use crate::{Letter, MailAddress, Mobile, PURPOSE, Template};

/// A message to be queued.
#[derive(Clone, Debug)]
pub struct QueueMessage {
    /// What makes it this message and no other within the service, such as `confirmed:hh_0192…`. A second message with the same
    /// key is the same message.
    pub key: String,
    /// The household it is about.
    pub household: Option<Id<kinds::Household>>,
    /// The language it is written in.
    pub language: Language,
    /// What goes out, and to whom.
    pub content: Content,
    /// Not before.
    pub due: Instant,
    /// After this a text message is no longer worth sending (a code that has run out).
    pub until: Instant,
    /// The last day on which it can be read: the key dies with it.
    pub expiry: Day,
}

/// What goes out, and to whom.
#[derive(Clone, Debug)]
pub enum Content {
    /// A text message.
    Sms {
        /// The mobile.
        to: Mobile,
        /// What it says.
        template: Template,
    },
    /// A mail to a resident's confirmed address, or one that asks for confirming it.
    Mail {
        /// The address.
        to: MailAddress,
        /// What it says.
        template: Template,
    },
    /// A letter.
    Letter(Box<Letter>),
}

impl Content {
    pub(crate) const fn channel(&self) -> Channel {
        match self {
            Self::Sms { .. } => Channel::Sms,
            Self::Mail { .. } => Channel::Mail,
            Self::Letter(_) => Channel::Letter,
        }
    }

    pub(crate) const fn template_name(&self) -> &'static str {
        match self {
            Self::Sms { template, .. } | Self::Mail { template, .. } => template.name(),
            Self::Letter(letter) => letter.kind.name(),
        }
    }
}

/// A message with its contents sealed, ready for the transaction.
#[derive(Clone, Debug)]
pub struct Prepared {
    pub(crate) id: Id<kinds::Message>,
    pub(crate) household: Option<Id<kinds::Household>>,
    pub(crate) channel: Channel,
    pub(crate) template: &'static str,
    pub(crate) language: Language,
    pub(crate) sealed: Sealed,
    pub(crate) slot: Slot,
    pub(crate) due: Instant,
    pub(crate) until: Instant,
}

impl Prepared {
    /// The message's id, derived from its key.
    pub const fn id(&self) -> Id<kinds::Message> {
        self.id
    }
}

/// How a message travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// By text message.
    Sms,
    /// By mail.
    Mail,
    /// By post.
    Letter,
}

impl Channel {
    /// Its name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Mail => "mail",
            Self::Letter => "letter",
        }
    }

    pub(crate) fn from_name(name: &str) -> Self {
        [Self::Letter, Self::Mail].into_iter().find(|channel| channel.name() == name).unwrap_or(Self::Sms)
    }
}

/// How far a message has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It waits to be sent or posted.
    Queued,
    /// The carrier has taken it, or it is in the post.
    Sent,
    /// It was given up.
    Failed,
}

impl State {
    /// Its name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }

    pub(crate) fn from_name(name: &str) -> Self {
        match name {
            "sent" => Self::Sent,
            "failed" => Self::Failed,
            _ => Self::Queued,
        }
    }
}

/// What a message is, without what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The message.
    pub id: Id<kinds::Message>,
    /// How it travels.
    pub channel: Channel,
    /// The template's name.
    pub template: String,
    /// Its language.
    pub language: Language,
    /// How far it has come.
    pub state: State,
    /// When it was queued.
    pub queued: Instant,
}

/// What is sealed.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Plain {
    Sms { to: String, text: String },
    Mail { to: String, subject: String, text: String },
    Letter(Box<Letter>),
}

impl Plain {
    pub(crate) fn of(content: &Content, language: Language) -> Self {
        match content {
            Content::Sms { to, template } => Self::Sms { to: to.e164(), text: template.text(language) },
            Content::Mail { to, template } => Self::Mail {
                to: to.text().expose().clone(),
                subject: mail_subject(language).to_owned(),
                text: template.text(language),
            },
            Content::Letter(letter) => Self::Letter(letter.clone()),
        }
    }

    pub(crate) fn read(bytes: &Secret<Vec<u8>>) -> Option<Self> {
        serde_json::from_slice(bytes.expose()).ok()
    }
}

/// The mobile of a stored message as people read it.
pub(crate) fn readable(e164: &str) -> String {
    Phone::parse(e164).map_or_else(|_| e164.to_owned(), |phone| phone.formatted())
}

/// Where a message's contents are sealed.
pub(crate) fn slot(record: RecordNumber, expiry: Day) -> Result<Slot, SealError> {
    Ok(Slot { purpose: Purpose::new(PURPOSE)?, record, person: 0, group: 0, schema: 1, expiry })
}

/// The root over the records of a batch, noted in the journal (RFC 6962 hashing), so that each can be shown to be in it and the
/// entry itself names none.
pub(crate) fn batch_root(ids: &[Id<kinds::Message>]) -> String {
    let mut ids: Vec<_> = ids.iter().map(Id::bytes).collect();
    ids.sort_unstable();
    let leaves: Vec<_> = ids.iter().map(|id| journal::leaf_hash(id)).collect();
    kernel::to_hex(&root(&leaves))
}

fn root(leaves: &[journal::Hash]) -> journal::Hash {
    match leaves {
        [] => seal::sha256(&[]),
        [leaf] => *leaf,
        many => {
            let (left, right) = many.split_at(many.len().next_power_of_two() / 2);
            seal::sha256(&[&[1], &root(left), &root(right)])
        }
    }
}
