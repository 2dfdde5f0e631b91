//! Forms that were filled in on paper: typed by two officers who do not see each other's entry, then destroyed on record. Between the two
//! entries nothing of a form is kept but a keyed mark of each field.

use desk::{Answer, Case, Desk, Mistakes, Question, file, link, missing};
use kernel::{Id, kinds, to_hex};
use notify::{Block, Sheets};
use people::RegisterForResident;
use registration::{Paper, PaperEntry, PaperError, PaperState, begin_paper, compare_paper, paper_destroyed, paper_entered, papers};
use store::RunError;
use webkit::parts::{Button, Inset, Panel, Table, Tone, Warning};
use webkit::{Failure, Markup, Page};

use crate::register::{Entered, enter, received};
use crate::register_form::{form, member_count};

/// The forms under way.
pub(crate) fn show(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<RegisterForResident>()?;
    let (all, who, posts) = (listed(desk, &case)?, desk.who()?.officer(), desk.posts()?);
    let title = desk.say("papers-title");
    let mut body = desk.body(&title, &Mistakes::default());
    body.p(desk.say("papers-lead"));
    let mut table = Table::new(title.clone(), ["paper-number", "state", "paper-first", "paper-begun", "paper-next"].map(|key| desk.say(key)));
    table.quiet_caption = true;
    table.empty = desk.say("papers-none");
    for paper in &all {
        table.row([
            Markup::text(&webkit::formats::number(paper.number)),
            state(desk, paper.state),
            Markup::text(&posts.of(paper.first)),
            Markup::text(&desk.at(paper.begun)),
            next(desk, &case, paper, who),
        ]);
    }
    body.part(&table).part(&Button::link(desk.say("paper-new"), desk.scheme_url(&case, "/paper/new")));
    if desk.state.letter_font.is_some() {
        body.link(desk.say("paper-form"), desk.scheme_url(&case, "/paper/form"));
    }
    Ok(desk.show(Page::new(title, body.markup()).wide().back(desk.scheme_url(&case, ""))))
}

fn listed(desk: &Desk, case: &Case) -> Result<Vec<Paper>, Failure> {
    let now = desk.now();
    Ok(case.live()?.ledger().read("staff.papers", |tx| papers(tx, now))?)
}

fn state(desk: &Desk, state: PaperState) -> Markup {
    let tone = if state == PaperState::Differs { Tone::Bad } else { Tone::Attention };
    desk.tag(desk.say(&format!("paper-{}", state.slug())), tone)
}

fn next(desk: &Desk, case: &Case, paper: &Paper, who: Id<kinds::Officer>) -> Markup {
    if paper.state == PaperState::Entered {
        let way = desk.scheme_url(case, &format!("/paper/{}/destroyed", paper.id));
        let words = desk.tell("paper-destroyed", [("number", paper.number)]);
        return desk.html(&desk.form().to(way).id(format!("gone-{}", paper.id)).part(&Button::new(words)));
    }
    if paper.may_be_typed_by(who) {
        let words = desk.tell("paper-type", [("number", paper.number)]);
        return link(&words, &desk.scheme_url(case, &format!("/paper/{}", paper.id)));
    }
    Markup::text(&desk.say("paper-somebody-else"))
}

/// The first entry.
pub(crate) fn ask_new(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<RegisterForResident>()?;
    entry_page(desk, &case, None, &Mistakes::default())
}

/// Another entry of a form.
pub(crate) fn ask(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<RegisterForResident>()?;
    let paper = find(desk, &case)?;
    entry_page(desk, &case, Some(&paper), &Mistakes::default())
}

fn find(desk: &Desk, case: &Case) -> Result<Paper, Failure> {
    let (id, who): (Id<kinds::PaperForm>, _) = (desk.id("paper")?, desk.who()?.officer());
    let found = listed(desk, case)?.into_iter().find(|paper| paper.id == id);
    found.filter(|paper| paper.may_be_typed_by(who)).ok_or_else(missing)
}

fn entry_page(desk: &Desk, case: &Case, paper: Option<&Paper>, mistakes: &Mistakes) -> Answer {
    let scheme = case.live()?.scheme();
    let title = paper.map_or_else(|| desk.say("paper-new"), |paper| desk.tell("paper-type", [("number", paper.number)]));
    let mut body = desk.body(&title, mistakes);
    body.part(&Inset(desk.say(if paper.is_some() { "paper-again-lead" } else { "paper-new-lead" }).into()));
    let most = scheme.max_people();
    let key = paper.map(|paper| to_hex(&paper.id.bytes())).unwrap_or_default();
    let form = form(desk, mistakes, member_count(&desk.values, most), most, &key).hidden("version", to_hex(&scheme.digest()));
    body.part(&form);
    Ok(desk.show_form(Page::new(title, body.markup()).back(desk.scheme_url(case, "/paper")), mistakes))
}

/// What stands on the paper; not what the form carries for itself.
fn entry(desk: &Desk) -> PaperEntry {
    const OWN: [&str; 4] = ["key", "version", "members", "act"];
    PaperEntry::of(desk.values.pairs().filter(|(name, _)| !OWN.contains(name)))
}

fn only_shown(desk: &Desk) -> bool {
    desk.values.switching() || desk.values.get("act") == "more"
}

