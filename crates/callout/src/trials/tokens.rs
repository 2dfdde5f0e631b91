//! Ten thousand things that are no acknowledgement.

use journal::Actor;
use kernel::{Fault, Id, Kind, Random as _, kinds};
use store::RunError;
use testkit::SeededRandom;

use super::world::{Taken, World};
use crate::*;

struct Attack<'w> {
    world: &'w World,
    tried: usize,
}

impl Attack<'_> {
    /// A refusal, of this kind.
    fn link(&mut self, token: &PageToken, expected: Kind) {
        self.tried += 1;
        match self.world.acknowledge(token) {
            Err(RunError::Refused(error)) => assert_eq!(error.kind(), expected),
            other => panic!("{other:?}"),
        }
    }

    fn code(&mut self, page: &str, code: &str) -> Result<CodeAnswer, Kind> {
        self.tried += 1;
        let (keys, page, code) = (self.world.city.ledger().keys().clone(), page.parse::<Id<kinds::CallPage>>().unwrap(), code.to_owned());
        let done = self.world.city.act(Actor::Job("test"), move |work| acknowledge_by_code(work, &keys, (page, &code), None));
        done.map_err(|error| match error {
            RunError::Refused(error) => error.kind(),
            other => panic!("{other}"),
        })
    }

    fn answers(&self, id: Id<kinds::CallOut>) -> usize {
        self.world.city.read(|tx| answers(tx, id)).len()
    }
}

fn forged(random: &SeededRandom) -> PageToken {
    PageToken::parse(&kernel::to_hex(&random.bytes16())).unwrap()
}

/// The token with one bit turned.
fn bent(taken: &Taken, bit: usize) -> PageToken {
    let mut bytes = kernel::from_hex(taken.token().reveal().expose()).unwrap();
    bytes[bit / 8] ^= 1 << (bit % 8);
    PageToken::parse(&kernel::to_hex(&bytes)).unwrap()
}

/// A call speaks a code and no link.
fn with_links(taken: Vec<Taken>) -> Vec<Taken> {
    taken.into_iter().filter(|taken| taken.channel != Channel::Voice).collect()
}

#[test]
fn ten_thousand_forged_expired_replayed_borrowed_and_prefetched_tokens_are_none() {
    let world = World::new(6, 77);
    let random = SeededRandom::new(5);
    let mut attack = Attack { world: &world, tried: 0 };
    let id = world.start(Policy::exercise().unwrap(), true);
    world.round();
    let taken = world.phones.taken();
    assert_eq!(taken.len(), 36);
    let linked = with_links(taken.clone());
    // Scanners follow every link, again and again: looking changes nothing.
    let now = world.city.now();
    for taken in linked.iter().cycle().take(3_000) {
        attack.tried += 1;
        let face = world.city.read(|tx| page_face(tx, &taken.token(), now)).unwrap();
        assert_eq!((face.standing, face.is_exercise), (Standing::Waiting, true));
    }
    // Forged: of chance, and one bit beside a good one.
    for _ in 0..1_500 {
        attack.link(&forged(&random), Kind::Missing);
    }
    for (n, taken) in linked.iter().cycle().take(1_500).enumerate() {
        attack.link(&bent(taken, n % 128), Kind::Missing);
    }
    // Borrowed: the code of one page for another one's. After five wrong ones a page takes not even its own.
    for (one, other) in taken.iter().zip(taken.iter().cycle().skip(7)).take(18) {
        assert_ne!(one.code, other.code);
        for left in (0..5).rev() {
            assert_eq!(attack.code(&one.page, &other.code), Ok(CodeAnswer::Wrong { left }));
        }
        assert_eq!(attack.code(&one.page, &one.code), Err(Kind::Gone));
    }
    assert_eq!(attack.answers(id), 0, "nobody has acknowledged");
    // Replayed: each person acknowledges once; afterwards no token of theirs is good for anything.
    let owners = world.owner_of();
    let mut people: Vec<PersonId> = Vec::new();
    for taken in &linked {
        if !people.contains(&owners[&taken.to]) {
            people.push(owners[&taken.to]);
            world.acknowledge(&taken.token()).unwrap();
        }
    }
    assert_eq!((people.len(), attack.answers(id)), (12, 12));
    for taken in linked.iter().cycle().take(2_000) {
        attack.link(&taken.token(), Kind::Taken);
    }
    // Expired, and stood down.
    let late = world.start(Policy::exercise().unwrap(), true);
    world.round();
    let fresh = with_links(world.phones.taken().split_off(36));
    let stood_down = world.start(Policy::exercise().unwrap(), true);
    world.round();
    let dead = with_links(world.phones.taken().split_off(72));
    let caller = world.controller();
    world.city.act(caller.actor(), move |work| close_call_out(work, &caller, stood_down)).unwrap();
    for taken in dead.iter().cycle().take(1_000) {
        attack.link(&taken.token(), Kind::Gone);
    }
    world.city.clock.advance_secs(180 * 60 + 1);
    for taken in fresh.iter().cycle().take(1_000) {
        attack.link(&taken.token(), Kind::Gone);
    }
    assert_eq!([attack.answers(late), attack.answers(stood_down), attack.answers(id)], [0, 0, 12]);
    assert!(attack.tried >= 10_000, "{}", attack.tried);
}
