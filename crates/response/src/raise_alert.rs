use journal::{Event, Work};
use kernel::{Id, Text, kinds};
use people::Role;
use store::StoreError;

use crate::alert::role_names;
use crate::tell_alert::announce;
use crate::{Alert, AlertKind, storage};

/// An alert to raise.
#[derive(Clone, Debug)]
pub struct RaiseAlert {
    /// What it is about.
    pub kind: AlertKind,
    /// The department whose officers it is for; nothing for all departments.
    pub department: Option<Id<kinds::Department>>,
    /// The service it is about.
    pub service: Option<Id<kinds::Service>>,
    /// For whom.
    pub to: Vec<Role>,
    /// Names the occasion: the same key is the same alert, however often it is found.
    pub key: String,
    /// What to know and to do. Names no resident.
    pub text: Text,
}

/// Raises an alert, once for each key. A second time nothing is written, and the first one's id is returned.
pub fn raise_alert(work: &mut Work<'_, '_>, command: &RaiseAlert) -> Result<Id<kinds::Alert>, StoreError> {
    if let Some(known) = storage::alert_by_key(work.tx(), &command.key)? {
        return Ok(known);
    }
    let alert = Alert {
        id: work.new_id(),
        kind: command.kind,
        department: command.department,
        service: command.service,
        text: command.text.clone(),
        raised: work.now(),
        acknowledged: None,
    };
    storage::insert_alert(work.tx(), &alert, &command.key, &command.to)?;
    announce(work, alert.id)?;
    let mut event = Event::new("response.alert_raised")
        .detail("alert", alert.id.to_string())
        .detail("kind", alert.kind.slug())
        .detail("to", role_names(&command.to));
    if let Some(service) = alert.service {
        event = event.detail("service", service.to_string());
    }
    work.journal(event)?;
    Ok(alert.id)
}
