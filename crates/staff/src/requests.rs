use axum::response::Response;
use desk::{Answer, Case, Desk, Mistakes, go, link};
use kernel::{Id, Language, kinds};
use people::{Action, Grant, HandleRequests, RegisterForResident};
use store::StoreError;
use vault::{LodgeError, LodgeRequest, RequestChannel, RequestDetails, RequestKind, RequestRow, RequestState};
use webkit::parts::{Button, Choice, Radios, Table, Tag, TextArea, TextInput, Tone};
use webkit::{Arg, Failure, Markup, Page, formats};

/// The formal requests about a scheme with the days that are left, and the log book.
pub(crate) fn show(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<HandleRequests>()?;
    let service = case.scope.service();
    let (rows, log) = desk.platform().ledger().read("staff.requests", |tx| {
        Ok::<_, StoreError>((vault::requests(tx, service, 200)?, vault::log_book(tx, service, 500)?))
    })?;
    let title = desk.say("requests-title");
    let mut body = desk.body(&title, &Mistakes::default());
    body.p(desk.say("requests-lead"));
    let head = ["requests-number", "requests-kind", "requests-lodged", "requests-due", "state"].map(|key| desk.say(key));
    let mut table = Table::new(desk.say("requests-list"), head);
    table.empty = desk.say("requests-none");
    for row in &rows {
        table.row([
            link(&row.printed(), &desk.scheme_url(&case, &format!("/requests/{}", row.id))),
            Markup::text(&desk.text(&row.kind.title())),
            desk.at(row.lodged).into(),
            Markup::text(&left(desk, row)),
            state(desk, row),
        ]);
    }
    body.part(&table);
    let head = ["requests-at", "requests-number", "requests-step", "requests-ground"].map(|key| desk.say(key));
    let mut book = Table::new(desk.say("requests-log"), head);
    book.empty = desk.say("requests-none");
    for entry in &log {
        let number = rows.iter().find(|row| row.id == entry.request).map(RequestRow::printed);
        let ground = vault::Ground::parse(&entry.ground).map(|ground| desk.text(&ground.text())).unwrap_or_default();
        book.row([
            Markup::text(&desk.at(entry.at)),
            Markup::text(&number.unwrap_or_default()),
            Markup::text(&desk.say(&format!("request-state-{}", entry.step))),
            Markup::text(&ground),
        ]);
    }
    body.part(&book);
    Ok(desk.show(Page::new(title, body.markup()).wide().back(desk.scheme_url(&case, ""))))
}

/// The last day, and how many are left.
pub(crate) fn left(desk: &Desk, row: &RequestRow) -> String {
    let due = formats::date(row.due, desk.language());
    match row.days_left(desk.now().day()) {
        None => due,
        Some(days) if days < 0 => desk.tell("requests-overdue", [("due", Arg::from(due)), ("days", Arg::from(i64::from(-days)))]),
        Some(days) => desk.tell("requests-left", [("due", Arg::from(due)), ("days", Arg::from(i64::from(days)))]),
    }
}

pub(crate) fn state(desk: &Desk, row: &RequestRow) -> Markup {
    let late = row.days_left(desk.now().day()).is_some_and(|days| days < 5);
    let tone = match row.state {
        RequestState::Lodged if late => Tone::Bad,
        RequestState::Lodged => Tone::Attention,
        RequestState::Complied | RequestState::Partly => Tone::Good,
        RequestState::Refused => Tone::Neutral,
    };
    desk.html(&Tag::new(desk.say(&format!("request-state-{}", row.state.as_str())), tone))
}

/// A case officer lodges a request for somebody who called, wrote or came.
pub(crate) fn ask(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<RegisterForResident>()?;
    Ok(page(desk, &case, &Mistakes::default()))
}

