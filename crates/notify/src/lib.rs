//! Messages to residents: templates in three languages, text messages, letters, and their delivery.
//!
//! A message is sealed before the transaction that queues it ([`prepare`], then [`queue`] or [`queue_batch`]) and opened
//! only by a unit of work that notes the opening: [`deliver_due`] opens a batch under one journal entry and hands it to a
//! [`Carrier`]; [`inbox`] shows a demonstration what its residents received. A message has an id derived from its
//! idempotency key, so a job that runs twice queues it once, and a carrier that is asked twice can tell.
//!
//! Residents who confirmed an address get mail as well ([`deliver_mails`]), which says no more than a text message does.
//! Officers and contractors get mail ([`queue_mail`]): what is due and where to go, in the platform's store, without an address
//! in it and without a word about a resident.
//!
//! Text messages go to Hong Kong mobiles only ([`Mobile`]); who has no telephone gets a [`Letter`]. Counters are kept, never
//! counted ([`counts`]). What a text may say stands in [`Template`].

mod address;
mod carrier;
mod counts;
mod deliver;
mod erase;
mod forget;
mod inbox;
mod letter;
mod mail;
mod mail_queue;
mod message;
mod mobile;
mod queue;
mod segment;
#[cfg(test)]
mod stage;
mod storage;
#[cfg(test)]
mod story;
mod template;

use store::Migration;

pub use address::{MailAddress, NotAnAddress};
pub use carrier::{Carrier, CarrierError, Outgoing, Sent};
pub use counts::{Counts, counts, fold_counts};
pub use deliver::{DeliverError, Delivery, deliver_due, deliver_mails};
pub use erase::{Doomed, apply_erasures, doomed};
pub use forget::purge;
pub use inbox::{InboxError, InboxMessage, Opened, inbox, letter_posted, letters_to_post, messages_of, read_message};
pub use letter::{
    Block, Folio, FolioPart, FolioRow, FolioSection, FolioTable, LeafletSide, Letter, LetterError, LetterFont, LetterKind, Piece, PinLetter, PinLetters,
    Sheets, folio_pdf, leaflet_pdf, letter_pdf, pin_letters_pdf, sheets_pdf,
};
pub use mail::{DueMail, ListedMail, MailCarrier, MailText, MailTo, OutgoingMail, QueueMail, guest_mail, outgoing_mail, subscriber_mail};
pub use mail_queue::{claim_mails, mails, mails_due, purge_mails, queue_mail, retry_mail, settle_mail};
pub use message::{Channel, Content, Prepared, QueueMessage, State, Summary};
pub use mobile::{Mobile, NotMobile};
pub use queue::{QueueError, prepare, queue, queue_batch, release};
pub use segment::{Segments, segments};
pub use template::{Template, long_day};

/// The purpose under which messages are sealed; a service's keyring must have it.
pub const PURPOSE: &str = "messages";

/// The tables of this slice.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "notify/0001_messages", sql: include_str!("../migrations/0001_messages.sql") },
    Migration { name: "notify/0002_records", sql: include_str!("../migrations/0002_records.sql") },
];

/// The tables of mails, in the platform's store.
pub const MAIL_MIGRATIONS: &[Migration] =
    &[Migration { name: "notify/0003_mail", sql: include_str!("../migrations/0003_mail.sql") }];
