use axum::response::Response;
use desk::{Answer, Desk, Mistakes, code, link};
use kernel::Text;
use people::{
    Contact, ContactError, InviteOfficer, InviteOfficerError, Invited, Inviter, ManageOfficers, Role, RoleClash, seal_contact,
};
use store::{RunError, StoreError};
use webkit::parts::{Button, Checkboxes, Choice, Inset, Table, TextInput, Tone, Warning};
use webkit::{Failure, Markup, Page};

/// The officers of the department.
pub(crate) fn show(desk: &Desk) -> Answer {
    let grant = desk.right::<ManageOfficers>()?;
    let department = grant.department();
    let listed = desk.platform().ledger().read("staff.officers", |tx| {
        let mut listed = Vec::new();
        for officer in people::officers(tx, department)? {
            let passkeys = people::passkeys(tx, officer.id)?.len();
            listed.push((officer, passkeys));
        }
        Ok::<_, StoreError>(listed)
    })?;
    let title = desk.say("officers-title");
    let mut body = desk.body(&title, &Mistakes::default());
    body.part(&Button::link(desk.say("officers-invite"), desk.url("/staff/officers/invite")));
    let head = ["officers-post", "officers-roles", "officers-passkeys", "state"].map(|key| desk.say(key));
    let mut table = Table::new(title.clone(), head);
    table.quiet_caption = true;
    table.numeric = vec![2];
    for (officer, passkeys) in &listed {
        let (key, tone) = match (officer.ended, passkeys) {
            (Some(_), _) => ("officers-ended", Tone::Neutral),
            (None, 0) => ("officers-invited", Tone::Active),
            (None, _) => ("officers-active", Tone::Good),
        };
        table.row([
            link(&desk.text(&officer.post), &desk.url(&format!("/staff/officers/{}", officer.id))),
            Markup::text(&desk.roles(&officer.roles)),
            passkeys.to_string().into(),
            desk.tag(desk.say(key), tone),
        ]);
    }
    body.part(&table);
    Ok(desk.show(Page::new(title, body.markup()).wide().current("/staff/officers")))
}

/// The form for a new officer.
pub(crate) fn ask_invite(desk: &Desk) -> Answer {
    desk.right::<ManageOfficers>()?;
    Ok(page(desk, &Mistakes::default()))
}

const POSTS: [(&str, &str); 3] = [("post-en", "officers-post-en"), ("post-zh-hant", "officers-post-zh-hant"), ("post-zh-hans", "officers-post-zh-hans")];

fn page(desk: &Desk, mistakes: &Mistakes) -> Response {
    let title = desk.say("officers-invite");
    let mut body = desk.body(&title, mistakes);
    body.p(desk.say("officers-invite-lead"));
    let mut form = desk.form();
    for (name, label) in POSTS {
        form = form.part(&line(desk, mistakes, name, label));
    }
    let form = form
        .part(&roles(desk, mistakes, desk.values.all("role").map(str::to_owned).collect()))
        .part(&line(desk, mistakes, "name", "officers-name"))
        .part(&TextInput { kind: Some("email"), ..line(desk, mistakes, "mail", "officers-mail") })
        .part(&Button::new(desk.say("officers-invite")));
    body.part(&form).note(desk.say("officers-sealed"));
    desk.show_form(Page::new(title, body.markup()).back(desk.url("/staff/officers")), mistakes)
}

fn line(desk: &Desk, mistakes: &Mistakes, name: &str, label: &str) -> TextInput {
    TextInput {
        value: desk.values.get(name).into(),
        error: mistakes.of(name),
        verbatim: true,
        ..TextInput::new(name, desk.say(label))
    }
}

/// The eight roles to tick.
pub(crate) fn roles(desk: &Desk, mistakes: &Mistakes, values: Vec<String>) -> Checkboxes {
    let choices = Role::ALL.into_iter().map(|role| {
        Choice::new(role.slug(), desk.text(&role.title())).hint(desk.say(&format!("role-{}", role.slug())))
    });
    Checkboxes { values, error: mistakes.of("role"), ..Checkboxes::new("role", desk.say("officers-roles"), choices.collect()) }
}

/// The roles that were ticked.
pub(crate) fn ticked(desk: &Desk) -> Vec<Role> {
    desk.values.all("role").filter_map(|slug| slug.parse().ok()).collect()
}

/// Why roles do not go together.
pub(crate) fn clash(desk: &Desk, clash: RoleClash) -> String {
    match clash {
        RoleClash::Unknown | RoleClash::None => desk.say("officers-role-missing"),
        RoleClash::Alone(role) => desk.tell("officers-role-alone", [("role", desk.text(&role.title()))]),
        RoleClash::Clash(one, other) => {
            desk.tell("officers-role-clash", [("one", desk.text(&one.title())), ("other", desk.text(&other.title()))])
        }
    }
}

/// Invites, and shows the link once.
pub(crate) fn invite(desk: &Desk) -> Answer {
    let grant = desk.right::<ManageOfficers>()?;
    if desk.values.switching() {
        return Ok(page(desk, &Mistakes::default()));
    }
    let post = |name: &str| desk.values.get(name).trim().to_owned();
    let [english, traditional, simplified] = POSTS.map(|(name, _)| post(name));
    let mut mistakes = Mistakes::default();
    for (name, _) in POSTS.iter().filter(|(name, _)| !desk.values.has(name)) {
        mistakes.add(*name, desk.say("officers-post-missing"));
    }
    let contact = Contact::parse(desk.values.get("name"), desk.values.get("mail"));
    match &contact {
        Err(ContactError::Name) => mistakes.add("name", desk.say("officers-name-wrong")),
        Err(ContactError::Mail) => mistakes.add("mail", desk.say("officers-mail-wrong")),
        _ => {}
    }
    let roles = ticked(desk);
    if let Err(error) = people::check_roles(&roles) {
        mistakes.add("role", clash(desk, error));
    }
    if !mistakes.is_empty() {
        return Ok(page(desk, &mistakes));
    }
    let ledger = desk.platform().ledger();
    let contact = seal_contact(ledger.keys(), desk.now().day(), &contact?)?;
    let command = InviteOfficer { department: grant.department(), post: Text::new(english, traditional, simplified), roles, contact };
    let inviter = Inviter::Administrator(grant);
    let done = ledger.write("staff.invite", grant.actor(), move |work| {
        people::invite_officer(work, &inviter, command.clone())
    });
    match done {
        Ok((new, _)) => Ok(shown_once(desk, &new)),
        Err(RunError::Refused(InviteOfficerError::Post)) => {
            Ok(page(desk, &Mistakes::one("post-en", desk.say("officers-post-missing"))))
        }
        Err(error) => Err(Failure::from(error)),
    }
}

/// The link of an invitation. It is stored nowhere: whoever leaves this page without it invites again.
pub(crate) fn shown_once(desk: &Desk, invited: &Invited) -> Response {
    let title = desk.say("officers-link-title");
    let mut body = desk.body(&title, &Mistakes::default());
    let path = desk.url(&format!("/staff/invitation/{}", invited.token.reveal().expose()));
    body.p(desk.say("officers-link-lead"));
    body.part(&Inset(code(&format!("{}{path}", desk.state.origin))));
    body.p(desk.tell("officers-link-until", [("time", desk.at(invited.expires))]));
    body.part(&Warning(desk.say("officers-link-warning")));
    body.link(desk.say("officers-title"), desk.url("/staff/officers"));
    desk.show(Page::new(title, body.markup()).without_switch())
}
