//! A department with one contact who has a telephone.

use std::sync::Arc;

use callout::{
    Details, Gateway, Gateways, HandedOver, KeepPerson, Policy, QuietHours, Severity, StartCallOut, call_round, keep_person, seal_details,
    start_call_out,
};
use journal::Actor;
use kernel::{Id, Text};
use people::{CreateDepartment, Duty, Role, SignedIn, authorise, create_department};
use testkit::{Rehearsal, memory_store};

pub struct Stage {
    rehearsal: Rehearsal,
}

impl Stage {
    pub fn new() -> Self {
        let store = memory_store(&[journal::MIGRATIONS, people::MIGRATIONS, callout::MIGRATIONS]);
        let rehearsal = Rehearsal::on(store, "platform", "2023-02-27T03:00", 3);
        callout::prepare_keys(rehearsal.keys()).unwrap();
        Self { rehearsal }
    }

    /// Calls the department out with this gateway for telephone calls.
    pub fn call(&self, gateway: Arc<dyn Gateway>) -> HandedOver {
        let ledger = &self.rehearsal.ledger;
        let words = || Text::new("Call", "召集", "召集");
        let create = move |work: &mut journal::Work<'_, '_>| {
            create_department(work, CreateDepartment { code: "ITB".into(), name: words() })
        };
        let department = ledger.write("test", Actor::Operator, create).unwrap().0;
        let who = SignedIn::at_console(Id::from_bytes([9; 16]), department, vec![Role::SecurityOfficer], words());
        let details = Details::parse("Lee Wing", "", "2123 4567", "").unwrap();
        let details = seal_details(ledger.keys(), ledger.now().day(), &details).unwrap();
        let (duties, quiet) = (vec![Duty::Point], QuietHours::default());
        let person = KeepPerson { person: None, post: words(), duties, quiet, details };
        let keeper = authorise(&who, None).unwrap();
        ledger.write("test", keeper.actor(), move |work| keep_person(work, &keeper, &person)).unwrap();
        let caller = authorise(&who, None).unwrap();
        let policy = Policy::guide().unwrap();
        let (departments, severity) = (vec![department], Severity::Urgent);
        let command = StartCallOut { title: words(), body: words(), severity, policy, departments, exercise: true };
        ledger.write("test", caller.actor(), move |work| start_call_out(work, &caller, &command)).unwrap();
        let gateways = Gateways { voice: Some(gateway), ..Gateways::default() };
        call_round(ledger, &gateways, "https://lionrock.example").unwrap().pages
    }
}
