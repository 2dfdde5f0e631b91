//! The incident team of the demonstration, and the inbox in which its calls stand.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use callout::{Details, KeepPerson, QuietHours, keep_person, seal_details};
use connectors::DemoInbox;
use flows::Platform;
use installation::seed::{SeedError, act, failed, post_of};
use kernel::{Environment, Id, Text, kinds};
use people::{Duty, ManageTeam, Role, SignedIn, authorise};
use webkit::parts::Table;
use webkit::{Body, Layout, Page, Visitor};

const TEAM: [(Duty, &str); 6] = [
    (Duty::Point, "51230001"),
    (Duty::Point, "51230002"),
    (Duty::SystemManager, "51230003"),
    (Duty::ResponseManager, "51230004"),
    (Duty::Coordinator, "51230005"),
    (Duty::Commander, "51230006"),
];

/// A whole team with invented telephones.
pub fn team(platform: &Platform, department: Id<kinds::Department>, officer: Id<kinds::Officer>) -> Result<(), SeedError> {
    let who = SignedIn::at_console(officer, department, vec![Role::SecurityOfficer], post_of(Role::SecurityOfficer));
    for (duty, mobile) in TEAM {
        let grant = authorise::<ManageTeam>(&who, None).map_err(failed("seed.grant"))?;
        let details = Details::parse("Invented", mobile, mobile, &format!("{}.{mobile}@isd.example.hk", duty.slug()));
        let ledger = platform.ledger();
        let details = seal_details(ledger.keys(), ledger.now().day(), &details.map_err(failed("seed.details"))?);
        let details = details.map_err(failed("seed.details"))?;
        let command = KeepPerson { person: None, post: duty.title(), duties: vec![duty], quiet: QuietHours::default(), details };
        act(platform, "seed.team", grant.actor(), move |work| keep_person(work, &grant, &command).map(drop))?;
    }
    Ok(())
}

/// `/{language}/demo/calls`: what telephones and mailboxes would have got.
pub fn routes(inbox: Arc<DemoInbox>) -> Router {
    webkit::in_every_language(&Router::new().route("/demo/calls", get(show)).with_state(inbox))
}

/// What leads there.
pub fn title() -> Text {
    Text::new("Calls of the incident team", "事故應變小組的召集訊息", "事故应变小组的召集讯息")
}

async fn show(State(inbox): State<Arc<DemoInbox>>, Extension(visitor): Extension<Visitor>) -> Response {
    let say = |text: &Text| text.get(visitor.language).to_owned();
    let columns = [Text::new("How", "方式", "方式"), Text::new("To", "收件人", "收件人"), Text::new("Message", "訊息", "讯息")];
    let mut table = Table::new(say(&title()), columns.each_ref().map(say));
    table.empty = say(&Text::new("Nobody has been called yet.", "尚未召集任何人。", "尚未召集任何人。"));
    for page in inbox.newest() {
        table.row([say(&page.channel.title()), page.to, page.text]);
    }
    let mut body = Body::new(visitor.language);
    body.h1(say(&title())).part(&table);
    let layout = Layout::new(Text::new("Lionrock", "獅子山", "狮子山"), Environment::Demo);
    layout.page(&visitor, Page::new(say(&title()), body.markup()).wide().back(visitor.url("/demo")))
}
