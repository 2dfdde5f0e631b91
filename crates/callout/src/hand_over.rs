//! Handing pages over to the gateways that carry them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use journal::{Actor, Committed, Event, Ledger, Work};
use kernel::{Id, Instant, Language, Secret, kinds, to_hex};
use notify::{Carrier, CarrierError, MailCarrier, Outgoing, OutgoingMail};
use seal::{Keyring, sha256};
use store::{RunError, StoreError};

use crate::fence::{Cleared, Fence};
use crate::page::code_of;
use crate::storage::{call_out as table, page as pages, person};
use crate::{CallOut, CallPage, Channel, PageToken, PersonId, SealedDetails};

/// A page on its way out, in clear. It exists only after the opening of its address is on record.
#[derive(Debug)]
pub struct OutgoingPage {
    /// Where it goes.
    pub to: Cleared,
    /// One line.
    pub subject: String,
    /// What it says, with the link.
    pub text: Secret<String>,
    /// The six digits that a call speaks.
    pub code: Secret<String>,
    /// The same for every attempt at the same page: a gateway that has seen it sends nothing twice.
    pub idempotency: String,
}

/// What a gateway knows of a page that it took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewayReceipt {
    /// The page, as its `idempotency` named it.
    pub page: String,
    /// What happened.
    pub what: GatewayNews,
}

/// What happened to a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GatewayNews {
    /// It has arrived; a call was taken.
    Delivered,
    /// It did not arrive and never will.
    Bounced,
    /// These digits were keyed in during the call.
    Keyed(String),
}

/// Whoever carries the pages of one channel. A port of this slice; `connectors` has real ones.
pub trait Gateway: Send + Sync {
    /// Hands over one page; returns when the gateway has taken it.
    fn hand_over(&self, page: &OutgoingPage) -> Result<(), CarrierError>;

    /// What has become of pages since it was last asked.
    fn receipts(&self) -> Vec<GatewayReceipt> {
        Vec::new()
    }
}

/// The gateways, by channel; pages of a channel without one fail and say so.
#[derive(Clone, Default)]
pub struct Gateways {
    /// Text messages.
    pub sms: Option<Arc<dyn Gateway>>,
    /// Mail.
    pub mail: Option<Arc<dyn Gateway>>,
    /// Telephone calls.
    pub voice: Option<Arc<dyn Gateway>>,
}

impl Gateways {
    pub(crate) const fn of(&self, channel: Channel) -> Option<&Arc<dyn Gateway>> {
        match channel {
            Channel::Sms => self.sms.as_ref(),
            Channel::Mail => self.mail.as_ref(),
            Channel::Voice => self.voice.as_ref(),
        }
    }
}

/// The carrier of residents' text messages, as a gateway.
pub struct SmsPages(pub Arc<dyn Carrier>);

impl Gateway for SmsPages {
    fn hand_over(&self, page: &OutgoingPage) -> Result<(), CarrierError> {
        let (to, text, idempotency) = (page.to.expose().clone(), page.text.clone(), page.idempotency.clone());
        self.0.send(&Outgoing { to, text, idempotency }).map(drop)
    }
}

/// The carrier of officers' mail, as a gateway.
pub struct MailPages(pub Arc<dyn MailCarrier>);

impl Gateway for MailPages {
    fn hand_over(&self, page: &OutgoingPage) -> Result<(), CarrierError> {
        let mail = OutgoingMail {
            to: page.to.expose().clone(),
            subject: page.subject.clone(),
            text: page.text.expose().clone(),
            idempotency: page.idempotency.clone(),
            unsubscribe: None,
        };
        self.0.send(&mail).map(drop)
    }
}

/// What one round of handing over did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HandedOver {
    /// Pages that a gateway took.
    pub sent: usize,
    /// To be tried again.
    pub postponed: usize,
    /// Given up, or not needed any more.
    pub dropped: usize,
}

const JOB: &str = "call-out";
/// Pages of one channel in one batch.
const BATCH: usize = 200;
/// Pages of one channel under way at once: each waits for somebody else's machine.
const LANES: usize = 8;
/// Whoever dies with a page loses it after so long.
const LEASE_MS: i64 = 60_000;
const ATTEMPTS_MOST: u32 = 8;
const BACKOFF_MS: i64 = 15_000;
const BACKOFF_MOST_MS: i64 = 300_000;

