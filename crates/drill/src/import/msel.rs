use std::io::Cursor;

use calamine::{Data, Range, Reader as _, Xlsx};

use super::ImportError;
use super::draft::{Draft, DraftInject, DraftQuestion};
use super::moment::{Moment, read as read_moment, serial};
use crate::Span;

/// Which column holds what; by the words of a head, or as OpenAEV lays its sheets out.
#[derive(Clone, Copy, Debug)]
struct Columns {
    kind: Option<u32>,
    time: u32,
    team: Option<u32>,
    title: Option<u32>,
    body: Option<u32>,
    more: Option<u32>,
    expected: Option<u32>,
    look_for: Option<u32>,
    points: Option<u32>,
}

/// A sheet of OpenAEV: kind, time, team, subject, message, description, expectation, what is expected, its score, from column B on.
const OPENAEV: Columns = Columns {
    kind: Some(1),
    time: 2,
    team: Some(3),
    title: Some(4),
    body: Some(5),
    more: Some(6),
    expected: Some(7),
    look_for: Some(8),
    points: Some(9),
};

/// A row that comes at some time.
struct Row {
    number: u32,
    at: Option<Moment>,
    written: String,
}

/// Reads the first sheet of a workbook.
pub(super) fn read(name: &str, bytes: &[u8]) -> Result<Draft, ImportError> {
    let unreadable = |error: calamine::XlsxError| ImportError::Unreadable(error.to_string());
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(unreadable)?;
    let sheet = book.worksheet_range_at(0).ok_or(ImportError::Empty)?.map_err(unreadable)?;
    let (first, last) = sheet.start().zip(sheet.end()).map(|(start, end)| (start.0, end.0)).ok_or(ImportError::Empty)?;
    let head = headed(&sheet, first);
    let (columns, first) = head.map_or((OPENAEV, first), |columns| (columns, first + 1));
    let rows: Vec<Row> = (first..=last.min(first + MOST_ROWS)).filter_map(|number| row(&sheet, columns, number)).collect();
    if rows.is_empty() {
        return Err(ImportError::Empty);
    }
    let mut draft = Draft { title: name.replace(['_', '-'], " "), ..Draft::default() };
    draft.injects = injects(&sheet, columns, &rows, &mut draft.to_do);
    Ok(draft)
}

fn row(sheet: &Range<Data>, columns: Columns, number: u32) -> Option<Row> {
    let cells = [Some(columns.time), columns.kind, columns.title, columns.body];
    if cells.into_iter().all(|column| text(sheet, number, column).is_empty()) {
        return None;
    }
    let at = match sheet.get_value((number, columns.time)) {
        Some(Data::DateTime(day)) => serial(day.as_f64()),
        Some(Data::Float(days)) => serial(*days),
        _ => read_moment(&text(sheet, number, Some(columns.time))),
    };
    Some(Row { number, at, written: text(sheet, number, Some(columns.time)) })
}

/// The earliest row comes at the beginning, every other so much later.
fn injects(sheet: &Range<Data>, columns: Columns, rows: &[Row], to_do: &mut Vec<String>) -> Vec<DraftInject> {
    let relative = rows.iter().filter_map(|row| row.at).any(|at| matches!(at, Moment::Relative(_)));
    let seconds = |row: &Row| match row.at? {
        Moment::Relative(seconds) => Some(seconds),
        Moment::Absolute(at) if !relative => Some(at.millis() / 1_000),
        Moment::Absolute(_) => None,
    };
    let first = rows.iter().filter_map(seconds).min().unwrap_or(0);
    let (mut injects, mut before) = (Vec::new(), Span::default());
    for row in rows {
        let line = row.number + 1;
        let since = seconds(row).map(|seconds| seconds - first);
        if since.is_none() {
            to_do.push(format!("Row {line}: `{}` is no time that can be read; the inject comes with the one before it.", row.written));
        }
        if since.is_some_and(|since| since > MOST_SECONDS) {
            to_do.push(format!("Row {line} comes more than 30 days after the first; it was put at the thirtieth day."));
        }
        let at = since.map_or(before, |since| Span::seconds(u32::try_from(since).unwrap_or(u32::MAX)));
        before = at;
        injects.push(inject(sheet, columns, (row.number, at), to_do));
    }
    injects.sort_by_key(|inject| inject.at);
    injects
}

fn inject(sheet: &Range<Data>, columns: Columns, (row, at): (u32, Span), to_do: &mut Vec<String>) -> DraftInject {
    let (line, cell) = (row + 1, |column| text(sheet, row, column));
    let (kind, title, team) = (cell(columns.kind), cell(columns.title), cell(columns.team));
    let channel = channel(&kind).unwrap_or_else(|| {
        to_do.push(format!("Row {line}: `{kind}` names no way in which an inject comes; it comes as a mail."));
        "mail"
    });
    if !team.is_empty() {
        to_do.push(format!("Row {line} was for `{team}`; here every team gets it."));
    }
    let body = [cell(columns.body), cell(columns.more)].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n");
    let expected = cell(columns.expected);
    let points = cell(columns.points).parse::<f64>().ok().filter(|points| (1.0..=1_000.0).contains(points));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to 1,000, as was asked just above")]
    let points = points.map_or(USUAL_POINTS, |points| points as u32);
    let question = (!expected.is_empty()).then(|| DraftQuestion { prompt: expected, look_for: cell(columns.look_for), points });
    let title = if title.is_empty() { kind } else { title };
    DraftInject { at, channel, title, body, question }
}

fn channel(kind: &str) -> Option<&'static str> {
    let kind = kind.to_lowercase();
    let ways: [(&str, &[&str]); 4] = [
        ("telephone", &["sms", "phone", "call", "voice"]),
        ("mail", &["mail", "letter", "message"]),
        ("alert", &["alert", "siem", "monitor", "ticket"]),
        ("news", &["news", "media", "press", "tweet", "social", "article"]),
    ];
    ways.into_iter().find(|(_, words)| words.iter().any(|word| kind.contains(word))).map(|(way, _)| way)
}

/// The columns by the words of a first row that says what they hold.
fn headed(sheet: &Range<Data>, row: u32) -> Option<Columns> {
    let width = sheet.end().map_or(0, |(_, column)| column);
    let column = |words: &[&str]| {
        (0..=width).find(|column| {
            let cell = text(sheet, row, Some(*column)).to_lowercase();
            words.contains(&cell.as_str())
        })
    };
    let time = column(&["time", "date", "when", "trigger time", "inject time", "start time", "date/time"])?;
    Some(Columns {
        kind: column(&["type", "channel", "method", "means", "delivery", "delivery method"]),
        time,
        team: column(&["team", "teams", "to", "recipient", "recipients", "audience"]),
        title: column(&["title", "subject", "inject", "event", "name"]),
        body: column(&["body", "message", "content", "text", "inject description"]),
        more: column(&["description", "details", "notes"]),
        expected: column(&["expectation", "expected", "expected action", "expected actions", "expected response", "question"]),
        look_for: column(&["expectation description", "expected outcome", "outcome", "key points", "look for"]),
        points: column(&["score", "points"]),
    })
}

fn text(sheet: &Range<Data>, row: u32, column: Option<u32>) -> String {
    let cell = column.and_then(|column| sheet.get_value((row, column)));
    cell.map_or_else(String::new, |cell| cell.to_string().trim().chars().take(MOST_CHARACTERS).collect())
}

const MOST_ROWS: u32 = 1_999;
const MOST_CHARACTERS: usize = 10_000;
const MOST_SECONDS: i64 = 30 * 86_400;
const USUAL_POINTS: u32 = 10;
