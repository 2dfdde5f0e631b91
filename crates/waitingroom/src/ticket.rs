use kernel::{Fault, Instant, Kind};
use seal::{constant_time_eq, sha256};

use crate::code::{from_spoken, from_url, to_spoken, to_url};
use crate::{Mac, code};

/// How a ticket got its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Class {
    /// In the order of arrival. Other values of the byte are kept for a draw before opening and are refused today.
    Arrival = 0,
}

/// Which room: six bytes of the digest of the scheme's slug, so that a ticket of one scheme is void in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoomName(pub(crate) [u8; 6]);

/// A place in the queue. Nothing about it is stored; the visitor holds it, signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// How it got its place.
    pub class: Class,
    /// The room.
    pub room: RoomName,
    /// The place: tickets are numbered from 0 in the order of arrival; below 2^35.
    pub number: u64,
    /// When it was given; for a ticket read from its spoken code, when it was read.
    pub issued: Instant,
}

/// Why a text is no ticket of this room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TicketError {
    /// It is not one of ours, or it was changed.
    #[error("this is not a ticket of the waiting room")]
    Forged,
    /// It is a ticket of another room.
    #[error("this ticket belongs to another waiting room")]
    OtherRoom,
}

impl Fault for TicketError {
    fn kind(&self) -> Kind {
        Kind::Invalid
    }
}

/// Places that can be numbered: seven letters of a spoken code, 34 thousand million.
pub(crate) const NUMBERS: u64 = 1 << 35;
const BODY: usize = 1 + 6 + 5 + 6;
const SEAL: usize = 14;
/// Letters of a spoken code: 35 bits of number and 45 bits of seal. Guessing one takes 2^44 requests on average.
const SPOKEN_LETTERS: u32 = 16;
const SPOKEN_SEAL_BITS: u32 = 45;

impl RoomName {
    /// The room of a scheme.
    pub fn of(slug: &str) -> Self {
        let digest = sha256(&[b"waitingroom:", slug.as_bytes()]);
        Self(digest.first_chunk().copied().unwrap_or_default())
    }
}

impl Ticket {
    /// The signed text for a link or a cookie: 32 bytes, 43 letters.
    pub fn write(&self, mac: Mac<'_>) -> String {
        let mut bytes = self.body();
        let seal = mac(&tagged(b"ticket:", &bytes));
        bytes.extend(seal.iter().take(SEAL));
        to_url(&bytes)
    }

    /// Reads a signed text; only a ticket of this very room is one.
    pub fn read(text: &str, room: RoomName, mac: Mac<'_>) -> Result<Self, TicketError> {
        let bytes = from_url(text.trim()).filter(|bytes| bytes.len() == BODY + SEAL).ok_or(TicketError::Forged)?;
        let (body, seal) = bytes.split_at(BODY);
        let expected = mac(&tagged(b"ticket:", body));
        if !expected.get(..SEAL).is_some_and(|expected| constant_time_eq(expected, seal)) {
            return Err(TicketError::Forged);
        }
        let ticket = Self::from_body(body).ok_or(TicketError::Forged)?;
        if ticket.room == room { Ok(ticket) } else { Err(TicketError::OtherRoom) }
    }

    /// The short code to write down or read aloud: `0000-0XK7-9QMT-4WRP`. It brings the place back on any device.
    pub fn resume_code(&self, mac: Mac<'_>) -> String {
        let seal = spoken_seal(self.number, self.room, mac);
        code::to_spoken(u128::from(self.number % NUMBERS) << SPOKEN_SEAL_BITS | seal, SPOKEN_LETTERS)
    }

    /// The place of a spoken code, in the room on whose page it was entered.
    pub fn resume(text: &str, room: RoomName, now: Instant, mac: Mac<'_>) -> Result<Self, TicketError> {
        let value = from_spoken(text, SPOKEN_LETTERS).ok_or(TicketError::Forged)?;
        let number = u64::try_from(value >> SPOKEN_SEAL_BITS).map_err(|_| TicketError::Forged)?;
        let ticket = Self { class: Class::Arrival, room, number, issued: now };
        let expected = code::to_spoken(spoken_seal(number, room, mac), SPOKEN_LETTERS);
        let seal = to_spoken(value & ((1 << SPOKEN_SEAL_BITS) - 1), SPOKEN_LETTERS);
        if constant_time_eq(expected.as_bytes(), seal.as_bytes()) { Ok(ticket) } else { Err(TicketError::Forged) }
    }

