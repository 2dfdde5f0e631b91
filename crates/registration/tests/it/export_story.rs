use std::sync::Arc;

use people::{ApproveExport, PersonalDataExport, RequestApproval, RequestExport, Role};
use registration::{ExportError, export_file, import_results};
use seal::age_files;
use testkit::both_engines;

use crate::stage::{Stage, export_district, export_words, form, grant, service};

fn approved(stage: &Stage, words: &str) -> kernel::Id<kernel::kinds::Approval> {
    let asker = grant::<RequestExport>(1, Role::DeliveryOfficer);
    let command = RequestApproval { service: service(), what: words.to_owned() };
    let ask = move |work: &mut journal::Work<'_, '_>| {
        people::request_approval::<PersonalDataExport>(work, &asker, command.clone())
    };
    let id = stage.act(asker.actor(), ask).unwrap().id;
    let second = grant::<ApproveExport>(2, Role::SupervisingOfficer);
    stage.act(second.actor(), move |work| people::approve::<PersonalDataExport>(work, &second, id)).unwrap();
    id
}

fn export(
    stage: &Stage,
    district: &str,
    approval: kernel::Id<kernel::kinds::Approval>,
) -> Result<registration::ExportRow, ExportError> {
    let asker = Arc::new(grant::<RequestExport>(1, Role::DeliveryOfficer));
    export_district(&stage.ledger, &stage.scheme, &stage.sender, &asker, district, approval)
}

#[test]
fn confirmed_households_go_to_the_courier_once_and_their_results_come_back() {
    both_engines(|place| {
        let stage = Stage::at(place);
        let received: Vec<_> = (0..4).map(|n| stage.register(&n.to_string(), &form(n))).collect();
        let mut formula = form(5);
        formula.name = "-Evil, Wong".into();
        let formula = stage.register("5", &formula);
        let mut wrong = form(6);
        wrong.birth = registration::BirthForm::Iso("1950-12-30".into());
        let checking = stage.register("6", &wrong);
        stage.match_all();

        let words = export_words(&stage.scheme, "KT");
        assert!(matches!(export(&stage, "KT", kernel::Id::from_bytes([3; 16])), Err(ExportError::Approval(_))));
        let other = approved(&stage, &export_words(&stage.scheme, "YL"));
        assert!(matches!(export(&stage, "KT", other), Err(ExportError::Approval(_))));
        assert!(matches!(export(&stage, "YL", other), Err(ExportError::Empty)));
        assert_eq!(stage.count("vault.batch_opened"), 2, "nothing was opened but for matching");
        let approval = approved(&stage, &words);
        let row = export(&stage, "KT", approval).unwrap();
        assert_eq!(row.households, 5);
        assert!(matches!(export(&stage, "KT", approval), Err(ExportError::Empty)));

        let file = export_file(&stage.ledger, row.id).unwrap().unwrap();
        assert_eq!(seal::sha256(&[&file]), row.digest);
        let text = age_files::decrypt(&stage.courier, &file).unwrap();
        let text = String::from_utf8(text.into_exposed()).unwrap();
        let mut lines: Vec<&str> = text.split("\r\n").filter(|line| !line.is_empty()).collect();
        assert_eq!(lines.remove(0), "reference,people,name,address");
        lines.sort_unstable();
        let expected = |n: usize, r: &registration::Received, name: &str| {
            format!("{},2,{name},\"Flat F{n}, 12/F, Harbour House, Canary Road\"", r.reference)
        };
        let names = ["Lau Siu Ming", "Lau Siu Fong", "Lau Siu Keung", "Lau Siu Ling"];
        let mut wanted: Vec<String> = received.iter().zip(0..).map(|(r, n)| expected(n, r, names[n])).collect();
        wanted.push(expected(5, &formula, "\"-Evil, Wong\""));
        wanted.sort_unstable();
        assert_eq!(lines, wanted);
        for secret in ["5123", "Q0000"] {
            assert!(!text.contains(secret), "need-only: {secret}");
        }
        assert_eq!(stage.queued("dispatched"), 5);
        hand_over(&stage, row.id);
        results(&stage, &received, &formula, &checking);
    });
}

/// It waits until it is handed over, and then stands here no longer.
fn hand_over(stage: &Stage, export: kernel::Id<kernel::kinds::Export>) {
    let waiting = registration::exports_to_hand_over(&stage.ledger).unwrap();
    assert_eq!(waiting.iter().map(|row| (row.id, row.records)).collect::<Vec<_>>(), [(export, 5)]);
    stage.act(journal::Actor::Job("test"), move |work| registration::note_handed_over(work, export)).unwrap();
    assert!(registration::exports_to_hand_over(&stage.ledger).unwrap().is_empty());
    assert!(export_file(&stage.ledger, export).unwrap().is_none());
    assert!(registration::exports(&stage.ledger).unwrap()[0].handed.is_some());
    assert!(registration::exports_to_withdraw(&stage.ledger).unwrap().is_empty());
}

