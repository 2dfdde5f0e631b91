//! What follows from the loss of an erasure ledger (`lionrock keys begin-ledger`): it is on record, somebody must act, and every
//! certificate says it.

use journal::{Actor, Ledger};
use kernel::{Id, Instant, Text, kinds};
use people::{Role, Scope};
use response::{AlertKind, IncidentKind, OpenIncident, RaiseAlert, open_incident, raise_alert};
use seal::{ErasureEntry, SealError, Target};
use store::StoreError;
use vault::ErasureState;

use crate::{EraseError, PlatformError};

/// Whose ledger it is, for those who are told.
pub(crate) struct Owner<'a> {
    /// Name of the store.
    pub name: &'a str,
    /// Its service; nothing for the platform's own.
    pub scope: Option<Scope>,
}

/// The loss that a keyring's ledger tells of: how many lines are gone, and when the new ledger was begun.
pub(crate) fn lost_ledger(ledger: &Ledger) -> Result<Option<(u64, Instant)>, SealError> {
    Ok(ledger.keys().ledger_lost()?.map(|entry| (lines(&entry), entry.at)))
}

/// Makes the store of a service follow the new ledger: what is not certified yet is ordered again, because only the lost lines said
/// that the keys had forgotten it. To be called before the ledger gets another line.
pub(crate) fn settle_lost_ledger(ledger: &Ledger) -> Result<(), EraseError> {
    let Some(lost) = ledger.keys().ledger_lost()? else { return Ok(()) };
    if !ledger.keys().erasures_since(lost.number)?.is_empty() {
        return Ok(());
    }
    let settled = ledger.read("flows.lost_ledger", |tx| {
        let erased = vault::open_erasures(tx, ErasureState::Erased, 1)?;
        Ok::<_, StoreError>(erased.is_empty() && vault::applied(tx)? == lost.number)
    })?;
    if !settled {
        ledger.write("flows.settle_lost_ledger", Actor::Operator, move |work| {
            vault::reopen_erasures(work, lost.number, lines(&lost))
        })?;
    }
    Ok(())
}

/// Opens an incident about the loss and alerts those who must act, once.
pub(crate) fn report_lost_ledger(platform: &Ledger, owner: &Owner<'_>, ledger: &Ledger) -> Result<(), PlatformError> {
    let Some(lost) = ledger.keys().ledger_lost()? else { return Ok(()) };
    let key = format!("erasure-ledger {} {}", owner.name, lost.number);
    if platform.read("flows.lost_ledger_known", |tx| response::is_raised(tx, &key))? {
        return Ok(());
    }
    let (department, service): (Option<Id<kinds::Department>>, Option<Id<kinds::Service>>) =
        (owner.scope.map(|scope| scope.department()), owner.scope.map(|scope| scope.service()));
    let text = words(owner.name, &lost);
    let incident = OpenIncident {
        kind: IncidentKind::ErasureLedgerLost,
        department,
        service,
        contractor: None,
        cause_key: key.clone(),
        summary: text.clone(),
    };
    let to = vec![Role::PrivacyOfficer, Role::SecurityOfficer];
    let alert = RaiseAlert { kind: AlertKind::Incident, department, service, to, key, text };
    platform.write("flows.report_lost_ledger", Actor::Operator, move |work| {
        open_incident(work, &incident)?;
        raise_alert(work, &alert).map(drop)
    })?;
    Ok(())
}

fn lines(lost: &ErasureEntry) -> u64 {
    if let Target::LedgerLost { lines } = lost.target { lines } else { 0 }
}

fn words(name: &str, lost: &ErasureEntry) -> Text {
    let (lines, at) = (lines(lost), lost.at);
    Text::new(
        format!("The erasure ledger of {name} was lost with its copy: {lines} lines. A new one was begun at {at}. A backup of the data from before that may bring erased people's records back: destroy every one, and make a new backup."),
        format!("{name}的刪除記錄冊連同副本已遺失，共{lines}行；新記錄冊於{at}開始。在此之前的資料備份或會令已刪除者的記錄重現：請銷毀所有該等備份，並重新備份。"),
        format!("{name}的删除记录册连同副本已遗失，共{lines}行；新记录册于{at}开始。在此之前的数据备份或会令已删除者的记录重现：请销毁所有该等备份，并重新备份。"),
    )
}

#[cfg(test)]
mod tests;
