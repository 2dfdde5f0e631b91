//! Two support stations to look at.

use hongkong::District;
use kernel::Text;
use people::{ManageStations, Role, authorise};
use stations::{Change, Help, OnHolidays, Place, Station, WeekHours};

use crate::city::City;

/// One in an MTR station, nine to six on weekdays; one in a hall, open on Saturdays only.
pub fn open_two(city: &City) {
    let day = city.platform.now().day();
    let mut weekdays = WeekHours([Some((540, 1080)); 7]);
    weekdays.0[5] = None;
    weekdays.0[6] = None;
    let mut saturday = WeekHours::default();
    saturday.0[5] = Some((600, 720));
    let mtr = Place::Mtr { code: "KWT".into(), spot: Text::new("Exit D", "D出口", "D出口") };
    let hall = Place::Other {
        district: District::WongTaiSin,
        name: Text::new("Rehearsal <Hall>", "排練<會堂>", "排练<会堂>"),
        address: Text::new("Ground floor", "地下", "地下"),
    };
    for (place, hours) in [(mtr, weekdays), (hall, saturday)] {
        let station = Station {
            place,
            first_day: day,
            last_day: None,
            hours,
            holidays: OnHolidays::Closed,
            changes: vec![Change { day: day.plus(1), hours: None, why: Text::new("Typhoon", "颱風", "台风") }],
            help: vec![Help::Register, Help::Scheme],
            step_free: true,
        };
        let grant = authorise::<ManageStations>(&city.officer(1, Role::CaseOfficer), None).unwrap();
        city.act(grant.actor(), move |work| Ok(stations::open_station(work, &grant, &station).unwrap()));
    }
}
