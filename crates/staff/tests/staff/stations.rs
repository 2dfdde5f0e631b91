//! Support stations at the desk: typed once, kept, changed for a single day, and nobody else's.

#[cfg(test)]
pub mod tests {
    use people::Role;
    use stations::{DayHours, stations_between};

    use crate::stage::Stage;

    pub const STATION: [(&str, &str); 12] = [
        ("mtr", "KWT"),
        ("station-way-en", "Exit D"),
        ("station-way-zh-hant", "D出口"),
        ("station-way-zh-hans", "D出口"),
        ("first-day", "6"),
        ("first-month", "5"),
        ("first-year", "2020"),
        ("hours-1", "09:00-18:00"),
        ("hours-6", "10：00至16：00"),
        ("holidays", "closed"),
        ("help", "register"),
        ("help", "scheme"),
    ];

    #[test]
    fn an_officer_keeps_the_departments_stations() {
        let stage = Stage::new();
        let officer = stage.officer(0, Role::CaseOfficer);
        let wrong: Vec<_> = STATION.into_iter().map(|(name, value)| if name == "hours-1" { (name, "nine to six") } else { (name, value) }).collect();
        let again = officer.post("/en/staff/stations/new", &wrong);
        assert_eq!(again.status, 422);
        assert!(again.text().contains("value=\"nine to six\""), "what was typed stays");
        assert!(again.text().contains("such as 09:00-18:00"));
        assert_eq!(officer.post("/en/staff/stations/new", &STATION).status, 303);
        let list = officer.get("/en/staff/stations");
        let id = format!("stn_{}", list.between("/en/staff/stations/stn_", "\""));
        let page = officer.get(&format!("/en/staff/stations/{id}")).text();
        assert!(page.contains("value=\"10:00-16:00\"") && page.contains("Exit D"));
        let day = [
            ("day-day", "7"),
            ("day-month", "5"),
            ("day-year", "2020"),
            ("station-why-en", "Typhoon"),
            ("station-why-zh-hant", "颱風"),
            ("station-why-zh-hans", "台风"),
        ];
        assert_eq!(officer.post(&format!("/en/staff/stations/{id}/day"), &day).status, 303);
        assert!(officer.get(&format!("/zh-hant/staff/stations/{id}")).text().contains("颱風"));
        assert_eq!(officer.post(&format!("/en/staff/stations/{id}"), &STATION).status, 303, "the single day stays");
        let ledger = stage.platform.ledger();
        let day = "2020-05-07".parse().unwrap();
        let kept = ledger.read("test", |tx| stations_between(tx, day, day)).unwrap();
        assert_eq!(kept.len(), 1);
        assert!(matches!(kept[0].station.hours_on(day), DayHours::Closed(_)));
        let stranger = stage.officer(1, Role::CaseOfficer);
        assert_eq!(stranger.get(&format!("/en/staff/stations/{id}")).status, 404);
        assert_eq!(stage.officer(0, Role::Auditor).get("/en/staff/stations").status, 403);
    }

    /// A station of the first department: its id as the address has it.
    pub fn opened(officer: &crate::client::Client) -> String {
        assert_eq!(officer.post("/en/staff/stations/new", &STATION).status, 303);
        format!("stn_{}", officer.get("/en/staff/stations").between("/en/staff/stations/stn_", "\""))
    }

