//! Residents' accounts: the identity provider is a service like a scheme, with a store, keys and a journal of its own.
//!
//! What it asks, why and how long it keeps it stands in a [`Charter`], which goes through the launch gate. Somebody gives a
//! mobile number ([`begin_enrolment`]), types the code that it was sent ([`confirm_code`]) and makes a passkey
//! ([`create_account`]): that is an account at level [`Level::Registered`], and one number has one account. Nobody learns
//! whether a number has an account but whoever reads its messages. Afterwards one signs in with a passkey ([`sign_in`]).
//! A telephone that keeps none takes a password and a code together ([`sign_in_by_password`]), which is weaker and says so
//! ([`Means`]). A code alone never opens an account that exists; codes are counted by number, network and altogether, and a device
//! that proved itself ([`KnownDevice`]) has a budget of its own, so nobody is locked out by codes that somebody else used up.
//!
//! Ceremonies are kept nowhere: their state travels sealed ([`Ceremony`]) and its number is noted when it is answered.
//! What matters asks for a sign-in of the last few minutes ([`Resident::is_fresh`]).

mod account;
mod activate;
mod activation;
#[cfg(test)]
mod activation_story;
mod answered;
mod ask_activation;
mod ask_verifier;
mod attribute;
mod budget;
mod ceremony;
mod change;
mod check_address;
mod begin_proofing;
mod begin_recovery;
mod charter;
mod close_account;
mod code;
mod confirm_code;
mod confirm_mail;
mod counter;
mod create_account;
mod directory;
mod document;
mod end_activation;
mod end_evidence;
mod end_recovery;
mod end_restored;
mod enrolment;
mod errand;
#[cfg(test)]
mod errand_story;
mod evidence;
mod funnel;
mod inventory;
mod known_device;
mod letters;
mod letters_at_hand;
#[cfg(test)]
mod mail_story;
mod manage_password;
mod manage_passkeys;
mod manage_sessions;
mod means;
mod notice;
mod opening;
mod passkey;
mod password;
mod password_sign_in;
#[cfg(test)]
mod password_story;
mod proofing;
mod proof_recovery;
mod proofing_visit;
#[cfg(test)]
mod proofing_story;
mod plus;
mod purge;
mod recovery;
#[cfg(test)]
mod recovery_photos_story;
#[cfg(test)]
mod recovery_story;
mod removal;
mod renew;
#[cfg(test)]
mod rehearsal;
mod review_proofing;
mod run_errands;
mod session;
mod sign_in;
mod storage;
#[cfg(test)]
mod story;
mod terminal;
mod token;
mod verifier;
#[cfg(test)]
mod verifier_story;
mod verify;
mod vouch_for_recovery;

use store::Migration;