fn page(desk: &Desk, case: &Case, mistakes: &Mistakes) -> Response {
    let title = desk.say("requests-new");
    let mut body = desk.body(&title, mistakes);
    body.p(desk.say("requests-new-lead"));
    let kinds = RequestKind::ALL.iter().map(|kind| Choice::new(kind.as_str(), desk.text(&kind.title()))).collect();
    let languages = Language::ALL.iter().map(|language| Choice::new(language.slug(), language.own_name())).collect();
    let radios = |name: &'static str, label: &str, choices| Radios {
        value: desk.values.get(name).into(),
        error: mistakes.of(name),
        ..Radios::new(name, desk.say(label), choices)
    };
    let input = |name: &'static str, label: &str| TextInput {
        value: desk.values.get(name).into(),
        error: mistakes.of(name),
        ..TextInput::new(name, desk.say(label))
    };
    let area = |name: &'static str, label: &str, rows| TextArea {
        value: desk.values.get(name).into(),
        error: mistakes.of(name),
        rows,
        ..TextArea::new(name, desk.say(label))
    };
    let form = desk
        .form()
        .part(&radios("kind", "requests-kind", kinds))
        .part(&radios("language", "requests-language", languages))
        .part(&input("reference", "requests-reference"))
        .part(&input("name", "requests-name"))
        .part(&area("address", "requests-address", 3))
        .part(&area("text", "requests-text", 4))
        .part(&Button::new(desk.say("requests-lodge")));
    body.part(&form);
    desk.show_form(Page::new(title, body.markup()).back(desk.scheme_url(case, "")), mistakes)
}

pub(crate) fn lodge(desk: &Desk) -> Answer {
    let (case, grant) = desk.scheme::<RegisterForResident>()?;
    if desk.values.switching() {
        return Ok(page(desk, &case, &Mistakes::default()));
    }
    let (kind, language) = (RequestKind::parse(desk.values.get("kind")), Language::from_slug(desk.values.get("language")));
    let mut mistakes = Mistakes::default();
    for (field, missing) in [("kind", kind.is_none()), ("language", language.is_none())] {
        if missing {
            mistakes.add(field, desk.say("choose-one"));
        }
    }
    for field in ["name", "address", "text"] {
        if desk.values.get(field).trim().is_empty() {
            mistakes.add(field, desk.say("requests-missing"));
        }
    }
    let (Some(kind), Some(language), true) = (kind, language, mistakes.is_empty()) else {
        return Ok(page(desk, &case, &mistakes));
    };
    let value = |name: &str| desk.values.get(name).trim().to_owned();
    let details = RequestDetails { reference: value("reference"), name: value("name"), address: value("address"), text: value("text") };
    match take(desk, &case, &grant, kind, language, &details) {
        Ok(_) => Ok(go(&desk.scheme_url(&case, "/requests/new/done"))),
        Err(LodgeError::Details) => Ok(page(desk, &case, &Mistakes::one("text", desk.say("requests-too-long")))),
        Err(error) => Err(error.into()),
    }
}

fn take<A: Action>(
    desk: &Desk,
    case: &Case,
    grant: &Grant<A>,
    kind: RequestKind,
    language: Language,
    details: &RequestDetails,
) -> Result<Id<kinds::SubjectRequest>, LodgeError> {
    let ledger = desk.platform().ledger();
    let details = vault::seal_details(ledger.keys(), desk.now().day(), details)?;
    let service = case.scope.service();
    let command = LodgeRequest { service, kind, channel: RequestChannel::Officer, language, details, proof: None };
    let lodged = ledger.write("staff.lodge_request", grant.actor(), move |work| vault::lodge_request(work, &command));
    match lodged {
        Ok((row, _)) => Ok(row.id),
        Err(store::RunError::Refused(error)) => Err(error),
        Err(store::RunError::Store(error)) => Err(error.into()),
        Err(store::RunError::Busy { .. }) => Err(LodgeError::Busy),
    }
}

/// It is lodged; who lodged it need not be who handles it.
pub(crate) fn done(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<RegisterForResident>()?;
    let title = desk.say("requests-done");
    let mut body = desk.body(&title, &Mistakes::default());
    body.p(desk.say("requests-done-text"));
    body.link(desk.say("requests-done-back"), desk.scheme_url(&case, ""));
    Ok(desk.show(Page::new(title, body.markup()).back(desk.scheme_url(&case, ""))))
}

/// The request of the address, if it is about this scheme.
pub(crate) fn find(desk: &Desk, case: &Case) -> Result<RequestRow, Failure> {
    let id: Id<kinds::SubjectRequest> = desk.id("request")?;
    let row = desk.platform().ledger().read("staff.request", |tx| vault::request(tx, id))?;
    row.filter(|row| row.service == case.scope.service()).ok_or_else(desk::missing)
}
