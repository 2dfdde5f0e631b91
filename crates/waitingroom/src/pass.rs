use kernel::{Fault, Instant, Kind};
use seal::constant_time_eq;

use crate::code::{from_url, to_url};
use crate::ticket::tagged;
use crate::{Mac, RoomName};

/// Leave to use the form of one scheme for a while. The form asks for it; it says nothing about who holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pass {
    /// The room it was given by, and so the scheme.
    pub room: RoomName,
    /// The number of the ticket it was given for.
    pub number: u64,
    /// Until when the form may be used.
    pub until: Instant,
}

/// Why a text does not let its holder in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PassError {
    /// It is not one of ours, or of another room, or it was changed.
    #[error("this is not a pass of this scheme")]
    Forged,
    /// Its time is over; the holder gets a new place.
    #[error("this pass has expired")]
    Expired,
}

impl Fault for PassError {
    fn kind(&self) -> Kind {
        match self {
            Self::Forged => Kind::Denied,
            Self::Expired => Kind::Gone,
        }
    }
}

/// How long the form may be used after entering: slow typists and interrupted calls included.
const VALID_MINUTES: i64 = 60;
const BODY: usize = 6 + 8 + 8;
const SEAL: usize = 16;

impl Pass {
    /// A pass from now on.
    pub fn new(room: RoomName, number: u64, now: Instant) -> Self {
        Self { room, number, until: now.plus_secs(VALID_MINUTES * 60) }
    }

    /// The signed text for a cookie or a hidden field.
    pub fn write(&self, mac: Mac<'_>) -> String {
        let millis = self.until.millis().to_be_bytes();
        let mut bytes = [&self.room.0[..], &self.number.to_be_bytes(), &millis].concat();
        let seal = mac(&tagged(b"pass:", &bytes));
        bytes.extend(seal.iter().take(SEAL));
        to_url(&bytes)
    }

    /// Reads a signed text and asks whether it lets its holder into this room now.
    pub fn read(text: &str, room: RoomName, now: Instant, mac: Mac<'_>) -> Result<Self, PassError> {
        let bytes = from_url(text.trim()).filter(|bytes| bytes.len() == BODY + SEAL).ok_or(PassError::Forged)?;
        let (body, seal) = bytes.split_at(BODY);
        let expected = mac(&tagged(b"pass:", body));
        if !expected.get(..SEAL).is_some_and(|expected| constant_time_eq(expected, seal)) {
            return Err(PassError::Forged);
        }
        let pass = Self::from_body(body).filter(|pass| pass.room == room).ok_or(PassError::Forged)?;
        if now < pass.until { Ok(pass) } else { Err(PassError::Expired) }
    }

    fn from_body(body: &[u8]) -> Option<Self> {
        let (room, rest) = body.split_first_chunk::<6>()?;
        let (number, until) = rest.split_first_chunk::<8>()?;
        let until = Instant::from_millis(i64::from_be_bytes(until.try_into().ok()?));
        Some(Self { room: RoomName(*room), number: u64::from_be_bytes(*number), until })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mac(input: &[u8]) -> [u8; 32] {
        seal::sha256(&[b"a key of the test", input])
    }

    #[test]
    fn a_pass_lets_in_for_an_hour_and_only_here() {
        let (room, now) = (RoomName::of("masks-2020"), Instant::from_millis(1_588_719_600_000));
        let pass = Pass::new(room, 7, now);
        let text = pass.write(&mac);
        assert_eq!(Pass::read(&text, room, now, &mac), Ok(pass));
        assert_eq!(Pass::read(&text, room, pass.until.plus_millis(-1), &mac), Ok(pass));
        assert_eq!(Pass::read(&text, room, pass.until, &mac), Err(PassError::Expired));
        assert_eq!(Pass::read(&text, RoomName::of("other"), now, &mac), Err(PassError::Forged));
        let bytes = from_url(&text).unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 0x10;
            assert_eq!(Pass::read(&to_url(&changed), room, now, &mac), Err(PassError::Forged), "byte {at}");
        }
    }

    #[test]
    fn a_ticket_is_no_pass() {
        let (room, now) = (RoomName::of("masks-2020"), Instant::from_millis(0));
        let ticket = crate::Ticket { class: crate::Class::Arrival, room, number: 1, issued: now };
        assert_eq!(Pass::read(&ticket.write(&mac), room, now, &mac), Err(PassError::Forged));
    }
}
