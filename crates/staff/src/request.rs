use axum::response::Response;
use desk::{Answer, Case, Desk, Mistakes};
use kernel::{Kind, Secret, Text};
use notify::{Block, Sheets};
use people::{Grant, HandleRequests};
use store::RunError;
use vault::{DecideError, Ground, RequestDetails, RequestLetter, RequestRow, RequestState};
use webkit::parts::{Button, ButtonStyle, Choice, Radios, SummaryList, SummaryRow, Warning};
use webkit::{Failure, Page, formats};

use crate::requests::{find, left, state};

/// One request. What the resident wrote is opened by a button, and the opening is on record.
pub(crate) fn show(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<HandleRequests>()?;
    let row = find(desk, &case)?;
    page(desk, &case, &row, None)
}

/// The same with what the resident wrote.
pub(crate) fn read(desk: &Desk) -> Answer {
    let (case, grant) = desk.scheme::<HandleRequests>()?;
    let row = find(desk, &case)?;
    if desk.values.switching() {
        return page(desk, &case, &row, None);
    }
    let details = details(desk, grant, &row)?;
    page(desk, &case, &row, Some(&details))
}

type Details = Option<Secret<RequestDetails>>;

fn details(desk: &Desk, grant: Grant<HandleRequests>, row: &RequestRow) -> Result<Details, Failure> {
    let (ledger, id) = (desk.platform().ledger(), row.id);
    let read = ledger.write("staff.read_request", grant.actor(), move |work| vault::open_details(work, &grant, id));
    let (reading, committed) = match read {
        Err(RunError::Refused(error)) => return Err(error.into()),
        Err(RunError::Store(error)) => return Err(error.into()),
        Err(RunError::Busy { .. }) => return Err(Failure::of(Kind::Busy)),
        Ok(done) => done,
    };
    Ok(reading.open(&committed, ledger.keys())?)
}

fn page(desk: &Desk, case: &Case, row: &RequestRow, details: Option<&Details>) -> Answer {
    let title = format!("{} {}", desk.text(&row.kind.title()), row.printed());
    let mut body = desk.body(&title, &Mistakes::default());
    let mut rows = vec![
        SummaryRow::new(desk.say("state"), state(desk, row)),
        SummaryRow::new(desk.say("requests-lodged"), desk.at(row.lodged)),
        SummaryRow::new(desk.say("requests-due"), left(desk, row)),
        SummaryRow::new(desk.say("requests-language"), row.language.own_name()),
    ];
    rows.extend(row.ground.map(|ground| SummaryRow::new(desk.say("requests-ground"), ground_words(desk, row, ground))));
    rows.extend(row.decided.map(|at| SummaryRow::new(desk.say("requests-decided"), desk.at(at))));
    body.part(&SummaryList::new(rows));
    body.h2(desk.say("request-written"));
    match details {
        Some(Some(details)) => {
            let details = details.expose();
            body.part(&SummaryList::new(vec![
                SummaryRow::new(desk.say("requests-reference"), details.reference.as_str()),
                SummaryRow::new(desk.say("requests-name"), details.name.as_str()),
                SummaryRow::new(desk.say("requests-address"), details.address.as_str()),
                SummaryRow::new(desk.say("requests-text"), details.text.as_str()),
            ]));
        }
        Some(None) => {
            body.p(desk.say("request-gone"));
        }
        None => {
            body.p(desk.say("request-read-lead"));
            body.part(&desk.form().part(&Button::new(desk.say("request-read"))));
        }
    }
    if desk.platform().ledger().read("staff.request_proof", |tx| vault::has_proof(tx, row.id))? {
        body.p(desk.say("request-picture-lead"));
        let form = desk.form().id("picture").to(desk.scheme_url(case, &format!("/requests/{}/picture", row.id)));
        body.part(&form.part(&Button::new(desk.say("request-picture")).style(ButtonStyle::Secondary)));
    }
    letters(desk, case, row, &mut body);
    if row.state == RequestState::Lodged {
        body.h2(desk.say("request-decide"));
        body.link(desk.say("request-answer"), desk.scheme_url(case, &format!("/requests/{}/answer", row.id)));
        body.link(desk.say("request-refuse"), desk.scheme_url(case, &format!("/requests/{}/refuse", row.id)));
    }
    let page = Page::new(title, body.markup()).wide().back(desk.scheme_url(case, "/requests"));
    Ok(if details.is_some() { desk.show(page.without_switch()) } else { desk.show(page) })
}

