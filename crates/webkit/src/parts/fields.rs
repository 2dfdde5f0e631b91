use kernel::{Day, Language};

use super::part;

/// A field of one line. Never `type=number`, never `required`: the server decides, in plain words.
#[derive(Clone, Debug, Default)]
pub struct TextInput {
    /// Name and id.
    pub name: String,
    /// The label.
    pub label: String,
    /// Makes the label the page's main heading.
    pub heading: bool,
    /// What to type, where to find it.
    pub hint: Option<String>,
    /// What was typed.
    pub value: String,
    /// What is wrong with it.
    pub error: Option<String>,
    /// `autocomplete`: every personal field has one (WCAG 1.3.5).
    pub autocomplete: Option<&'static str>,
    /// `inputmode`: `numeric` for codes, `tel`, `email`.
    pub inputmode: Option<&'static str>,
    /// How wide the field looks; a hint at how much belongs in it.
    pub width: Width,
    /// Turns spell checking off and keeps letters as typed: names, codes, identity numbers.
    pub verbatim: bool,
    /// The input's type when it is not `text`: `search`, `tel`, `email`.
    pub kind: Option<&'static str>,
}

/// How wide a field looks, in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Width {
    /// The whole column.
    #[default]
    Full,
    /// Twenty characters.
    Twenty,
    /// Ten characters.
    Ten,
    /// Five characters.
    Five,
    /// Three characters.
    Three,
}

impl Width {
    const fn class(self) -> &'static str {
        match self {
            Self::Full => "",
            Self::Twenty => " govuk-input--width-20",
            Self::Ten => " govuk-input--width-10",
            Self::Five => " govuk-input--width-5",
            Self::Three => " govuk-input--width-3",
        }
    }
}

impl TextInput {
    /// A field with a label.
    pub fn new(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            label: label.into(),
            ..Self::default()
        }
    }
}

part!(TextInput, "parts/text_input.html");

/// A field of several lines.
#[derive(Clone, Debug, Default)]
pub struct TextArea {
    /// Name and id.
    pub name: String,
    /// The label.
    pub label: String,
    /// Makes the label the page's main heading.
    pub heading: bool,
    /// What to type.
    pub hint: Option<String>,
    /// What was typed.
    pub value: String,
    /// What is wrong with it.
    pub error: Option<String>,
    /// Lines shown; 5 when 0.
    pub rows: u8,
}

impl TextArea {
    /// A field with a label.
    pub fn new(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            label: label.into(),
            rows: 5,
            ..Self::default()
        }
    }
}

part!(TextArea, "parts/text_area.html");

/// A date in three fields, named `NAME-day`, `NAME-month`, `NAME-year`: in that order in English, year first in Chinese.
/// The first of them has the id `NAME`, so that an error links to it.
#[derive(Clone, Debug, Default)]
pub struct DateInput {
    /// The names' beginning.
    pub name: String,
    /// The question.
    pub legend: String,
    /// Makes the question the page's main heading.
    pub heading: bool,
    /// An example.
    pub hint: Option<String>,
    /// What was typed.
    pub value: DateValue,
    /// What is wrong with it.
    pub error: Option<String>,
    /// Whether it is a date of birth, which browsers can fill in.
    pub birthday: bool,
}

/// What was typed into the three fields of a date.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DateValue {
    /// Day of the month.
    pub day: String,
    /// Month, as a number.
    pub month: String,
    /// Year.
    pub year: String,
}

impl DateValue {
    /// What a form sent for the date of this name.
    pub fn of(values: &crate::Values, name: &str) -> Self {
        let field = |suffix: &str| values.get(&format!("{name}-{suffix}")).trim().to_owned();
        Self {
            day: field("day"),
            month: field("month"),
            year: field("year"),
        }
    }

    /// Whether nothing was typed.
    pub const fn is_blank(&self) -> bool {
        self.day.is_empty() && self.month.is_empty() && self.year.is_empty()
    }

