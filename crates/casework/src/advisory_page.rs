use advisories::{Advisory, Impact, Receipt, advisory, confirm_advisory, receipts, withdraw_advisory};
use desk::{Answer, Desk, Mistakes, Question, missing};
use kernel::Text;
use people::HandleIncident;
use store::StoreError;
use webkit::parts::{Button, ButtonStyle, Choice, Inset, Radios, Table};
use webkit::{Body, Failure, Page};

use crate::advisory_history;
use crate::advisory_list::state;

/// One advisory: the department's text, and the form that confirms it. Whoever published it sees what all departments say.
pub(crate) fn show(desk: &Desk) -> Answer {
    page(desk, &Mistakes::default())
}

/// The advisory of the address, with what departments said.
pub(crate) fn find(desk: &Desk) -> Result<(Advisory, Vec<Receipt>), Failure> {
    desk.right::<HandleIncident>()?;
    let number: i64 = desk.id("number")?;
    let found = desk.platform().ledger().read("staff.advisory", |tx| {
        Ok::<_, StoreError>(advisory(tx, number)?.map(|one| receipts(tx, number).map(|said| (one, said))))
    })?;
    found.transpose()?.ok_or_else(missing)
}

fn page(desk: &Desk, mistakes: &Mistakes) -> Answer {
    let (one, said) = find(desk)?;
    let own = desk.who()?.department();
    let mine = said.iter().find(|receipt| receipt.department == own);
    let title = desk.text(&one.title);
    let mut body = desk.body(&title, mistakes);
    body.note(format!("{} · {}", desk.text(&one.kind.title()), desk.at(one.published)));
    if let Some((at, changes)) = one.revised.zip(one.changes.as_ref()) {
        body.part(&Inset(desk.tell("advisory-corrected", [("time", desk.at(at)), ("changes", desk.text(changes))]).into()));
    }
    body.push(&state(desk, &one, mine));
    texts(desk, &mut body, &one.body, one.public_body.as_ref());
    if one.withdrawn.is_none() {
        let choices = Impact::ALL.iter().map(|impact| Choice::new(impact.slug(), desk.text(&impact.title()))).collect();
        let known = mine.map_or("", |receipt| receipt.impact.slug());
        let typed = desk.values.get("impact");
        let form = desk
            .form()
            .part(&Radios {
                value: if typed.is_empty() { known } else { typed }.into(),
                error: mistakes.of("impact"),
                ..Radios::new("impact", desk.say("advisory-impact"), choices)
            })
            .part(&Button::new(desk.say("advisory-confirm")));
        body.part(&form);
    }
    advisory_history::table(desk, &mut body, &one)?;
    if one.department == own {
        answers(desk, &mut body, &one, &said)?;
    }
    Ok(desk.show_form(Page::new(title, body.markup()).back(desk.url("/staff/advisories")), mistakes))
}

/// What departments read, and what others do.
pub(crate) fn texts(desk: &Desk, body: &mut Body, inside: &Text, public: Option<&Text>) {
    paragraphs(body, &desk.text(inside));
    if let Some(public) = public {
        body.h2(desk.say("advisory-for-public"));
        paragraphs(body, &desk.text(public));
    }
}

fn paragraphs(body: &mut Body, text: &str) {
    for paragraph in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        body.p(paragraph);
    }
}

/// What every department says, also those that have said nothing; and the way to withdraw it.
fn answers(desk: &Desk, body: &mut Body, one: &Advisory, said: &[Receipt]) -> Result<(), Failure> {
    body.h2(desk.say("advisory-said"));
    let head = ["reach-department", "state", "advisory-when"].map(|key| desk.say(key));
    let mut table = Table::new(desk.say("advisory-said"), head);
    table.quiet_caption = true;
    for (department, name) in crate::call_outs::names(desk)? {
        let theirs = said.iter().find(|receipt| receipt.department == department);
        let when = theirs.map_or_else(String::new, |receipt| desk.at(receipt.confirmed));
        table.row([name.into(), state(desk, one, theirs), when.into()]);
    }
    body.part(&table);
    if one.withdrawn.is_none() {
        let correct = Button::link(desk.say("advisory-correct"), desk.url(&format!("/staff/advisories/{}/correct", one.number)));
        body.part(&correct.style(ButtonStyle::Secondary));
        body.p(desk.say("advisory-withdraw-lead"));
        let withdraw = desk.form().to(desk.url(&format!("/staff/advisories/{}/withdraw", one.number))).id("withdraw");
        body.part(&withdraw.part(&Button::new(desk.say("advisory-withdraw")).style(ButtonStyle::Warning)));
    }
    Ok(())
}

/// The department has read it.
pub(crate) fn confirm(desk: &Desk) -> Answer {
    let (grant, number) = (desk.right::<HandleIncident>()?, find(desk)?.0.number);
    if desk.values.switching() {
        return page(desk, &Mistakes::default());
    }
    let Some(impact) = Impact::from_slug(desk.values.get("impact")) else {
        return page(desk, &Mistakes::one("impact", desk.say("choose-one")));
    };
    let act = move |work: &mut journal::Work<'_, '_>| confirm_advisory(work, &grant, (number, impact));
    desk.platform().ledger().write("staff.confirm_advisory", grant.actor(), act)?;
    Ok(desk.done("done-advisory-read", &desk.url("/staff/advisories")))
}

/// Withdraws it.
pub(crate) fn withdraw(desk: &Desk) -> Answer {
    let (grant, one) = (desk.right::<HandleIncident>()?, find(desk)?.0);
    if one.department != grant.department() {
        return Err(missing());
    }
    let number = one.number;
    let back = desk.url(&format!("/staff/advisories/{number}"));
    if let Some(page) = desk.unless_sure(&Question { act: "advisory-withdraw", warning: "advisory-withdraw-lead", back }) {
        return Ok(page);
    }
    let act = move |work: &mut journal::Work<'_, '_>| withdraw_advisory(work, &grant, number);
    desk.platform().ledger().write("staff.withdraw_advisory", grant.actor(), act)?;
    Ok(desk.done("done-advisory-withdrawn", &desk.url(&format!("/staff/advisories/{number}"))))
}
