//! A platform ledger with two departments, and a station: where this crate is tried.

use journal::Actor;
use kernel::{Id, Text, kinds};
use people::{Grant, ManageStations, Role, SignedIn, Token, authorise};
use testkit::{Rehearsal, SeededRandom, memory_store};

use crate::*;

/// In Admiralty station from 29 December 2021 to the end of March: nine to six on weekdays, ten to one on Sundays.
pub(crate) fn sample() -> Station {
    let mut hours = WeekHours([Some((540, 1080)); 7]);
    hours.0[5] = None;
    hours.0[6] = Some((600, 780));
    Station {
        place: Place::Mtr {
            code: "ADM".into(),
            spot: Text::new("Concourse, near Exit A", "大堂近A出口", "大堂近A出口"),
        },
        first_day: "2021-12-29".parse().unwrap(),
        last_day: Some("2022-03-31".parse().unwrap()),
        hours,
        holidays: OnHolidays::Closed,
        changes: Vec::new(),
        help: vec![Help::Register, Help::Activate],
        step_free: true,
    }
}

pub(crate) fn listed(number: u8) -> Listed {
    Listed {
        id: Id::from_bytes([number; 16]),
        department: Id::from_bytes([1; 16]),
        operator: Text::new("Digital Policy Office", "數字政策辦公室", "数字政策办公室"),
        station: sample(),
        changed: kernel::Instant::parse_hong_kong("2021-12-20T12:00").unwrap(),
    }
}

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
    pub(crate) fn new() -> Self {
        let store = memory_store(&[journal::MIGRATIONS, people::MIGRATIONS, MIGRATIONS]);
        Self { rehearsal: Rehearsal::on(store, "platform", "2021-12-28T09:00", 5) }
    }

    pub(crate) fn officer(department: u8, role: Role) -> SignedIn {
        let post = Text::new("Post", "職位", "职位");
        let department: Id<kinds::Department> = Id::from_bytes([department; 16]);
        SignedIn::at_console(Id::from_bytes([9; 16]), department, vec![role], post)
    }

    /// What a case officer of the department may do.
    pub(crate) fn grant(department: u8) -> Grant<ManageStations> {
        authorise(&Self::officer(department, Role::CaseOfficer), None).unwrap()
    }

    /// The sample, open, of the first department.
    pub(crate) fn station(&self) -> Id<kinds::Station> {
        self.act(Actor::Operator, |work| open_station(work, &Self::grant(1), &sample())).unwrap()
    }

    /// A device of the first department, enrolled and lent: its id and its key.
    pub(crate) fn device(&self, station: Id<kinds::Station>) -> (Id<kinds::Device>, Token) {
        let code = DeviceCode::new(&SeededRandom::new(8));
        let typed = code.text().to_lowercase().replace('-', " ");
        let id = self.act(Actor::Operator, move |work| add_device(work, &Self::grant(1), ("Tablet 1", &code))).unwrap();
        let key = enrol_device(&self.ledger, &typed).unwrap().unwrap();
        assert!(enrol_device(&self.ledger, &typed).unwrap().is_none(), "a code works once");
        self.act(Actor::Operator, move |work| lend_device(work, &Self::grant(1), (id, Some(station)))).unwrap();
        (id, key)
    }
}
