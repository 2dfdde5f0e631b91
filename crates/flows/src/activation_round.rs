use identity::AskedAddress;
use journal::Actor;
use kernel::{Id, kinds, to_hex};
use registration::matching::{AddressQuestion, PopulationRegister};
use vault::{Cause, EraseOrder};

use crate::close_account::{complete, doomed};
use crate::erase::put_on_record;
use crate::letter_batch::finish_batches;
use crate::{IdentityService, Platform, StepError, certify_accounts};

/// Addresses of one round.
const ADDRESSES: i64 = 200;
/// A register that is silent for a day is waited for no longer: the letter goes out.
const SILENT_MS: i64 = 24 * 3_600_000;
/// A batch that is older was interrupted.
const INTERRUPTED_MS: i64 = 10 * 60_000;
const JOB: Actor = Actor::Job("activation");

/// Asks the register about addresses, where it can say; every other address gets a letter. Returns how many were decided.
pub(crate) fn check_addresses(platform: &Platform, register: &dyn PopulationRegister) -> Result<usize, StepError> {
    let Some(identity) = platform.identity() else { return Ok(0) };
    let ledger = identity.ledger();
    let waiting = identity::addresses_to_check(ledger, ADDRESSES)?;
    if waiting.is_empty() {
        return Ok(0);
    }
    let known = ask(&identity, register, &waiting);
    let (now, mut decided) = (platform.now(), 0);
    for one in &waiting {
        let says = known.as_ref().and_then(|known| known.iter().find(|(account, _)| *account == one.account));
        match says {
            Some((_, true)) => identity::text_pin(ledger, one, &platform.sender().host)?,
            None if known.is_none() && now.since(one.asked) < SILENT_MS => continue,
            _ => {
                let (account, number) = (one.account, one.number);
                ledger.write("flows.queue_letter", JOB, move |work| identity::queue_letter(work, account, number))?;
            }
        }
        decided += 1;
    }
    Ok(decided)
}

type Answers = Vec<(Id<kinds::Account>, bool)>;

/// What the register says; nothing when it should answer and does not.
fn ask(identity: &IdentityService, register: &dyn PopulationRegister, waiting: &[AskedAddress]) -> Option<Answers> {
    if !register.confirms_addresses() {
        return Some(Vec::new());
    }
    let question = |one: &AskedAddress| {
        let id_number = one.card.clone()?;
        Some((one.account, AddressQuestion { id_number, address: one.address.clone() }))
    };
    let (accounts, questions): (Vec<_>, Vec<_>) = waiting.iter().filter_map(question).unzip();
    let basis = format!("charter {}: {}", to_hex(&identity.charter().digest()), identity::IDENTITY);
    let answers = register.addresses(&basis, &questions).ok()?;
    Some(accounts.into_iter().zip(answers).collect())
}

/// What time does to activations, once a minute: batches that were interrupted, reminders, PINs that lapse, accounts that nobody
/// activated. Those are erased like every account that is closed, and certified.
pub(crate) fn activation_round(platform: &Platform, identity: &IdentityService) -> Result<(), StepError> {
    let (ledger, today) = (identity.ledger(), platform.now().day());
    finish_batches(platform, identity, INTERRUPTED_MS)?;
    ledger.write("flows.remind_pins", JOB, identity::remind_pins)?;
    ledger.write("flows.lapse_pins", JOB, identity::lapse_pins)?;
    let over = ledger.read("flows.never_activated", move |tx| identity::never_activated(tx, today))?;
    for account in &over {
        end(identity, *account)?;
    }
    if !over.is_empty() && !ledger.keys().needs_roll() {
        certify_accounts(platform, identity)?;
    }
    Ok(())
}

fn end(identity: &IdentityService, account: Id<kinds::Account>) -> Result<(), StepError> {
    let ledger = identity.ledger();
    let values = ledger.read("flows.plan_ending", move |tx| doomed(tx, account))?;
    ledger.write("flows.note_ended", JOB, move |work| identity::note_ended(work, account))?;
    let order = EraseOrder {
        record: Some(account.bytes()),
        scope: "all personal data of one resident account that nobody activated in time".to_owned(),
        households: 1,
        persons: 1,
        targets: Vec::new(),
        cause: Cause::Lapse,
    };
    let ordered = put_on_record(ledger, JOB, &values, order)?;
    Ok(complete(ledger, ordered.id, false)?)
}

