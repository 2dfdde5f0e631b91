use axum::response::Response;
use desk::{Answer, Case, Desk, Mistakes, go, link, missing};
use kernel::Secret;
use people::{OpenRecord, ResolveException};
use registration::matching::{AddressState, Reason, State};
use registration::scheme::FieldKind;
use registration::{HouseholdRow, OpenRecordError, OpenedRecord, Reference};
use store::StoreError;
use webkit::parts::{Button, Choice, Inset, Notification, Radios, SummaryList, SummaryRow, Table, TextArea, TextInput, Width};
use webkit::{Body, Failure, Markup, Page, formats};

use crate::dashboard::template_name;

const REASON_LEAST: usize = 5;
const REASON_MOST: usize = 200;

/// The form for a reference.
pub(crate) fn ask_find(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<OpenRecord>()?;
    find_page(desk, &case, &Mistakes::default())
}

fn find_page(desk: &Desk, case: &Case, mistakes: &Mistakes) -> Answer {
    case.live()?;
    let title = desk.say("find-title");
    let mut body = desk.body(&title, mistakes);
    let form = desk
        .form()
        .part(&TextInput {
            value: desk.values.get("reference").into(),
            hint: Some(desk.say("find-hint")),
            error: mistakes.of("reference"),
            width: Width::Twenty,
            verbatim: true,
            ..TextInput::new("reference", desk.say("reference"))
        })
        .part(&Button::new(desk.say("find-button")));
    body.part(&form);
    Ok(desk.show_form(Page::new(title, body.markup()).back(desk.scheme_url(case, "")), mistakes))
}

/// Goes to the registration with this reference.
pub(crate) fn find(desk: &Desk) -> Answer {
    let (case, grant) = desk.scheme::<OpenRecord>()?;
    if desk.values.switching() {
        return find_page(desk, &case, &Mistakes::default());
    }
    let Some(reference) = Reference::parse(desk.values.get("reference")) else {
        return find_page(desk, &case, &Mistakes::one("reference", desk.say("find-wrong")));
    };
    let ledger = case.live()?.ledger();
    let (keys, term) = (ledger.keys().clone(), reference.to_string());
    ledger.write("staff.note_search", grant.actor(), move |work| vault::note_search(work, &keys, &grant, &term))?;
    if registration::find(ledger, reference)?.is_none() {
        return find_page(desk, &case, &Mistakes::one("reference", desk.say("find-nothing")));
    }
    Ok(go(&desk.scheme_url(&case, &format!("/records/{reference}"))))
}

/// The registration of the address.
pub(crate) fn row(desk: &Desk, case: &Case) -> Result<HouseholdRow, Failure> {
    let reference = Reference::parse(desk.param("reference")).ok_or_else(missing)?;
    registration::find(case.live()?.ledger(), reference)?.ok_or_else(missing)
}

/// One registration: what is known without opening it, and the form to open it.
pub(crate) fn show(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<OpenRecord>()?;
    let row = row(desk, &case)?;
    page(desk, &case, &row, &Mistakes::default(), None)
}

fn page(desk: &Desk, case: &Case, row: &HouseholdRow, mistakes: &Mistakes, opened: Option<&OpenedRecord>) -> Answer {
    let title = desk.tell("record-title", [("reference", row.reference.to_string())]);
    let mut body = desk.body(&title, mistakes);
    body.part(&SummaryList::new(facts(desk, row)));
    match opened {
        Some(opened) => contents(desk, &mut body, opened),
        None => opening_form(desk, case, &mut body, mistakes)?,
    }
    ways(desk, case, row, &mut body);
    history(desk, case, row, &mut body)?;
    let page = Page::new(title, body.markup()).wide().back(desk.scheme_url(case, "/exceptions"));
    Ok(if opened.is_some() { desk.show(page.without_switch()) } else { desk.show_form(page, mistakes) })
}

