use identity::{Cancellation, CancelledNumber, NoticeError};
use journal::{Actor, Committed, Work};
use kernel::{Id, kinds};
use store::RunError;
use vault::{Cause, EraseOrder};

use crate::close_account::{complete, doomed, end_rights};
use crate::erase::put_on_record;
use crate::{IdentityService, Platform, StepError, certify_accounts};

/// Cancellations that one round runs.
const CANCELLED: usize = 50;
const JOB: Actor = Actor::Job("errands");

/// Runs what people without a way in asked for: new passwords, and accounts to be cancelled that were never activated. Those are
/// erased at once and certified, and their number hears where the certificate is.
pub(crate) fn run_errands(platform: &Platform, service: &IdentityService) -> Result<(), StepError> {
    let ledger = service.ledger();
    if ledger.read("flows.passwords_wait", identity::passwords_wait)? {
        while ledger.write("flows.give_passwords", JOB, |work| identity::give_passwords(work, end_rights))?.0 > 0 {}
    }
    let mut cancelled = 0;
    while cancelled < CANCELLED
        && let Some(Cancellation { errand, account }) = ledger.read("flows.next_cancellation", identity::next_cancellation)?
    {
        if let Some(account) = account {
            cancel(platform, service, account)?;
            cancelled += 1;
        }
        ledger.write("flows.end_errand", JOB, move |work| identity::end_errand(work, errand))?;
    }
    if cancelled > 0 {
        certify_accounts(platform, service)?;
    }
    Ok(())
}

/// A crash in between is finished like that of every erasure; the number may then not hear of it.
fn cancel(platform: &Platform, service: &IdentityService, account: Id<kinds::Account>) -> Result<(), StepError> {
    let ledger = service.ledger();
    let (noted, committed) = ledger.write("flows.note_cancelled", JOB, move |work| identity::note_cancelled(work, account))?;
    let Some(number) = noted else { return Ok(()) };
    let values = ledger.read("flows.plan_cancelling", |tx| doomed(tx, account))?;
    let order = EraseOrder {
        record: Some(account.bytes()),
        scope: "all personal data of one resident account that was never activated".to_owned(),
        households: 1,
        persons: 1,
        targets: Vec::new(),
        cause: Cause::Withdrawal,
    };
    let ordered = put_on_record(ledger, JOB, &values, order)?;
    tell(platform, service, (account, ordered.id), (&number, &committed))?;
    Ok(complete(ledger, ordered.id, false)?)
}

fn tell(
    platform: &Platform,
    service: &IdentityService,
    (account, erasure): (Id<kinds::Account>, Id<kinds::Erasure>),
    (number, committed): (&CancelledNumber, &Committed),
) -> Result<(), StepError> {
    let (ledger, origin) = (service.ledger(), &platform.sender().origin);
    let link = |language: kernel::Language| format!("{origin}/{}/account/certificates/{erasure}", language.slug());
    let notice = number.notice(ledger, committed, account, link).map_err(RunError::Refused)?;
    let queue = move |work: &mut Work<'_, '_>| notify::queue(work, &notice).map(drop).map_err(NoticeError::from);
    ledger.write("flows.tell_cancelled", JOB, queue)?;
    Ok(())
}