impl HandedOver {
    pub(crate) const fn add(&mut self, other: Self) {
        self.sent += other.sent;
        self.postponed += other.postponed;
        self.dropped += other.dropped;
    }
}

/// Hands over what is due on one channel. Call it on a thread of its own for each: one that is dead delays no other. The addresses are
/// opened under one journal entry a batch. `origin` is the site's address, for links.
pub(crate) fn hand_over_due(
    ledger: &Ledger,
    gateways: &Gateways,
    channel: Channel,
    origin: &str,
) -> Result<HandedOver, RunError<StoreError>> {
    let mut all = HandedOver::default();
    loop {
        let now = ledger.now();
        if !ledger.read("callout.pages_due", |tx| pages::is_due(tx, channel, now))? {
            return Ok(all);
        }
        let (batch, committed) = ledger.write("callout.claim", Actor::Job(JOB), move |work| claim(work, channel))?;
        let count = batch.pages.len();
        let round = Round { ledger, gateway: gateways.of(channel), batch, committed, origin, next: AtomicUsize::new(0) };
        all.add(round.run()?);
        if count < BATCH {
            return Ok(all);
        }
    }
}

/// Pages taken, with what is known of their people and call-outs before anything is opened.
struct Batch {
    pages: Vec<CallPage>,
    details: BTreeMap<PersonId, SealedDetails>,
    call_outs: BTreeMap<Id<kinds::CallOut>, (CallOut, Fence)>,
}

fn claim(work: &mut Work<'_, '_>, channel: Channel) -> Result<Batch, StoreError> {
    let now = work.now();
    let pages = pages::claim(work.tx(), channel, now, now.plus_millis(LEASE_MS), BATCH)?;
    let mut batch = Batch { pages, details: BTreeMap::new(), call_outs: BTreeMap::new() };
    for page in &batch.pages {
        if let Some(details) = person::details(work.tx(), page.person)? {
            batch.details.insert(page.person, details);
        }
        if !batch.call_outs.contains_key(&page.callout)
            && let Some(call_out) = table::find(work.tx(), page.callout)?
        {
            let fence = if call_out.is_exercise {
                Fence::Exercise(table::listed(work.tx(), page.callout)?)
            } else {
                Fence::Real
            };
            batch.call_outs.insert(page.callout, (call_out, fence));
        }
    }
    if !batch.pages.is_empty() {
        let ids: Vec<u8> = batch.pages.iter().flat_map(|page| page.id.bytes()).collect();
        work.journal(
            Event::new("callout.addresses_opened")
                .detail("job", JOB)
                .detail("purpose", crate::details::PURPOSE)
                .detail("channel", channel.slug())
                .detail("count", batch.pages.len())
                .detail("root", to_hex(&sha256(&[&ids]))),
        )?;
    }
    Ok(batch)
}

struct Round<'r> {
    ledger: &'r Ledger,
    gateway: Option<&'r Arc<dyn Gateway>>,
    batch: Batch,
    committed: Committed,
    origin: &'r str,
    next: AtomicUsize,
}

enum Outcome {
    Sent,
    Later(Instant),
    Failed(&'static str),
    NotWanted,
}

impl Round<'_> {
    fn run(&self) -> Result<HandedOver, RunError<StoreError>> {
        let lanes = LANES.min(self.batch.pages.len());
        let results = thread::scope(|scope| {
            let lanes: Vec<_> = (0..lanes).map(|_| scope.spawn(|| kernel::scrubbed(|| self.lane()))).collect();
            let gone = || Err(RunError::Busy { retry_after_ms: 1000 });
            lanes.into_iter().map(|lane| lane.join().unwrap_or_else(|_| gone())).collect::<Vec<_>>()
        });
        let mut all = HandedOver::default();
        for result in results {
            all.add(result?);
        }
        Ok(all)
    }