/// Takes the first entry and says which number to write on the paper.
pub(crate) fn begin(desk: &Desk) -> Answer {
    let (case, grant) = desk.scheme::<RegisterForResident>()?;
    if only_shown(desk) {
        return entry_page(desk, &case, None, &Mistakes::default());
    }
    if desk.values.get("id_number").trim().is_empty() {
        let mistakes = Mistakes::one("id_number", desk.tell("line-missing", [("field", desk.say("id-number"))]));
        return entry_page(desk, &case, None, &mistakes);
    }
    let paper = begin_paper(case.live()?.ledger(), grant, &entry(desk))?;
    let title = desk.say("paper-typed");
    let mut body = webkit::Body::new(desk.language());
    body.part(&Panel { title: title.clone(), label: desk.say("paper-write"), reference: webkit::formats::number(paper.number) });
    body.p(desk.tell("paper-typed-text", [("days", registration::PAPER_DAYS)]));
    Ok(desk.show(Page::new(title, body.markup()).without_switch().back(desk.scheme_url(&case, "/paper"))))
}

/// Compares another entry, and registers the form when nothing differs.
pub(crate) fn again(desk: &Desk) -> Answer {
    let (case, grant) = desk.scheme::<RegisterForResident>()?;
    let id: Id<kinds::PaperForm> = desk.id("paper")?;
    let paper = find(desk, &case)?;
    if only_shown(desk) {
        return entry_page(desk, &case, Some(&paper), &Mistakes::default());
    }
    let ledger = case.live()?.ledger();
    let differing = match compare_paper(ledger, grant, (id, &entry(desk))) {
        Ok(differing) => differing,
        Err(RunError::Refused(PaperError::SameOfficer)) => return Err(missing()),
        Err(error) => return Err(error.into()),
    };
    if !differing.is_empty() {
        return Ok(differs(desk, &case, &paper, &differing));
    }
    match enter(desk, &case, grant, &to_hex(&id.bytes()))? {
        Entered::Done(done, channel) => {
            ledger.write("staff.paper_entered", grant.actor(), move |work| paper_entered(work, &grant, id))?;
            Ok(received(desk, &case, &done, channel))
        }
        Entered::Not(mistakes) => entry_page(desk, &case, Some(&paper), &mistakes),
    }
}

/// Which fields differ; never what the other typed.
fn differs(desk: &Desk, case: &Case, paper: &Paper, fields: &[String]) -> axum::response::Response {
    let title = desk.tell("paper-differs-title", [("number", paper.number)]);
    let mut body = webkit::Body::new(desk.language());
    body.h1(&title).part(&Warning(desk.say("paper-differs-text")));
    body.bullets(fields.iter().map(|field| Markup::text(&label(desk, field))));
    desk.show(Page::new(title, body.markup()).without_switch().back(desk.scheme_url(case, "/paper")))
}

/// A field by its label.
fn label(desk: &Desk, field: &str) -> String {
    let (person, name) = field.strip_prefix("members.").and_then(|rest| rest.split_once('.')).unwrap_or(("", field));
    let key = match name {
        "id_number" => "id-number",
        "name" => "name",
        "address.flat" => "flat",
        "address.floor" => "floor",
        "address.text" => "address-line",
        "address.district" => "district",
        "mobile" => "mobile",
        "language" => "register-language",
        _ => "birth",
    };
    let index: Option<i64> = person.parse().ok();
    let person = index.map(|index| format!("{}: ", desk.tell("record-member", [("number", index + 2)])));
    format!("{}{}", person.unwrap_or_default(), desk.say(key))
}

/// Notes that the paper is gone.
pub(crate) fn destroyed(desk: &Desk) -> Answer {
    let (case, grant) = desk.scheme::<RegisterForResident>()?;
    let id: Id<kinds::PaperForm> = desk.id("paper")?;
    let back = desk.scheme_url(&case, "/paper");
    if let Some(page) = desk.unless_sure(&Question { act: "paper-gone", warning: "paper-gone-warning", back }) {
        return Ok(page);
    }
    case.live()?.ledger().write("staff.paper_destroyed", grant.actor(), move |work| paper_destroyed(work, &grant, id))?;
    Ok(desk.done("done-paper", &desk.scheme_url(&case, "/paper")))
}

/// The empty form to print, in the language of the page, with the whole collection statement.
pub(crate) fn print(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<RegisterForResident>()?;
    let (font, scheme, language) = (desk.state.letter_font.as_ref().ok_or_else(missing)?, case.live()?.scheme(), desk.language());
    let line = |label: String| Block::Row(label, LINE.to_owned());
    let mut blocks = vec![Block::Paragraph(desk.say("paper-form-lead"))];
    let fields = ["id-number", "birth", "name", "flat", "floor", "address-line", "district", "mobile", "register-language"];
    blocks.extend(fields.map(|key| line(desk.say(key))));
    for number in 2..=i64::try_from(scheme.max_people()).unwrap_or(1) {
        blocks.push(Block::Heading(desk.tell("record-member", [("number", number)])));
        blocks.extend(["id-number", "birth"].map(|key| line(desk.say(key))));
    }
    blocks.push(line(desk.say("paper-signature")));
    for part in scheme.statement(language) {
        blocks.push(Block::Heading(part.heading));
        blocks.extend(part.paragraphs.into_iter().map(Block::Paragraph));
        blocks.extend(part.items.into_iter().map(|item| Block::Paragraph(format!("• {item}"))));
    }
    let sheets = Sheets {
        language,
        title: scheme.title(language).to_owned(),
        sender: vec![scheme.department(language).to_owned()],
        window: Vec::new(),
        date: desk.now().day(),
        blocks,
    };
    Ok(file(notify::sheets_pdf(&sheets, font)?, "application/pdf", &format!("form-{}.pdf", case.listed.slug)))
}

const LINE: &str = "______________________________________";
