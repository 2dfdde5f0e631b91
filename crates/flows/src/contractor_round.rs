use journal::{Actor, Work};
use kernel::Text;
use people::Role;
use processors::{Cause, Escalation, Lease, Prober, StatementVerdict, ToCarry};
use response::{AlertKind, IncidentKind, OpenIncident, RaiseAlert, open_incident, raise_alert};
use seal::sha256;
use store::{StoreError, Tx};

use crate::mail_round::mail_about;
use crate::{Platform, StepError, lease_rules, tell_contractor};

/// Who is told of what a contractor owes: the owner of the scheme, and who answers for privacy.
const TOLD: [Role; 2] = [Role::SchemeOwner, Role::PrivacyOfficer];
/// Who is told of an incident: the head of the department, and who answers for privacy.
const HEADS: [Role; 2] = [Role::HeadOfDepartment, Role::PrivacyOfficer];
/// Escalations carried in one round.
const CARRIED: usize = 100;
/// Keys of leases that die together.
const AT_ONCE: usize = 250;
/// Probes made in one round.
const PROBED: usize = 100;
const JOB: Actor = Actor::Job("contractors");

/// What one round did for contractors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ContractorRound {
    /// Reminders given.
    pub reminded: usize,
    /// Leases whose end was noted.
    pub ended: usize,
    /// Leases whose key was erased.
    pub keys: usize,
    /// Things that had not come by their day.
    pub overdue: usize,
    /// Escalations that became incidents and alerts.
    pub carried: usize,
}

/// Follows every lease without looking outside: reminders, ends, keys that die, what is overdue, and what is escalated. Once a
/// minute is enough: look-ups stop at the very moment without it. An idle round writes nothing.
pub fn contractor_round(platform: &Platform) -> Result<ContractorRound, StepError> {
    let (ledger, now) = (platform.ledger(), platform.now());
    if !ledger.read("flows.contractor_work", |tx| processors::work_waiting(tx, now, &lease_rules()))? {
        return Ok(ContractorRound::default());
    }
    let reminded = ledger.write("flows.remind_contractors", JOB, remind)?.0;
    let ended = ledger.write("flows.end_leases", JOB, end)?.0;
    let keys = erase_lease_keys(platform)?;
    let late = |work: &mut Work<'_, '_>| Ok::<_, StoreError>(processors::escalate_overdue(work, &lease_rules())?.len());
    let overdue = ledger.write("flows.escalate_overdue", JOB, late)?.0;
    let carried = ledger.write("flows.carry_escalations", JOB, carry)?.0;
    Ok(ContractorRound { reminded, ended, keys, overdue, carried })
}

/// Erases the key of every lease that has ended. Also right after an officer ended one. Old copies of the key files open them
/// until the next roll.
pub fn erase_lease_keys(platform: &Platform) -> Result<usize, StepError> {
    let ledger = platform.ledger();
    let leases = ledger.read("flows.keys_to_erase", processors::keys_to_erase)?;
    // A thousand leases may end on one day: their keys die in few batches, each one wait for the disk.
    for part in leases.chunks(AT_ONCE) {
        let mut batch = Vec::new();
        for lease in part {
            // What dies is a random secret of our own: there is nothing about anybody to commit to but the lease's name.
            let commitment = sha256(&[b"lionrock lease key\0", &ledger.random().bytes32(), &lease.id.bytes()]);
            batch.extend(lease.keys()?.into_iter().map(|target| (target, commitment)));
        }
        ledger.keys().erase(platform.now(), &batch)?;
        let ids: Vec<_> = part.iter().map(|lease| lease.id).collect();
        ledger.write("flows.lease_keys_died", JOB, move |work| {
            ids.iter().try_for_each(|id| processors::note_key_died(work, *id))
        })?;
    }
    Ok(leases.len())
}

/// Makes the probes that are due. Slow, since it waits for machines of others: it runs on a thread of its own.
pub fn probe_round(platform: &Platform, prober: &dyn Prober) -> Result<usize, StepError> {
    let (ledger, now) = (platform.ledger(), platform.now());
    let due = ledger.read("flows.due_probes", |tx| processors::due_probes(tx, now, PROBED))?;
    let mut made = 0;
    for lease in due {
        let begin = move |work: &mut Work<'_, '_>| processors::begin_probe(work, lease);
        let (order, committed) = ledger.write("flows.begin_probe", Actor::Job("probes"), begin)?;
        let Some(order) = order else { continue };
        let round = order.round;
        let report = prober.probe(&order.plan(&committed, ledger.keys())?);
        ledger.write("flows.record_probe", Actor::Job("probes"), move |work| {
            processors::record_probe(work, lease, round, &report, &lease_rules()).map(drop)
        })?;
        made += 1;
    }
    Ok(made)
}

fn remind(work: &mut Work<'_, '_>) -> Result<usize, StoreError> {
    let reminders = processors::due_reminders(work, &lease_rules())?;
    for reminder in &reminders {
        let text = reminder.text(&name(work.tx(), &reminder.lease)?);
        let raised = raise_alert(work, &alert(AlertKind::LeaseEnds, &reminder.lease, reminder.key(), text))?;
        // The officer who gave the lease hears of it, whatever roles that officer has by now.
        if let Some(raised) = response::alert(work.tx(), raised)? {
            mail_about(work, &raised, reminder.lease.officer)?;
        }
        tell_contractor::lease_ends(work, reminder)?;
    }
    Ok(reminders.len())
}