    #[test]
    fn a_device_is_enrolled_lent_used_and_reported_missing() {
        let stage = Stage::new();
        let officer = stage.officer(0, Role::CaseOfficer);
        let station = opened(&officer);
        let home = "/en/staff/stations/devices";
        for wrong in [" ", "Tablet\u{0}1"] {
            assert_eq!(officer.post(home, &[("name", wrong)]).status, 422, "{wrong:?}");
        }
        let shown = officer.post(home, &[("name", "Tablet <1>")]);
        let code = shown.between("lr-reference\">", "<").trim().to_owned();
        assert_eq!(code.len(), 14, "{}", shown.text());
        let id = format!("dvc_{}", officer.get(home).between("devices/dvc_", "\""));
        let (one, ledger) = (format!("{home}/{id}"), stage.platform.ledger());
        let key = stations::enrol_device(ledger, &code).unwrap().unwrap();
        assert_eq!(officer.post(&format!("{one}/lend"), &[("station", &station)]).status, 303);
        let refused = officer.post(&format!("{one}/help"), &[("help", "register")]);
        assert!(refused.status == 422 && refused.text().contains("not waiting"), "{}", refused.text());
        let ticket = stations::make_turn(ledger, &key).unwrap().unwrap();
        let cookie = stations::open_turn(ledger, &ticket).unwrap().unwrap();
        assert!(officer.get(&one).text().contains("Waits for you"));
        assert_eq!(officer.post(&format!("{one}/help"), &[]).status, 422, "nothing named");
        assert_eq!(officer.post(&format!("{one}/help"), &[("help", "register"), ("help", "passkey")]).status, 303);
        assert!(officer.get(home).text().contains("Under way, until 9:00 am"));
        assert_eq!(stage.officer(1, Role::CaseOfficer).get(&one).status, 404, "another department");
        assert_eq!(officer.post(&format!("{one}/end"), &[("act", "missing"), ("sure", "yes")]).status, 303);
        let now = stage.platform.now();
        let turn = ledger.read("test", |tx| stations::find_turn(tx, &cookie, now)).unwrap().unwrap();
        assert_eq!(turn.state, stations::TurnState::Over, "the turn ends with its device's key");
        assert!(officer.get(home).text().contains("Tablet &lt;1&gt;"));
        assert_eq!(officer.post(&format!("{one}/renew"), &[]).status, 200);
        let counts = officer.get("/en/staff/stations/counts/2020-05-06").text();
        assert!(counts.contains("not shown") && counts.contains("Kwun Tong"), "one is too few to be shown: {counts}");
        let csv = officer.get("/zh-hant/staff/stations/counts/2020-05-06/file").text();
        assert!(csv.contains("觀塘港鐵站,,"), "{csv}");
        assert_eq!(officer.get("/en/staff/stations/counts/2020-06-06").status, 404, "not yet");
    }

    #[test]
    fn a_week_shows_who_is_where_and_refuses_two_places_at_once() {
        let stage = Stage::new();
        let officer = stage.officer(0, Role::CaseOfficer);
        let station = opened(&officer);
        let week = "/en/staff/stations/week/2020-05-06";
        let page = officer.get(week);
        assert!(page.text().contains("Nobody planned"), "{}", page.text());
        let who = format!("off_{}", page.between("value=\"off_", "\""));
        let day = [("on-day", "6"), ("on-month", "5"), ("on-year", "2020")];
        let plan = |hours: &str| {
            let mut sent = vec![("station", station.as_str()), ("officer", who.as_str()), ("hours", hours)];
            sent.extend(day);
            officer.post(week, &sent)
        };
        assert_eq!(plan("").status, 422);
        let planned = plan("09:00-13:00");
        assert_eq!(planned.location(), "/en/staff/stations/week/2020-05-04", "{}", planned.text());
        assert!(plan("12:00-15:00").text().contains("another shift at that time"));
        let page = officer.get("/zh-hant/staff/stations/week/2020-05-04");
        let cancel = format!("/en/staff/stations/shifts/shf_{}/cancel", page.between("/staff/stations/shifts/shf_", "/cancel"));
        assert_eq!(stage.officer(1, Role::CaseOfficer).post(&cancel, &[]).status, 404);
        assert_eq!(officer.post(&cancel, &[("day", "2020-05-06")]).status, 303);
        assert_eq!(plan("12:00-15:00").status, 303);
    }

    #[test]
    fn numbers_are_given_and_called_at_the_desk() {
        let stage = Stage::new();
        let officer = stage.officer(0, Role::CaseOfficer);
        let queue = format!("/en/staff/stations/{}/queue", opened(&officer));
        assert!(officer.post(&queue, &[("act", "call")]).text().contains("Nobody is waiting"));
        let given = officer.post(&queue, &[("act", "give")]);
        assert!(given.location().ends_with("?given=1"), "{}", given.text());
        assert!(officer.get(&given.location()).text().contains("Write number 1 on a slip"));
        assert_eq!(officer.post(&queue, &[("act", "call")]).status, 303);
        assert_eq!(stage.officer(1, Role::CaseOfficer).post(&queue, &[("act", "give")]).status, 404);
    }

