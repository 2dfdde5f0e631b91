//! How a store is written down, whatever the engine: a copy made on one is restored on the other.
//!
//! ```text
//! "lionrock-store/1\n" name, migrations │ 'T' table, columns │ 'R' values … │ 'E' rows │ 'T' … │ 'Z' tables
//! ```
//! Numbers are big-endian; a text is its length (u32) and its bytes; a value is a byte for its type and its content. The
//! copy holds rows only, never the free pages of a file, so nothing that was deleted comes along.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};

use crate::{StoreError, Value};

/// What a copy of a store holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// The store's name.
    pub name: String,
    /// The steps of the schema that had been applied.
    pub migrations: Vec<String>,
    /// Each table with its rows.
    pub tables: BTreeMap<String, u64>,
}

impl Copied {
    /// All rows of all tables.
    pub fn rows(&self) -> u64 {
        self.tables.values().sum()
    }
}

/// A table of a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) columns: Vec<String>,
}

const MAGIC: &[u8; 17] = b"lionrock-store/1\n";
/// More than a cell, a name or a list of this program ever holds; a damaged length must not take all memory.
const LONGEST: u32 = 1 << 28;
const MOST_NAMES: u32 = 10_000;

/// Writes a copy.
pub(crate) struct Writer<'w> {
    to: BufWriter<&'w mut (dyn Write + Send)>,
    copied: Copied,
    rows: u64,
    line: Vec<u8>,
}

impl<'w> Writer<'w> {
    pub(crate) fn begin(to: &'w mut (dyn Write + Send), name: &str, migrations: Vec<String>) -> Result<Self, StoreError> {
        let copied = Copied { name: name.to_owned(), migrations, tables: BTreeMap::new() };
        let mut writer = Self { to: BufWriter::with_capacity(1 << 16, to), copied, rows: 0, line: Vec::new() };
        writer.line.extend_from_slice(MAGIC);
        put_text(&mut writer.line, name)?;
        put_names(&mut writer.line, &writer.copied.migrations)?;
        writer.flush_line()?;
        Ok(writer)
    }

    pub(crate) fn table(&mut self, table: &Table) -> Result<(), StoreError> {
        self.rows = 0;
        self.line.push(b'T');
        put_text(&mut self.line, &table.name)?;
        put_names(&mut self.line, &table.columns)?;
        self.flush_line()
    }

    pub(crate) fn row(&mut self, values: &[Value]) -> Result<(), StoreError> {
        self.rows += 1;
        self.line.push(b'R');
        for value in values {
            put_value(&mut self.line, value)?;
        }
        self.flush_line()
    }

    pub(crate) fn end_table(&mut self, table: &Table) -> Result<(), StoreError> {
        self.copied.tables.insert(table.name.clone(), self.rows);
        self.line.push(b'E');
        self.line.extend_from_slice(&self.rows.to_be_bytes());
        self.flush_line()
    }

    pub(crate) fn finish(mut self) -> Result<Copied, StoreError> {
        self.line.push(b'Z');
        self.line.extend_from_slice(&(self.copied.tables.len() as u64).to_be_bytes());
        self.flush_line()?;
        self.to.flush().map_err(|error| io("written", &error))?;
        Ok(self.copied)
    }

    fn flush_line(&mut self) -> Result<(), StoreError> {
        self.to.write_all(&self.line).map_err(|error| io("written", &error))?;
        self.line.clear();
        Ok(())
    }
}

/// Reads a copy, from its beginning to its end and in no other order.
pub(crate) struct Reader<'r> {
    from: BufReader<&'r mut (dyn Read + Send)>,
    copied: Copied,
    table: Option<Table>,
    rows: u64,
}

impl<'r> Reader<'r> {
    pub(crate) fn begin(from: &'r mut (dyn Read + Send)) -> Result<Self, StoreError> {
        let from = BufReader::with_capacity(1 << 16, from);
        let mut reader = Self { from, copied: Copied::default(), table: None, rows: 0 };
        if reader.array()? != *MAGIC {
            return Err(damaged("it does not begin as one"));
        }
        reader.copied.name = reader.text()?;
        reader.copied.migrations = reader.names()?;
        Ok(reader)
    }

    pub(crate) fn migrations(&self) -> &[String] {
        &self.copied.migrations
    }

    /// The next table; the rows of the last one have been read. Nothing after the last.
    pub(crate) fn next_table(&mut self) -> Result<Option<Table>, StoreError> {
        match self.byte()? {
            b'T' => {
                let table = Table { name: self.text()?, columns: self.names()? };
                if self.copied.tables.contains_key(&table.name) {
                    return Err(damaged("a table stands in it twice"));
                }
                self.rows = 0;
                self.table = Some(table.clone());
                Ok(Some(table))
            }
            b'Z' if self.number()? == self.copied.tables.len() as u64 => Ok(None),
            _ => Err(damaged("it does not say where its tables end")),
        }
    }

    /// The next row of the table that was begun last; nothing after the last.
    pub(crate) fn next_row(&mut self) -> Result<Option<Vec<Value>>, StoreError> {
        let Some(table) = &self.table else { return Ok(None) };
        let columns = table.columns.len();
        match self.byte()? {
            b'R' => {
                self.rows += 1;
                (0..columns).map(|_| self.value()).collect::<Result<_, _>>().map(Some)
            }
            b'E' if self.number()? == self.rows => {
                let table = self.table.take().ok_or_else(|| damaged("a table ends twice"))?;
                self.copied.tables.insert(table.name, self.rows);
                Ok(None)
            }
            _ => Err(damaged("a table has more or fewer rows than it says")),
        }
    }

    /// What was in it.
    pub(crate) fn finish(self) -> Copied {
        self.copied
    }

