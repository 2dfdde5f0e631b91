use crate::session::Session;
use crate::statement::{Params, Statement, chunk};
use crate::{Row, StoreError, Trace, Value};

/// One transaction. After a statement has failed every other one fails the same way, and nothing can be kept: that is
/// how PostgreSQL works, so it is how both do.
pub struct Tx<'a> {
    session: &'a mut dyn Session,
    name: &'static str,
    trace: Option<&'a Trace>,
    failure: Option<StoreError>,
    wrote: bool,
}

impl<'a> Tx<'a> {
    pub(crate) fn new(session: &'a mut dyn Session, name: &'static str, trace: Option<&'a Trace>) -> Self {
        Self { session, name, trace, failure: None, wrote: false }
    }

    /// Runs a statement and counts the rows it changed.
    pub fn execute(&mut self, sql: &'static str, params: &[Value]) -> Result<u64, StoreError> {
        self.wrote = true;
        self.one(Statement::plain(sql), |session, statement| session.execute(statement, Params::One(params)))
    }

    /// Runs a statement and collects its rows; `… returning` is a query.
    pub fn query(&mut self, sql: &'static str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        let statement = Statement::plain(sql);
        self.wrote |= !statement.only_reads();
        self.one(statement, |session, statement| session.query(statement, Params::One(params)))
    }

    /// The first row, if there is one.
    pub fn query_opt(&mut self, sql: &'static str, params: &[Value]) -> Result<Option<Row>, StoreError> {
        Ok(self.query(sql, params)?.into_iter().next())
    }

    /// Inserts many rows with few statements and counts those that went in. `insert` ends with the list of columns;
    /// `tail` is what follows the values, such as `on conflict do nothing`.
    pub fn bulk_insert(&mut self, insert: &'static str, rows: &[Vec<Value>], tail: &'static str) -> Result<u64, StoreError> {
        let mut count = 0;
        self.chunks(insert, rows, tail, |session, statement, params| {
            count += session.execute(statement, params)?;
            Ok(())
        })?;
        Ok(count)
    }

    /// As [`Tx::bulk_insert`], with a tail that ends in `returning …`; the rows come in no promised order.
    pub fn bulk_insert_returning(&mut self, insert: &'static str, rows: &[Vec<Value>], tail: &'static str) -> Result<Vec<Row>, StoreError> {
        let mut found = Vec::new();
        self.chunks(insert, rows, tail, |session, statement, params| {
            found.extend(session.query(statement, params)?);
            Ok(())
        })?;
        Ok(found)
    }

    /// The failure that no closure can undo by returning `Ok`.
    pub(crate) fn failure(&mut self) -> Option<StoreError> {
        self.failure.take()
    }

    /// Whether there is anything to roll back.
    pub(crate) fn wrote(&self) -> bool {
        self.wrote
    }

    fn chunks(
        &mut self,
        insert: &'static str,
        rows: &[Vec<Value>],
        tail: &'static str,
        mut each: impl FnMut(&mut dyn Session, &Statement, Params<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.wrote = true;
        let columns = rows.first().map_or(0, Vec::len);
        let mut left = rows;
        while !left.is_empty() {
            let (now, later) = left.split_at(chunk(left.len(), columns));
            let statement = Statement::bulk(insert, tail, columns, now.len());
            self.one(statement, |session, statement| each(session, statement, Params::Rows(now)))?;
            left = later;
        }
        Ok(())
    }

    fn one<T>(
        &mut self,
        statement: Statement,
        run: impl FnOnce(&mut dyn Session, &Statement) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if let Some(failure) = &self.failure {
            return Err(failure.clone());
        }
        if let Some(trace) = self.trace {
            trace(self.name, &statement.render());
        }
        let result = if statement.is_labelled() {
            run(self.session, &statement)
        } else {
            Err(StoreError::Unlabelled(statement.first_line()))
        };
        if let Err(error) = &result {
            self.failure = Some(error.clone());
        }
        result
    }
}
