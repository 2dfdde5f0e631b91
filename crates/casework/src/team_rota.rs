use axum::response::Response;
use callout::{Days, Layer, Person, Rota, Window, rota, save_rota, team};
use desk::{Answer, Desk, Mistakes, date, day, line};
use kernel::Instant;
use people::ManageTeam;
use store::StoreError;
use webkit::parts::{Button, Choice, Select, SummaryList, SummaryRow, TextInput, Width};
use webkit::{Failure, Page, formats};

use crate::team::{clock, minute};

/// The rota as it stands, and the form that adds a layer on top or begins anew.
pub(crate) fn ask(desk: &Desk) -> Answer {
    let (people, rota) = known(desk)?;
    Ok(page(desk, &people, &rota, &Mistakes::default()))
}

fn known(desk: &Desk) -> Result<(Vec<Person>, Rota), Failure> {
    let department = desk.right::<ManageTeam>()?.department();
    Ok(desk.platform().ledger().read("staff.rota", |tx| Ok::<_, StoreError>((team(tx, department)?, rota(tx, department)?)))?)
}

fn page(desk: &Desk, people: &[Person], rota: &Rota, mistakes: &Mistakes) -> Response {
    let title = desk.say("rota-title");
    let mut body = desk.body(&title, mistakes);
    body.p(desk.say("rota-lead"));
    for (layer, number) in rota.layers.iter().zip(1..) {
        body.h2(desk.tell("rota-layer", [("number", number.to_string())])).part(&summary(desk, people, layer));
    }
    body.link(desk.say("override-title"), desk.url("/staff/team/rota/override"));
    let numbered = people.iter().zip(1..).map(|(person, number)| format!("{number}. {}", desk.text(&person.post)));
    body.h2(desk.say("rota-add")).bullets(numbered);
    let days = Days::ALL.map(|days| Choice::new(days.slug(), desk.say(&format!("rota-days-{}", days.slug())))).into();
    let choice = |key: &str| Choice::new(key, desk.say(&format!("rota-{key}")));
    let value = |name: &str, usual: &str| if desk.values.has(name) { desk.values.get(name).to_owned() } else { usual.to_owned() };
    let form = desk
        .form()
        .part(&line(desk, mistakes, "members", "rota-members"))
        .part(&Select { value: value("days", "every"), ..Select::new("days", desk.say("rota-days"), days) })
        .part(&clock(desk, mistakes, "from", "rota-from"))
        .part(&clock(desk, mistakes, "until", "rota-until"))
        .part(&date(desk, mistakes, "begins", "rota-begins"))
        .part(&TextInput { width: Width::Three, inputmode: Some("numeric"), ..line(desk, mistakes, "turn", "rota-turn") })
        .part(&Select { value: value("how", "top"), ..Select::new("how", desk.say("rota-how"), vec![choice("top"), choice("anew")]) })
        .part(&Button::new(desk.say("rota-save")));
    body.part(&form);
    desk.show_form(Page::new(title, body.markup()).back(desk.url("/staff/team")), mistakes)
}

fn summary(desk: &Desk, people: &[Person], layer: &Layer) -> SummaryList {
    let post = |id: &callout::PersonId| people.iter().find(|person| person.id == *id).map(|person| desk.text(&person.post));
    let members: Vec<String> = layer.members.iter().filter_map(post).collect();
    let time = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    let hours = format!("{} – {}", time(layer.hours.from_minute), time(layer.hours.until_minute));
    SummaryList::new(vec![
        SummaryRow::new(desk.say("rota-members"), members.join(&desk.say("list-comma"))),
        SummaryRow::new(desk.say("rota-days"), desk.say(&format!("rota-days-{}", layer.hours.days.slug()))),
        SummaryRow::new(desk.say("rota-hours"), hours),
        SummaryRow::new(desk.say("rota-begins"), formats::date_time(layer.begins, desk.language())),
        SummaryRow::new(desk.say("rota-turn"), layer.turn_days.to_string()),
    ])
}

/// Keeps a layer on top of the others, or alone.
pub(crate) fn save(desk: &Desk) -> Answer {
    let grant = desk.right::<ManageTeam>()?;
    let (people, mut rota) = known(desk)?;
    if desk.values.switching() {
        return Ok(page(desk, &people, &rota, &Mistakes::default()));
    }
    let mut mistakes = Mistakes::default();
    let layer = typed(desk, &people, &mut mistakes);
    let Some(layer) = layer.filter(|_| mistakes.is_empty()) else { return Ok(page(desk, &people, &rota, &mistakes)) };
    if desk.values.get("how") == "anew" {
        rota.layers.clear();
    }
    let present = |id: &callout::PersonId| people.iter().any(|person| person.id == *id);
    for layer in &mut rota.layers {
        layer.members.retain(present);
    }
    rota.layers.retain(|layer| !layer.members.is_empty());
    rota.overrides.retain(|one| present(&one.person));
    rota.layers.insert(0, layer);
    if rota.check().is_err() {
        return Ok(page(desk, &people, &rota, &Mistakes::one("how", desk.say("rota-too-much"))));
    }
    desk.platform().ledger().write("staff.save_rota", grant.actor(), move |work| save_rota(work, &grant, &rota))?;
    Ok(desk.done("done-rota", &desk.url("/staff/team")))
}

fn typed(desk: &Desk, people: &[Person], mistakes: &mut Mistakes) -> Option<Layer> {
    let numbers = desk.values.get("members").split([',', '，', '、', ' ']).filter(|part| !part.is_empty());
    let person = |number: &str| people.get(number.parse::<usize>().ok()?.checked_sub(1)?).map(|person| person.id);
    let members: Option<Vec<_>> = numbers.map(person).collect();
    let members = members.filter(|members| !members.is_empty());
    if members.is_none() {
        mistakes.add("members", desk.say("rota-members-wrong"));
    }
    let turn = desk.values.get("turn").trim().parse::<u32>().ok().filter(|days| (1..=366).contains(days));
    if turn.is_none() {
        mistakes.add("turn", desk.say("rota-turn-wrong"));
    }
    let (from, until) = (minute(desk, mistakes, "from"), minute(desk, mistakes, "until"));
    let begins = day(desk, mistakes, "begins");
    let days = Days::ALL.into_iter().find(|days| days.slug() == desk.values.get("days")).unwrap_or(Days::Every);
    let hours = Window { days, from_minute: from?, until_minute: until? };
    Some(Layer { members: members?, begins: Instant::at(begins?, i64::from(from?)), turn_days: turn?, hours })
}
