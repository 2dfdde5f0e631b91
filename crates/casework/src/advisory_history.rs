use advisories::{Advisory, Revision, revisions};
use desk::{Answer, Desk, Mistakes, link, missing};
use webkit::parts::{Table, Warning};
use webkit::{Body, Failure, Markup, Page};

use crate::advisory_page::{find, texts};

/// What was corrected when, the newest first; nothing of one that never was.
pub(crate) fn table(desk: &Desk, body: &mut Body, one: &Advisory) -> Result<(), Failure> {
    if one.revision == 1 {
        return Ok(());
    }
    let all = desk.platform().ledger().read("staff.advisory_revisions", |tx| revisions(tx, one))?;
    body.h2(desk.say("advisory-history"));
    let head = ["advisory-revision", "advisory-when", "advisory-changes"].map(|key| desk.say(key));
    let mut table = Table::new(desk.say("advisory-history"), head);
    table.quiet_caption = true;
    for past in all.iter().rev() {
        let number = past.revision.to_string();
        let name = if past.revision == one.revision {
            Markup::text(&desk.tell("advisory-revision-now", [("number", number)]))
        } else {
            link(&number, &desk.url(&format!("/staff/advisories/{}/revisions/{number}", one.number)))
        };
        let changes = past.changes.as_ref().map_or_else(|| desk.say("advisory-first"), |text| desk.text(text));
        table.row([name, desk.at(past.written).into(), changes.into()]);
    }
    body.part(&table);
    Ok(())
}

/// An advisory as it read before a correction.
pub(crate) fn show(desk: &Desk) -> Answer {
    let (one, _) = find(desk)?;
    let wanted: i64 = desk.id("revision")?;
    let all: Vec<Revision> = desk.platform().ledger().read("staff.advisory_revisions", |tx| revisions(tx, &one))?;
    let past = all.into_iter().find(|past| past.revision == wanted).ok_or_else(missing)?;
    let title = desk.text(&past.title);
    let mut body = desk.body(&title, &Mistakes::default());
    let now = desk.url(&format!("/staff/advisories/{}", one.number));
    body.note(format!("{} · {}", desk.tell("advisory-revision-of", [("number", past.revision.to_string())]), desk.at(past.written)));
    if past.revision != one.revision {
        body.part(&Warning(desk.say("advisory-old")));
        body.link(desk.say("advisory-old-link"), now.clone());
    }
    texts(desk, &mut body, &past.body, past.public_body.as_ref());
    Ok(desk.show(Page::new(title, body.markup()).back(now)))
}
