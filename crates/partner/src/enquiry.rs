use axum::response::{IntoResponse, Redirect, Response};
use kernel::{Id, Kind, kinds};
use processors::{AnswerError, Answers, Enquiry, answer_enquiry};
use webkit::parts::{Button, Form};
use webkit::{Body, Failure, FieldErrors, Page, Values, formats};

use crate::statement::{LISTS, lines, list_field};
use crate::visit::Visit;

/// `GET /partner/leases/{lease}/enquiries/{enquiry}`
pub(crate) async fn show(visit: Visit) -> Result<Response, Failure> {
    let enquiry = asked(&visit).await?;
    Ok(form(&visit, &enquiry, &Values::default(), &FieldErrors::new()))
}

/// `POST /partner/leases/{lease}/enquiries/{enquiry}`: where everything is.
pub(crate) async fn answer(visit: Visit, values: Values) -> Result<Response, Failure> {
    let enquiry = asked(&visit).await?;
    if values.switching() {
        return Ok(form(&visit, &enquiry, &values, &FieldErrors::new()));
    }
    let answers = Answers {
        hosts: lines(values.get("hosts")),
        copies: lines(values.get("copies")),
        backups: lines(values.get("backups")),
        sub_processors: lines(values.get("sub-processors")),
    };
    let (id, partner) = (enquiry.id, visit.partner.clone());
    let done = visit.act("partner.answer_enquiry", move |work| {
        answer_enquiry(work, &partner, id, &answers, &flows::lease_rules())
    });
    match done.await? {
        Ok(()) => Ok(Redirect::to(&visit.url("/partner")).into_response()),
        Err(AnswerError::Lists) => {
            let mut errors = FieldErrors::new();
            errors.add("hosts", "lines-wrong");
            Ok(form(&visit, &enquiry, &values, &errors))
        }
        Err(error) => Err(error.into()),
    }
}

async fn asked(visit: &Visit) -> Result<Enquiry, Failure> {
    let missing = || Failure::of(Kind::Missing);
    let lease = visit.lease().await?.id;
    let id: Id<kinds::Enquiry> = visit.param("enquiry").parse().map_err(|_| missing())?;
    let found = visit.read("partner.enquiry", move |tx| processors::enquiries(tx, lease)).await?;
    found.into_iter().find(|one| one.id == id && one.answered.is_none()).ok_or_else(missing)
}

fn form(visit: &Visit, enquiry: &Enquiry, values: &Values, errors: &FieldErrors) -> Response {
    let t = &visit.t;
    let title = t.get("enquiry-title");
    let mut body = Body::new(visit.language());
    body.maybe(errors.summary(t).as_ref()).h1(&title);
    body.p(t.with("enquiry-lead", [("day", formats::date(enquiry.due.day(), visit.language()))]));
    let mut form = Form::new(&visit.visitor);
    for name in LISTS {
        form = form.part(&list_field(visit, name, values, errors));
    }
    body.part(&form.part(&Button::new(t.get("enquiry-send"))));
    let page = Page::new(title, body.markup()).switch_submits("form").back(visit.url("/partner"));
    visit.show(if errors.is_empty() { page } else { page.invalid() })
}
