use callout::{Leave, Person, cancel_leave, leaves, rota, take_leave, team};
use desk::{Answer, Desk, Mistakes, date, day, line, link, missing};
use kernel::{Id, Instant};
use people::ManageTeam;
use store::StoreError;
use webkit::parts::{Button, ButtonStyle, Choice, Radios, Table, Tone};
use webkit::{Body, Failure, Markup, Page};

/// The incident team of the department: who is in it, who is on call, who is away.
pub(crate) fn show(desk: &Desk) -> Answer {
    let department = desk.right::<ManageTeam>()?.department();
    let now = desk.now();
    let (people, away, rota) = desk.platform().ledger().read("staff.team", |tx| {
        Ok::<_, StoreError>((team(tx, department)?, leaves(tx, department, now)?, rota(tx, department)?))
    })?;
    let title = desk.say("team-title");
    let mut body = desk.body(&title, &Mistakes::default());
    body.p(desk.say("team-lead"));
    body.part(&Button::link(desk.say("team-new"), desk.url("/staff/team/people/new")));
    let head = ["team-number", "officers-post", "team-duties", "team-channels", "state"].map(|key| desk.say(key));
    let mut table = Table::new(title.clone(), head);
    table.quiet_caption = true;
    table.empty = desk.say("team-nobody");
    for (person, number) in people.iter().zip(1..) {
        table.row([
            number.to_string().into(),
            link(&desk.text(&person.post), &desk.url(&format!("/staff/team/people/{}", person.id))),
            Markup::text(&duties(desk, person)),
            Markup::text(&channels(desk, person)),
            reachable(desk, person, now),
        ]);
    }
    body.part(&table);
    let on_call = rota.on_call(&away, now).and_then(|id| people.iter().find(|person| person.id == id));
    let on_call = on_call.map_or_else(|| desk.say("rota-nobody"), |person| desk.text(&person.post));
    body.h2(desk.say("rota-title")).p(desk.tell("rota-now", [("post", on_call)]));
    body.link(desk.say("rota-change"), desk.url("/staff/team/rota"));
    absent(desk, &mut body, &people, &away);
    Ok(desk.show(Page::new(title, body.markup()).wide().back(desk.url("/staff"))))
}

fn absent(desk: &Desk, body: &mut Body, people: &[Person], away: &[Leave]) {
    body.h2(desk.say("leave-title"));
    for leave in away {
        let post = people.iter().find(|person| person.id == leave.person).map_or_else(String::new, |person| desk.text(&person.post));
        body.p(desk.tell("leave-line", [("post", post.clone()), ("from", desk.at(leave.from)), ("until", desk.at(leave.until))]));
        let key = format!("{} {}", leave.person, leave.from.millis());
        let cancel = desk
            .form()
            .to(desk.url("/staff/team/leave/cancel"))
            .id(format!("cancel-{}-{}", leave.person, leave.from.millis()))
            .hidden("leave", key)
            .part(&Button::new(desk.tell("leave-cancel", [("post", post)])).style(ButtonStyle::Secondary));
        body.part(&cancel);
    }
    body.link(desk.say("leave-new"), desk.url("/staff/team/leave"));
}

pub(crate) fn duties(desk: &Desk, person: &Person) -> String {
    let names: Vec<String> = person.duties.iter().map(|duty| desk.text(&duty.title())).collect();
    names.join(&desk.say("list-comma"))
}

fn channels(desk: &Desk, person: &Person) -> String {
    let names: Vec<String> = person.channels.iter().map(|channel| desk.text(&channel.title())).collect();
    names.join(&desk.say("list-comma"))
}

fn reachable(desk: &Desk, person: &Person, now: Instant) -> Markup {
    if person.is_reachable(now) {
        desk.tag(desk.say("team-reachable"), Tone::Good)
    } else {
        desk.tag(desk.say("team-unchecked"), Tone::Attention)
    }
}

/// The team to choose from, by the numbers of its list: posts of one name are told apart by nothing else.
pub(crate) fn numbered(desk: &Desk, people: &[Person]) -> Vec<Choice> {
    let named = |(person, number): (&Person, u32)| Choice::new(person.id.to_string(), format!("{number}. {}", desk.text(&person.post)));
    people.iter().zip(1..).map(named).collect()
}

