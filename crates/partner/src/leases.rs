use axum::response::Response;
use kernel::Text;
use processors::{Enquiry, Form, Lease, LeaseState};
use webkit::parts::{Notification, Part, Table, Tag, Tone};
use webkit::{Failure, Markup, Page, formats};

use crate::visit::Visit;

/// `GET /partner`: every lease under the contract, and what is due, most urgent first.
pub(crate) async fn show(visit: Visit) -> Result<Response, Failure> {
    let contract = visit.partner.contract().id;
    let (leases, enquiries) = visit
        .read("partner.leases", move |tx| {
            let leases = processors::leases_of_contract(tx, contract)?;
            let mut open = Vec::new();
            for lease in &leases {
                let unanswered = processors::enquiries(tx, lease.id)?.into_iter().filter(|one| one.answered.is_none());
                open.extend(unanswered.map(|enquiry| (enquiry, lease.clone())));
            }
            Ok((leases, open))
        })
        .await?;
    let title = visit.t.get("leases-title");
    let mut body = visit.body(&title);
    // One banner for all: several would bear the same name, and nobody could tell them apart by ear.
    let lines = due(&visit, &leases, &enquiries);
    if !lines.is_empty() {
        let mut list = Markup::trusted("<ul class=\"govuk-list\">\n".to_owned());
        for line in &lines {
            list.push(&Markup::trusted("<li>".to_owned()));
            list.push(line);
            list.push(&Markup::trusted("</li>\n".to_owned()));
        }
        list.push(&Markup::trusted("</ul>".to_owned()));
        body.part(&Notification { body: list, ..Notification::default() });
    }
    let columns = ["lease-purpose", "lease-fields", "lease-until", "lease-state"].map(|key| visit.t.get(key));
    let mut table = Table::new(&title, columns);
    table.quiet_caption = true;
    table.empty = visit.t.get("leases-none");
    for lease in &leases {
        let until = format!("{} {}", formats::date(lease.until, visit.language()), left(&visit, lease));
        table.row([
            link(&visit.purpose(lease).await?, &visit.lease_url(lease.id, "")),
            Markup::text(&fields(&visit, lease)),
            Markup::text(until.trim()),
            state_tag(&visit, lease),
        ]);
    }
    body.part(&table);
    Ok(visit.show(Page::new(title, body.markup()).wide()))
}

/// Reminders, statements and answers that are due.
fn due(visit: &Visit, leases: &[Lease], enquiries: &[(Enquiry, Lease)]) -> Vec<Markup> {
    let (now, language) = (visit.now(), visit.language());
    let day = |instant: kernel::Instant| formats::date(instant.day(), language);
    let mut lines = Vec::new();
    for lease in leases {
        let to = visit.lease_url(lease.id, "");
        match lease.due.filter(|_| lease.state == LeaseState::StatementDue) {
            Some(due) => lines.push(link(&visit.t.with("due-statement", [("day", day(due))]), &to)),
            None if lease.state == LeaseState::Active && !lease.is_usable(now) => {
                lines.push(link(&visit.t.get("due-ended"), &to));
            }
            None if lease.is_usable(now) && lease.days_left(now.day()) <= soon() => {
                lines.push(link(&visit.t.with("due-soon", [("days", i64::from(lease.days_left(now.day())))]), &to));
            }
            None => {}
        }
    }
    for (enquiry, lease) in enquiries {
        let to = visit.lease_url(lease.id, &format!("/enquiries/{}", enquiry.id));
        lines.push(link(&visit.t.with("due-enquiry", [("day", day(enquiry.due))]), &to));
    }
    lines
}

/// Days before the end from which the page reminds.
fn soon() -> i32 {
    flows::lease_rules().reminders.into_iter().max().unwrap_or(0)
}

fn left(visit: &Visit, lease: &Lease) -> String {
    if !lease.is_usable(visit.now()) {
        return String::new();
    }
    visit.t.with("days-left", [("days", i64::from(lease.days_left(visit.now().day())))])
}

/// A link that stands alone; the span makes it large enough to be pressed with a finger.
pub(crate) fn link(text: &str, href: &str) -> Markup {
    let (text, href) = (Markup::text(text), Markup::text(href));
    Markup::trusted(format!("<span class=\"lr-alone\"><a class=\"govuk-link\" href=\"{href}\">{text}</a></span>"))
}

/// The fields of a lease in words.
pub(crate) fn fields(visit: &Visit, lease: &Lease) -> String {
    let word = |name: &String| match flows::group_of(name) {
        Some(_) => visit.t.get(&format!("group-{name}")),
        None => name.clone(),
    };
    lease.groups.iter().map(word).collect::<Vec<_>>().join(&visit.t.get("and"))
}

/// Where a lease stands, for the contractor. Between its last moment and the note of its end it has ended already.
pub(crate) fn state_tag(visit: &Visit, lease: &Lease) -> Markup {
    let over = lease.state == LeaseState::Active && !lease.is_usable(visit.now());
    let state = if over { LeaseState::StatementDue } else { lease.state };
    let tone = match state {
        LeaseState::Active => Tone::Active,
        LeaseState::StatementDue => Tone::Attention,
        LeaseState::Probing => Tone::Neutral,
        LeaseState::Escalated => Tone::Bad,
        LeaseState::Closed => Tone::Good,
    };
    Tag::new(visit.t.get(&format!("state-{}", state.slug())), tone).html(visit.language())
}

/// The form of a lease in words.
pub(crate) fn form_words(form: Form) -> Text {
    match form {
        Form::LookUp => Text::new("Looked up record by record", "逐項記錄查閱", "逐项记录查阅"),
        Form::HandOver => Text::new("Handed over as an encrypted package", "以加密檔案移交", "以加密文件移交"),
    }
}
