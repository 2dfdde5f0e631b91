use std::thread;

use journal::{Actor, Ledger};
use kernel::{Id, Instant, kinds};
use store::{RunError, StoreError, Tx};

use crate::exercise::{exercises_due, run_exercises};
use crate::hand_over::hand_over_due;
use crate::storage::{call_out as table, exercise as plans, page as pages};
use crate::{
    AnswerError, CallOut, CallOutError, CallPage, Called, Channel, GatewayNews, GatewayReceipt, Gateways, HandedOver, acknowledge_by_code,
    escalate_due,
};

const JOB: Actor = Actor::Job("call-out");
/// Departments whose steps are taken in one transaction.
const STEPS: usize = 100;

/// What one round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallRound {
    /// Departments that went a step further.
    pub escalated: usize,
    /// What became of pages that were due.
    pub pages: HandedOver,
    /// Receipts of gateways.
    pub receipts: usize,
}

/// One round of everything that is due, for simulations; a server runs [`call_steps`] and, for each channel, [`call_channel`] on
/// threads of their own. An idle round writes nothing. What is due stands in rows, so a round that dies is finished by the next one,
/// in whichever process.
pub fn call_round(ledger: &Ledger, gateways: &Gateways, origin: &str) -> Result<CallRound, RunError<StoreError>> {
    let mut round = CallRound { escalated: call_steps(ledger)?, ..CallRound::default() };
    let results = thread::scope(|scope| {
        let running = Channel::ALL.map(|channel| scope.spawn(move || call_channel(ledger, gateways, channel, origin)));
        running.map(|thread| thread.join().unwrap_or(Err(RunError::Busy { retry_after_ms: 1000 })))
    });
    for result in results {
        let (pages, receipts) = result?;
        round.pages.add(pages);
        round.receipts += receipts;
    }
    Ok(round)
}

/// Begins the calls of exercises and takes the steps that are due. Returns of how many departments.
pub fn call_steps(ledger: &Ledger) -> Result<usize, RunError<StoreError>> {
    let mut all = 0;
    let now = ledger.now();
    if ledger.read("callout.exercises_due", |tx| exercises_due(tx, now))? {
        ledger.write("callout.run_exercises", JOB, run_exercises).map_err(as_store)?;
    }
    loop {
        let now = ledger.now();
        if ledger.read("callout.steps_due", |tx| table::due(tx, now, 1))?.is_empty() {
            return Ok(all);
        }
        let keys = ledger.keys().clone();
        let (taken, _) = ledger.write("callout.escalate", JOB, move |work| escalate_due(work, &keys, STEPS))?;
        all += taken;
        if taken < STEPS {
            return Ok(all);
        }
    }
}

/// Takes the receipts of one channel's gateway, and hands over what is due there.
pub fn call_channel(
    ledger: &Ledger,
    gateways: &Gateways,
    channel: Channel,
    origin: &str,
) -> Result<(HandedOver, usize), RunError<StoreError>> {
    let receipts = gateways.of(channel).map(|gateway| gateway.receipts()).unwrap_or_default();
    let count = receipts.len();
    for receipt in receipts {
        note_receipt(ledger, receipt)?;
    }
    Ok((hand_over_due(ledger, gateways, channel, origin)?, count))
}

/// An exercise that was planned can be run: what is refused here is damage.
fn as_store(error: RunError<CallOutError>) -> RunError<StoreError> {
    match error {
        RunError::Refused(CallOutError::Store(error)) | RunError::Store(error) => RunError::Store(error),
        RunError::Refused(error) => RunError::Store(StoreError::Engine(error.to_string())),
        RunError::Busy { retry_after_ms } => RunError::Busy { retry_after_ms },
    }
}

/// A receipt of a page that we do not know, or a code that is wrong or late, changes nothing else.
fn note_receipt(ledger: &Ledger, receipt: GatewayReceipt) -> Result<(), RunError<StoreError>> {
    let Ok(page) = receipt.page.parse::<Id<kinds::CallPage>>() else { return Ok(()) };
    let keys = ledger.keys().clone();
    let done = ledger.write("callout.receipt", JOB, move |work| {
        let now = work.now();
        match &receipt.what {
            GatewayNews::Delivered => pages::delivered(work.tx(), page, now).map(drop)?,
            GatewayNews::Bounced => pages::failed(work.tx(), page, "bounced")?,
            GatewayNews::Keyed(code) => drop(acknowledge_by_code(work, &keys, (page, code), None)?),
        }
        Ok::<_, AnswerError>(())
    });
    match done {
        Ok(_) | Err(RunError::Refused(AnswerError::Missing | AnswerError::Taken | AnswerError::Gone)) => Ok(()),
        Err(RunError::Refused(AnswerError::Store(error)) | RunError::Store(error)) => Err(RunError::Store(error)),
        Err(RunError::Busy { retry_after_ms }) => Err(RunError::Busy { retry_after_ms }),
    }
}

/// When something is due next: a simulation goes there.
pub fn next_due(tx: &mut Tx<'_>) -> Result<Option<Instant>, StoreError> {
    let all = [table::next_due(tx)?, pages::next_due(tx)?, plans::next_due(tx)?];
    Ok(all.into_iter().flatten().min())
}

/// One call-out.
pub fn call_out(tx: &mut Tx<'_>, id: Id<kinds::CallOut>) -> Result<Option<CallOut>, StoreError> {
    table::find(tx, id)
}

/// The newest call-outs, of one department or of all.
pub fn call_outs(
    tx: &mut Tx<'_>,
    department: Option<Id<kinds::Department>>,
    limit: usize,
) -> Result<Vec<CallOut>, StoreError> {
    table::newest(tx, department, i64::try_from(limit.min(500)).unwrap_or(500))
}

/// Where each department stands in a call-out.
pub fn called(tx: &mut Tx<'_>, id: Id<kinds::CallOut>) -> Result<Vec<Called>, StoreError> {
    table::departments(tx, id)
}

/// Every page of a call-out.
pub fn call_pages(tx: &mut Tx<'_>, id: Id<kinds::CallOut>) -> Result<Vec<CallPage>, StoreError> {
    pages::of_call_out(tx, id)
}

/// Every acknowledgement of a call-out, earliest first.
pub fn answers(tx: &mut Tx<'_>, id: Id<kinds::CallOut>) -> Result<Vec<crate::Answer>, StoreError> {
    table::answers(tx, id)
}
