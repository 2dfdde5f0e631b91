use std::fs;
use std::sync::Arc;

use journal::{Checkpoint, JournalError};
use seal::Ed25519Signer;
use testkit::{Place, both_engines};

use crate::stage::{ORIGIN, Stage, copy, note};
use crate::verify::{Hash, consistent, included, leaf, root};

/// The leaves by their place, from the entries themselves.
fn leaves(ledger: &journal::Ledger) -> Vec<Hash> {
    let mut entries = ledger.scan(None, 100_000).unwrap();
    entries.retain(|entry| entry.position.is_some());
    entries.sort_by_key(|entry| entry.position);
    assert!(entries.iter().zip(0..).all(|(entry, at)| entry.position == Some(at)), "places without gaps");
    entries.iter().map(|entry| leaf(&entry.salt, &entry.body)).collect()
}

#[test]
fn every_event_is_proved_and_every_older_tree_is_a_beginning() {
    both_engines(|place| {
        let stage = Stage::new(place);
        let ledger = stage.open();
        assert_eq!(ledger.integrate().unwrap().size, 0);
        assert!(ledger.checkpoint().is_none());
        let mut older: Vec<Checkpoint> = Vec::new();
        for count in [1, 2, 4, 60, 189, 1, 300] {
            note(&ledger, count);
            assert_eq!(ledger.integrate().unwrap().leaves, count as u64);
            older.push(stage.checkpoint(&ledger));
        }
        let newest = stage.checkpoint(&ledger);
        let leaves = leaves(&ledger);
        assert_eq!((newest.size, newest.origin.as_str()), (557, ORIGIN));
        assert_eq!(newest.root, root(&leaves));
        for entry in ledger.scan(None, 1000).unwrap() {
            let proof = ledger.inclusion(entry.id).unwrap().unwrap();
            assert_eq!(Some(proof.index), entry.position);
            assert_eq!(included(leaf(&entry.salt, &entry.body), proof.index, 557, &proof.path), Some(newest.root));
            assert_ne!(included(leaf(&entry.salt, "{}"), proof.index, 557, &proof.path), Some(newest.root));
        }
        for old in &older {
            let proof = ledger.consistency(old.size).unwrap().unwrap();
            assert_eq!((proof.old, proof.new), (old.size, 557));
            assert!(consistent(old.size, 557, old.root, newest.root, &proof.path), "{}", old.size);
            assert!(!consistent(old.size, 557, [9; 32], newest.root, &proof.path));
        }
        for size in 1..557 {
            let proof = ledger.consistency(size).unwrap().unwrap();
            let old = root(&leaves[..usize::try_from(size).unwrap()]);
            assert!(consistent(size, 557, old, newest.root, &proof.path), "{size}");
        }
        assert!(ledger.consistency(558).unwrap().is_none() && ledger.consistency(0).unwrap().is_none());
        note(&ledger, 1);
        let waiting = ledger.page(None, 1).unwrap();
        assert!(ledger.inclusion(waiting[0].id).unwrap().is_none(), "it has no place yet");
    });
}

#[test]
fn a_restart_and_a_crash_at_any_point_continue_the_tree() {
    both_engines(|place| {
        let stage = Stage::new(place);
        let ledger = stage.open();
        note(&ledger, 300);
        ledger.integrate().unwrap();
        let first = stage.checkpoint(&ledger);
        copy(&stage.path("tiles"), &stage.path("older"));
        note(&ledger, 300);
        ledger.integrate().unwrap();
        let second = stage.checkpoint(&ledger);
        drop(ledger);

        let again = stage.open();
        assert_eq!(stage.checkpoint(&again), second, "a restart changes nothing");
        assert_eq!(again.integrate().unwrap().leaves, 0);
        drop(again);
        // The database had placed the second half; the tiles on disk are those of the first.
        fs::remove_dir_all(stage.path("tiles")).unwrap();
        copy(&stage.path("older"), &stage.path("tiles"));
        let behind = stage.open();
        assert_eq!(stage.checkpoint(&behind), first);
        assert_eq!(behind.integrate().unwrap().leaves, 300);
        assert_eq!(stage.checkpoint(&behind), second);
        drop(behind);
        // The full tiles are written, the partial ones gone, the checkpoint is still the old one.
        fs::copy(stage.path("older/checkpoint"), stage.path("tiles/checkpoint")).unwrap();
        let torn = stage.open();
        torn.integrate().unwrap();
        assert_eq!(stage.checkpoint(&torn), second);
        drop(torn);
        // Nothing is left on disk.
        fs::remove_dir_all(stage.path("tiles")).unwrap();
        let rebuilt = stage.open();
        rebuilt.integrate().unwrap();
        assert_eq!(stage.checkpoint(&rebuilt), second);
        note(&rebuilt, 5);
        rebuilt.integrate().unwrap();
        let third = stage.checkpoint(&rebuilt);
        let proof = rebuilt.consistency(first.size).unwrap().unwrap();
        assert!(consistent(first.size, third.size, first.root, third.root, &proof.path));
    });
}