pub use account::{Account, Level, account, prepare_keys};
pub use activate::{AtDoor, Tried, activation, try_pin};
pub use activation::{
    AFTER_DAYS, Activation, ActivationDetails, ActivationFlaw, Door, PIN_DAYS, PINS_MOST, Pin, PinState, TypedActivation,
};
pub use ask_activation::{AskActivationError, NewActivation, ask_activation, prepare_activation};
pub use ask_verifier::{note_verifier, open_for_verifier, take_answer, unverified};
pub use attribute::{
    Attribute, AttributeName, SealedAttribute, Source, attributes, keep_attributes, open_attributes, read_own_attributes,
    remove_attribute, seal_attributes,
};
pub use begin_proofing::{
    ProofingError, add_picture, begin_proofing, proofings, send_proofing, withdraw_proofing,
};
pub use begin_recovery::{NewRecovery, begin_recovery, prepare_recovery, stop_recovery};
pub use budget::take_request;
pub use ceremony::Ceremony;
pub use change::{Change, Changed, changes};
pub use charter::{Charter, CharterError, CharterOfficer, CharterPurpose, SHIPPED_CHARTER};
pub use close_account::{DoomedValues, apply_erasures, doomed};
pub use confirm_code::{Checked, confirm_code, enrolment_stands};
pub use counter::verify_at_counter;
pub use confirm_mail::{MAIL_HOURS, MailLink, NewMailLink, confirm_mail, prepare_mail_link, send_mail_link};
pub use create_account::{CreateAccountError, create_account, create_password_account, first_passkey};
pub use directory::{Provider, SaveCharterError, charter, charter_in_force, charters, provider, put_in_force, save_charter};
pub use document::{Document, DocumentFlaw, DocumentKind, TypedDocument};
pub use enrolment::{AskCode, BeginError, CODE_MINUTES, CodeFor, NewEnrolment, Ticket, begin_enrolment, prepare_enrolment};
pub use end_activation::{lapse_pins, never_activated, note_ended, remind_pins};
pub use end_evidence::{
    EVIDENCE_FORMAT, deletion_receipt, end_lost, end_overdue, finish_proofing, unfinished_proofings,
};
pub use errand::{DocumentTag, ErrandError, ask_new_password, ask_to_cancel, confirm_password_code, may_choose_password, prepare_errand};
pub use evidence::{Evidence, EvidenceError};
pub use end_restored::end_restored;
pub use end_recovery::{
    RecoverError, Recoverer, recover_with_passkey, recover_with_password, recovery_passkey,
};
pub use funnel::{FUNNEL_SMALLEST, Funnel, FunnelRow, Step, funnel};
pub use inventory::inventory;
pub use known_device::{KNOWN_DEVICE_DAYS, KnownDevice};
pub use check_address::{AskedAddress, addresses_to_check, queue_letter, text_pin};
pub use letters_at_hand::{LetterAtHand, deliver_at_hand, letters_at_hand, open_at_hand};
pub use letters::{
    LetterBatch, OpenLetter, Scanned, batches_of_lease, drop_batch, finish_batch, last_day_of_pin, letter_batches,
    letters_waiting, open_batch, pin_counts, post_batch, post_batch_of_lease, return_letter, unfinished_batches,
};
pub use manage_password::{ChangePasswordError, change_password, password_since, remove_password};
pub use manage_passkeys::{
    AddPasskeyError, PasskeyError, add_passkey, further_passkey, passkeys, remove_passkey, tell_device,
};
pub use manage_sessions::{end_other_sessions, end_session, sessions, sign_out};
pub use means::Means;
pub use notice::{Notice, NoticeError, Owner, Reach, send_notices, tell_account};
pub use opening::{EvidenceOpening, OpenedFor, evidence_openings};
pub use passkey::{Device, Passkey};
pub use password::{NewPassword, PASSWORD_LEAST, PASSWORD_MOST, PasswordFault};
pub use password_sign_in::{PasswordSignInError, sign_in_by_password};
pub use proofing::{
    Channel, DRAFT_MINUTES, DetailFlaw, Details, EVIDENCE_HOURS, Piece, ProofState, Proofing, Refusal, RegisterSays, Sex,
    TypedDetails,
};
pub use plus::{Signed, SigningPasskey, note_signed, set_plus, signing_passkey};
pub use proof_recovery::{begin_recovery_proofing, recovery_proofings, send_recovery_proofing};
pub use proofing_visit::{VISIT_MINUTES, VisitCode, give_visit_code};
pub use purge::purge;
pub use review_proofing::{
    Decided, OpenedCase, Verdict, decide_case, details_for_register, note_register, open_case, proofing, proofing_queue, unasked,
};
pub use recovery::{RECOVERY_HOURS, RECOVERY_OPEN_HOURS, Recovery, RecoveryStep, recovery_of, recovery_step};
pub use run_errands::{Cancellation, CancelledNumber, end_errand, passwords_wait, give_passwords, next_cancellation, note_cancelled};
pub use session::{Alongside, FRESH_MINUTES, Found, Resident, Session, find_session, keep_session};
pub use sign_in::{SignIn, SignInError, SignedIn, begin_sign_in, sign_in};
pub use terminal::{ENROL_MINUTES, Terminal, add_terminal, begin_visit, end_terminal, enrol_terminal, find_terminal, terminals};
pub use token::Token;
pub use verifier::{IdentityVerifier, Presented, VerifierAnswer, VerifierFault, VerifierSays};
pub use verify::{VerifyError, verify_person};
pub use vouch_for_recovery::{Vouched, vouch_for_recovery};

/// The purpose under which what belongs to an account is sealed.
pub const ACCOUNT: &str = "account";

/// The purpose under which what is known of the person is sealed.
pub const IDENTITY: &str = "identity";

/// The tables of the identity provider's store, beside those of the journal and of the messages.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "identity/0001_accounts", sql: include_str!("../migrations/0001_accounts.sql") },
    Migration { name: "identity/0003_attributes", sql: include_str!("../migrations/0003_attributes.sql") },
    Migration { name: "identity/0004_passwords", sql: include_str!("../migrations/0004_passwords.sql") },
    Migration { name: "identity/0005_proofing", sql: include_str!("../migrations/0005_proofing.sql") },
    Migration { name: "identity/0006_recovery", sql: include_str!("../migrations/0006_recovery.sql") },
    Migration { name: "identity/0007_closing", sql: include_str!("../migrations/0007_closing.sql") },
    Migration { name: "identity/0008_visits", sql: include_str!("../migrations/0008_visits.sql") },
    Migration { name: "identity/0009_terminals", sql: include_str!("../migrations/0009_terminals.sql") },
    Migration { name: "identity/0010_verifier", sql: include_str!("../migrations/0010_verifier.sql") },
    Migration { name: "identity/0011_activation", sql: include_str!("../migrations/0011_activation.sql") },
    Migration { name: "identity/0012_errands", sql: include_str!("../migrations/0012_errands.sql") },
    Migration { name: "identity/0013_way_back", sql: include_str!("../migrations/0013_way_back.sql") },
    Migration { name: "identity/0020_recovered", sql: include_str!("../migrations/0020_recovered.sql") },
    Migration { name: "identity/0021_proofing_for_recovery", sql: include_str!("../migrations/0021_proofing_for_recovery.sql") },
];

/// The tables of the platform's store: the identity provider and its charters.
pub const PLATFORM_MIGRATIONS: &[Migration] =
    &[Migration { name: "identity/0002_directory", sql: include_str!("../migrations/0002_directory.sql") }];
