//! Support stations at the desk: typed once, kept, changed for a single day, and nobody else's.

#[cfg(test)]
mod tests {
    use people::Role;
    use stations::{DayHours, stations_between};

    use crate::stage::Stage;

    const STATION: [(&str, &str); 12] = [
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
}
