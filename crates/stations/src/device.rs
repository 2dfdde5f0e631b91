use journal::{Actor, Event, Ledger, Removed, Work};
use kernel::{Fault, Id, Instant, Kind, Random, Secret, kinds, one_line};
use people::{Grant, ManageStations, Token};
use seal::sha256;
use store::{RunError, StoreError, Tx};

use crate::storage;

/// The code of a new device is typed there within so many minutes.
pub const CODE_MINUTES: i64 = 15;

/// A device that a department lends to residents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its id.
    pub id: Id<kinds::Device>,
    /// Whose it is.
    pub department: Id<kinds::Department>,
    /// What is written on it.
    pub name: String,
    /// Where it is lent to; none: in the store-room.
    pub station: Option<Id<kinds::Station>>,
    /// What it is good for.
    pub state: DeviceState,
    /// When that changed.
    pub changed: Instant,
}

/// What a device is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceState {
    /// Its code has not been typed yet.
    New,
    /// It has a key.
    Enrolled,
    /// Nobody knows where it is. Its key is worth nothing; a new code enrols it again once it is found.
    Missing,
    /// It is gone for good.
    Retired,
}

impl DeviceState {
    /// All, in the order of a device's life.
    pub const ALL: [Self; 4] = [Self::New, Self::Enrolled, Self::Missing, Self::Retired];

    /// The name in the store and in texts.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Enrolled => "enrolled",
            Self::Missing => "missing",
            Self::Retired => "retired",
        }
    }
}

/// What is typed once at a new device: twelve characters that cannot be mistaken for each other, 57 bits.
#[derive(Clone, Debug)]
pub struct DeviceCode(Secret<String>);

impl DeviceCode {
    /// A new code.
    pub fn new(random: &dyn Random) -> Self {
        let letter = |at: usize| {
            let index = usize::try_from(random.below(LETTERS.len() as u64)).unwrap_or(0);
            let dash = if at > 0 && at.is_multiple_of(4) { "-" } else { "" };
            format!("{dash}{}", LETTERS.get(index).copied().map_or('2', char::from))
        };
        Self(Secret::new((0..12).map(letter).collect()))
    }

    /// The code as it is shown.
    pub fn text(&self) -> &str {
        self.0.expose()
    }
}

/// No vowels, so that no words come about; no characters that look alike.
const LETTERS: &[u8] = b"23456789BCDFGHJKMNPQRSTVWXYZ";

/// Why a device was not kept.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    /// A name has 1 to 40 characters.
    #[error("a device's name has 1 to 40 characters")]
    Name,
    /// There is no such device or station in your department.
    #[error("there is no such device or station in your department")]
    Missing,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for DeviceError {
    fn kind(&self) -> Kind {
        match self {
            Self::Name => Kind::Invalid,
            Self::Missing => Kind::Missing,
            Self::Store(error) => error.kind(),
        }
    }
}

/// Adds a device; its code is shown to the officer once.
pub fn add_device(
    work: &mut Work<'_, '_>,
    grant: &Grant<ManageStations>,
    (name, code): (&str, &DeviceCode),
) -> Result<Id<kinds::Device>, DeviceError> {
    let name = one_line(name, 40).ok_or(DeviceError::Name)?;
    let (id, now) = (work.new_id(), work.now());
    let device = Device { id, department: grant.department(), name: name.to_owned(), station: None, state: DeviceState::New, changed: now };
    storage::device::insert(work.tx(), &device, code_hash(code.text()), now.plus_secs(CODE_MINUTES * 60))?;
    work.journal(Event::new("stations.device_added").detail("device", id.to_string()))?;
    Ok(id)
}

/// Gives a device that has none, or one that was found again, a code to enrol with. What key it had is worth nothing from now on.
pub fn renew_device(
    work: &mut Work<'_, '_>,
    grant: &Grant<ManageStations>,
    (id, code): (Id<kinds::Device>, &DeviceCode),
) -> Result<(), DeviceError> {
    let now = work.now();
    let device = own(work, grant, id)?;
    if device.state == DeviceState::Retired {
        return Err(DeviceError::Missing);
    }
    end_key(work, &Device { state: DeviceState::New, changed: now, ..device })?;
    work.removed(DEVICE, &id.bytes(), DeviceState::Missing.slug())?;
    storage::device::set_code(work.tx(), id, code_hash(code.text()), now.plus_secs(CODE_MINUTES * 60))?;
    work.journal(Event::new("stations.device_renewed").detail("device", id.to_string()))?;
    Ok(())
}