fn facts(desk: &Desk, row: &HouseholdRow) -> Vec<SummaryRow> {
    let mut rows = vec![SummaryRow::new(desk.say("state"), desk.household_state(row.state))];
    if row.reason != Reason::None {
        rows.push(SummaryRow::new(desk.say("reason"), desk.reason(row.reason)));
    }
    rows.extend([
        SummaryRow::new(desk.say("address"), desk.address_state(row.address)),
        SummaryRow::new(desk.say("district"), desk.district(&row.district)),
        SummaryRow::new(desk.say("people"), formats::number(row.people)),
        SummaryRow::new(desk.say("record-channel"), desk.say(&format!("channel-{}", channel(row)))),
        SummaryRow::new(desk.say("received"), desk.at(row.received)),
        SummaryRow::new(desk.say("record-decided"), desk.at(row.decided)),
    ]);
    rows
}

const fn channel(row: &HouseholdRow) -> &'static str {
    match row.channel {
        registration::Channel::Online => "online",
        registration::Channel::Officer => "officer",
        registration::Channel::Letter => "letter",
        registration::Channel::Field => "field",
    }
}

fn opening_form(desk: &Desk, case: &Case, body: &mut Body, mistakes: &Mistakes) -> Result<(), Failure> {
    let scheme = case.live()?.scheme();
    let purposes = scheme.purposes().iter();
    let purposes = purposes.map(|it| Choice::new(it.id.clone(), it.text.get(desk.language()))).collect();
    body.h2(desk.say("record-open")).p(desk.say("record-open-lead"));
    let form = desk
        .form()
        .part(&Radios {
            value: desk.values.get("purpose").into(),
            error: mistakes.of("purpose"),
            ..Radios::new("purpose", desk.say("record-purpose"), purposes)
        })
        .part(&TextArea {
            value: desk.values.get("why").into(),
            hint: Some(desk.say("record-why-hint")),
            error: mistakes.of("why"),
            rows: 2,
            ..TextArea::new("why", desk.say("record-why"))
        })
        .part(&Button::new(desk.say("record-open")));
    body.part(&form);
    Ok(())
}

/// Opens it. The opening is on record before anything is shown; only what the purpose needs is shown.
pub(crate) fn open(desk: &Desk) -> Answer {
    let (case, grant) = desk.scheme::<OpenRecord>()?;
    let row = row(desk, &case)?;
    if desk.values.switching() {
        return page(desk, &case, &row, &Mistakes::default(), None);
    }
    let (purpose, why) = (desk.values.get("purpose"), desk.values.get("why").trim());
    let mut mistakes = Mistakes::default();
    if purpose.is_empty() {
        mistakes.add("purpose", desk.say("choose-one"));
    }
    if !(REASON_LEAST..=REASON_MOST).contains(&why.chars().count()) {
        mistakes.add("why", desk.say("record-why-wrong"));
    }
    if !mistakes.is_empty() {
        return page(desk, &case, &row, &mistakes, None);
    }
    let service = case.live()?;
    let reason = Secret::new(why.to_owned());
    match registration::open_for_officer(service.ledger(), &service.scheme(), grant, row.id, purpose, &reason) {
        Ok(opened) => page(desk, &case, &row, &Mistakes::default(), Some(&opened)),
        Err(OpenRecordError::Purpose) => {
            page(desk, &case, &row, &Mistakes::one("purpose", desk.say("record-purpose-refused")), None)
        }
        Err(error) => Err(Failure::from(error)),
    }
}