    #[test]
    fn an_association_is_invited_counted_and_followed_up_without_a_list() {
        let stage = Stage::new();
        let officer = stage.officer(0, Role::CaseOfficer);
        let home = "/en/staff/stations/briefings";
        let plan = [("association", "Carers <KT>"), ("district", "KT"), ("place", "Hall"), ("on-day", "6"), ("on-month", "5"), ("on-year", "2020"), ("hours", "10:00-11:30")];
        assert_eq!(officer.post(home, &plan[1..]).status, 422);
        let planned = officer.post(home, &plan);
        let one = planned.location();
        assert!(one.starts_with(&format!("{home}/brf_")), "{}", planned.text());
        let invitation = officer.get(&format!("{one}/invitation"));
        assert!(invitation.bytes.starts_with(b"%PDF"));
        assert!(officer.post(&one, &[("attended", "many")]).text().contains("Type a number"));
        let held = [("attended", "２４"), ("materials", "leaflets"), ("what", "Bring forms"), ("due-day", "20"), ("due-month", "5"), ("due-year", "2020")];
        assert_eq!(officer.post(&one, &held).status, 303);
        let page = officer.get(&one).text();
        assert!(page.contains("24") && page.contains("Bring forms (until 20 May 2020)"), "{page}");
        assert_eq!(stage.officer(1, Role::CaseOfficer).get(&one).status, 404);
        assert_eq!(officer.post(&format!("{one}/done"), &[]).status, 303);
        assert!(!officer.get(home).text().contains("something to do"));
    }

    /// The number of the person on the paper, and the version of the scheme that is shown.
    fn on_paper(clerk: &crate::client::Client) -> (String, String) {
        let home = format!("/en/staff/schemes/{}/paper", crate::stage::SLUG);
        let digest = clerk.get(&format!("{home}/new")).between("name=\"version\" value=\"", "\"");
        (hongkong::IdNumber::from_number("Q123456").unwrap().formatted(), digest)
    }

    fn paper_form<'a>(name: &'a str, (number, digest): (&'a str, &'a str)) -> Vec<(&'a str, &'a str)> {
        vec![
            ("id_number", number),
            ("birth-day", "1"),
            ("birth-month", "1"),
            ("birth-year", "1970"),
            ("name", name),
            ("address.flat", "A"),
            ("address.floor", "1"),
            ("address.text", "1 Nathan Road"),
            ("address.district", "YTM"),
            ("mobile", "51234567"),
            ("language", "en"),
            ("members", "0"),
            ("act", "register"),
            ("version", digest),
        ]
    }

    /// Types a form on paper for the first time.
    pub fn typed_once(clerk: &crate::client::Client) {
        let (number, digest) = on_paper(clerk);
        let typed = clerk.post(&format!("/en/staff/schemes/{}/paper/new", crate::stage::SLUG), &paper_form("CHAN Tai Man", (&number, &digest)));
        assert!(typed.text().contains("Write this number on the paper"), "{}", typed.text());
    }

    #[test]
    fn a_form_on_paper_is_typed_twice_and_destroyed() {
        let stage = Stage::new();
        stage.launch();
        let clerk = stage.officer(0, Role::CaseOfficer);
        let second = stage.client();
        second.join(&stage.invite(0, Role::CaseOfficer));
        let home = format!("/en/staff/schemes/{}/paper", crate::stage::SLUG);
        let (number, digest) = on_paper(&clerk);
        let form = |name: &'static str| paper_form(name, (&number, &digest));
        assert_eq!(clerk.post(&format!("{home}/new"), &[]).status, 422, "an empty form");
        let typed = clerk.post(&format!("{home}/new"), &form("CHAN Tai Man"));
        assert!(typed.text().contains("Write this number on the paper"), "{}", typed.text());
        assert!(clerk.get(&home).text().contains("Somebody else types it"));
        let id = format!("ppr_{}", second.get(&home).between("/paper/ppr_", "\""));
        let one = format!("{home}/{id}");
        assert_eq!(clerk.get(&one).status, 404, "nobody is one's own second");
        let differs = second.post(&one, &form("CHAN Tai Men"));
        assert!(differs.text().contains("differ") && differs.text().contains("<li>Name</li>"), "{}", differs.text());
        assert!(!differs.text().contains("Tai Man") && !differs.text().contains(&number), "never what the other typed");
        assert_eq!(second.post(&one, &form("CHAN Tai Man")).status, 404, "who differed does not decide");
        let done = clerk.post(&one, &form("chan tai man"));
        assert!(done.status == 200 && done.text().contains("lr-reference"), "{}", done.text());
        assert_eq!(second.post(&format!("{one}/destroyed"), &[("sure", "yes")]).status, 303);
        assert!(clerk.get(&home).text().contains("No form on paper is under way"));
        assert!(clerk.get(&format!("{home}/form")).bytes.starts_with(b"%PDF"));
        assert_eq!(stage.officer(1, Role::CaseOfficer).get(&home).status, 404);
    }
}
