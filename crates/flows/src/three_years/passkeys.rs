//! An officer's passkey with a name, made with a key in software.

use kernel::Text;
use people::{
    AddPasskey, BeginPasskey, FinishPasskey, Invited, NamePasskey, RelyingParty, Role, SealedPasskeyName, SignedIn,
    SoftwarePasskey, begin_passkey, finish_passkey, name_passkey,
};

use super::course::{Door, act};
use crate::rehearsal::City;

const ORIGIN: &str = "http://localhost:8080";

/// The officer makes a passkey with the invitation and names it.
pub fn name_a_passkey(city: &City, invited: &Invited) -> Vec<Door> {
    let rp = RelyingParty::new(ORIGIN, "Lionrock").unwrap();
    let (own, by) = (rp.clone(), AddPasskey::Invitation(invited.token.clone()));
    let challenge = act(city, move |work| begin_passkey(work, &own, BeginPasskey { by: by.clone() })).0;
    let (_, answer) = SoftwarePasskey::create(ORIGIN, &challenge.options).unwrap();
    let finish = FinishPasskey { ceremony: challenge.ceremony, answer };
    let added = act(city, move |work| finish_passkey(work, &rp, finish.clone())).0;
    let keys = city.platform().ledger().keys();
    let name = SealedPasskeyName::seal(keys, added.passkey, "Canary's telephone").unwrap();
    let post = Text::new("Manager", "經理", "经理");
    let who = SignedIn::at_console(added.officer, city.department, vec![Role::CaseOfficer], post);
    let command = NamePasskey { passkey: added.passkey, name };
    act(city, move |work| name_passkey(work, &who, &command));
    Vec::new()
}
