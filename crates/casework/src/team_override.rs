use callout::{Override, Person, PersonId, Rota, rota, save_rota, team};
use desk::{Answer, Desk, Mistakes, date, day, missing};
use kernel::Instant;
use people::{Grant, ManageTeam};
use store::StoreError;
use webkit::parts::{Button, ButtonStyle, Radios, Table};
use webkit::{Failure, Page};

use crate::team::{clock, minute};

const LONGEST_MS: i64 = 31 * 86_400_000;

/// Who takes over when, and the form for one more.
pub(crate) fn ask(desk: &Desk) -> Answer {
    page(desk, &Mistakes::default())
}

fn known(desk: &Desk) -> Result<(Grant<ManageTeam>, Vec<Person>, Rota), Failure> {
    let grant = desk.right::<ManageTeam>()?;
    let (people, mut rota) = desk.platform().ledger().read("staff.overrides", |tx| {
        Ok::<_, StoreError>((team(tx, grant.department())?, rota(tx, grant.department())?))
    })?;
    // Who has left the team takes over nothing, and what has passed is of no use.
    let now = desk.now();
    let present = |id: &PersonId| people.iter().any(|person| person.id == *id);
    rota.overrides.retain(|one| present(&one.person) && one.until > now);
    for layer in &mut rota.layers {
        layer.members.retain(present);
    }
    rota.layers.retain(|layer| !layer.members.is_empty());
    Ok((grant, people, rota))
}

fn page(desk: &Desk, mistakes: &Mistakes) -> Answer {
    let (_, people, rota) = known(desk)?;
    let title = desk.say("override-title");
    let mut body = desk.body(&title, mistakes);
    body.p(desk.say("override-lead"));
    let mut table = Table::new(title.clone(), ["override-who", "override-from", "override-until", "state"].map(|key| desk.say(key)));
    table.quiet_caption = true;
    table.empty = desk.say("override-none");
    for (one, number) in rota.overrides.iter().zip(1..) {
        let post = people.iter().find(|person| person.id == one.person).map_or_else(String::new, |person| desk.text(&person.post));
        let cancel = desk
            .form()
            .to(desk.url("/staff/team/rota/override/cancel"))
            .id(format!("cancel-{number}"))
            .hidden("override", format!("{} {} {}", one.person, one.from.millis(), one.until.millis()))
            .part(&Button::new(desk.tell("override-cancel", [("number", number.to_string())])).style(ButtonStyle::Secondary));
        table.row([post.into(), desk.at(one.from).into(), desk.at(one.until).into(), desk.html(&cancel)]);
    }
    body.part(&table);
    let choices = crate::team::numbered(desk, &people);
    let form = desk
        .form()
        .part(&Radios {
            value: desk.values.get("person").into(),
            error: mistakes.of("person"),
            ..Radios::new("person", desk.say("override-who"), choices)
        })
        .part(&date(desk, mistakes, "from", "override-from"))
        .part(&clock(desk, mistakes, "from-time", "override-from-time"))
        .part(&date(desk, mistakes, "until", "override-until"))
        .part(&clock(desk, mistakes, "until-time", "override-until-time"))
        .part(&Button::new(desk.say("override-save")));
    body.part(&form);
    Ok(desk.show_form(Page::new(title, body.markup()).back(desk.url("/staff/team/rota")), mistakes))
}

/// Somebody takes over.
pub(crate) fn save(desk: &Desk) -> Answer {
    let (grant, people, mut rota) = known(desk)?;
    if desk.values.switching() {
        return page(desk, &Mistakes::default());
    }
    let mut mistakes = Mistakes::default();
    let person: Option<PersonId> = desk.values.get("person").parse().ok();
    let person = person.filter(|id| people.iter().any(|person| person.id == *id));
    if person.is_none() {
        mistakes.add("person", desk.say("choose-one"));
    }
    let (from, until) = (moment(desk, &mut mistakes, "from"), moment(desk, &mut mistakes, "until"));
    if let (Some(from), Some(until)) = (from, until)
        && (until <= from || until.since(from) > LONGEST_MS || until <= desk.now())
    {
        mistakes.add("until-time", desk.say("override-wrong"));
    }
    let (Some(person), Some(from), Some(until), true) = (person, from, until, mistakes.is_empty()) else {
        return page(desk, &mistakes);
    };
    rota.overrides.push(Override { person, from, until });
    if rota.check().is_err() {
        return page(desk, &Mistakes::one("person", desk.say("override-too-much")));
    }
    keep(desk, grant, rota)
}

/// Nobody takes over there after all.
pub(crate) fn cancel(desk: &Desk) -> Answer {
    let (grant, _, mut rota) = known(desk)?;
    let named = desk.values.get("override").to_owned();
    let key = |one: &Override| format!("{} {} {}", one.person, one.from.millis(), one.until.millis());
    let at = rota.overrides.iter().position(|one| key(one) == named).ok_or_else(missing)?;
    rota.overrides.remove(at);
    keep(desk, grant, rota)
}

fn keep(desk: &Desk, grant: Grant<ManageTeam>, rota: Rota) -> Answer {
    desk.platform().ledger().write("staff.save_overrides", grant.actor(), move |work| save_rota(work, &grant, &rota))?;
    Ok(desk.done("done-rota", &desk.url("/staff/team/rota/override")))
}

fn moment(desk: &Desk, mistakes: &mut Mistakes, name: &str) -> Option<Instant> {
    let (day, minute) = (day(desk, mistakes, name), minute(desk, mistakes, &format!("{name}-time")));
    Some(Instant::at(day?, i64::from(minute?)))
}
