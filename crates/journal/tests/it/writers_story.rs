use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use journal::{Actor, Event, Ledger};
use kernel::{Id, kinds};
use store::StoreError;
use testkit::Place;

use crate::stage::{Stage, note};

/// A unit of work that has noted an event and does not come to its end until it is let go.
struct Slow {
    event: Id<kinds::Event>,
    gate: Sender<()>,
    thread: JoinHandle<()>,
}

impl Slow {
    fn begin(ledger: &Arc<Ledger>) -> Self {
        let (gate, wait) = channel();
        let wait: Arc<Mutex<Receiver<()>>> = Arc::new(Mutex::new(wait));
        let (said, begun) = channel();
        let ledger = ledger.clone();
        let thread = thread::spawn(move || {
            let act = move |work: &mut journal::Work<'_, '_>| {
                let event = work.journal(Event::new("test.slow"))?;
                // Nobody listens any more when the unit of work runs a second time.
                let _ = said.send(event);
                let _ = wait.lock().unwrap().recv();
                Ok::<_, StoreError>(())
            };
            ledger.write("test.slow", Actor::Job("test"), act).unwrap();
        });
        Self { event: begun.recv().unwrap(), gate, thread }
    }

    fn end(self) {
        drop(self.gate);
        self.thread.join().unwrap();
    }
}

fn place_of(ledger: &Ledger, event: Id<kinds::Event>) -> Option<u64> {
    ledger.entry(event).unwrap().and_then(|entry| entry.position)
}

/// With several writers an event may commit after one that was noted later. Whoever follows the events by their ids (the
/// integrator, matching) must not run ahead of it, or it is never seen.
#[test]
fn on_postgres_nothing_runs_ahead_of_a_unit_of_work_that_is_still_open() {
    let place = Place::postgres();
    let stage = Stage::new(&place);
    let ledger = stage.open();
    note(&ledger, 1);
    let first = ledger.page(None, 1).unwrap()[0].id;
    assert_eq!(ledger.settled(), None);
    let early = Slow::begin(&ledger);
    note(&ledger, 1);
    let late = ledger.page(None, 1).unwrap()[0].id;
    let later = Slow::begin(&ledger);
    let (slow, slower) = (early.event, later.event);
    assert!(first < slow && slow < late && late < slower);
    assert_eq!(ledger.settled(), Some(first), "what the earliest open unit of work noted is not settled");

    assert_eq!(ledger.integrate().unwrap().size, 1);
    assert_eq!((place_of(&ledger, first), place_of(&ledger, late)), (Some(0), None));
    early.end();
    assert_eq!(ledger.settled(), Some(late));
    assert_eq!(ledger.integrate().unwrap().size, 3);
    later.end();
    assert_eq!(ledger.settled(), None);
    assert_eq!(ledger.integrate().unwrap().size, 4);
    let places = [first, slow, late, slower].map(|event| place_of(&ledger, event));
    assert_eq!(places, [Some(0), Some(1), Some(2), Some(3)], "in the order in which they were noted");
}

/// SQLite has one writer, so whatever has committed is settled; a unit of work that was refused holds nobody up.
#[test]
fn a_unit_of_work_that_is_refused_is_settled_too() {
    testkit::both_engines(|place| {
        let stage = Stage::new(place);
        let ledger = stage.open();
        let refused = ledger.write("test.refused", Actor::Visitor, |work| {
            work.journal(Event::new("test.never"))?;
            Err::<(), _>(StoreError::Closed)
        });
        assert!(refused.is_err());
        note(&ledger, 3);
        assert_eq!(ledger.settled(), None);
        assert_eq!(ledger.integrate().unwrap().size, 3);
    });
}
