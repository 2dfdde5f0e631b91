use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

use super::session::{PostgresSession, Target};
use crate::session::{Dialect, Session, Step};
use crate::statement::{Params, Statement};
use crate::{Row, StoreError, Value};

/// A reader's connection, used from any thread: the client itself lives on a thread of its own and is asked.
pub(super) struct Remote {
    orders: Sender<Order>,
    answers: Receiver<Answer>,
    in_transaction: bool,
}

enum Order {
    Step(Step),
    Execute(Statement, Vec<Value>),
    Query(Statement, Vec<Value>),
    Script(String),
    Reopen,
}

/// What came of an order, and whether a transaction is open after it.
type Answer = (Result<Done, StoreError>, bool);

enum Done {
    Nothing,
    Count(u64),
    Rows(Vec<Row>),
}

impl Remote {
    /// Starts the thread; it ends, and drops its client, when this is dropped.
    pub(super) fn start(target: &Arc<Target>) -> Result<Self, StoreError> {
        let (orders, inbox) = channel();
        let (outbox, answers) = sync_channel(1);
        let session = PostgresSession::reader(Arc::clone(target));
        thread::Builder::new()
            .name(format!("reader {}", target.schema))
            .spawn(move || serve(session, &inbox, &outbox))
            .map_err(|error| StoreError::Engine(format!("no thread for a reader: {error}")))?;
        Ok(Self { orders, answers, in_transaction: false })
    }

    fn ask(&mut self, order: Order) -> Result<Done, StoreError> {
        self.orders.send(order).map_err(|_| StoreError::Closed)?;
        let (result, in_transaction) = self.answers.recv().map_err(|_| StoreError::Closed)?;
        self.in_transaction = in_transaction;
        result
    }
}

fn serve(mut session: PostgresSession, inbox: &Receiver<Order>, outbox: &SyncSender<Answer>) {
    while let Ok(order) = inbox.recv() {
        let result = obey(&mut session, order);
        if outbox.send((result, session.in_transaction())).is_err() {
            return;
        }
    }
}

fn obey(session: &mut PostgresSession, order: Order) -> Result<Done, StoreError> {
    match order {
        Order::Step(step) => session.step(step).map(|()| Done::Nothing),
        Order::Execute(statement, params) => session.execute(&statement, Params::One(&params)).map(Done::Count),
        Order::Query(statement, params) => session.query(&statement, Params::One(&params)).map(Done::Rows),
        Order::Script(sql) => session.script(&sql).map(|()| Done::Nothing),
        Order::Reopen => session.reopen().map(|()| Done::Nothing),
    }
}

impl Session for Remote {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn step(&mut self, step: Step) -> Result<(), StoreError> {
        self.ask(Order::Step(step)).map(drop)
    }

    fn execute(&mut self, statement: &Statement, params: Params<'_>) -> Result<u64, StoreError> {
        match self.ask(Order::Execute(*statement, params.iter().cloned().collect()))? {
            Done::Count(count) => Ok(count),
            Done::Nothing | Done::Rows(_) => Ok(0),
        }
    }

    fn query(&mut self, statement: &Statement, params: Params<'_>) -> Result<Vec<Row>, StoreError> {
        match self.ask(Order::Query(*statement, params.iter().cloned().collect()))? {
            Done::Rows(rows) => Ok(rows),
            Done::Nothing | Done::Count(_) => Ok(Vec::new()),
        }
    }

    fn script(&mut self, sql: &str) -> Result<(), StoreError> {
        self.ask(Order::Script(sql.to_owned())).map(drop)
    }

    fn in_transaction(&self) -> bool {
        self.in_transaction
    }

    fn reopen(&mut self) -> Result<(), StoreError> {
        self.ask(Order::Reopen).map(drop)
    }
}