    /// The day of the calendar, when there is one. Full-width digits are read too.
    pub fn day(&self) -> Option<Day> {
        let year = number(&self.year).filter(|year| *year >= 1800)?;
        let (month, day) = (
            i8::try_from(number(&self.month)?).ok()?,
            i8::try_from(number(&self.day)?).ok()?,
        );
        Day::from_civil(year, month, day)
    }
}

impl From<Day> for DateValue {
    fn from(day: Day) -> Self {
        let (year, month, date) = day.civil();
        Self {
            day: date.to_string(),
            month: month.to_string(),
            year: year.to_string(),
        }
    }
}

impl DateInput {
    /// A question for a date.
    pub fn new(name: impl Into<String>, legend: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            legend: legend.into(),
            ..Self::default()
        }
    }

    fn fields(&self, language: Language) -> [DateField<'_>; 3] {
        let field = |unit, value, width| DateField { unit, value, width };
        let day = field("day", &self.value.day, "2");
        let month = field("month", &self.value.month, "2");
        let year = field("year", &self.value.year, "4");
        match language {
            Language::En => [day, month, year],
            Language::ZhHant | Language::ZhHans => [year, month, day],
        }
    }
}

struct DateField<'a> {
    unit: &'static str,
    value: &'a str,
    width: &'static str,
}

part!(DateInput, "parts/date_input.html");

fn number(text: &str) -> Option<i16> {
    let narrow = |c: char| match c {
        '０'..='９' => u32::from(c)
            .checked_sub(0xFEE0)
            .and_then(char::from_u32)
            .unwrap_or(c),
        other => other,
    };
    let digits: String = text.trim().chars().map(narrow).collect();
    digits
        .parse()
        .ok()
        .filter(|_| digits.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Values;
    use crate::parts::Part;

    #[test]
    fn a_typed_date_is_read() {
        let read = |day: &str, month: &str, year: &str| {
            let values =
                Values::from_pairs([("dob-day", day), ("dob-month", month), ("dob-year", year)]);
            DateValue::of(&values, "dob")
                .day()
                .map(|day| day.to_string())
        };
        assert_eq!(read("6", " 5", "1950").as_deref(), Some("1950-05-06"));
        assert_eq!(
            read("０６", "１２", "１９５０").as_deref(),
            Some("1950-12-06")
        );
        for (day, month, year) in [
            ("31", "2", "1950"),
            ("6", "5", "50"),
            ("+6", "5", "1950"),
            ("", "", ""),
        ] {
            assert_eq!(read(day, month, year), None, "{day}-{month}-{year}");
        }
    }

    #[test]
    fn an_error_is_tied_to_its_field() {
        let part = TextInput {
            hint: Some("h".into()),
            error: Some("<e>".into()),
            value: "\"><script>".into(),
            ..TextInput::new("hkid", "Identity <number>")
        };
        let html = part.html(Language::En).to_string();
        assert!(
            html.contains(r#"aria-describedby="hkid-hint hkid-error""#),
            "{html}"
        );
        assert!(
            html.contains("&#60;e&#62;") && !html.contains("<e>") && !html.contains("<script>"),
            "{html}"
        );
    }

    #[test]
    fn chinese_dates_begin_with_the_year() {
        let part = DateInput {
            birthday: true,
            ..DateInput::new("dob", "出生日期")
        };
        let html = part.html(Language::ZhHant).to_string();
        let at = |needle: &str| html.find(needle).unwrap();
        assert!(
            at("name=\"dob-year\"") < at("name=\"dob-month\"")
                && at("name=\"dob-month\"") < at("name=\"dob-day\"")
        );
        assert!(html.contains(r#"id="dob" name="dob-year""#), "{html}");
        assert!(
            part.html(Language::En)
                .as_str()
                .contains(r#"id="dob" name="dob-day""#)
        );
    }
}
