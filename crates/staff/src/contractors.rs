use desk::{Answer, Desk, Mistakes, link, scheme_title};
use kernel::{Id, Kind, kinds};
use people::{GrantLease, HandleIncident, ManageContractors};
use processors::{Contractor, Level, Overview, OverviewLine};
use store::StoreError;
use webkit::parts::{Button, Table, Tone, Warning};
use webkit::{Arg, Body, Failure, Markup, Page, formats};

/// Who holds what, until when, and what is overdue: to be read in ten seconds, the worst first.
pub(crate) fn show(desk: &Desk) -> Answer {
    let (department, now) = (watcher(desk)?, desk.now());
    let (overview, contractors) = desk.platform().ledger().read("staff.contractors", |tx| {
        Ok::<_, StoreError>((processors::overview(tx, now, Some(department))?, processors::contractors(tx)?))
    })?;
    let title = desk.say("contractors-title");
    let mut body = desk.body(&title, &Mistakes::default());
    sums(desk, &mut body, &overview);
    holdings(desk, &mut body, &overview.lines)?;
    register(desk, &mut body, &contractors);
    Ok(desk.show(Page::new(title, body.markup()).wide().back(desk.url("/staff"))))
}

/// Two sentences, and what is overdue in words before any colour.
fn sums(desk: &Desk, body: &mut Body, overview: &Overview) {
    if overview.overdue > 0 {
        body.part(&Warning(desk.tell("contractors-overdue", [("count", overview.overdue)])));
    } else {
        body.lead(desk.say("contractors-nothing-overdue"));
    }
    body.p(desk.tell(
        "contractors-sum",
        [("holders", Arg::from(overview.holders)), ("records", Arg::from(overview.records)), ("attention", Arg::from(overview.attention))],
    ));
}

fn holdings(desk: &Desk, body: &mut Body, lines: &[OverviewLine]) -> Result<(), Failure> {
    let head = ["state", "contractors-who", "scheme", "lease-groups", "lease-records", "lease-until"];
    let mut table = Table::new(desk.say("contractors-holdings"), head.map(|key| desk.say(key)));
    table.numeric = vec![4];
    table.empty = desk.say("contractors-none-held");
    for line in lines {
        let lease = &line.lease;
        table.row([
            standing(desk, line),
            link(&desk.text(&line.contractor), &desk.url(&format!("/staff/leases/{}", lease.id))),
            Markup::text(&scheme_title(desk, lease.service)?),
            Markup::text(&groups(desk, &lease.groups)),
            formats::number(i64::try_from(lease.records).unwrap_or(i64::MAX)).into(),
            Markup::text(&formats::date(lease.until, desk.language())),
        ]);
    }
    body.part(&table);
    Ok(())
}

/// The word for how much attention it needs, and where it stands in a sentence.
fn standing(desk: &Desk, line: &OverviewLine) -> Markup {
    let (key, tone) = match line.level {
        Level::Overdue => ("level-overdue", Tone::Bad),
        Level::Attention => ("level-attention", Tone::Attention),
        Level::Fine => ("level-fine", Tone::Good),
    };
    let says = Markup::text(&desk.text(&line.says));
    Markup::trusted(format!("{} {says}", desk.tag(desk.say(key), tone)))
}

/// The field groups of a lease in words.
pub(crate) fn groups(desk: &Desk, groups: &[String]) -> String {
    let known = |group: &String| {
        let key = format!("field-group-{group}");
        if desk.has(&key) { desk.say(&key) } else { group.clone() }
    };
    groups.iter().map(known).collect::<Vec<_>>().join(&desk.say("list-comma"))
}

fn register(desk: &Desk, body: &mut Body, contractors: &[Contractor]) {
    let mut table = Table::new(desk.say("contractors-register"), ["contractors-who", "contractor-trade"].map(|key| desk.say(key)));
    table.empty = desk.say("contractors-none");
    for contractor in contractors {
        table.row([link(&desk.text(&contractor.name), &address(desk, contractor.id)), Markup::text(&desk.text(&contractor.trade.title()))]);
    }
    body.part(&table);
    if desk.may::<ManageContractors>() {
        body.part(&Button::link(desk.say("contractor-register"), desk.url("/staff/contractors/new")));
    }
}

/// The page of a contractor.
pub(crate) fn address(desk: &Desk, contractor: Id<kinds::Contractor>) -> String {
    desk.url(&format!("/staff/contractors/{contractor}"))
}

/// The department whose contractors the officer may look at: whoever manages them, gives leases or handles incidents.
pub fn watcher(desk: &Desk) -> Result<Id<kinds::Department>, Failure> {
    let watches = desk.may::<ManageContractors>() || desk.may::<GrantLease>() || desk.may::<HandleIncident>();
    if watches { Ok(desk.who()?.department()) } else { Err(Failure::of(Kind::Denied)) }
}
