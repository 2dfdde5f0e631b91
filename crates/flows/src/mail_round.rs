use journal::{Actor, Committed, Work};
use kernel::{Id, Text, kinds};
use notify::{CarrierError, DueMail, MailCarrier, MailText, MailTo, OutgoingMail, QueueMail, State, guest_mail, outgoing_mail, subscriber_mail};
use people::Role;
use response::{Alert, AlertKind, ToTell};
use store::{RunError, StoreError, Tx};

use crate::{Platform, StepError};

const JOB: Actor = Actor::Job("mail");
/// Alerts told in one round.
const TOLD: usize = 100;
/// Batches of subscribers told in one round.
const ADVISORIES: usize = 20;
/// A mail about an alert is of no use after so many days: it stands on the desk.
const ALERT_DAYS: i64 = 3;
const DAY_MS: i64 = 86_400_000;

/// What one round did for mail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MailRound {
    /// Alerts that became mails.
    pub told: usize,
    /// Mails that the server took.
    pub sent: usize,
    /// Mails to be tried again.
    pub postponed: usize,
    /// Mails given up: no address any more, or refused for ever.
    pub failed: usize,
}

/// Tells officers of alerts, and sends what is due to them, to contractors and to residents. Slow, since it waits for somebody else's server: it runs on a thread of its
/// own. Without a carrier no address is opened; mails wait until they are of no use. An idle round writes nothing.
pub fn mail_round(platform: &Platform, carrier: Option<&dyn MailCarrier>) -> Result<MailRound, StepError> {
    let (ledger, now) = (platform.ledger(), platform.now());
    let mut round = MailRound::default();
    if ledger.read("flows.alerts_to_tell", |tx| response::alerts_to_tell(tx, now))? {
        round.told = ledger.write("flows.tell_alerts", JOB, tell)?.0;
    }
    for _ in 0..ADVISORIES {
        if !ledger.read("flows.advisories_to_tell", |tx| advisories::is_to_tell(tx, now))? {
            break;
        }
        round.told += ledger.write("flows.tell_subscribers", JOB, advisories::claim_advisories_to_tell)?.0.queued;
    }
    let Some(carrier) = carrier else { return Ok(round) };
    if let Some(service) = platform.identity() {
        let residents = notify::deliver_mails(service.ledger(), carrier, TOLD)?;
        round.sent += residents.sent;
        round.postponed += residents.postponed;
        round.failed += residents.failed;
    }
    if !ledger.read("flows.mails_due", |tx| notify::mails_due(tx, now))? {
        return Ok(round);
    }
    let (batch, committed) = ledger.write("flows.claim_mails", JOB, claim)?;
    for (mail, contact) in batch {
        let outgoing = contact.and_then(|contact| contact.outgoing(platform, &committed, &mail));
        let outcome = match outgoing {
            Some(outgoing) => carrier.send(&outgoing).map(drop),
            None => Err(CarrierError::Refused("there is no address any more".into())),
        };
        settle(platform, mail, &outcome, &mut round)?;
    }
    Ok(round)
}

/// What is known of a recipient before the opening is on record.
enum SealedAddress {
    Officer(people::SealedContact),
    Contractor(processors::SealedContact),
    Subscriber([u8; 16], advisories::SealedAddress),
    Guest(drill::Invitation),
}

impl SealedAddress {
    /// The mail with the address in clear; a subscriber's says how to end it, a guest's has the link, which no row holds. Nothing when the
    /// day of the address has passed, and for a guest nothing when it is not of the exercise's list.
    fn outgoing(&self, platform: &Platform, committed: &Committed, mail: &DueMail) -> Option<OutgoingMail> {
        let (keys, origin) = (platform.ledger().keys(), &platform.sender().origin);
        match self {
            Self::Officer(contact) => Some(outgoing_mail(mail, origin, contact.open(committed, keys).ok()?.mail().clone())),
            Self::Contractor(contact) => Some(outgoing_mail(mail, origin, contact.open(committed, keys).ok()?.mail().clone())),
            Self::Subscriber(id, address) => {
                let token = advisories::subscription_token(keys, *id);
                Some(subscriber_mail(mail, origin, address.open(committed, keys).ok()?, token.reveal().expose()))
            }
            Self::Guest(invitation) => {
                let cleared = invitation.clear(committed, keys)?;
                Some(guest_mail(mail, origin, cleared.to().clone(), cleared.token().reveal().expose()))
            }
        }
    }
}