    fn value(&mut self) -> Result<Value, StoreError> {
        Ok(match self.byte()? {
            b'0' => Value::Null,
            b'i' => Value::Int(i64::from_be_bytes(self.array()?)),
            b't' => Value::Text(self.text()?),
            b'b' => Value::Bytes(self.bytes()?),
            b'y' => Value::Bool(true),
            b'n' => Value::Bool(false),
            _ => return Err(damaged("a value is of no known type")),
        })
    }

    fn names(&mut self) -> Result<Vec<String>, StoreError> {
        let count = u32::from_be_bytes(self.array()?);
        if count > MOST_NAMES {
            return Err(damaged("a list in it is too long"));
        }
        (0..count).map(|_| self.text()).collect()
    }

    fn text(&mut self) -> Result<String, StoreError> {
        String::from_utf8(self.bytes()?).map_err(|_| damaged("a text in it is not UTF-8"))
    }

    fn bytes(&mut self) -> Result<Vec<u8>, StoreError> {
        let length = u32::from_be_bytes(self.array()?);
        if length > LONGEST {
            return Err(damaged("a value in it is too long"));
        }
        let mut bytes = Vec::new();
        let read = (&mut self.from).take(u64::from(length)).read_to_end(&mut bytes).map_err(|error| io("read", &error))?;
        if read as u64 == u64::from(length) { Ok(bytes) } else { Err(damaged("it is cut off")) }
    }

    fn number(&mut self) -> Result<u64, StoreError> {
        Ok(u64::from_be_bytes(self.array()?))
    }

    fn byte(&mut self) -> Result<u8, StoreError> {
        let [byte] = self.array()?;
        Ok(byte)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], StoreError> {
        if self.from.fill_buf().map_err(|error| io("read", &error))?.is_empty() {
            return Err(damaged("it is cut off"));
        }
        let mut bytes = [0; N];
        self.from.read_exact(&mut bytes).map_err(|error| match error.kind() {
            std::io::ErrorKind::UnexpectedEof => damaged("it is cut off"),
            _ => io("read", &error),
        })?;
        Ok(bytes)
    }
}

pub(crate) fn damaged(what: &'static str) -> StoreError {
    StoreError::Copy(what.to_owned())
}

fn io(done: &str, error: &std::io::Error) -> StoreError {
    StoreError::Copy(format!("it cannot be {done}: {error}"))
}

fn put_value(out: &mut Vec<u8>, value: &Value) -> Result<(), StoreError> {
    match value {
        Value::Null => out.push(b'0'),
        Value::Int(number) => {
            out.push(b'i');
            out.extend_from_slice(&number.to_be_bytes());
        }
        Value::Text(text) => {
            out.push(b't');
            put_text(out, text)?;
        }
        Value::Bytes(bytes) => {
            out.push(b'b');
            put_bytes(out, bytes)?;
        }
        Value::Bool(flag) => out.push(if *flag { b'y' } else { b'n' }),
    }
    Ok(())
}

fn put_names(out: &mut Vec<u8>, names: &[String]) -> Result<(), StoreError> {
    let count = u32::try_from(names.len()).map_err(|_| damaged("a list is too long for it"))?;
    out.extend_from_slice(&count.to_be_bytes());
    names.iter().try_for_each(|name| put_text(out, name))
}

fn put_text(out: &mut Vec<u8>, text: &str) -> Result<(), StoreError> {
    put_bytes(out, text.as_bytes())
}

fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) -> Result<(), StoreError> {
    let length = u32::try_from(bytes.len()).ok().filter(|length| *length <= LONGEST);
    out.extend_from_slice(&length.ok_or_else(|| damaged("a value is too long for it"))?.to_be_bytes());
    out.extend_from_slice(bytes);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written() -> Vec<u8> {
        let mut out = Vec::new();
        let table = Table { name: "t".into(), columns: vec!["a".into(), "b".into()] };
        let mut writer = Writer::begin(&mut out, "book", vec!["book.0001".into()]).unwrap();
        writer.table(&table).unwrap();
        writer.row(&[Value::Int(-1), Value::Null]).unwrap();
        writer.row(&[Value::from("劉"), Value::from([0u8, 255])]).unwrap();
        writer.row(&[Value::Bool(true), Value::Bool(false)]).unwrap();
        writer.end_table(&table).unwrap();
        writer.finish().unwrap();
        out
    }

    fn read(bytes: &[u8]) -> Result<(Copied, Vec<Vec<Value>>), StoreError> {
        let mut bytes = bytes;
        let mut reader = Reader::begin(&mut bytes)?;
        let mut rows = Vec::new();
        while reader.next_table()?.is_some() {
            while let Some(row) = reader.next_row()? {
                rows.push(row);
            }
        }
        Ok((reader.finish(), rows))
    }

    #[test]
    fn what_was_written_is_read() {
        let (copied, rows) = read(&written()).unwrap();
        assert_eq!((copied.name.as_str(), copied.rows()), ("book", 3));
        assert_eq!(rows[1], [Value::from("劉"), Value::from([0u8, 255])]);
        assert_eq!(rows[2], [Value::Bool(true), Value::Bool(false)]);
    }

    #[test]
    fn a_copy_that_is_cut_off_anywhere_is_refused() {
        let whole = written();
        for length in 0..whole.len() {
            assert!(matches!(read(&whole[..length]), Err(StoreError::Copy(_))), "cut at {length}");
        }
    }

    #[test]
    fn a_copy_with_a_flipped_length_never_takes_the_memory() {
        let whole = written();
        for at in 0..whole.len() {
            let mut broken = whole.clone();
            broken[at] ^= 0xff;
            // Either refused or another value; the archive around it is authenticated.
            let _ = read(&broken);
        }
    }
}
