use journal::Actor;
use kernel::Text;
use people::Role;
use response::{AlertKind, RaiseAlert, raise_alert};
use store::StoreError;
use vault::{Finding, Unusual, WatchLimits};

use crate::{Platform, Service, StepError};

/// Who is told: the officer's supervisor, and who answers for privacy.
const TOLD: [Role; 2] = [Role::SupervisingOfficer, Role::PrivacyOfficer];

/// Looks at who opened and searched for what in a service, and alerts of what is unusual: once for each officer, day and
/// kind. Whatever is found again is the same alert.
pub(crate) fn watch_openings(platform: &Platform, service: &Service) -> Result<(), StepError> {
    let now = platform.now();
    let limits = WatchLimits::default();
    let found = service.ledger().read("flows.unusual_use", |tx| vault::unusual_use(tx, now, &limits))?;
    for finding in found {
        let key = format!("{}:{}", service.id(), finding.key());
        let officer = finding.officer;
        let (known, post) = platform.ledger().read("flows.watched_officer", |tx| {
            Ok::<_, StoreError>((response::is_raised(tx, &key)?, people::officer(tx, officer)?))
        })?;
        if known {
            continue;
        }
        let post = post.map_or_else(|| Text::new("an officer", "一名人員", "一名人员"), |officer| officer.post);
        let alert = RaiseAlert {
            kind: kind(finding.unusual),
            department: Some(service.scope().department()),
            service: Some(service.id()),
            to: TOLD.to_vec(),
            key,
            text: words(&finding, &post, &service.scheme()),
        };
        platform.ledger().write("flows.alert_unusual_use", Actor::Job("watch"), move |work| raise_alert(work, &alert))?;
    }
    Ok(())
}

const fn kind(unusual: Unusual) -> AlertKind {
    match unusual {
        Unusual::ManyOpenings => AlertKind::ManyOpenings,
        Unusual::OutOfHours => AlertKind::OutOfHours,
        Unusual::RepeatedSearch => AlertKind::RepeatedSearch,
    }
}

fn words(finding: &Finding, post: &Text, scheme: &registration::scheme::Scheme) -> Text {
    use kernel::Language::{En, ZhHans, ZhHant};
    let (count, day) = (finding.count, finding.day);
    let Text { en, zh_hant, zh_hans } = post;
    let (title, traditional, simplified) = (scheme.title(En), scheme.title(ZhHant), scheme.title(ZhHans));
    let times = if count == 1 { "once".to_owned() } else { format!("{count} times") };
    match finding.unusual {
        Unusual::ManyOpenings => Text::new(
            format!("{en} opened {count} records of “{title}” within one hour on {day}. Ask why."),
            format!("{zh_hant}於{day}的一小時內開啟「{traditional}」{count}項記錄。請查詢原因。"),
            format!("{zh_hans}于{day}的一小时内打开“{simplified}”{count}项记录。请查询原因。"),
        ),
        Unusual::OutOfHours => Text::new(
            format!("{en} opened records of “{title}” {times} out of office hours on {day}. Ask why."),
            format!("{zh_hant}於{day}非辦公時間開啟「{traditional}」的記錄{count}次。請查詢原因。"),
            format!("{zh_hans}于{day}非办公时间打开“{simplified}”的记录{count}次。请查询原因。"),
        ),
        Unusual::RepeatedSearch => Text::new(
            format!("{en} searched “{title}” for one registration {times} in a week, last on {day}. Ask why."),
            format!("{zh_hant}一星期內在「{traditional}」搜尋同一登記{count}次，最後一次為{day}。請查詢原因。"),
            format!("{zh_hans}一星期内在“{simplified}”搜索同一登记{count}次，最后一次为{day}。请查询原因。"),
        ),
    }
}