/// Somebody is away, or takes over.
pub(crate) fn ask_leave(desk: &Desk) -> Answer {
    leave_page(desk, &Mistakes::default())
}

fn leave_page(desk: &Desk, mistakes: &Mistakes) -> Answer {
    let department = desk.right::<ManageTeam>()?.department();
    let people = desk.platform().ledger().read("staff.team", |tx| team(tx, department))?;
    let title = desk.say("leave-new");
    let mut body = desk.body(&title, mistakes);
    body.p(desk.say("leave-lead"));
    let choices = numbered(desk, &people);
    let form = desk
        .form()
        .part(&Radios {
            value: desk.values.get("person").into(),
            error: mistakes.of("person"),
            ..Radios::new("person", desk.say("leave-who"), choices)
        })
        .part(&date(desk, mistakes, "from", "leave-from"))
        .part(&date(desk, mistakes, "until", "leave-until"))
        .part(&Button::new(desk.say("leave-save")));
    body.part(&form);
    Ok(desk.show_form(Page::new(title, body.markup()).back(desk.url("/staff/team")), mistakes))
}

/// Keeps a leave of whole days.
pub(crate) fn leave(desk: &Desk) -> Answer {
    let grant = desk.right::<ManageTeam>()?;
    if desk.values.switching() {
        return leave_page(desk, &Mistakes::default());
    }
    let mut mistakes = Mistakes::default();
    let (from, until) = (day(desk, &mut mistakes, "from"), day(desk, &mut mistakes, "until"));
    let person: Option<callout::PersonId> = desk.values.get("person").parse().ok();
    if person.is_none() {
        mistakes.add("person", desk.say("choose-one"));
    }
    if let (Some(from), Some(until)) = (from, until)
        && !(from..from.plus(366)).contains(&until)
    {
        mistakes.add("until", desk.say("leave-wrong"));
    }
    let (Some(person), Some(from), Some(until), true) = (person, from, until, mistakes.is_empty()) else {
        return leave_page(desk, &mistakes);
    };
    let leave = Leave { person, from: Instant::at(from, 0), until: Instant::at(until.plus(1), 0) };
    desk.platform().ledger().write("staff.take_leave", grant.actor(), move |work| take_leave(work, &grant, leave))?;
    Ok(desk.done("done-leave", &desk.url("/staff/team")))
}

/// Takes a leave back.
pub(crate) fn cancel(desk: &Desk) -> Answer {
    let grant = desk.right::<ManageTeam>()?;
    let (person, from) = desk.values.get("leave").split_once(' ').ok_or_else(missing)?;
    let person: callout::PersonId = person.parse().map_err(|_| missing())?;
    let from = Instant::from_millis(from.parse().map_err(|_| missing())?);
    let done = move |work: &mut journal::Work<'_, '_>| cancel_leave(work, &grant, (person, from));
    desk.platform().ledger().write("staff.cancel_leave", grant.actor(), done)?;
    Ok(desk.done("done-leave-gone", &desk.url("/staff/team")))
}

/// Somebody of the department's team, by the address.
pub(crate) fn find(desk: &Desk) -> Result<Person, Failure> {
    let (department, id): (_, Id<kernel::kinds::CallPerson>) = (desk.right::<ManageTeam>()?.department(), desk.id("person")?);
    let people = desk.platform().ledger().read("staff.team", |tx| team(tx, department))?;
    people.into_iter().find(|person| person.id == id).ok_or_else(missing)
}

/// A time of the day as typed, such as `18:00`, in minutes.
pub(crate) fn minute(desk: &Desk, mistakes: &mut Mistakes, name: &str) -> Option<u16> {
    let typed = desk.values.get(name).trim();
    let parts = typed.split_once(':').and_then(|(hour, minute)| Some((hour.parse::<u16>().ok()?, minute.parse::<u16>().ok()?)));
    let minutes = parts.filter(|(hour, minute)| *hour < 24 && *minute < 60).map(|(hour, minute)| hour * 60 + minute);
    if minutes.is_none() {
        mistakes.add(name, desk.say("minute-wrong"));
    }
    minutes
}

/// A field for a time of the day.
pub(crate) fn clock(desk: &Desk, mistakes: &Mistakes, name: &str, label: &str) -> webkit::parts::TextInput {
    webkit::parts::TextInput { width: webkit::parts::Width::Five, ..line(desk, mistakes, name, label) }
}
