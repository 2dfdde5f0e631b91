use advisories::{AdvisoryError, PublishAdvisory};
use journal::Work;
use kernel::Text;
use people::{Grant, HandleIncident, Role};
use response::{AlertKind, RaiseAlert, raise_alert};

/// Publishes an advisory and tells the officers of every department that one waits to be confirmed. Returns its number.
pub fn publish_advisory(
    work: &mut Work<'_, '_>,
    grant: &Grant<HandleIncident>,
    command: &PublishAdvisory,
) -> Result<i64, AdvisoryError> {
    let number = advisories::publish_advisory(work, grant, command)?;
    let title = &command.title;
    let alert = RaiseAlert {
        kind: AlertKind::Advisory,
        department: None,
        service: None,
        to: vec![Role::SecurityOfficer, Role::HeadOfDepartment],
        key: format!("advisory {number}"),
        text: Text::new(
            format!("{}: read it, and say what it means for your department (advisory {number}).", title.en),
            format!("{}：請閱讀並說明對貴部門的影響（第{number}號）。", title.zh_hant),
            format!("{}：请阅读并说明对贵部门的影响（第{number}号）。", title.zh_hans),
        ),
    };
    raise_alert(work, &alert)?;
    Ok(number)
}
