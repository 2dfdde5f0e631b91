//! The proofing of residents' identities: the queue, one case side by side, and the verdict. Every opening is on record, and the
//! evidence dies with the verdict.

use std::sync::Arc;

use desk::{Answer, Desk, Mistakes, go, link, missing};
use flows::{IdentityService, decide_proofing, open_proofing};
use hongkong::IdNumber;
use identity::{Decided, OpenedCase, ProofState, Proofing, ProofingError, Refusal, RegisterSays, Verdict, VerifierSays};
use kernel::{Id, kinds};
use people::{Grant, ProofIdentity};
use store::RunError;
use webkit::parts::{
    Button, Choice, ComparedPicture, Comparison, Inset, Notification, Radios, SummaryList, SummaryRow, Table, TextInput, Tone, Warning, Width,
};
use webkit::{Failure, Markup, Page, PictureHint, PictureQuality, formats};

pub(crate) const HOME: &str = "/staff/identity/proofing";
const VERIFIED: &str = "verified";
const ONE_OF_TWO: &str = "first";
const UNMATCHED: &str = "unmatched";
/// What was cleaned when it was sent has no more pixels.
const MAX_PIXELS: u64 = 24_000_000;

/// Cases that wait, the oldest first.
pub(crate) fn queue(desk: &Desk) -> Answer {
    let (_, grant) = desk.identity::<ProofIdentity>()?;
    let service = desk.platform().identity();
    let cases = service.as_ref().map(|service| service.ledger().read("staff.proofing_queue", identity::proofing_queue));
    let cases = cases.transpose()?.unwrap_or_default();
    let title = desk.say("proofing-title");
    let mut body = desk.body(&title, &Mistakes::default());
    body.maybe(done(desk).as_ref()).p(desk.say("proofing-lead"));
    let head = ["proofing-sent", "proofing-aim", "proofing-dies", "proofing-register", "proofing-case"].map(|key| desk.say(key));
    let mut table = Table::new(title.clone(), head);
    table.quiet_caption = true;
    table.empty = desk.say("proofing-none");
    for case in &cases {
        let here = service.as_ref().is_some_and(|service| service.evidence().holds(case.id));
        let way = if case.agreed_by == Some(grant.officer()) {
            Markup::text(&desk.say("proofing-agreed-here"))
        } else if here {
            link(&desk.tell("proofing-look", [("time", desk.at(case.begun))]), &desk.url(&format!("{HOME}/{}", case.id)))
        } else {
            Markup::text(&desk.say("proofing-elsewhere"))
        };
        let (sent, aim) = (Markup::text(&sent(desk, case)), Markup::text(&desk.say(aim(case))));
        table.row([sent, aim, Markup::text(&desk.at(case.deadline)), register(desk, case), way]);
    }
    body.part(&table).link(desk.say("counter-title"), desk.url(&format!("{HOME}/counter")));
    body.link(desk.say("terminals-title"), desk.url(&format!("{HOME}/terminals")));
    Ok(desk.show(Page::new(title, body.markup()).wide().back(desk.url("/staff"))))
}

/// What became of a verdict that says more than that the case has ended.
fn done(desk: &Desk) -> Option<Notification> {
    let key = match desk.query("decided") {
        ONE_OF_TWO => "proofing-one-of-two",
        UNMATCHED => "proofing-unmatched",
        _ => return None,
    };
    Some(Notification { title: String::new(), body: desk.say(key).into(), success: key == "proofing-one-of-two" })
}

/// What a case is for.
const fn aim(case: &Proofing) -> &'static str {
    match (case.recovery, case.agreed_by) {
        (None, _) => "proofing-aim-verify",
        (Some(_), None) => "proofing-aim-back",
        (Some(_), Some(_)) => "proofing-aim-back-second",
    }
}

fn sent(desk: &Desk, case: &Proofing) -> String {
    case.sent.map(|at| desk.at(at)).unwrap_or_default()
}

fn register(desk: &Desk, case: &Proofing) -> Markup {
    let (key, tone) = match case.register {
        RegisterSays::Agrees => ("proofing-register-agrees", Tone::Good),
        RegisterSays::Differs => ("proofing-register-differs", Tone::Bad),
        RegisterSays::Nothing => ("proofing-register-nothing", Tone::Attention),
    };
    desk.tag(desk.say(key), tone)
}

/// One case before it is opened: opening is an act of its own.
pub(crate) fn show(desk: &Desk) -> Answer {
    let (service, _) = rights(desk)?;
    let case = waiting(desk, &service)?;
    let title = desk.say("proofing-case");
    let mut body = desk.body(&title, &Mistakes::default());
    body.part(&SummaryList::new(facts(desk, &case))).p(desk.say("proofing-open-lead"));
    body.part(&desk.form().part(&Button::new(desk.say("proofing-open"))));
    Ok(desk.show(Page::new(title, body.markup()).back(desk.url(HOME))))
}

