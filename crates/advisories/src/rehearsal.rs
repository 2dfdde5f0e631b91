//! A platform ledger with a movable clock: where this crate is tried.

use journal::Actor;
use kernel::{Id, Text};
use people::{Grant, HandleIncident, Role, SignedIn, authorise};
use store::{Migration, Store};
use testkit::{Rehearsal, memory_store};

use crate::*;

pub(crate) struct City {
    rehearsal: Rehearsal,
}

impl std::ops::Deref for City {
    type Target = Rehearsal;

    fn deref(&self) -> &Rehearsal {
        &self.rehearsal
    }
}

impl City {
    pub(crate) const TABLES: &[&[Migration]] = &[journal::MIGRATIONS, notify::MAIL_MIGRATIONS, MIGRATIONS];

    pub(crate) fn new() -> Self {
        Self::on(memory_store(Self::TABLES))
    }

    pub(crate) fn on(store: Store) -> Self {
        let rehearsal = Rehearsal::on(store, "platform", "2023-02-28T09:00", 5);
        prepare_keys(rehearsal.keys()).unwrap();
        Self { rehearsal }
    }

    pub(crate) fn officer(department: u8) -> Grant<HandleIncident> {
        let post = Text::new("Post", "職位", "职位");
        let who = SignedIn::at_console(Id::from_bytes([9; 16]), Id::from_bytes([department; 16]), vec![Role::SecurityOfficer], post);
        authorise(&who, None).unwrap()
    }

    pub(crate) fn words(public: bool) -> PublishAdvisory {
        let text = Text::new("Mend it", "請修補", "请修补");
        PublishAdvisory {
            kind: AdvisoryKind::Warning,
            title: Text::new("A weakness", "漏洞警告", "漏洞警告"),
            body: text.clone(),
            public_body: public.then_some(text),
            audiences: if public { Audience::ALL.to_vec() } else { Vec::new() },
        }
    }

    pub(crate) fn publish(&self, grant: &Grant<HandleIncident>, public: bool) -> i64 {
        let (grant, command) = (*grant, Self::words(public));
        self.act(grant.actor(), move |work| publish_advisory(work, &grant, &command)).unwrap()
    }

    pub(crate) fn ask(&self, mail: &str, audience: Audience) {
        let keys = self.ledger.keys().clone();
        let address = seal_address(&keys, self.now().day(), mail).unwrap();
        self.act(Actor::Visitor, move |work| ask_subscription(work, &keys, (&address, audience))).unwrap();
        self.clock.advance_millis(1);
    }
}
