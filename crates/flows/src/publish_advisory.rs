use advisories::{AdvisoryError, PublishAdvisory, ReviseAdvisory};
use journal::Work;
use kernel::Text;
use people::{Grant, HandleIncident, Role};
use response::{AlertKind, RaiseAlert, raise_alert};
use store::StoreError;

/// Publishes an advisory and tells the officers of every department that one waits to be confirmed. Returns its number.
pub fn publish_advisory(
    work: &mut Work<'_, '_>,
    grant: &Grant<HandleIncident>,
    command: &PublishAdvisory,
) -> Result<i64, AdvisoryError> {
    let number = advisories::publish_advisory(work, grant, command)?;
    tell_departments(work, &format!("advisory {number}"), (number, &command.title))?;
    Ok(number)
}

/// Corrects an advisory. Where departments are asked again, their officers are told. Returns the number of the revision.
pub fn revise_advisory(work: &mut Work<'_, '_>, grant: &Grant<HandleIncident>, command: &ReviseAdvisory) -> Result<i64, AdvisoryError> {
    let revision = advisories::revise_advisory(work, grant, command)?;
    if command.asks_again {
        let title = &command.title;
        let corrected =
            Text::new(format!("Corrected: {}", title.en), format!("更正：{}", title.zh_hant), format!("更正：{}", title.zh_hans));
        tell_departments(work, &format!("advisory {} revision {revision}", command.number), (command.number, &corrected))?;
    }
    Ok(revision)
}

fn tell_departments(work: &mut Work<'_, '_>, key: &str, (number, title): (i64, &Text)) -> Result<(), StoreError> {
    let alert = RaiseAlert {
        kind: AlertKind::Advisory,
        department: None,
        service: None,
        to: vec![Role::SecurityOfficer, Role::HeadOfDepartment],
        key: key.to_owned(),
        text: Text::new(
            format!("{}: read it, and say what it means for your department (advisory {number}).", title.en),
            format!("{}：請閱讀並說明對貴部門的影響（第{number}號）。", title.zh_hant),
            format!("{}：请阅读并说明对贵部门的影响（第{number}号）。", title.zh_hans),
        ),
    };
    raise_alert(work, &alert).map(drop)
}
