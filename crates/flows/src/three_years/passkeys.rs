//! An officer's passkey with a name, made with a key in software.

use kernel::Text;
use people::{
    AddPasskey, BeginPasskey, FinishPasskey, Invited, NamePasskey, RelyingParty, Role, SealedPasskeyName, SignedIn,
    SoftwarePasskey, begin_passkey, finish_passkey, name_passkey, own_passkeys,
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
    let (keys, today) = (city.platform().ledger().keys(), city.platform().now().day());
    let name = SealedPasskeyName::seal(keys, today, added.passkey, "Canary's telephone").unwrap();
    let post = Text::new("Manager", "經理", "经理");
    let who = SignedIn::at_console(added.officer, city.department, vec![Role::CaseOfficer], post);
    let (own, command) = (who.clone(), NamePasskey { passkey: added.passkey, name });
    act(city, move |work| name_passkey(work, &own, &command));
    let opens = Box::new(move |city: &City| {
        let own = who.clone();
        let (listed, committed) = act(city, move |work| own_passkeys(work, &own));
        let named = listed.iter().find(|passkey| passkey.id == added.passkey).and_then(|passkey| passkey.name.as_ref());
        named.is_some_and(|name| name.open(&committed, city.platform().ledger().keys(), added.passkey).is_some())
    });
    vec![Door { what: "the name of a passkey".into(), last: today.plus_months(24), opens }]
}
