use desk::{Answer, Case, Desk, Mistakes, missing};
use kernel::{Id, Kind, kinds};
use notify::{Channel, Opened};
use people::RegisterForResident;
use webkit::parts::{Button, ButtonStyle, Inset, Table};
use webkit::{Failure, Markup, Page};

use crate::dashboard::template_name;

/// Letters to residents without a phone, to be printed and posted.
pub(crate) fn show(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<RegisterForResident>()?;
    let letters = case.live()?.ledger().read("staff.letters", |tx| notify::letters_to_post(tx, 200))?;
    let title = desk.say("letters-title");
    let mut body = desk.body(&title, &Mistakes::default());
    body.p(desk.say("letters-lead"));
    if desk.state.letter_font.is_none() {
        body.part(&Inset(desk.say("letters-no-font").into()));
    }
    let head = ["message", "message-language", "message-queued-at", "letters-print", "letters-posted"].map(|key| desk.say(key));
    let mut table = Table::new(title.clone(), head);
    table.quiet_caption = true;
    table.empty = desk.say("letters-none");
    for letter in &letters {
        table.row([
            Markup::text(&template_name(desk, &letter.template)),
            letter.language.own_name().into(),
            desk.at(letter.queued).into(),
            act(desk, &case, letter.id, "print", "letters-print"),
            act(desk, &case, letter.id, "posted", "letters-mark-posted"),
        ]);
    }
    body.part(&table);
    Ok(desk.show(Page::new(title, body.markup()).wide().back(desk.scheme_url(&case, ""))))
}

fn act(desk: &Desk, case: &Case, id: Id<kinds::Message>, act: &str, key: &str) -> Markup {
    let form = desk
        .form()
        .to(desk.scheme_url(case, &format!("/letters/{id}/{act}")))
        .id(format!("{act}-{id}"))
        .part(&Button::new(desk.say(key)).style(ButtonStyle::Quiet));
    desk.html(&form)
}

/// The letter as a PDF. Printing opens it, and the opening is on record.
pub(crate) fn print(desk: &Desk) -> Answer {
    let (case, grant) = desk.scheme::<RegisterForResident>()?;
    let font = desk.state.letter_font.as_ref().ok_or_else(|| Failure::of(Kind::Busy).because("no font for letters"))?;
    let id = known_letter(desk, &case)?;
    let message = notify::read_message(case.live()?.ledger(), grant.actor(), id, "print a letter")?;
    let Some(Opened::Letter(letter)) = message.content else { return Err(missing()) };
    let pdf = notify::letter_pdf(&letter, font).map_err(|error| Failure::of(Kind::Broken).because(error.to_string()))?;
    Ok(desk::file(pdf, "application/pdf", &format!("{id}.pdf")))
}

/// Only what waits to be posted is a letter of this list; text messages are not opened through it.
fn known_letter(desk: &Desk, case: &Case) -> Result<Id<kinds::Message>, Failure> {
    let id: Id<kinds::Message> = desk.id("message")?;
    let letters = case.live()?.ledger().read("staff.letters", |tx| notify::letters_to_post(tx, 200))?;
    let known = letters.iter().any(|letter| letter.id == id && letter.channel == Channel::Letter);
    if known { Ok(id) } else { Err(missing()) }
}

/// It is in the post.
pub(crate) fn posted(desk: &Desk) -> Answer {
    let (case, grant) = desk.scheme::<RegisterForResident>()?;
    let id = known_letter(desk, &case)?;
    case.live()?.ledger().write("staff.letter_posted", grant.actor(), move |work| notify::letter_posted(work, id))?;
    Ok(desk.done("done-posted", &desk.scheme_url(&case, "/letters")))
}
