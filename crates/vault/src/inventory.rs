use kernel::{Day, Text};
use store::{StoreError, Tx};

use crate::storage;

/// One group of personal fields of one store: what is held, why, on what ground, since when, until when, who may open it and
/// which contractor has it. Every slice lists its own; `flows` puts them together.
///
/// There is one row for each column that holds sealed bytes, and a test of `flows` fails when a column has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InventoryRow {
    /// The table.
    pub table: &'static str,
    /// The column that holds the sealed bytes, or a file encrypted to somebody else.
    pub column: &'static str,
    /// What is held, in words.
    pub what: Text,
    /// The purpose under which it is sealed, as the key tree names it.
    pub purpose: String,
    /// The purpose in words.
    pub why: Text,
    /// On what ground it may be held.
    pub ground: Text,
    /// The first day on which it can have been collected; nothing when each row has its own.
    pub since: Option<Day>,
    /// Its end.
    pub until: Until,
    /// Who may open it: roles of officers, jobs, the resident.
    pub openers: Vec<Text>,
    /// Contractors that hold it or may look it up; nothing where nobody has filled the column in.
    pub contractors: Option<Vec<Text>>,
}

/// When a group of fields ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Until {
    /// On the last day on which any value of it can be opened.
    Day(Day),
    /// Each row has its own last day, by this rule.
    Rule(Text),
}

impl InventoryRow {
    /// Table and column, as `household_submission.identity`.
    pub fn place(&self) -> String {
        format!("{}.{}", self.table, self.column)
    }
}

/// The value of these places (table and column) that should have gone first and still stands, with its last day. Nothing when the purge
/// is up to date.
pub fn oldest_expired(tx: &mut Tx<'_>, places: &[String], today: Day) -> Result<Option<(Day, String)>, StoreError> {
    let mut oldest: Option<(Day, String)> = None;
    for place in places {
        let found = storage::expiry::oldest_expired(tx, place, today)?;
        if let Some(day) = found.filter(|day| oldest.as_ref().is_none_or(|(known, _)| day < known)) {
            oldest = Some((day, place.clone()));
        }
    }
    Ok(oldest)
}

/// The vault's own: why a record was opened, in the words of whoever opened it.
pub fn inventory(last: Day) -> Vec<InventoryRow> {
    vec![InventoryRow {
        table: "vault_opening",
        column: "reason",
        what: Text::new(
            "Reasons given by officers for opening a record",
            "人員開啟記錄時所述的理由",
            "人员开启记录时所述的理由",
        ),
        purpose: crate::REASONS.to_owned(),
        why: Text::new(
            "To show residents why their record was opened",
            "讓市民知道其記錄因何被開啟",
            "让市民知道其记录因何被开启",
        ),
        ground: Text::new(
            "Personal Data (Privacy) Ordinance, data protection principles 4 and 6 (security; access)",
            "《個人資料(私隱)條例》保障資料第4及第6原則（保安；查閱）",
            "《个人资料(私隐)条例》保障资料第4及第6原则（保安；查阅）",
        ),
        since: None,
        until: Until::Day(last),
        openers: vec![Text::new("The resident concerned", "有關市民", "有关市民")],
        contractors: None,
    }]
}
