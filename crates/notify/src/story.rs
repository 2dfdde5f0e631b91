//! One story on each engine: every SQL text of this slice runs at least once.

use journal::Actor;
use testkit::both_engines;

use crate::stage::{Recording, Stage, household};
use crate::{
    CarrierError, Delivery, State, apply_erasures, counts, deliver_due, doomed, fold_counts, inbox, letter_posted,
    letters_to_post, messages_of, purge, read_message,
};

#[test]
fn from_queue_to_purge_on_both_engines() {
    both_engines(|place| {
        let stage = Stage::on(place.store("notify_story", &[journal::MIGRATIONS, crate::MIGRATIONS]));
        let ledger = &*stage.ledger;
        let job = || Actor::Job("test");
        let batch: Vec<_> = (1..=30).map(|number| stage.confirmed(number)).collect();
        assert_eq!(stage.queue(&batch), 30);
        assert_eq!(stage.queue(&batch), 0);

        let busy = Recording::answering(CarrierError::Later("503".into()));
        assert_eq!(deliver_due(ledger, &busy, 10).unwrap().postponed, 10);
        let carrier = Recording::default();
        assert_eq!(deliver_due(ledger, &carrier, 100).unwrap(), Delivery { claimed: 20, sent: 20, ..Delivery::default() });
        assert_eq!(stage.counts("registration-confirmed"), (10, 20, 0));
        let folded = ledger.write("test.fold", job(), fold_counts).unwrap().0;
        assert_eq!(folded, 21, "one tally for the batch, one for each message sent");
        assert_eq!(ledger.read("test.counts", counts).unwrap()["registration-confirmed"].sent, 20);

        let one = messages_of_household(&stage, 30);
        assert_eq!(one.len(), 1);
        assert!(read_message(ledger, Actor::Operator, one[0].id, "test").unwrap().content.is_some());
        assert_eq!(inbox(ledger, Actor::Operator, None, 5).unwrap().len(), 5);
        assert!(ledger.read("test.letters", |tx| letters_to_post(tx, 5)).unwrap().is_empty());
        let sent = messages_of_household(&stage, 30)[0].clone();
        let posted = move |work: &mut journal::Work<'_, '_>| letter_posted(work, sent.id);
        assert_eq!(ledger.write("test.post", job(), posted).unwrap().0, one[0].state == State::Queued);

        let going = ledger.read("test.doomed", |tx| doomed(tx, household(1), None)).unwrap();
        let batch: Vec<_> = going.iter().map(|one| (one.target, [1; 32])).collect();
        let entries = ledger.keys().erase(ledger.now(), &batch).unwrap();
        let forgotten = ledger.write("test.forget", job(), move |work| apply_erasures(work, &entries)).unwrap().0;
        assert_eq!(forgotten, 1);
        stage.clock.advance_days(31);
        let purged = ledger.write("test.purge", job(), |work| purge(work, 100)).unwrap().0;
        assert_eq!(purged, 29);
        let (queued, sent, failed) = stage.counts("registration-confirmed");
        assert_eq!((queued, sent + failed), (0, 30), "every message is accounted for");
    });
}

fn messages_of_household(stage: &Stage, number: u8) -> Vec<crate::Summary> {
    stage.ledger.read("test.of", |tx| messages_of(tx, household(number))).unwrap()
}
