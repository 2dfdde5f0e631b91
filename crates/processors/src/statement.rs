use std::fmt::Write as _;

use kernel::{Fault, Id, Instant, Kind, Text, kinds};
use serde::{Deserialize, Serialize};

use crate::line::is_line;

const TITLE: &str = "lionrock deletion statement v1";
const LIST_MOST: usize = 50;
const LINE_MOST_CHARS: usize = 300;
const NONE: &str = "none";

/// What a contractor states at the end of a lease, and the structured enquiry answered in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// The lease.
    pub lease: Id<kinds::Lease>,
    /// The contractor.
    pub contractor: Id<kinds::Contractor>,
    /// The first moment after which nothing of the lease was left.
    pub deleted: Instant,
    /// Machines on which the data was.
    pub hosts: Vec<String>,
    /// Copies that are left, with why; none in an acceptable statement.
    pub copies: Vec<String>,
    /// Backups that are left, with why; none in an acceptable statement.
    pub backups: Vec<String>,
    /// Everybody else who had the data.
    pub sub_processors: Vec<String>,
}

/// What became of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StatementVerdict {
    /// Taken.
    Accepted,
    /// The text is not in the agreed form, so nothing can be read from it.
    Unreadable,
    /// It is about another lease or another contractor.
    OtherLease,
    /// The signature is not the contractor's, or the text was changed after signing.
    Forged,
    /// It is signed with a key that has been replaced.
    OldKey,
    /// It says that copies or backups are left.
    NotDeleted,
    /// It was signed for a moment that is still to come, or before the lease was given.
    WrongTime,
}

impl StatementVerdict {
    /// Every verdict.
    pub const ALL: [Self; 7] = [
        Self::Accepted,
        Self::Unreadable,
        Self::OtherLease,
        Self::Forged,
        Self::OldKey,
        Self::NotDeleted,
        Self::WrongTime,
    ];

    /// The name in the store and in the journal.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Unreadable => "unreadable",
            Self::OtherLease => "other-lease",
            Self::Forged => "forged",
            Self::OldKey => "old-key",
            Self::NotDeleted => "not-deleted",
            Self::WrongTime => "wrong-time",
        }
    }

    /// The verdict with this name.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.slug() == slug)
    }

    /// What the contractor and the officers read.
    pub fn title(self) -> Text {
        match self {
            Self::Accepted => Text::new("The statement is accepted", "聲明已獲接納", "声明已获接纳"),
            Self::Unreadable => Text::new(
                "The statement is not in the agreed form",
                "聲明不符合指定格式",
                "声明不符合指定格式",
            ),
            Self::OtherLease => Text::new(
                "The statement is about another lease",
                "聲明所述並非這份租約",
                "声明所述并非这份租约",
            ),
            Self::Forged => Text::new(
                "The signature does not fit the text",
                "簽署與內容不符",
                "签署与内容不符",
            ),
            Self::OldKey => Text::new(
                "The statement is signed with a key that has been replaced",
                "聲明以已更換的密鑰簽署",
                "声明以已更换的密钥签署",
            ),
            Self::NotDeleted => Text::new(
                "The statement says that copies are left",
                "聲明指出仍有副本",
                "声明指出仍有副本",
            ),
            Self::WrongTime => Text::new(
                "The time of deletion cannot be right",
                "所述刪除時間不可能正確",
                "所述删除时间不可能正确",
            ),
        }
    }
}

/// A text that is not a statement in the agreed form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a deletion statement has exactly the agreed lines, in their order")]
pub struct StatementError;

impl Fault for StatementError {
    fn kind(&self) -> Kind {
        Kind::Invalid
    }
}

impl Statement {
    /// The exact text that is signed.
    pub fn text(&self) -> String {
        let mut text = format!("{TITLE}\n");
        // Writing to a String cannot fail.
        let _ = writeln!(text, "lease: {}", self.lease);
        let _ = writeln!(text, "contractor: {}", self.contractor);
        text.push_str("what: all data of this lease, in every form and in every place\n");
        let _ = writeln!(text, "deleted: {}", self.deleted);
        for (name, values) in self.lists() {
            if values.is_empty() {
                let _ = writeln!(text, "{name}: {NONE}");
            }
            for value in values {
                let _ = writeln!(text, "{name}: {}", value.trim());
            }
        }
        text
    }

