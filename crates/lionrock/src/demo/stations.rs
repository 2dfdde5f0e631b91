//! Support stations of the demonstration: at sites where some stood in January 2022, with hours of ours.

use flows::Platform;
use installation::seed::{SeedError, act, failed, post_of};
use kernel::{Id, Text, kinds};
use people::{ManageStations, Role, SignedIn, authorise};
use stations::{Help, OnHolidays, Place, Station, WeekHours};

/// Opens three, from today: two in MTR stations, one in a hall.
pub fn open_stations(platform: &Platform, department: Id<kinds::Department>, officer: Id<kinds::Officer>) -> Result<(), SeedError> {
    let who = SignedIn::at_console(officer, department, vec![Role::CaseOfficer], post_of(Role::CaseOfficer));
    let mtr = |code: &str, spot: Text| Place::Mtr { code: code.into(), spot };
    let hall = Place::Other {
        district: hongkong::District::WongTaiSin,
        name: Text::new("Demonstration Community Hall", "示範社區會堂", "示范社区会堂"),
        address: Text::new("Ground floor, beside the library", "地下，圖書館旁", "地下，图书馆旁"),
    };
    let places = [
        mtr("ADM", Text::new("Concourse, near Exit A", "大堂近A出口", "大堂近A出口")),
        mtr("KWT", Text::new("Concourse, near Exit D", "大堂近D出口", "大堂近D出口")),
        hall,
    ];
    for place in places {
        let station = station(place, platform.now().day());
        let grant = authorise::<ManageStations>(&who, None).map_err(failed("seed.grant"))?;
        act(platform, "seed.station", grant.actor(), move |work| stations::open_station(work, &grant, &station).map(drop))?;
    }
    Ok(())
}

/// Nine to six on weekdays, ten to four on Saturdays.
fn station(place: Place, first_day: kernel::Day) -> Station {
    let mut hours = WeekHours([Some((540, 1080)); 7]);
    let [.., saturday, sunday] = &mut hours.0;
    (*saturday, *sunday) = (Some((600, 960)), None);
    Station {
        place,
        first_day,
        last_day: None,
        hours,
        holidays: OnHolidays::Closed,
        changes: Vec::new(),
        help: vec![Help::Register, Help::Reset, Help::Scheme, Help::Passkey],
        step_free: true,
    }
}
