use hongkong::Hours;
use kernel::{Language, csv_line};

use crate::{DayHours, Listed, Week};

/// The open days of a week as comma-separated values (RFC 4180), one line a station and day, the head in the language:
/// `date,from,until,district,place,way,operator,step-free`. Times are of Hong Kong.
pub fn week_csv(week: Week, listed: &[Listed], language: Language) -> String {
    let mut text = head(language).to_owned();
    for line in week.open_days(listed) {
        let station = &line.listed.station;
        let DayHours::Open(hours) = station.hours_on(line.day) else { continue };
        let (from, until) = clock(hours);
        let district = station.district().map_or("", |district| district.name(language));
        let step_free = if station.step_free { "1" } else { "0" };
        let cells = [
            line.day.to_string(),
            from,
            until,
            district.to_owned(),
            station.place.name(language),
            station.place.way(language).to_owned(),
            line.listed.operator.get(language).to_owned(),
            step_free.to_owned(),
        ];
        text.push_str(&csv_line(&cells));
    }
    text
}

/// Lines under their head as comma-separated values (RFC 4180).
pub fn table_csv(head: &[String], rows: &[Vec<String>]) -> String {
    std::iter::once(csv_line(head)).chain(rows.iter().map(|row| csv_line(row))).collect()
}

/// `09:00` and `18:00`; midnight at the end of a day is `24:00` (ISO 8601).
pub(crate) fn clock(hours: Hours) -> (String, String) {
    let of = |minute: i64| format!("{:02}:{:02}", minute / 60, minute % 60);
    (of(hours.from_minute), of(hours.until_minute))
}

const fn head(language: Language) -> &'static str {
    match language {
        Language::En => "Date,From,Until,District,Place,Where to find it,Operated by,Step-free (1 or 0)\r\n",
        Language::ZhHant => "日期,開始,結束,地區,地點,位置,營辦部門,無障礙通道(1或0)\r\n",
        Language::ZhHans => "日期,开始,结束,地区,地点,位置,营办部门,无障碍通道(1或0)\r\n",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::listed;

    #[test]
    fn a_week_is_one_line_a_station_and_open_day() {
        let listed = [listed(1)];
        let csv = week_csv(Week::of("2022-01-03".parse().unwrap()), &listed, Language::En);
        let lines: Vec<&str> = csv.split_terminator("\r\n").collect();
        assert_eq!(lines.len(), 1 + 6, "closed on Saturday");
        assert_eq!(
            lines[1],
            "2022-01-03,09:00,18:00,Central and Western District,Admiralty MTR station,\"Concourse, near Exit A\",Digital Policy Office,1"
        );
        assert!(week_csv(Week::of("2022-01-03".parse().unwrap()), &listed, Language::ZhHant).contains("金鐘港鐵站"));
    }
}
