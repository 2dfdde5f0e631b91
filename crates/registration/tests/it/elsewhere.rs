//! A right in one service is worth nothing in another's store.

use std::sync::Arc;

use kernel::{Fault as _, Id, Kind, Secret};
use people::{
    EarlyClose, OpenRecord, OperateScheme, RegisterForResident, RequestApproval, RequestClose, RequestExport,
    ResolveException, Role, UseApproval,
};
use registration::{
    Channel, EnteredBy, ExportError, Household, Operate, OperateError, RegisterError, Resolution, ResolveError, Submission,
    close_early, close_words, import_results, open_for_officer, operate, prepare, register,
    resolve,
};
use store::RunError;

use crate::stage::{Stage, export_district, export_words, form, grant_elsewhere};

#[test]
fn no_verb_takes_a_grant_for_another_service() {
    let stage = Stage::on_disk();
    let received = stage.register("1", &form(1));
    stage.match_all();
    let (id, before) = (received.household, stage.events().len());

    let may = grant_elsewhere::<OperateScheme>(Role::SchemeOwner);
    let paused = stage.act(may.actor(), move |work| operate(work, &may, Operate::Pause));
    assert!(matches!(paused, Err(RunError::Refused(OperateError::Elsewhere))));

    let may = grant_elsewhere::<ResolveException>(Role::CaseOfficer);
    let decided = stage.act(may.actor(), move |work| resolve(work, &may, id, Resolution::RefuseAddress));
    assert!(matches!(decided, Err(RunError::Refused(ResolveError::Elsewhere))));

    let may = grant_elsewhere::<OpenRecord>(Role::CaseOfficer);
    let reason = Secret::new("The resident is on the telephone".to_owned());
    let opened = open_for_officer(&stage.ledger, &stage.scheme, may, id, "delivery", &reason);
    assert_eq!(opened.unwrap_err().kind(), Kind::Missing);

    let may = Arc::new(grant_elsewhere::<RequestExport>(Role::DeliveryOfficer));
    let approval = Id::from_bytes([3; 16]);
    let exported = export_district(&stage.ledger, &stage.scheme, &stage.sender, &may, "KT", approval);
    assert!(matches!(exported, Err(ExportError::Elsewhere)));
    let results = format!("{},delivered\n", received.reference);
    let imported = import_results(&stage.ledger, &stage.scheme, &stage.sender, &may, &results);
    assert!(matches!(imported, Err(ExportError::Elsewhere)));

    assert_eq!(stage.events().len(), before, "nothing happened");
    assert_eq!(stage.state(&received), "confirmed");
}

/// Even with an approval that two persons of the other service gave, in this store and in these words.
#[test]
fn an_approval_for_another_service_neither_closes_nor_exports() {
    let stage = Stage::on_disk();
    stage.register("1", &form(1));
    stage.match_all();
    let asker = grant_elsewhere::<RequestClose>(Role::SchemeOwner);
    let words = close_words(&stage.scheme);
    let approval = agreed::<EarlyClose, people::ApproveClose>(&stage, asker, &words);
    let approval = UseApproval { approval, what: words };
    let closed = stage.act(asker.actor(), move |work| close_early(work, &asker, &approval));
    assert!(matches!(closed, Err(RunError::Refused(OperateError::Elsewhere))));
    let asker = grant_elsewhere::<RequestExport>(Role::DeliveryOfficer);
    let words = export_words(&stage.scheme, "KT");
    let approval = agreed::<people::PersonalDataExport, people::ApproveExport>(&stage, asker, &words);
    let exported = export_district(&stage.ledger, &stage.scheme, &stage.sender, &Arc::new(asker), "KT", approval);
    assert!(matches!(exported, Err(ExportError::Elsewhere)));
}

fn agreed<K, A>(stage: &Stage, asker: people::Grant<K::Request>, words: &str) -> Id<kernel::kinds::Approval>
where
    K: people::TwoPerson<Approve = A> + 'static,
    A: people::Action,
{
    let command = RequestApproval { service: Id::from_bytes([9; 16]), what: words.to_owned() };
    let ask = move |work: &mut journal::Work<'_, '_>| people::request_approval::<K>(work, &asker, command.clone());
    let id = stage.act(asker.actor(), ask).unwrap().id;
    let elsewhere = people::Scope::at_console(Id::from_bytes([9; 16]), Id::from_bytes([1; 16]));
    let second = people::authorise::<A>(&crate::stage::officer(2, Role::SupervisingOfficer), Some(elsewhere)).unwrap();
    stage.act(second.actor(), move |work| people::approve::<K>(work, &second, id)).unwrap();
    id
}

#[test]
fn nobody_registers_for_others_without_the_right_to_it_here() {
    let stage = Stage::on_disk();
    let household = Household::parse(&form(1), &stage.rules(Channel::Officer)).unwrap();
    let elsewhere = EnteredBy::Counter(grant_elsewhere::<RegisterForResident>(Role::CaseOfficer));
    let submission = |channel, officer| Submission {
        household: &household,
        idempotency: "test-key-00000-elsewhere",
        language: kernel::Language::En,
        channel,
        replaces: None,
        shown: stage.scheme.digest(),
        officer,
    };
    for (channel, officer) in [(Channel::Officer, None), (Channel::Letter, None), (Channel::Online, Some(elsewhere))] {
        let refused = prepare(stage.ledger.keys(), &stage.scheme, &submission(channel, officer));
        assert!(matches!(refused, Err(RegisterError::Elsewhere)), "{channel:?}");
    }
    let command = prepare(stage.ledger.keys(), &stage.scheme, &submission(Channel::Officer, Some(elsewhere))).unwrap();
    let refused = stage.act(command.actor(), move |work| register(work, &command));
    assert!(matches!(refused, Err(RunError::Refused(RegisterError::Elsewhere))));
}