fn contents(desk: &Desk, body: &mut Body, opened: &OpenedRecord) {
    body.h2(desk.say("record-opened"));
    body.part(&Notification { title: desk.say("record-opened-note-title"), body: desk.say("record-opened-note").into(), success: false });
    if let Some(people) = &opened.people {
        let head = ["record-person", "id-number", "birth"].map(|key| desk.say(key));
        let mut table = Table::new(desk.say("people"), head);
        for (person, number) in people.iter().zip(1_i64..) {
            let who = if number == 1 { desk.say("record-main") } else { desk.tell("record-member", [("number", number)]) };
            table.row([who, person.id_number.formatted(), formats::date(person.birth, desk.language())]);
        }
        body.part(&table);
    }
    let mut rows = Vec::new();
    if let Some(contact) = &opened.contact {
        rows.push(SummaryRow::new(desk.say("name"), contact.name.as_str()));
        rows.push(SummaryRow::new(desk.say("address"), contact.address.line.as_str()));
    }
    if let Some(mobile) = &opened.mobile {
        rows.push(SummaryRow::new(desk.say("mobile"), mobile.formatted()));
    }
    if let Some(health) = &opened.health {
        let [doses, test] = [FieldKind::Vaccination, FieldKind::TestResult].map(|kind| kind.label(desk.language()));
        rows.extend(health.doses.map(|count| SummaryRow::new(doses, count.to_string())));
        rows.extend(health.results.iter().map(|(result, day)| {
            SummaryRow::new(test, format!("{} · {}", desk.text(&result.text()), formats::date(*day, desk.language())))
        }));
    }
    if opened.people.is_none() && rows.is_empty() {
        body.part(&Inset(desk.say("record-nothing").into()));
    }
    if !rows.is_empty() {
        body.part(&SummaryList { rows, plain: false });
    }
}

fn ways(desk: &Desk, case: &Case, row: &HouseholdRow, body: &mut Body) {
    if !desk.may::<ResolveException>() {
        return;
    }
    let mut acts: Vec<&str> = Vec::new();
    if row.state == State::Checking {
        acts.extend(["confirm", "reject"]);
    }
    if row.address == AddressState::ToCheck && matches!(row.state, State::Checking | State::Confirmed) {
        acts.extend(["accept-address", "refuse-address"]);
    }
    if acts.is_empty() {
        return;
    }
    body.h2(desk.say("resolve-title"));
    body.bullets(acts.into_iter().map(|act| -> Markup {
        let way = desk.scheme_url(case, &format!("/records/{}/resolve/{act}", row.reference));
        link(&desk.say(&format!("resolve-{act}")), &way)
    }));
}

fn history(desk: &Desk, case: &Case, row: &HouseholdRow, body: &mut Body) -> Result<(), Failure> {
    let (id, bytes) = (row.id, row.id.bytes());
    let (messages, openings) = case.live()?.ledger().read("staff.history", |tx| {
        Ok::<_, StoreError>((notify::messages_of(tx, id)?, vault::openings_of(tx, bytes)?))
    })?;
    let mut table = Table::new(desk.say("record-openings"), ["record-opened-at", "record-purpose", "record-entry"].map(|key| desk.say(key)));
    table.empty = desk.say("record-never-opened");
    for opening in &openings {
        let purpose = flows::purpose_words(desk.platform(), case.listed.service, &opening.purpose)?;
        table.row([desk.at(opening.at), desk.text(&purpose), opening.event.to_string()]);
    }
    body.part(&table);
    let head = ["message", "message-queued-at", "state"].map(|key| desk.say(key));
    let mut table = Table::new(desk.say("record-messages"), head);
    table.empty = desk.say("record-no-messages");
    for message in &messages {
        let state = desk.say(&format!("message-state-{}", message_state(message.state)));
        table.row([template_name(desk, &message.template), desk.at(message.queued), state]);
    }
    body.part(&table);
    Ok(())
}

pub(crate) const fn message_state(state: notify::State) -> &'static str {
    match state {
        notify::State::Queued => "queued",
        notify::State::Sent => "sent",
        notify::State::Failed => "failed",
    }
}

/// Back to a registration after something was decided about it.
pub(crate) fn back(desk: &Desk, case: &Case, row: &HouseholdRow) -> Response {
    go(&desk.scheme_url(case, &format!("/records/{}", row.reference)))
}