/// The case opened: details and photos side by side, with the form for the verdict.
pub(crate) fn open(desk: &Desk) -> Answer {
    let (service, grant) = rights(desk)?;
    if desk.values.switching() {
        return show(desk);
    }
    side_by_side(desk, &service, &grant, &Mistakes::default())
}

/// The verdict. What is wrong with it shows the case again, and that is another opening.
pub(crate) fn decide(desk: &Desk) -> Answer {
    let (service, grant) = rights(desk)?;
    if desk.values.switching() {
        return show(desk);
    }
    let case = case_id(desk)?;
    let verdict = match verdict(desk) {
        Ok(verdict) => verdict,
        Err(mistakes) => return side_by_side(desk, &service, &grant, &mistakes),
    };
    let wrong = |field, key| side_by_side(desk, &service, &grant, &Mistakes::one(field, desk.say(key)));
    match decide_proofing(desk.platform(), &service, &grant, (case, verdict)) {
        Ok(decided) => Ok(go(&desk.url(&format!("{HOME}?decided={}", word(decided))))),
        Err(RunError::Refused(ProofingError::NumberDiffers)) => wrong("number", "proofing-number-differs"),
        Err(RunError::Refused(ProofingError::HasAccount)) => wrong("verdict", "proofing-has-account"),
        Err(RunError::Refused(ProofingError::Over | ProofingError::Evidence(_))) => Ok(gone(desk)),
        Err(error) => Err(error.into()),
    }
}

/// What the queue is told of a verdict.
const fn word(decided: Decided) -> &'static str {
    match decided {
        Decided::Ended => "1",
        Decided::OneOfTwo => ONE_OF_TWO,
        Decided::Unmatched => UNMATCHED,
    }
}

fn verdict(desk: &Desk) -> Result<Verdict, Mistakes> {
    let chosen = desk.values.get("verdict");
    if let Some(refusal) = Refusal::from_name(chosen) {
        return Ok(Verdict::Refuse(refusal));
    }
    if chosen != VERIFIED {
        return Err(Mistakes::one("verdict", desk.say("proofing-verdict-missing")));
    }
    let number = IdNumber::parse(desk.values.get("number"));
    number.map(|number| Verdict::Verify { number }).map_err(|_| Mistakes::one("number", desk.say("proofing-number-wrong")))
}

fn side_by_side(desk: &Desk, service: &IdentityService, grant: &Grant<ProofIdentity>, mistakes: &Mistakes) -> Answer {
    let opened = match open_proofing(service, grant, case_id(desk)?) {
        Err(RunError::Refused(ProofingError::Over | ProofingError::Evidence(_))) => return Ok(gone(desk)),
        Err(RunError::Refused(ProofingError::Agreed)) => return Ok(go(&desk.url(&format!("{HOME}?decided={ONE_OF_TWO}")))),
        opened => opened?,
    };
    let title = desk.say("proofing-compare");
    let mut body = desk.body(&title, mistakes);
    body.part(&Warning(desk.say("proofing-careful")));
    if opened.proofing.recovery.is_some() {
        body.p(desk.say("proofing-back-lead"));
    }
    body.part(&comparison(desk, &opened));
    body.h2(desk.say("proofing-typed")).part(&SummaryList::new(typed(desk, &opened)));
    body.h2(desk.say("proofing-verdict"));
    let mut choices = vec![Choice::new(VERIFIED, desk.say("proofing-verified")).hint(desk.say("proofing-verified-hint"))];
    choices.extend(Refusal::ALL.map(|refusal| Choice::new(refusal.name(), desk.say(&format!("proofing-verdict-{}", refusal.name())))));
    let number = TextInput {
        hint: Some(desk.say("proofing-number-hint")),
        error: mistakes.of("number"),
        width: Width::Ten,
        verbatim: true,
        autocomplete: Some("off"),
        ..TextInput::new("number", desk.say("proofing-number"))
    };
    let question = Radios { error: mistakes.of("verdict"), ..Radios::new("verdict", desk.say("proofing-question"), choices) };
    let form = desk.form().to(desk.url(&format!("{HOME}/{}/verdict", opened.proofing.id))).part(&number).part(&question);
    body.part(&form.part(&Button::new(desk.say("proofing-decide")))).note(desk.say("proofing-decide-note"));
    let page = Page::new(title, body.markup()).wide().back(desk.url(HOME));
    Ok(desk.show(if mistakes.is_empty() { page } else { page.invalid() }.without_switch()))
}

