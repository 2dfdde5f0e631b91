use std::fmt::Write;

use crate::Value;

/// The text of one statement. A text lives as long as the program, so its address is its name in a cache.
#[derive(Clone, Copy)]
pub(crate) struct Statement {
    head: &'static str,
    tail: &'static str,
    columns: usize,
    rows: usize,
}

/// What tells two statements apart without reading them.
pub(crate) type Key = (usize, usize, usize, usize, usize, usize);

impl Statement {
    /// A text used as it stands.
    pub(crate) const fn plain(sql: &'static str) -> Self {
        Self { head: sql, tail: "", columns: 0, rows: 0 }
    }

    /// `head values ($1, $2), ($3, $4) tail`.
    pub(crate) const fn bulk(head: &'static str, tail: &'static str, columns: usize, rows: usize) -> Self {
        Self { head, tail, columns, rows }
    }

    pub(crate) fn key(&self) -> Key {
        (self.head.as_ptr().addr(), self.head.len(), self.tail.as_ptr().addr(), self.tail.len(), self.columns, self.rows)
    }

    /// Whether many rows share this text; its parameters then take their types from the table's columns.
    pub(crate) const fn is_bulk(&self) -> bool {
        self.rows > 0
    }

    /// Whether it is known to change nothing.
    pub(crate) fn only_reads(&self) -> bool {
        let body = self.head.lines().find(|line| !line.trim_start().starts_with("--")).unwrap_or("");
        body.trim_start().get(..6).is_some_and(|word| word.eq_ignore_ascii_case("select"))
    }

    /// Whether the first line says whose text it is.
    pub(crate) fn is_labelled(&self) -> bool {
        self.head.starts_with("-- ")
    }

    pub(crate) fn first_line(&self) -> String {
        self.head.lines().next().unwrap_or("").to_owned()
    }

    /// The text as PostgreSQL reads it.
    pub(crate) fn render(&self) -> String {
        let mut out = self.head.to_owned();
        let mut number = 0;
        for row in 0..self.rows {
            out.push_str(if row == 0 { "\nvalues (" } else { ", (" });
            for column in 0..self.columns {
                number += 1;
                let comma = if column == 0 { "" } else { ", " };
                // Writing to a String cannot fail.
                let _ = write!(out, "{comma}${number}");
            }
            out.push(')');
        }
        if !self.tail.is_empty() {
            out.push('\n');
            out.push_str(self.tail);
        }
        out
    }
}

/// The parameters of one statement, in order.
#[derive(Clone, Copy)]
pub(crate) enum Params<'p> {
    /// One list.
    One(&'p [Value]),
    /// The rows of a bulk insert, one after the other.
    Rows(&'p [Vec<Value>]),
}

impl<'p> Params<'p> {
    pub(crate) fn iter(self) -> impl Iterator<Item = &'p Value> {
        let (list, rows): (&[Value], &[Vec<Value>]) = match self {
            Self::One(list) => (list, &[]),
            Self::Rows(rows) => (&[], rows),
        };
        list.iter().chain(rows.iter().flatten())
    }
}

/// How many rows the next statement of a bulk insert carries: the largest power of two that is left, so that a table
/// has a handful of prepared texts and not one for each length. SQLite takes at most 32,766 parameters, PostgreSQL 65,535.
pub(crate) fn chunk(left: usize, columns: usize) -> usize {
    let most = (30_000 / columns.max(1)).clamp(1, 256);
    let fits = left.min(most).max(1);
    1 << fits.ilog2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bulk_text_numbers_its_parameters_on() {
        let text = Statement::bulk("-- t.x\ninsert into t (a, b)", "on conflict do nothing", 2, 2).render();
        assert_eq!(text, "-- t.x\ninsert into t (a, b)\nvalues ($1, $2), ($3, $4)\non conflict do nothing");
    }

    #[test]
    fn reading_is_told_from_writing() {
        assert!(Statement::plain("-- a.b\n  SELECT 1").only_reads());
        assert!(!Statement::plain("-- a.b\ninsert into t (a) select 1").only_reads());
        assert!(!Statement::plain("-- a.b\n").only_reads());
    }

    #[test]
    fn chunks_are_powers_of_two_within_the_limit_of_parameters() {
        assert_eq!(chunk(1000, 3), 256);
        assert_eq!(chunk(255, 3), 128);
        assert_eq!(chunk(1, 3), 1);
        assert_eq!(chunk(1000, 1000), 16);
        assert_eq!(chunk(10, 40_000), 1);
    }
}