/// Lends a device to a station of the department, or takes it back.
pub fn lend_device(
    work: &mut Work<'_, '_>,
    grant: &Grant<ManageStations>,
    (id, to): (Id<kinds::Device>, Option<Id<kinds::Station>>),
) -> Result<(), DeviceError> {
    let device = own(work, grant, id)?;
    if let Some(station) = to {
        let row = storage::by_id(work.tx(), station)?;
        row.filter(|row| row.department == grant.department()).ok_or(DeviceError::Missing)?;
    }
    let changed = work.now();
    storage::device::update(work.tx(), &Device { station: to, changed, ..device })?;
    storage::turn::end_of_device(work.tx(), id, changed)?;
    let event = Event::new("stations.device_lent").detail("device", id.to_string());
    work.journal(event.detail("station", to.map(|station| station.to_string()).unwrap_or_default()))?;
    Ok(())
}

/// A device whose key was ended, in the ledger of removals, with the state that it has from then on.
const DEVICE: &str = "device";

/// After a restore: ends again the keys of devices that went missing or were retired since the backup.
pub fn end_restored(work: &mut Work<'_, '_>, removed: &Removed) -> Result<(), StoreError> {
    let mut ended = 0;
    if removed.any(DEVICE) {
        for device in storage::device::with_keys(work.tx())? {
            let Some(removal) = removed.find(DEVICE, &device.id.bytes()) else { continue };
            let state = if removal.note == DeviceState::Retired.slug() { DeviceState::Retired } else { DeviceState::Missing };
            end_key(work, &Device { state, changed: removal.at, ..device })?;
            ended += 1;
        }
    }
    if ended > 0 {
        work.journal(Event::new("stations.devices_ended_again").detail("devices", ended))?;
    }
    Ok(())
}

/// Ends a device's key at once: it is missing, or retired. A session on it ends too.
pub fn end_device(
    work: &mut Work<'_, '_>,
    grant: &Grant<ManageStations>,
    (id, retire): (Id<kinds::Device>, bool),
) -> Result<(), DeviceError> {
    let device = own(work, grant, id)?;
    let (state, verb) = if retire {
        (DeviceState::Retired, "stations.device_retired")
    } else {
        (DeviceState::Missing, "stations.device_missing")
    };
    let changed = work.now();
    end_key(work, &Device { state, changed, ..device })?;
    work.removed(DEVICE, &id.bytes(), state.slug())?;
    work.journal(Event::new(verb).detail("device", id.to_string()))?;
    Ok(())
}

fn end_key(work: &mut Work<'_, '_>, device: &Device) -> Result<(), StoreError> {
    storage::device::update(work.tx(), device)?;
    storage::device::end_key(work.tx(), device.id)?;
    storage::turn::end_of_device(work.tx(), device.id, device.changed)
}

/// Gives the device at which the code was typed its key. Nothing when there is no such code.
pub fn enrol_device(ledger: &Ledger, typed: &str) -> Result<Option<Token>, RunError<StoreError>> {
    let key = Token::new(&**ledger.random());
    let (code, hash) = (code_hash(typed), key_hash(&key));
    let (enrolled, _) = ledger.write("stations.enrol_device", Actor::Visitor, move |work| {
        let now = work.now();
        let enrolled = storage::device::enrol(work.tx(), (code, hash), now)? > 0;
        if enrolled {
            work.journal(Event::new("stations.device_enrolled"))?;
        }
        Ok::<_, StoreError>(enrolled)
    })?;
    Ok(enrolled.then_some(key))
}

/// The devices of a department, by name.
pub fn devices_of(tx: &mut Tx<'_>, department: Id<kinds::Department>) -> Result<Vec<Device>, StoreError> {
    storage::device::of_department(tx, department)
}

/// One device of the officer's department.
pub(crate) fn own(work: &mut Work<'_, '_>, grant: &Grant<ManageStations>, id: Id<kinds::Device>) -> Result<Device, DeviceError> {
    let found = storage::device::by_id(work.tx(), id)?;
    found.filter(|device| device.department == grant.department()).ok_or(DeviceError::Missing)
}

pub(crate) fn key_hash(key: &Token) -> [u8; 32] {
    key.hash("station device")
}

/// Dashes and spaces, small letters and full-width ones are read as they are meant.
fn code_hash(typed: &str) -> [u8; 32] {
    let plain: String = hongkong::half_width(typed).chars().filter(char::is_ascii_alphanumeric).collect();
    sha256(&[b"lionrock station device code\0", plain.to_ascii_uppercase().as_bytes()])
}
