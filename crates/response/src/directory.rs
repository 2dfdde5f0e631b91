use kernel::{Id, kinds};
use people::{Role, SignedIn};
use store::{StoreError, Tx};

use crate::{Alert, Incident, PublicIncident, storage};

/// At most so many lines on one page.
const PAGE: i64 = 200;

/// The alerts for one role of a department (those for all departments included), open ones first, then newest first.
pub fn alerts(tx: &mut Tx<'_>, department: Id<kinds::Department>, role: Role) -> Result<Vec<Alert>, StoreError> {
    storage::alerts(tx, department, role, PAGE)
}

/// The open alerts for an officer, newest first, each once however many of the officer's roles it is for.
pub fn open_alerts(tx: &mut Tx<'_>, who: &SignedIn) -> Result<Vec<Alert>, StoreError> {
    let mut open: Vec<Alert> = Vec::new();
    for role in who.roles() {
        open.extend(storage::alerts(tx, who.department(), *role, PAGE)?);
    }
    open.retain(|alert| alert.acknowledged.is_none());
    open.sort_by_key(|alert| std::cmp::Reverse(alert.id));
    open.dedup_by_key(|alert| alert.id);
    Ok(open)
}

/// Whether the occasion with this key has raised its alert already: a look, so that watching writes nothing.
pub fn is_raised(tx: &mut Tx<'_>, key: &str) -> Result<bool, StoreError> {
    Ok(storage::alert_by_key(tx, key)?.is_some())
}

/// One alert.
pub fn alert(tx: &mut Tx<'_>, id: Id<kinds::Alert>) -> Result<Option<Alert>, StoreError> {
    storage::alert(tx, id)
}

/// The incidents of a department and those of the whole platform, open ones first, then newest first.
pub fn incidents(tx: &mut Tx<'_>, department: Id<kinds::Department>) -> Result<Vec<Incident>, StoreError> {
    storage::incidents(tx, department, PAGE)
}

/// One incident.
pub fn incident(tx: &mut Tx<'_>, id: Id<kinds::Incident>) -> Result<Option<Incident>, StoreError> {
    storage::incident(tx, id)
}

/// What a service's trust page says: every incident about it, newest first, in general words.
pub fn public_incidents(tx: &mut Tx<'_>, service: Id<kinds::Service>) -> Result<Vec<PublicIncident>, StoreError> {
    let found = storage::incidents_of(tx, service, PAGE)?;
    let public = |incident: Incident| PublicIncident {
        id: incident.id,
        title: incident.kind.title(),
        opened: incident.opened,
        closed: incident.closed,
    };
    Ok(found.into_iter().map(public).collect())
}