    /// Reads a text back. Only what [`Statement::text`] writes is a statement: two texts never mean the same.
    pub fn parse(text: &str) -> Result<Self, StatementError> {
        let mut lines = text.lines();
        let mut value = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(": ");
        let parsed = (|| {
            value(TITLE).is_none().then_some(())?;
            let (lease, contractor) = (value("lease")?.parse().ok()?, value("contractor")?.parse().ok()?);
            value("what")?;
            let deleted = parse_instant(value("deleted")?)?;
            Some((lease, contractor, deleted))
        })();
        let (lease, contractor, deleted) = parsed.ok_or(StatementError)?;
        let list = |name: &str| {
            let wanted = |line: &str| line.strip_prefix(name)?.strip_prefix(": ").map(str::to_owned);
            text.lines().skip(5).filter_map(wanted).filter(|value| value != NONE).collect::<Vec<_>>()
        };
        let statement = Self {
            lease,
            contractor,
            deleted,
            hosts: list("host"),
            copies: list("copy"),
            backups: list("backup"),
            sub_processors: list("sub-processor"),
        };
        if statement.is_sound() && statement.text() == text { Ok(statement) } else { Err(StatementError) }
    }

    /// Whether every line of it is a line.
    pub fn is_sound(&self) -> bool {
        self.lists().iter().all(|(_, values)| {
            values.len() <= LIST_MOST && values.iter().all(|value| is_line(value, LINE_MOST_CHARS) && !value.eq_ignore_ascii_case(NONE))
        })
    }

    fn lists(&self) -> [(&'static str, &Vec<String>); 4] {
        [
            ("host", &self.hosts),
            ("copy", &self.copies),
            ("backup", &self.backups),
            ("sub-processor", &self.sub_processors),
        ]
    }
}

/// Reads `2023-02-28T18:00:00.000+08:00`, to the minute at least; what does not write back the same is refused above.
fn parse_instant(text: &str) -> Option<Instant> {
    let civil = text.strip_suffix("+08:00")?;
    let (whole, millis) = civil.split_once('.')?;
    Some(Instant::parse_hong_kong(whole)?.plus_millis(millis.parse().ok()?))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(crate) fn statement() -> Statement {
        Statement {
            lease: Id::from_bytes([1; 16]),
            contractor: Id::from_bytes([2; 16]),
            deleted: Instant::parse_hong_kong("2023-02-28T18:00").unwrap(),
            hosts: vec!["forms-01 (Kwun Tong)".into(), "forms-02 (Kwun Tong)".into()],
            copies: vec![],
            backups: vec![],
            sub_processors: vec![],
        }
    }

    #[test]
    fn a_statement_reads_back_and_only_in_one_form() {
        let text = statement().text();
        assert_eq!(Statement::parse(&text), Ok(statement()));
        assert!(text.contains("copy: none\n"));
        for bad in [
            String::new(),
            text.trim_end().to_owned(),
            format!("{text}extended-until: 2024-12-31\n"),
            text.replace("copy: none", "copy: None"),
            text.replace("host: ", "host:"),
            text.replace("+08:00", "Z"),
            text.replace("deleted: 2023", "deleted:  2023"),
            text.replace("in every form", "in most forms"),
            format!("\n{text}"),
            text.replace('\n', "\r\n"),
        ] {
            assert_eq!(Statement::parse(&bad), Err(StatementError), "{bad}");
        }
    }

    #[test]
    fn verdicts_go_there_and_back_and_speak_three_languages() {
        for verdict in StatementVerdict::ALL {
            assert_eq!(StatementVerdict::from_slug(verdict.slug()), Some(verdict));
            assert!(verdict.title().blanks().is_empty());
        }
    }

    proptest! {
        #[test]
        fn what_is_sound_reads_back(
            hosts in prop::collection::vec("[a-z(] ?[a-z0-9:.]{1,20}", 0..4),
            copies in prop::collection::vec("tape [0-9]{1,4}", 0..3),
            millis in 0..2_000_000_000_000_i64,
        ) {
            let deleted = Instant::from_millis(millis);
            let statement = Statement { deleted, hosts, copies, ..statement() };
            prop_assert_eq!(Statement::parse(&statement.text()), Ok(statement));
        }

        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let _ = Statement::parse(&text);
        }
    }
}
