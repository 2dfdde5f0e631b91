use axum::response::Response;
use desk::{Answer, Desk, Mistakes, missing};
use kernel::{Id, kinds};
use people::{
    ChangeRoles, ChangeRolesError, EndOfficer, EndOfficerError, InviteAgain, Inviter, ManageOfficers, Officer, PasskeyListed,
};
use store::{RunError, StoreError};
use webkit::parts::{Button, ButtonGroup, ButtonStyle, Checkboxes, Choice, SummaryList, SummaryRow, Warning};
use webkit::{Failure, Page};

use crate::officers::{clash, roles, shown_once, ticked};

/// One officer: roles, a new invitation, the end.
pub(crate) fn show(desk: &Desk) -> Answer {
    let (officer, passkeys) = find(desk)?;
    Ok(page(desk, &officer, &passkeys, &Mistakes::default()))
}

fn find(desk: &Desk) -> Result<(Officer, Vec<PasskeyListed>), Failure> {
    let grant = desk.right::<ManageOfficers>()?;
    let id: Id<kinds::Officer> = desk.id("officer")?;
    let found = desk.platform().ledger().read("staff.officer", |tx| {
        let Some(officer) = people::officer(tx, id)? else { return Ok::<_, StoreError>(None) };
        Ok(Some((officer, people::passkeys(tx, id)?)))
    })?;
    found.filter(|(officer, _)| officer.department == grant.department()).ok_or_else(missing)
}

fn page(desk: &Desk, officer: &Officer, passkeys: &[PasskeyListed], mistakes: &Mistakes) -> Response {
    let title = desk.text(&officer.post);
    let mut body = desk.body(&title, mistakes);
    let mut rows = vec![
        SummaryRow::new(desk.say("officers-roles"), desk.roles(&officer.roles)),
        SummaryRow::new(desk.say("officers-passkeys"), passkeys.len().to_string()),
    ];
    rows.extend(officer.ended.map(|at| SummaryRow::new(desk.say("officers-ended"), desk.at(at))));
    body.part(&SummaryList::new(rows));
    if officer.ended.is_none() {
        let sent: Vec<String> = desk.values.all("role").map(str::to_owned).collect();
        let now = officer.roles.iter().map(|role| role.slug().to_owned()).collect();
        let values = if sent.is_empty() && mistakes.is_empty() { now } else { sent };
        let form = desk.form_over(&format!("{:?}", officer.roles)).part(&roles(desk, mistakes, values)).part(&Button::new(desk.say("officers-change-roles")));
        body.part(&form);
        let base = format!("/staff/officers/{}", officer.id);
        body.link(desk.say("officers-again"), desk.url(&format!("{base}/invite-again")));
        body.link(desk.say("officers-end"), desk.url(&format!("{base}/end")));
    }
    desk.show_form(Page::new(title, body.markup()).back(desk.url("/staff/officers")), mistakes)
}

/// Gives the officer exactly the roles that are ticked.
pub(crate) fn change_roles(desk: &Desk) -> Answer {
    let grant = desk.right::<ManageOfficers>()?;
    let (officer, passkeys) = find(desk)?;
    if desk.values.switching() {
        return Ok(page(desk, &officer, &passkeys, &Mistakes::default()));
    }
    if let Some(mistakes) = desk.changed_meanwhile(&format!("{:?}", officer.roles)) {
        return Ok(page(desk, &officer, &passkeys, &mistakes));
    }
    let command = ChangeRoles { officer: officer.id, roles: ticked(desk) };
    let changed = desk.platform().ledger().write("staff.change_roles", grant.actor(), move |work| {
        people::change_roles(work, &grant, &command)
    });
    let sentence = match changed {
        Ok(_) => return Ok(desk.done("done-roles", &desk.url(&format!("/staff/officers/{}", officer.id)))),
        Err(RunError::Refused(ChangeRolesError::Roles(error))) => clash(desk, error),
        Err(RunError::Refused(ChangeRolesError::Own)) => desk.say("officers-own"),
        Err(error) => return Err(Failure::from(error)),
    };
    Ok(page(desk, &officer, &passkeys, &Mistakes::one("role", sentence)))
}

/// Asks whether the passkeys there are still good.
pub(crate) fn ask_invite_again(desk: &Desk) -> Answer {
    let (officer, _) = find(desk)?;
    let title = desk.say("officers-again");
    let mut body = desk.body(&title, &Mistakes::default());
    body.p(desk.say("officers-again-lead"));
    let lost = vec![Choice::new("yes", desk.say("officers-lost-yes")).hint(desk.say("officers-lost-hint"))];
    let back = desk.url(&format!("/staff/officers/{}", officer.id));
    let form = desk
        .form()
        .part(&Checkboxes::new("lost", desk.say("officers-lost"), lost))
        .part(&ButtonGroup(vec![
            Button::new(title.clone()),
            Button::link(desk.say("cancel"), back.clone()).style(ButtonStyle::Quiet),
        ]));
    body.part(&form);
    Ok(desk.show(Page::new(title, body.markup()).back(back)))
}

/// Invites again; the earlier link becomes worthless.
pub(crate) fn invite_again(desk: &Desk) -> Answer {
    let grant = desk.right::<ManageOfficers>()?;
    let (officer, _) = find(desk)?;
    let command = InviteAgain { officer: officer.id, drop_passkeys: desk.values.get("lost") == "yes" };
    let inviter = Inviter::Administrator(grant);
    let (again, _) = desk.platform().ledger().write("staff.invite_again", grant.actor(), move |work| {
        people::invite_again(work, &inviter, command)
    })?;
    Ok(shown_once(desk, &again))
}

/// Asks before an officer is ended.
pub(crate) fn ask_end(desk: &Desk) -> Answer {
    let (officer, _) = find(desk)?;
    Ok(ending(desk, &officer, &Mistakes::default()))
}

fn ending(desk: &Desk, officer: &Officer, mistakes: &Mistakes) -> Response {
    let title = desk.say("officers-end");
    let mut body = desk.body(&title, mistakes);
    body.p(desk.text(&officer.post)).part(&Warning(desk.say("officers-end-warning")));
    let back = desk.url(&format!("/staff/officers/{}", officer.id));
    body.part(&desk.form().part(&ButtonGroup(vec![
        Button::new(title.clone()).style(ButtonStyle::Warning),
        Button::link(desk.say("cancel"), back.clone()).style(ButtonStyle::Quiet),
    ])));
    let page = Page::new(title, body.markup()).back(back);
    desk.show(if mistakes.is_empty() { page } else { page.invalid() })
}

/// Ends the officer: no session and no passkey survives.
pub(crate) fn end(desk: &Desk) -> Answer {
    let grant = desk.right::<ManageOfficers>()?;
    let (officer, _) = find(desk)?;
    let command = EndOfficer { officer: officer.id };
    let ended = desk.platform().ledger().write("staff.end_officer", grant.actor(), move |work| {
        people::end_officer(work, &grant, command)
    });
    match ended {
        Ok(_) => Ok(desk.done("done-officer-ended", &desk.url("/staff/officers"))),
        Err(RunError::Refused(EndOfficerError::Own)) => {
            Ok(ending(desk, &officer, &Mistakes::one("form", desk.say("officers-own"))))
        }
        Err(error) => Err(Failure::from(error)),
    }
}