/// The picture that the resident sent, as a file. Looking at it is on record.
pub(crate) fn picture(desk: &Desk) -> Answer {
    let (case, grant) = desk.scheme::<HandleRequests>()?;
    let row = find(desk, &case)?;
    if desk.values.switching() {
        return page(desk, &case, &row, None);
    }
    let (ledger, id) = (desk.platform().ledger(), row.id);
    let (reading, committed) = ledger.write("staff.read_request_proof", grant.actor(), move |work| vault::open_proof(work, &grant, id))?;
    let picture = reading.open(&committed, ledger.keys())?.ok_or_else(desk::missing)?;
    let (media_type, end) = match reading.media_type() {
        "image/png" => ("image/png", "png"),
        "image/webp" => ("image/webp", "webp"),
        _ => ("image/jpeg", "jpg"),
    };
    Ok(desk::file(picture.expose().clone(), media_type, &format!("{id}.{end}")))
}

fn ground_words(desk: &Desk, row: &RequestRow, ground: Ground) -> String {
    desk.tell("request-ground", [("ground", desk.text(&ground.text())), ("section", ground.section(row.kind).to_owned())])
}

fn letters(desk: &Desk, case: &Case, row: &RequestRow, body: &mut webkit::Body) {
    if desk.state.letter_font.is_none() || !row.has_details() {
        return;
    }
    body.h2(desk.say("request-letters"));
    let decided = match row.state {
        RequestState::Lodged => None,
        RequestState::Complied | RequestState::Partly => Some("answered"),
        RequestState::Refused => Some("refused"),
    };
    for kind in std::iter::once("acknowledged").chain(decided) {
        let form = desk.form().id(format!("letter-{kind}")).to(desk.scheme_url(case, &format!("/requests/{}/letter/{kind}", row.id)));
        let button = Button::new(desk.say(&format!("request-letter-{kind}"))).style(ButtonStyle::Secondary);
        body.part(&form.part(&button));
    }
}

/// A letter about the request, in the resident's language. It holds name and address, so printing it is a reading on record.
pub(crate) fn letter(desk: &Desk) -> Answer {
    let (case, grant) = desk.scheme::<HandleRequests>()?;
    let row = find(desk, &case)?;
    let kind = match (desk.param("kind"), row.state) {
        ("acknowledged", _) => RequestLetter::Acknowledged,
        ("answered", RequestState::Complied | RequestState::Partly) => RequestLetter::Answered,
        ("refused", RequestState::Refused) => RequestLetter::Refused,
        _ => return Err(desk::missing()),
    };
    let font = desk.state.letter_font.as_ref().ok_or_else(|| Failure::of(Kind::Busy).because("no font for letters"))?;
    let service = case.live()?;
    let scheme = service.scheme();
    let details = details(desk, grant, &row)?.ok_or_else(desk::missing)?;
    let language = row.language;
    let day = |day| formats::date(day, language);
    let letter = vault::request_letter(kind, &row, &scheme.definition().title, &scheme.officer().post, &day);
    let address = details.expose().address.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned);
    let department: &Text = &scheme.definition().department;
    let sheets = Sheets {
        language,
        title: letter.heading,
        sender: vec![department.get(language).to_owned()],
        window: std::iter::once(details.expose().name.clone()).chain(address).collect(),
        date: desk.now().day(),
        blocks: letter.paragraphs.into_iter().map(Block::Paragraph).collect(),
    };
    let pdf = notify::sheets_pdf(&sheets, font).map_err(|error| Failure::of(Kind::Broken).because(error.to_string()))?;
    Ok(desk::file(pdf, "application/pdf", &format!("{}.pdf", row.id)))
}