#[test]
fn a_disk_that_refuses_to_write_costs_nothing_but_time() {
    let place = Place::sqlite();
    let stage = Stage::new(&place);
    let ledger = stage.open();
    note(&ledger, 250);
    ledger.integrate().unwrap();
    // Where a tile should go stands a file instead of a directory.
    let level = stage.path("tiles/tile/entries");
    fs::rename(&level, stage.path("aside")).unwrap();
    fs::write(&level, "in the way").unwrap();
    note(&ledger, 300);
    assert!(matches!(ledger.integrate(), Err(JournalError::Tiles(..))));
    assert!(ledger.integrate().is_err(), "and again");
    let newest = ledger.page(None, 1).unwrap().remove(0);
    assert!(newest.position.is_some(), "it has its place in the database");
    assert_eq!(ledger.inclusion(newest.id).unwrap(), None, "and is not in the tree that was published");
    fs::remove_file(&level).unwrap();
    fs::rename(stage.path("aside"), &level).unwrap();
    assert_eq!(ledger.integrate().unwrap().size, 550);
    assert_eq!(stage.checkpoint(&ledger).root, root(&leaves(&ledger)));
    drop(ledger);
    let again = stage.open();
    note(&again, 1);
    again.integrate().unwrap();
    assert_eq!(stage.checkpoint(&again).root, root(&leaves(&again)));
}

#[test]
fn a_database_behind_the_checkpoint_and_a_foreign_checkpoint_are_refused() {
    both_engines(|place| {
        let stage = Stage::new(place);
        let ledger = stage.open();
        note(&ledger, 10);
        ledger.integrate().unwrap();
        let behind = stage.try_open("restored", "tiles", stage.signer.clone(), ORIGIN);
        assert!(matches!(behind, Err(JournalError::Behind { published: 10, stored: 0 })));
        drop(ledger);
        let other = Arc::new(Ed25519Signer::create(&stage.path("other.key"), "test.example/key").unwrap());
        let foreign = stage.try_open("log", "tiles", other, ORIGIN);
        assert!(matches!(foreign, Err(JournalError::ForeignCheckpoint(_))));
        let elsewhere = stage.try_open("log", "tiles", stage.signer.clone(), "test.example/another");
        assert!(matches!(elsewhere, Err(JournalError::ForeignCheckpoint(_))));
        let note = fs::read_to_string(stage.path("tiles/checkpoint")).unwrap();
        fs::write(stage.path("tiles/checkpoint"), note.replace("\n10\n", "\n9\n")).unwrap();
        let altered = stage.try_open("log", "tiles", stage.signer.clone(), ORIGIN);
        assert!(matches!(altered, Err(JournalError::ForeignCheckpoint(_))));
    });
}

/// What others read: the entries of the C2SP layout, each after its length, and no path for a leaf outside the tree.
#[test]
fn entry_tiles_hold_the_commitments_and_a_leaf_outside_the_tree_has_no_proof() {
    let place = Place::sqlite();
    let stage = Stage::new(&place);
    let ledger = stage.open();
    note(&ledger, 300);
    ledger.integrate().unwrap();
    let entries = ledger.scan(None, 1000).unwrap();
    let expected: Vec<u8> = entries
        .iter()
        .flat_map(|entry| [&[0, 32][..], &seal::sha256(&[&entry.salt, entry.body.as_bytes()])].concat())
        .collect();
    assert_eq!(fs::read(stage.path("tiles/tile/entries/000")).unwrap(), expected[..256 * 34]);
    assert_eq!(fs::read(stage.path("tiles/tile/entries/001.p/44")).unwrap(), expected[256 * 34..]);

    let leaf = leaf(&entries[0].salt, &entries[0].body);
    assert_eq!(journal::root_from_inclusion(&leaf, 0, 1, &[]), Some(leaf));
    for (index, size) in [(1, 1), (0, 0), (2, 1)] {
        assert_eq!(journal::root_from_inclusion(&leaf, index, size, &[]), None, "{index} of {size}");
    }
}