fn comparison(desk: &Desk, opened: &OpenedCase) -> Comparison {
    let picture = |key, bytes: &Vec<u8>| ComparedPicture { title: desk.say(key), facts: quality(desk, bytes), bytes: bytes.clone() };
    Comparison {
        pictures: vec![
            picture("proofing-document", opened.document.expose()),
            picture("proofing-selfie", opened.selfie.expose()),
        ],
        zoom: desk.say("proofing-zoom"),
        steps: ["proofing-zoom-1", "proofing-zoom-2", "proofing-zoom-4"].map(|key| desk.say(key)),
    }
}

/// What the pixels say of how well one can see; never what they show.
fn quality(desk: &Desk, bytes: &[u8]) -> Vec<String> {
    let Ok(measured) = PictureQuality::measure(bytes, MAX_PIXELS) else { return Vec::new() };
    let (width, height) = measured.size;
    let mut facts = vec![desk.tell("proofing-size", [("width", i64::from(width)), ("height", i64::from(height))])];
    facts.push(desk.tell("proofing-light", [("brightness", i64::from(measured.brightness)), ("sharpness", i64::from(measured.sharpness))]));
    facts.extend(measured.hints().into_iter().map(|hint| {
        desk.say(match hint {
            PictureHint::Small => "proofing-hint-small",
            PictureHint::Dark => "proofing-hint-dark",
            PictureHint::Bright => "proofing-hint-bright",
            PictureHint::Blurred => "proofing-hint-blurred",
        })
    }));
    facts
}

/// What was typed. The number is not among it: the officer reads it from the card, and the two are compared.
fn typed(desk: &Desk, opened: &OpenedCase) -> Vec<SummaryRow> {
    let (details, language) = (&opened.details, desk.language());
    let sex = desk.say(&format!("proofing-sex-{}", details.sex.name()));
    let row = |key: &str, value: &str| SummaryRow::new(desk.say(key), if value.is_empty() { "–" } else { value });
    let mut rows = vec![
        row("proofing-name-en", &details.name_en),
        row("proofing-name-zh", &details.name_zh),
        row("proofing-birth", &formats::date(details.birth.day(), language)),
        row("proofing-sex", &sex),
        row("proofing-issued", &formats::date(details.issued, language)),
        SummaryRow::new(desk.say("proofing-register"), register(desk, &opened.proofing)),
    ];
    rows.extend(verifier(desk, &opened.proofing));
    rows
}

fn facts(desk: &Desk, case: &Proofing) -> Vec<SummaryRow> {
    let mut rows = vec![
        SummaryRow::new(desk.say("proofing-aim"), desk.say(aim(case))),
        SummaryRow::new(desk.say("proofing-sent"), sent(desk, case)),
        SummaryRow::new(desk.say("proofing-dies"), desk.at(case.deadline)),
        SummaryRow::new(desk.say("proofing-register"), register(desk, case)),
    ];
    rows.extend(verifier(desk, case));
    rows
}

/// What an external verifier says, if it was asked.
fn verifier(desk: &Desk, case: &Proofing) -> Option<SummaryRow> {
    let (key, tone) = match case.verifier {
        VerifierSays::Nothing => return None,
        VerifierSays::Matches => ("proofing-verifier-matches", Tone::Good),
        VerifierSays::Differs => ("proofing-verifier-differs", Tone::Bad),
        VerifierSays::Unsure => ("proofing-verifier-unsure", Tone::Attention),
        VerifierSays::Silent => ("proofing-verifier-silent", Tone::Attention),
    };
    Some(SummaryRow::new(desk.say("proofing-verifier"), desk.tag(desk.say(key), tone)))
}

pub(crate) fn rights(desk: &Desk) -> Result<(Arc<IdentityService>, Grant<ProofIdentity>), Failure> {
    let (scope, grant) = desk.identity::<ProofIdentity>()?;
    scope.ok_or_else(missing)?;
    Ok((desk.platform().identity().ok_or_else(missing)?, grant))
}

fn case_id(desk: &Desk) -> Result<Id<kinds::Proofing>, Failure> {
    desk.id("proofing")
}

fn waiting(desk: &Desk, service: &IdentityService) -> Result<Proofing, Failure> {
    let id = case_id(desk)?;
    let found = service.ledger().read("staff.proofing", |tx| identity::proofing(tx, id))?;
    found.filter(|case| case.state == ProofState::Waiting).ok_or_else(missing)
}

/// The evidence died while the officer looked.
fn gone(desk: &Desk) -> axum::response::Response {
    let title = desk.say("proofing-gone");
    let mut body = desk.body(&title, &Mistakes::default());
    body.part(&Inset(desk.say("proofing-gone-lead").into())).link(desk.say("proofing-title"), desk.url(HOME));
    desk.show(Page::new(title, body.markup()).back(desk.url(HOME)))
}