fn claim(work: &mut Work<'_, '_>) -> Result<Vec<(DueMail, Option<SealedAddress>)>, StoreError> {
    let due = notify::claim_mails(work)?;
    let mut batch = Vec::with_capacity(due.len());
    for mail in due {
        let address = match mail.to {
            MailTo::Officer(id) => people::contact_for_mail(work.tx(), id)?.map(SealedAddress::Officer),
            MailTo::Contractor(id) => processors::contact_for_mail(work.tx(), id)?.map(SealedAddress::Contractor),
            MailTo::Subscriber(id) => {
                advisories::address_for_mail(work.tx(), id)?.map(|address| SealedAddress::Subscriber(id, address))
            }
            MailTo::Guest(id) => {
                let now = work.now();
                drill::invitation(work.tx(), id, now)?.map(SealedAddress::Guest)
            }
        };
        batch.push((mail, address));
    }
    Ok(batch)
}

fn settle(
    platform: &Platform,
    mail: DueMail,
    outcome: &Result<(), CarrierError>,
    round: &mut MailRound,
) -> Result<(), RunError<StoreError>> {
    let ledger = platform.ledger();
    let state = match outcome {
        Ok(()) => State::Sent,
        Err(CarrierError::Refused(_)) => State::Failed,
        Err(CarrierError::Later(_)) => {
            let again = ledger.write("flows.retry_mail", JOB, move |work| notify::retry_mail(work, &mail))?.0;
            if again { round.postponed += 1 } else { round.failed += 1 }
            return Ok(());
        }
    };
    ledger.write("flows.settle_mail", JOB, move |work| notify::settle_mail(work, mail.id, state))?;
    if state == State::Sent { round.sent += 1 } else { round.failed += 1 }
    Ok(())
}

/// One mail to every officer whom the alert is for.
fn tell(work: &mut Work<'_, '_>) -> Result<usize, StoreError> {
    let waiting = response::claim_alerts_to_tell(work, TOLD)?;
    for ToTell { job, alert, to } in &waiting {
        for officer in officers(work.tx(), alert, to)? {
            mail_about(work, alert, officer)?;
        }
        journal::finish_job(work, *job)?;
    }
    Ok(waiting.len())
}

fn officers(tx: &mut Tx<'_>, alert: &Alert, roles: &[Role]) -> Result<Vec<Id<kinds::Officer>>, StoreError> {
    let departments = match alert.department {
        Some(department) => vec![department],
        None => people::departments(tx)?.into_iter().map(|department| department.id).collect(),
    };
    let mut found = Vec::new();
    for department in departments {
        let there = people::officers(tx, department)?.into_iter().filter(|officer| officer.ended.is_none());
        found.extend(there.filter(|one| one.roles.iter().any(|role| roles.contains(role))).map(|one| one.id));
    }
    Ok(found)
}

/// Tells one officer of an alert; once, whoever else asks for the same.
pub(crate) fn mail_about(
    work: &mut Work<'_, '_>,
    alert: &Alert,
    officer: Id<kinds::Officer>,
) -> Result<(), StoreError> {
    let mail = QueueMail {
        key: format!("{} to {officer}", alert.id),
        to: MailTo::Officer(officer),
        kind: alert.kind.slug(),
        text: about(alert),
        until: work.now().plus_millis(ALERT_DAYS * DAY_MS),
    };
    notify::queue_mail(work, &mail).map(drop)
}

/// What a mail says of an alert: what a contractor owes is no secret; of everything else only that something waits.
fn about(alert: &Alert) -> MailText {
    let path = "/staff/alerts".to_owned();
    match alert.kind {
        AlertKind::LeaseEnds | AlertKind::ContractorOwes | AlertKind::LinkedEnquiry => {
            MailText { subject: alert.kind.title(), body: alert.text.clone(), path }
        }
        _ => MailText {
            subject: Text::new("An alert waits for you", "有一項警示待閣下處理", "有一项警示待阁下处理"),
            body: Text::new(
                "An alert waits for you. Sign in to read it.",
                "有一項警示待閣下處理，請登入查閱。",
                "有一项警示待阁下处理，请登录查阅。",
            ),
            path,
        },
    }
}