fn end(work: &mut Work<'_, '_>) -> Result<usize, StoreError> {
    let ended = processors::end_due(work, &lease_rules())?;
    for lease in &ended {
        let name = name(work.tx(), lease)?;
        let due = lease.due.unwrap_or_else(|| lease.ends_at()).day();
        let text = Text::new(
            format!("The lease of {} has ended. Its signed deletion statement is due by {due}.", name.en),
            format!("{}的資料租約已屆滿，須於{due}或之前提交已簽署的刪除資料聲明。", name.zh_hant),
            format!("{}的资料租约已届满，须于{due}或之前提交已签署的删除资料声明。", name.zh_hans),
        );
        raise_alert(work, &alert(AlertKind::ContractorOwes, lease, format!("{} ended", lease.id), text))?;
        tell_contractor::statement_due(work, lease, due)?;
    }
    Ok(ended.len())
}

/// Officers hear of a statement that was refused, once a day for each reason, however often the same text is sent.
pub(crate) fn statement_refused(
    work: &mut Work<'_, '_>,
    lease: &Lease,
    verdict: StatementVerdict,
) -> Result<(), StoreError> {
    let (name, why) = (name(work.tx(), lease)?, verdict.title());
    let text = Text::new(
        format!("A deletion statement of {} was refused: {}.", name.en, why.en),
        format!("{}的刪除資料聲明不獲接納：{}。", name.zh_hant, why.zh_hant),
        format!("{}的删除资料声明不获接纳：{}。", name.zh_hans, why.zh_hans),
    );
    let key = format!("{} refused {} {}", lease.id, verdict.slug(), work.today());
    raise_alert(work, &alert(AlertKind::ContractorOwes, lease, key, text)).map(drop)
}

/// Incident, alerts, linked enquiries and the end of the job are one transaction: none of them can be lost or come twice.
fn carry(work: &mut Work<'_, '_>) -> Result<usize, StoreError> {
    let waiting = processors::claim_escalations(work, CARRIED)?;
    for ToCarry { job, escalation } in &waiting {
        tell_head(work, escalation)?;
        tell_contractor::overdue(work, escalation)?;
        for (enquiry, lease) in processors::link_enquiries(work, escalation, &lease_rules())? {
            let (name, due) = (name(work.tx(), &lease)?, enquiry.due.day());
            let text = Text::new(
                format!("Something happened at {} in another lease. It was asked where your data is; the answer is due by {due}.", name.en),
                format!("{}的另一份資料租約出現事故。系統已查詢貴部門資料的存放情況，答覆限期為{due}。", name.zh_hant),
                format!("{}的另一份资料租约出现事故。系统已查询贵部门资料的存放情况，答复限期为{due}。", name.zh_hans),
            );
            raise_alert(work, &alert(AlertKind::LinkedEnquiry, &lease, format!("enquiry {}", enquiry.id), text))?;
            tell_contractor::enquiry_waits(work, &lease, &enquiry)?;
        }
        journal::finish_job(work, *job)?;
    }
    Ok(waiting.len())
}

fn tell_head(work: &mut Work<'_, '_>, escalation: &Escalation) -> Result<(), StoreError> {
    let name = processors::contractor(work.tx(), escalation.contractor)?.map_or_else(unnamed, |found| found.name);
    let cause = escalation.cause.title();
    let text = Text::new(
        format!("{}: {}.", name.en, cause.en),
        format!("{}：{}。", name.zh_hant, cause.zh_hant),
        format!("{}：{}。", name.zh_hans, cause.zh_hans),
    );
    let key = format!("escalation {}", escalation.key);
    let incident = OpenIncident {
        kind: kind(escalation.cause),
        department: Some(escalation.department),
        service: Some(escalation.service),
        contractor: Some(escalation.contractor),
        cause_key: key.clone(),
        summary: text.clone(),
    };
    open_incident(work, &incident)?;
    let alert = RaiseAlert {
        kind: AlertKind::Incident,
        department: Some(escalation.department),
        service: Some(escalation.service),
        to: HEADS.to_vec(),
        key,
        text,
    };
    raise_alert(work, &alert).map(drop)
}

const fn kind(cause: Cause) -> IncidentKind {
    match cause {
        Cause::Silent | Cause::EnquiryUnanswered | Cause::ProbesUnclear => IncidentKind::ContractorSilent,
        Cause::StatementForged => IncidentKind::StatementForged,
        Cause::DataAlive => IncidentKind::DataAlive,
        Cause::CanarySeen => IncidentKind::CanarySeen,
        Cause::UndeclaredSubProcessor => IncidentKind::UndeclaredSubProcessor,
        Cause::BreachReported => IncidentKind::ContractorBreach,
    }
}

fn alert(kind: AlertKind, lease: &Lease, key: String, text: Text) -> RaiseAlert {
    RaiseAlert { kind, department: Some(lease.department), service: Some(lease.service), to: TOLD.to_vec(), key, text }
}

fn name(tx: &mut Tx<'_>, lease: &Lease) -> Result<Text, StoreError> {
    Ok(processors::contractor(tx, lease.contractor)?.map_or_else(unnamed, |contractor| contractor.name))
}

fn unnamed() -> Text {
    Text::new("a contractor", "一名承辦商", "一名承办商")
}