    fn lane(&self) -> Result<HandedOver, RunError<StoreError>> {
        let mut done = HandedOver::default();
        while let Some(page) = self.batch.pages.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            // The lease has run out (a gateway that answers slowly): another round may have this page already.
            if self.ledger.now().since(self.committed.at()) >= LEASE_MS {
                break;
            }
            let outcome = self.hand_over(page)?;
            match outcome {
                Outcome::Sent => done.sent += 1,
                Outcome::Later(_) => done.postponed += 1,
                Outcome::Failed(_) | Outcome::NotWanted => done.dropped += 1,
            }
            let id = page.id;
            self.ledger.write("callout.settle_page", Actor::Job(JOB), move |work| {
                let now = work.now();
                match outcome {
                    Outcome::Sent => pages::handed_over(work.tx(), id, now),
                    Outcome::Later(due) => pages::postpone(work.tx(), id, due),
                    Outcome::Failed(fault) => pages::failed(work.tx(), id, fault),
                    Outcome::NotWanted => Ok(()),
                }
            })?;
        }
        Ok(done)
    }

    fn hand_over(&self, page: &CallPage) -> Result<Outcome, RunError<StoreError>> {
        // Its person may have acknowledged since it was taken.
        let id = page.id;
        if !self.ledger.read("callout.is_wanted", |tx| pages::is_queued(tx, id))? {
            return Ok(Outcome::NotWanted);
        }
        if self.ledger.now() > page.expires {
            return Ok(Outcome::Failed("expired"));
        }
        let outgoing = match self.outgoing(page) {
            Ok(outgoing) => outgoing,
            Err(fault) => return Ok(Outcome::Failed(fault)),
        };
        let Some(gateway) = self.gateway else { return Ok(Outcome::Failed("no-gateway")) };
        Ok(match gateway.hand_over(&outgoing) {
            Ok(()) => Outcome::Sent,
            Err(CarrierError::Refused(_)) => Outcome::Failed("refused"),
            Err(CarrierError::Later(_)) if page.attempts >= ATTEMPTS_MOST => Outcome::Failed("unreachable"),
            Err(CarrierError::Later(_)) => Outcome::Later(self.ledger.now().plus_millis(backoff_ms(page.attempts))),
        })
    }

    fn outgoing(&self, page: &CallPage) -> Result<OutgoingPage, &'static str> {
        let keys = self.ledger.keys();
        let details = self.batch.details.get(&page.person).ok_or("no-address")?;
        let details = details.open(&self.committed, keys).map_err(|_| "no-address")?;
        let address = details.address(page.channel).ok_or("no-address")?;
        let (call_out, fence) = self.batch.call_outs.get(&page.callout).ok_or("no-address")?;
        let to = fence.clear(keys, page.channel, address).ok_or("outside-list")?;
        let (subject, text) = words(call_out, self.origin, keys, page);
        Ok(OutgoingPage { to, subject, text, code: code_of(keys, page.id), idempotency: page.id.to_string() })
    }
}

/// What a page says, in traditional Chinese and English: nobody's language is on record. An exercise says so first.
fn words(call_out: &CallOut, origin: &str, keys: &Keyring, page: &CallPage) -> (String, Secret<String>) {
    let mark = if call_out.is_exercise { "[演習 EXERCISE] " } else { "" };
    let token = PageToken::of(keys, page.id, page.person).reveal();
    let link = |language: Language| format!("{origin}/{}/staff/page/{}", language.slug(), token.expose());
    let subject = format!("{mark}{} {}", call_out.title.zh_hant, call_out.title.en);
    let text = match page.channel {
        Channel::Sms => format!("{subject} 請確認 Acknowledge: {}", link(Language::ZhHant)),
        Channel::Voice => {
            let code = code_of(keys, page.id);
            format!("{subject}。請輸入確認碼 Key in this code: {}", code.expose())
        }
        Channel::Mail => {
            let part = |language| format!("{mark}{}\n{}\n", call_out.body.get(language), link(language));
            Language::ALL.map(part).join("\n--\n\n")
        }
    };
    (subject, Secret::new(text))
}

fn backoff_ms(attempts: u32) -> i64 {
    let doubled = BACKOFF_MS.saturating_mul(1_i64 << attempts.saturating_sub(1).min(10));
    doubled.min(BACKOFF_MOST_MS)
}