/// It was complied with, wholly or in part.
pub(crate) fn ask_answer(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<HandleRequests>()?;
    Ok(form(desk, &case, &find(desk, &case)?, false, &Mistakes::default()))
}

/// It is refused.
pub(crate) fn ask_refuse(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<HandleRequests>()?;
    Ok(form(desk, &case, &find(desk, &case)?, true, &Mistakes::default()))
}

fn form(desk: &Desk, case: &Case, row: &RequestRow, refuse: bool, mistakes: &Mistakes) -> Response {
    let key = if refuse { "request-refuse" } else { "request-answer" };
    let title = desk.say(key);
    let mut body = desk.body(&title, mistakes);
    body.p(desk.say(&format!("{key}-lead")));
    let mut choices: Vec<Choice> = Ground::for_kind(row.kind)
        .into_iter()
        .map(|ground| Choice::new(ground.as_str(), ground_words(desk, row, ground)))
        .collect();
    if !refuse {
        choices.insert(0, Choice::new("whole", desk.say("request-whole")));
    }
    let radios = Radios {
        value: desk.values.get("ground").into(),
        error: mistakes.of("ground"),
        ..Radios::new("ground", desk.say(if refuse { "request-ground-choose" } else { "request-extent" }), choices)
    };
    let style = if refuse { ButtonStyle::Warning } else { ButtonStyle::Main };
    body.part(&Warning(desk.say("request-once")));
    body.part(&desk.form().part(&radios).part(&Button::new(title.clone()).style(style)));
    let back = desk.scheme_url(case, &format!("/requests/{}", row.id));
    desk.show_form(Page::new(title, body.markup()).back(back), mistakes)
}

pub(crate) fn answer(desk: &Desk) -> Answer {
    decide(desk, false)
}

pub(crate) fn refuse(desk: &Desk) -> Answer {
    decide(desk, true)
}

fn decide(desk: &Desk, refuse: bool) -> Answer {
    let (case, grant) = desk.scheme::<HandleRequests>()?;
    let row = find(desk, &case)?;
    if desk.values.switching() {
        return Ok(form(desk, &case, &row, refuse, &Mistakes::default()));
    }
    let chosen = desk.values.get("ground");
    let ground = Ground::parse(chosen);
    let complete = if refuse { ground.is_some() } else { ground.is_some() || chosen == "whole" };
    if !complete {
        return Ok(form(desk, &case, &row, refuse, &Mistakes::one("ground", desk.say("choose-one"))));
    }
    let id = row.id;
    let decided = desk.platform().ledger().write("staff.decide_request", grant.actor(), move |work| match (refuse, ground) {
        (true, Some(ground)) => vault::refuse_request(work, &grant, id, ground),
        (_, except) => vault::answer_request(work, &grant, id, except),
    });
    match decided {
        Ok(_) => {
            // What fails is done by the next round.
            if let Err(error) = flows::forget_proofs(desk.platform()) {
                tracing::warn!(target: "requests", %error, "the picture of a decided request is not erased yet");
            }
            Ok(desk.done("done-request", &desk.scheme_url(&case, &format!("/requests/{id}"))))
        }
        Err(RunError::Refused(DecideError::Ground)) => {
            Ok(form(desk, &case, &row, refuse, &Mistakes::one("ground", desk.say("choose-one"))))
        }
        Err(RunError::Refused(error)) => Err(error.into()),
        Err(RunError::Store(error)) => Err(error.into()),
        Err(RunError::Busy { .. }) => Err(Failure::of(Kind::Busy)),
    }
}