    fn body(&self) -> Vec<u8> {
        let mut bytes = vec![self.class as u8];
        bytes.extend(self.room.0);
        bytes.extend(self.number.to_be_bytes().iter().skip(3));
        bytes.extend(self.issued.millis().max(0).to_be_bytes().iter().skip(2));
        bytes
    }

    fn from_body(body: &[u8]) -> Option<Self> {
        let (class, rest) = body.split_first()?;
        let (room, rest) = rest.split_first_chunk::<6>()?;
        let (number, issued) = rest.split_first_chunk::<5>()?;
        let whole = |bytes: &[u8]| bytes.iter().fold(0_u64, |all, &byte| all << 8 | u64::from(byte));
        (*class == Class::Arrival as u8).then_some(Self {
            class: Class::Arrival,
            room: RoomName(*room),
            number: whole(number),
            issued: Instant::from_millis(i64::try_from(whole(issued)).ok()?),
        })
    }
}

/// Every use of the keyed function begins with a word of its own.
pub(crate) fn tagged(word: &[u8], body: &[u8]) -> Vec<u8> {
    [word, body].concat()
}

fn spoken_seal(number: u64, room: RoomName, mac: Mac<'_>) -> u128 {
    let body = [&room.0[..], &number.to_be_bytes()].concat();
    let seal = mac(&tagged(b"spoken:", &body));
    let whole = seal.iter().take(6).fold(0_u128, |all, &byte| all << 8 | u128::from(byte));
    whole & ((1 << SPOKEN_SEAL_BITS) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mac(input: &[u8]) -> [u8; 32] {
        sha256(&[b"a key of the test", input])
    }

    fn ticket() -> Ticket {
        let issued = Instant::parse_hong_kong("2020-05-06T07:00").unwrap();
        Ticket { class: Class::Arrival, room: RoomName::of("masks-2020"), number: 123_456, issued }
    }

    #[test]
    fn a_ticket_goes_there_and_back() {
        let text = ticket().write(&mac);
        assert_eq!(text.len(), 43);
        assert_eq!(Ticket::read(&text, ticket().room, &mac), Ok(ticket()));
        assert_eq!(Ticket::read(&text, RoomName::of("other"), &mac), Err(TicketError::OtherRoom));
        assert_eq!(Ticket::read(&text, ticket().room, &|_| [0; 32]), Err(TicketError::Forged));
    }

    #[test]
    fn a_ticket_changed_anywhere_is_forged() {
        let bytes = from_url(&ticket().write(&mac)).unwrap();
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[at] ^= 1 << bit;
                assert_eq!(Ticket::read(&to_url(&changed), ticket().room, &mac), Err(TicketError::Forged), "byte {at}");
            }
        }
        for text in ["", "AAAA", "not a ticket"] {
            assert_eq!(Ticket::read(text, ticket().room, &mac), Err(TicketError::Forged));
        }
    }

    #[test]
    fn the_door_for_other_classes_is_shut() {
        let mut body = ticket().body();
        body[0] = 1;
        let seal = mac(&tagged(b"ticket:", &body));
        body.extend(&seal[..SEAL]);
        assert_eq!(Ticket::read(&to_url(&body), ticket().room, &mac), Err(TicketError::Forged));
    }

    #[test]
    fn a_spoken_code_brings_the_place_back() {
        let code = ticket().resume_code(&mac);
        assert_eq!(code.len(), 19);
        let typed = code.to_lowercase().replace('-', " ");
        let later = ticket().issued.plus_secs(600);
        let again = Ticket::resume(&typed, ticket().room, later, &mac).unwrap();
        assert_eq!((again.number, again.issued), (ticket().number, later));
        assert_eq!(Ticket::resume(&code, RoomName::of("other"), later, &mac), Err(TicketError::Forged));
        let value = from_spoken(&code, SPOKEN_LETTERS).unwrap();
        for bit in 0..80 {
            let changed = to_spoken(value ^ 1 << bit, SPOKEN_LETTERS);
            assert_eq!(Ticket::resume(&changed, ticket().room, later, &mac), Err(TicketError::Forged), "bit {bit}");
        }
    }
}
