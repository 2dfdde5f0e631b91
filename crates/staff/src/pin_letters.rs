//! Letters with PINs: how many wait and where the others are, batches for the print bureau, and what it has posted.

use desk::{Answer, Desk, Mistakes, missing};
use flows::{IdentityService, LetterBatchError, letter_leases, print_letters};
use identity::{LetterBatch, PinState, letter_batches, pin_counts, post_batch};
use kernel::{Id, kinds};
use people::{GrantLease, ProofIdentity, ReadDashboard, RequestExport};
use processors::Lease;
use webkit::parts::{Button, ButtonStyle, Choice, Inset, Radios, SummaryList, SummaryRow, Table};
use webkit::{Body, Failure, Markup, Page, formats};

pub(crate) const HOME: &str = "/staff/identity/letters";

/// What everybody of the department may see: counts.
const STATES: [(PinState, &str); 6] = [
    (PinState::Checking, "pin-letters-checking"),
    (PinState::Queued, "pin-letters-queued"),
    (PinState::Unprintable, "pin-letters-unprintable"),
    (PinState::Printed, "pin-letters-printed"),
    (PinState::Posted, "pin-letters-on-way"),
    (PinState::Returned, "pin-letters-came-back"),
];

/// Where the letters are, and the batches.
pub(crate) fn show(desk: &Desk) -> Answer {
    desk.identity::<ReadDashboard>()?;
    page(desk, desk.platform().identity().as_deref(), &Mistakes::default())
}

fn page(desk: &Desk, service: Option<&IdentityService>, mistakes: &Mistakes) -> Answer {
    let read = |tx: &mut store::Tx<'_>| Ok::<_, store::StoreError>((pin_counts(tx)?, letter_batches(tx)?));
    let held = service.map(|service| service.ledger().read("staff.pin_letters", read)).transpose()?;
    let (counts, batches) = held.unwrap_or_default();
    let title = desk.say("pin-letters-title");
    let mut body = desk.body(&title, mistakes);
    body.p(desk.say("pin-letters-lead"));
    if desk.state.letter_font.is_none() {
        body.part(&Inset(desk.say("letters-no-font").into()));
    }
    let count = |state| counts.iter().find(|(one, _)| *one == state).map_or(0, |(_, count)| *count);
    let rows = STATES.map(|(state, key)| SummaryRow::new(desk.say(key), formats::number(count(state))));
    body.part(&SummaryList::new(rows.to_vec()));
    if let Some(service) = service.filter(|_| desk.may::<RequestExport>()) {
        printing(desk, service, &mut body, mistakes)?;
    }
    table(desk, &mut body, &batches);
    if desk.may::<ProofIdentity>() {
        body.link(desk.say("pin-letters-returned-title"), desk.url(&format!("{HOME}/returned")));
    }
    if desk.may::<GrantLease>() {
        body.link(desk.say("pin-letters-lease-title"), desk.url(&format!("{HOME}/lease")));
    }
    Ok(desk.show_form(Page::new(title, body.markup()).wide().back(desk.url("/staff/identity")), mistakes))
}

fn printing(desk: &Desk, service: &IdentityService, body: &mut Body, mistakes: &Mistakes) -> Result<(), Failure> {
    let leases = letter_leases(desk.platform(), service)?;
    body.h2(desk.say("pin-letters-print-title"));
    if leases.is_empty() {
        body.part(&Inset(desk.say("pin-letters-no-lease").into()));
        return Ok(());
    }
    let choices = leases.iter().map(|lease| Ok(Choice::new(lease.id.to_string(), bureau(desk, lease)?)));
    let radios = Radios {
        value: leases.first().map(|lease| lease.id.to_string()).unwrap_or_default(),
        error: mistakes.of("lease"),
        ..Radios::new("lease", desk.say("pin-letters-bureau"), choices.collect::<Result<_, Failure>>()?)
    };
    let form = desk.form().to(desk.url(&format!("{HOME}/print"))).id("print").part(&radios);
    body.part(&form.part(&Button::new(desk.say("pin-letters-print"))));
    Ok(())
}

fn bureau(desk: &Desk, lease: &Lease) -> Result<String, Failure> {
    let id = lease.contractor;
    let found = desk.platform().ledger().read("staff.bureau", move |tx| processors::contractor(tx, id))?;
    let name = found.map(|one| desk.text(&one.name)).unwrap_or_default();
    Ok(format!("{name} ({})", formats::date(lease.until, desk.language())))
}

fn table(desk: &Desk, body: &mut Body, batches: &[LetterBatch]) {
    let head = ["pin-letters-made", "pin-letters-letters", "pin-letters-posted"].map(|key| desk.say(key));
    let mut table = Table::new(desk.say("pin-letters-batches"), head);
    table.empty = desk.say("pin-letters-no-batches");
    for batch in batches {
        let posted = match batch.posted {
            Some(at) => Markup::text(&desk.at(at)),
            None if desk.may::<RequestExport>() && batch.finished => {
                let words = desk.tell("pin-letters-mark-posted", [("time", desk.at(batch.made))]);
                let form = desk.form().to(desk.url(&format!("{HOME}/{}/posted", batch.id))).id(format!("posted-{}", batch.id));
                desk.html(&form.part(&Button::new(words).style(ButtonStyle::Quiet)))
            }
            None => Markup::text(&desk.say("pin-letters-not-posted")),
        };
        table.row([Markup::text(&desk.at(batch.made)), Markup::text(&formats::number(batch.letters)), posted]);
    }
    body.part(&table);
}

/// Prints what waits and hands it to the bureau.
pub(crate) fn print(desk: &Desk) -> Answer {
    let (scope, grant) = desk.identity::<RequestExport>()?;
    scope.ok_or_else(missing)?;
    let service = desk.platform().identity().ok_or_else(missing)?;
    let Ok(lease) = desk.values.get("lease").parse::<Id<kinds::Lease>>() else {
        return page(desk, Some(&service), &Mistakes::one("lease", desk.say("pin-letters-choose")));
    };
    let key = match print_letters(desk.platform(), &service, &grant, lease, desk.state.letter_font.as_ref()) {
        Ok(_) => return Ok(desk.done("done-batch", &desk.url(HOME))),
        Err(LetterBatchError::NoFont) => "letters-no-font",
        Err(LetterBatchError::NoLease) => "pin-letters-no-lease",
        Err(LetterBatchError::NoKeys) => "pin-letters-no-keys",
        Err(LetterBatchError::Nothing) => "pin-letters-nothing",
        Err(error) => return Err(error.into()),
    };
    page(desk, Some(&service), &Mistakes::one("lease", desk.say(key)))
}

/// The bureau has posted a batch.
pub(crate) fn posted(desk: &Desk) -> Answer {
    let (scope, grant) = desk.identity::<RequestExport>()?;
    scope.ok_or_else(missing)?;
    let service = desk.platform().identity().ok_or_else(missing)?;
    let batch: Id<kinds::Export> = desk.id("batch")?;
    service.ledger().write("staff.batch_posted", grant.actor(), move |work| post_batch(work, &grant, batch))?;
    Ok(desk.done("done-posted", &desk.url(HOME)))
}