#[test]
fn one_address_that_does_not_open_holds_up_no_district_and_costs_no_approval() {
    both_engines(|place| {
        let stage = Stage::at(place);
        let received: Vec<_> = (0..3).map(|n| stage.register(&n.to_string(), &form(n))).collect();
        stage.match_all();
        let words = export_words(&stage.scheme, "KT");
        let approval = approved(&stage, &words);
        // Every address is one of another household: none opens, nothing is exported, the approval stands.
        spoil(&stage, "record >= 0");
        assert!(matches!(export(&stage, "KT", approval), Err(ExportError::Empty)));
        assert_eq!(stage.state(&received[0]), "checking unreadable");
        assert_eq!(stage.count("people.approval_used"), 0);
        let good: Vec<_> = (3..5).map(|n| stage.register(&n.to_string(), &form(n))).collect();
        let bad = stage.register("5", &form(5));
        stage.match_all();
        spoil(&stage, "record = (select max(record) from household_submission)");
        let row = export(&stage, "KT", approval).unwrap();
        assert_eq!(row.households, 2);
        assert_eq!(good.iter().map(|r| stage.state(r)).collect::<Vec<_>>(), ["dispatched", "dispatched"]);
        assert_eq!(stage.state(&bad), "checking unreadable");
        assert_eq!(registration::tell_resolved(&stage.ledger, &stage.scheme, &stage.sender, 10).unwrap(), 4);
        assert_eq!(["dispatched", "checking", "confirmed"].map(|name| stage.figures().total(name)), [2, 4, 0]);
        // It was used with the file, and works no second time.
        stage.register("6", &form(6));
        stage.match_all();
        assert!(matches!(export(&stage, "KT", approval), Err(ExportError::Approval(_))));
    });
}

#[test]
fn what_is_with_the_courier_stays_there_when_another_household_proves_its_claim() {
    let stage = Stage::on_disk();
    let first = stage.register("1", &form(1));
    stage.match_all();
    let approval = approved(&stage, &export_words(&stage.scheme, "KT"));
    export(&stage, "KT", approval).unwrap();
    let second = stage.register("2", &form(1));
    stage.match_all();
    assert_eq!((stage.state(&first), stage.state(&second)), ("dispatched".into(), "checking duplicate".into()));
    let may = grant::<people::ResolveException>(1, Role::CaseOfficer);
    let id = second.household;
    let proof = registration::Resolution::ConfirmWithProof;
    let displaced = stage.act(may.actor(), move |work| registration::resolve(work, &may, id, proof)).unwrap();
    assert_eq!(displaced, [first.household]);
    assert_eq!((stage.state(&first), stage.state(&second)), ("dispatched".into(), "confirmed".into()));
    let courier = grant::<RequestExport>(1, Role::DeliveryOfficer);
    let lines = format!("{},delivered\n", first.reference);
    let imported = import_results(&stage.ledger, &stage.scheme, &stage.sender, &courier, &lines).unwrap();
    assert_eq!((imported.taken, stage.state(&first).as_str()), (1, "delivered"));
    let totals = ["confirmed", "dispatched", "delivered", "checking"].map(|name| stage.figures().total(name));
    assert_eq!(totals, [1, 0, 1, 0]);
    // The claim is gone all the same: the next one of these people is a duplicate of the second.
    let third = stage.register("3", &form(1));
    stage.match_all();
    assert_eq!(stage.state(&third), "checking duplicate");
}

/// Puts what was sealed for a mobile where the address stood.
fn spoil(stage: &Stage, which: &str) {
    let sql = format!("-- test.spoil\nupdate household_submission set contact = mobile where {which}");
    assert!(stage.run_sql(Box::leak(sql.into_boxed_str())).unwrap() > 0);
}

fn results(
    stage: &Stage,
    received: &[registration::Received],
    formula: &registration::Received,
    checking: &registration::Received,
) {
    let file = format!(
        "reference,result\r\n{},delivered\r\n{},failed\r\n\r\nnonsense\r\n{},lost\r\n{},delivered\n{},failed\n{},delivered\n{},delivered\n",
        received[0].reference,
        received[1].reference,
        received[2].reference,
        registration::Reference::from_number(77),
        formula.reference,
        formula.reference,
        checking.reference,
    );
    let courier_desk = grant::<RequestExport>(1, Role::DeliveryOfficer);
    let import = |file: &str| import_results(&stage.ledger, &stage.scheme, &stage.sender, &courier_desk, file).unwrap();
    let imported = import(&file);
    assert_eq!((imported.taken, imported.known), (3, 2));
    let bad: Vec<usize> = imported.bad.iter().map(|(line, _)| *line).collect();
    assert_eq!(bad, [5, 6, 7]);
    assert_eq!(stage.state(&received[0]), "delivered");
    assert_eq!(stage.state(&received[1]), "undelivered");
    assert_eq!(stage.state(formula), "delivered", "the last line counts");
    assert_eq!(stage.state(checking), "checking mismatch");
    let again = import(&file);
    assert_eq!((again.taken, again.known), (0, 5), "the same file twice changes nothing");
    let later = import(&format!("{},delivered\n", received[1].reference));
    assert_eq!(later.taken, 1);
    let figures = stage.figures();
    let totals = ["confirmed", "dispatched", "delivered", "undelivered"].map(|name| figures.total(name));
    assert_eq!(totals, [0, 2, 3, 0]);
    assert_eq!((stage.queued("delivered"), stage.queued("not-delivered")), (3, 1));
}
