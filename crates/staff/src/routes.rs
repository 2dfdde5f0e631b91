use desk::{Guard, Route, form, form_with_file, get, post};
use people::{
    Action, ApproveClose, ApproveErasure, ApproveExport, EditScheme, EnterInField, GrantLease, HandleIncident,
    HandleRequests, ManageContractors, ManageOfficers, ManageStations, OpenRecord, OperateScheme, OrderErasure,
    ProofIdentity, ReadDashboard, ReadInventory, ReadJournal, ReadMessages, RegisterForResident, RequestClose,
    RequestExport, ResolveException, ReviewAccess, SignGate, SubmitGateRecord, WithdrawGateRecord,
};

use crate::{
    access_review, approval, certificate, charter, close, connect_form, connect_list, connect_service, contract,
    contract_change, contractor, contractors, counter, dashboard, definition, delivery, erase, erase_day, erasure,
    evidence, exceptions, field, field_queue, funnel, gate, gate_record, gate_sign, hand_over, home, inventory,
    invitation, lease, lease_change, lease_give, lease_pursue, letters, messages, officer, officers, operate, paper,
    passkey_name, passkeys, pin_letters, pin_letters_lease, pin_letters_returned, proofing, record, recover,
    register, request, requests, resolve, results, scheme_page, schemes, sign_in, station_briefings, station_counts,
    station_day, station_devices, station_form, station_queue, station_week, stations, terminals, test_results,
    version,
};

const SEE: Guard = Guard::Scheme(&[ReadDashboard::NAME]);
const EDIT: Guard = Guard::Scheme(&[EditScheme::NAME]);
const RECORD: Guard = Guard::Scheme(&[SubmitGateRecord::NAME]);
const WITHDRAW: Guard = Guard::Scheme(&[WithdrawGateRecord::NAME]);
const SIGN: Guard = Guard::Scheme(&[SignGate::NAME]);
const SEE_IDENTITY: Guard = Guard::Identity(&[ReadDashboard::NAME]);
const EDIT_CHARTER: Guard = Guard::Identity(&[EditScheme::NAME]);
const RECORD_IDENTITY: Guard = Guard::Identity(&[SubmitGateRecord::NAME]);
const WITHDRAW_IDENTITY: Guard = Guard::Identity(&[WithdrawGateRecord::NAME]);
const SIGN_IDENTITY: Guard = Guard::Identity(&[SignGate::NAME]);
const VOUCH: Guard = Guard::Identity(&[ProofIdentity::NAME]);
const SERVICES: Guard = Guard::Right(&[EditScheme::NAME, SignGate::NAME]);
const APPROVE_SERVICE: Guard = Guard::Right(&[SignGate::NAME]);
const PROOF: Guard = Guard::Identity(&[ProofIdentity::NAME]);
const PRINT: Guard = Guard::Identity(&[RequestExport::NAME]);
const LEASE_LETTERS: Guard = Guard::Identity(&[GrantLease::NAME]);
const OPERATE: Guard = Guard::Scheme(&[OperateScheme::NAME]);
const RESOLVE: Guard = Guard::Scheme(&[ResolveException::NAME]);
const OPEN: Guard = Guard::Scheme(&[OpenRecord::NAME]);
const REGISTER: Guard = Guard::Scheme(&[RegisterForResident::NAME]);
const FIELD: Guard = Guard::Scheme(&[EnterInField::NAME]);
const EXPORT: Guard = Guard::Scheme(&[RequestExport::NAME]);
const APPROVE: Guard = Guard::Scheme(&[ApproveExport::NAME, ApproveClose::NAME, ApproveErasure::NAME]);
const ERASE: Guard = Guard::Scheme(&[OrderErasure::NAME]);
const CLOSE: Guard = Guard::Scheme(&[RequestClose::NAME]);
const MESSAGES: Guard = Guard::Scheme(&[ReadMessages::NAME]);
const INVENTORY: Guard = Guard::Scheme(&[ReadInventory::NAME]);
const REQUESTS: Guard = Guard::Scheme(&[HandleRequests::NAME]);
const JOURNAL: Guard = Guard::Scheme(&[ReadJournal::NAME]);
const OFFICERS: Guard = Guard::Right(&[ManageOfficers::NAME]);
const REVIEW: Guard = Guard::Right(&[ReviewAccess::NAME]);
const CONTRACTORS: Guard = Guard::Right(&[ManageContractors::NAME]);
const WATCH: Guard = Guard::Right(&[ManageContractors::NAME, GrantLease::NAME, HandleIncident::NAME]);
const LEASE: Guard = Guard::Right(&[GrantLease::NAME]);
const GIVE: Guard = Guard::Scheme(&[GrantLease::NAME]);
const STATIONS: Guard = Guard::Right(&[ManageStations::NAME]);
const INCIDENTS: Guard = Guard::Right(&[HandleIncident::NAME]);
const CREATE: Guard = Guard::Right(&[EditScheme::NAME]);
/// A document for the gate: assessments with their pictures.
const DOCUMENT_MAX_BYTES: usize = 10 * 1024 * 1024;
/// A charter: a few texts in three languages.
const CHARTER_MAX_BYTES: usize = 128 * 1024;
/// A service's logo.
const LOGO_MAX_BYTES: usize = 1024 * 1024;
/// A courier's results: forty bytes a household.
const RESULTS_MAX_BYTES: usize = 4 * 1024 * 1024;

/// Every route of this book.
pub(crate) const ROUTES: &[Route] = &[
    // Ways in and out.
    get("/staff/sign-in", Guard::Public, sign_in::show),
    post("/staff/sign-in/options", Guard::Public, sign_in::options),
    post("/staff/sign-in/finish", Guard::Public, sign_in::finish),
    post("/staff/sign-out", Guard::Public, sign_in::sign_out),
    get("/staff/invitation/{token}", Guard::Public, invitation::show),
    post("/staff/invitation/{token}/options", Guard::Public, invitation::options),
    post("/staff/invitation/{token}/finish", Guard::Public, invitation::finish),
    get(invitation::UNATTESTED, Guard::Public, invitation::unattested),
    // What every officer has.
    get("/staff", Guard::Officer, home::show),
    post("/staff/stay", Guard::Officer, desk::stay),
    get("/staff/passkeys", Guard::Officer, passkeys::show),
    post("/staff/passkeys/options", Guard::Officer, passkeys::options),
    post("/staff/passkeys/finish", Guard::Officer, passkeys::finish),
    get("/staff/passkeys/{passkey}/name", Guard::Officer, passkey_name::ask),
    form("/staff/passkeys/{passkey}/name", Guard::Officer, passkey_name::name),
    get("/staff/passkeys/{passkey}/remove", Guard::Officer, passkeys::ask_remove),
    post("/staff/passkeys/{passkey}/remove", Guard::Officer, passkeys::remove),
    get("/staff/access-review", REVIEW, access_review::ask),
    post("/staff/access-review", REVIEW, access_review::record),
    // Support stations.
    get("/staff/stations", STATIONS, stations::show),
    get("/staff/stations/new", STATIONS, station_form::ask_new),
    form("/staff/stations/new", STATIONS, station_form::open),
    get("/staff/stations/{station}", STATIONS, station_form::ask),
    form("/staff/stations/{station}", STATIONS, station_form::change),
    get("/staff/stations/{station}/day", STATIONS, station_day::ask),
    form("/staff/stations/{station}/day", STATIONS, station_day::keep),
    get("/staff/stations/{station}/queue", STATIONS, station_queue::show),
    post("/staff/stations/{station}/queue", STATIONS, station_queue::act),
    get("/staff/stations/devices", STATIONS, station_devices::show),
    form("/staff/stations/devices", STATIONS, station_devices::add),
    get("/staff/stations/devices/{device}", STATIONS, station_devices::one),
    post("/staff/stations/devices/{device}/help", STATIONS, station_devices::help),
    post("/staff/stations/devices/{device}/lend", STATIONS, station_devices::lend),
    post("/staff/stations/devices/{device}/end", STATIONS, station_devices::end),
    post("/staff/stations/devices/{device}/renew", STATIONS, station_devices::renew),
    get("/staff/stations/week/{day}", STATIONS, station_week::show),
    form("/staff/stations/week/{day}", STATIONS, station_week::plan),
    post("/staff/stations/shifts/{shift}/cancel", STATIONS, station_week::cancel),
    get("/staff/stations/funnel", STATIONS, funnel::show),
    get("/staff/stations/funnel/file", STATIONS, funnel::csv),
    get("/staff/stations/briefings", STATIONS, station_briefings::show),
    form("/staff/stations/briefings", STATIONS, station_briefings::plan),
    get("/staff/stations/briefings/{briefing}", STATIONS, station_briefings::one),
    form("/staff/stations/briefings/{briefing}", STATIONS, station_briefings::settle),
    post("/staff/stations/briefings/{briefing}/cancel", STATIONS, station_briefings::cancel),
    post("/staff/stations/briefings/{briefing}/done", STATIONS, station_briefings::done),
    get("/staff/stations/briefings/{briefing}/invitation", STATIONS, station_briefings::invitation),
    get("/staff/stations/counts/{day}", STATIONS, station_counts::show),
    get("/staff/stations/counts/{day}/file", STATIONS, station_counts::csv),
    // Schemes and their definitions.
    get("/staff/schemes", Guard::Officer, schemes::show),
    get("/staff/schemes/new", CREATE, definition::new),
    form("/staff/schemes/new", CREATE, definition::create),
    get("/staff/schemes/{slug}", SEE, scheme_page::show),
    get("/staff/schemes/{slug}/definition", EDIT, definition::edit),
    form("/staff/schemes/{slug}/definition", EDIT, definition::save),
    get("/staff/schemes/{slug}/versions/{digest}", SEE, version::show),
    // The launch gate.
    get("/staff/schemes/{slug}/gates/{version}", SEE, gate::show),
    get("/staff/schemes/{slug}/gates/{version}/records", RECORD, gate_record::ask),
    form_with_file("/staff/schemes/{slug}/gates/{version}/records", RECORD, DOCUMENT_MAX_BYTES, gate_record::add),
    get("/staff/schemes/{slug}/gates/{version}/records/{record}/withdraw", WITHDRAW, gate_record::ask_withdraw),
    form("/staff/schemes/{slug}/gates/{version}/records/{record}/withdraw", WITHDRAW, gate_record::withdraw),
    get("/staff/schemes/{slug}/gates/{version}/sign", SIGN, gate_sign::ask),
    post("/staff/schemes/{slug}/gates/{version}/sign", SIGN, gate_sign::sign),
    // The identity provider: its charter behind the same gate.
    get("/staff/identity", SEE_IDENTITY, charter::show),
    get("/staff/identity/charter", EDIT_CHARTER, charter::edit),
    form_with_file("/staff/identity/charter", EDIT_CHARTER, CHARTER_MAX_BYTES, charter::save),
    get("/staff/identity/recovery", VOUCH, recover::ask),
    form("/staff/identity/recovery", VOUCH, recover::vouch),
    get("/staff/identity/versions/{digest}", SEE_IDENTITY, charter::version),
    get("/staff/identity/gates/{version}", SEE_IDENTITY, gate::show),
    get("/staff/identity/gates/{version}/records", RECORD_IDENTITY, gate_record::ask),
    form_with_file("/staff/identity/gates/{version}/records", RECORD_IDENTITY, DOCUMENT_MAX_BYTES, gate_record::add),
    get("/staff/identity/gates/{version}/records/{record}/withdraw", WITHDRAW_IDENTITY, gate_record::ask_withdraw),
    form("/staff/identity/gates/{version}/records/{record}/withdraw", WITHDRAW_IDENTITY, gate_record::withdraw),
    get("/staff/identity/gates/{version}/sign", SIGN_IDENTITY, gate_sign::ask),
    post("/staff/identity/gates/{version}/sign", SIGN_IDENTITY, gate_sign::sign),
    // Letters with PINs: batches for the print bureau, its lease, and letters that came back.
    get("/staff/identity/letters", SEE_IDENTITY, pin_letters::show),
    post("/staff/identity/letters/print", PRINT, pin_letters::print),
    post("/staff/identity/letters/{batch}/posted", PRINT, pin_letters::posted),
    get("/staff/identity/letters/lease", LEASE_LETTERS, pin_letters_lease::ask),
    form("/staff/identity/letters/lease", LEASE_LETTERS, pin_letters_lease::give),
    get("/staff/identity/letters/returned", PROOF, pin_letters_returned::ask),
    form("/staff/identity/letters/returned", PROOF, pin_letters_returned::scan),
    // The proofing of residents' identities.
    get("/staff/identity/proofing", PROOF, proofing::queue),
    get("/staff/identity/proofing/counter", PROOF, counter::ask),
    form("/staff/identity/proofing/counter", PROOF, counter::verify),
    get("/staff/identity/proofing/terminals", PROOF, terminals::show),
    form("/staff/identity/proofing/terminals", PROOF, terminals::add),
    post("/staff/identity/proofing/terminals/{terminal}/end", PROOF, terminals::end),
    get("/staff/identity/proofing/{proofing}", PROOF, proofing::show),
    post("/staff/identity/proofing/{proofing}", PROOF, proofing::open),
    post("/staff/identity/proofing/{proofing}/verdict", PROOF, proofing::decide),
    // Online services that residents sign in to.
    get("/staff/services", SERVICES, connect_list::show),
    get("/staff/services/new", CREATE, connect_form::new),
    form_with_file("/staff/services/new", CREATE, LOGO_MAX_BYTES, connect_form::register),
    get("/staff/services/{client}", SERVICES, connect_service::show),
    get("/staff/services/{client}/logo/{digest}", SERVICES, connect_service::logo),
    get("/staff/services/{client}/change", CREATE, connect_form::edit),
    form_with_file("/staff/services/{client}/change", CREATE, LOGO_MAX_BYTES, connect_form::change),
    get("/staff/services/{client}/approve", APPROVE_SERVICE, connect_service::ask_approve),
    post("/staff/services/{client}/approve", APPROVE_SERVICE, connect_service::approve),
    get("/staff/services/{client}/end", APPROVE_SERVICE, connect_service::ask_end),
    post("/staff/services/{client}/end", APPROVE_SERVICE, connect_service::end),
    // Running it.
    get("/staff/schemes/{slug}/dashboard", SEE, dashboard::show),
    get("/staff/schemes/{slug}/operate", OPERATE, operate::show),
    get("/staff/schemes/{slug}/operate/{act}", OPERATE, operate::ask),
    form("/staff/schemes/{slug}/operate/{act}", OPERATE, operate::act),
    get("/staff/schemes/{slug}/close", CLOSE, close::show),
    post("/staff/schemes/{slug}/close", CLOSE, close::request),
    get("/staff/schemes/{slug}/close/{approval}", CLOSE, close::ask),
    post("/staff/schemes/{slug}/close/{approval}", CLOSE, close::run),
    // Residents.
    get("/staff/schemes/{slug}/exceptions", RESOLVE, exceptions::show),
    get("/staff/schemes/{slug}/find", OPEN, record::ask_find),
    form("/staff/schemes/{slug}/find", OPEN, record::find),
    get("/staff/schemes/{slug}/records/{reference}", OPEN, record::show),
    form("/staff/schemes/{slug}/records/{reference}", OPEN, record::open),
    get("/staff/schemes/{slug}/records/{reference}/resolve/{act}", RESOLVE, resolve::ask),
    post("/staff/schemes/{slug}/records/{reference}/resolve/{act}", RESOLVE, resolve::act),
    get("/staff/schemes/{slug}/register", REGISTER, register::show),
    form("/staff/schemes/{slug}/register", REGISTER, register::submit),
    get("/staff/schemes/{slug}/paper", REGISTER, paper::show),
    get("/staff/schemes/{slug}/paper/form", REGISTER, paper::print),
    get("/staff/schemes/{slug}/paper/new", REGISTER, paper::ask_new),
    form("/staff/schemes/{slug}/paper/new", REGISTER, paper::begin),
    get("/staff/schemes/{slug}/paper/{paper}", REGISTER, paper::ask),
    form("/staff/schemes/{slug}/paper/{paper}", REGISTER, paper::again),
    post("/staff/schemes/{slug}/paper/{paper}/destroyed", REGISTER, paper::destroyed),
    get("/staff/schemes/{slug}/letters", REGISTER, letters::show),
    post("/staff/schemes/{slug}/letters/{message}/print", REGISTER, letters::print),
    post("/staff/schemes/{slug}/letters/{message}/posted", REGISTER, letters::posted),
    // At the building of an operation.
    get("/staff/schemes/{slug}/field", FIELD, field::show),
    form("/staff/schemes/{slug}/field", FIELD, field::enter),
    get("/staff/schemes/{slug}/field/offline", FIELD, field::offline),
    get("/staff/schemes/{slug}/field/worker.js", FIELD, field_queue::worker),
    get("/staff/schemes/{slug}/field/queue", FIELD, field_queue::key),
    post("/staff/schemes/{slug}/field/queue", FIELD, field_queue::take),
    form("/staff/schemes/{slug}/field/mend", FIELD, field_queue::mend),
    get("/staff/schemes/{slug}/test-results", FIELD, test_results::show),
    form("/staff/schemes/{slug}/test-results", FIELD, test_results::record),
    // Delivery.
    get("/staff/schemes/{slug}/delivery", SEE, delivery::show),
    get("/staff/schemes/{slug}/delivery/request", EXPORT, delivery::ask),
    form("/staff/schemes/{slug}/delivery/request", EXPORT, delivery::request),
    get("/staff/schemes/{slug}/delivery/run/{approval}", EXPORT, delivery::ask_run),
    form("/staff/schemes/{slug}/delivery/run/{approval}", EXPORT, delivery::run),
    get("/staff/schemes/{slug}/delivery/hand-over", EXPORT, hand_over::ask),
    form("/staff/schemes/{slug}/delivery/hand-over", EXPORT, hand_over::request),
    get("/staff/schemes/{slug}/delivery/hand-over/{approval}", EXPORT, hand_over::ask_run),
    post("/staff/schemes/{slug}/delivery/hand-over/{approval}", EXPORT, hand_over::run),
    get("/staff/schemes/{slug}/delivery/results", EXPORT, results::ask),
    form_with_file("/staff/schemes/{slug}/delivery/results", EXPORT, RESULTS_MAX_BYTES, results::import),
    get("/staff/schemes/{slug}/approvals/{approval}", APPROVE, approval::ask),
    post("/staff/schemes/{slug}/approvals/{approval}", APPROVE, approval::decide),
    // What is held, and what residents may ask.
    get("/staff/schemes/{slug}/inventory", INVENTORY, inventory::show),
    get("/staff/schemes/{slug}/inventory/file/{form}", INVENTORY, inventory::file),
    get("/staff/schemes/{slug}/requests", REQUESTS, requests::show),
    get("/staff/schemes/{slug}/requests/new", REGISTER, requests::ask),
    post("/staff/schemes/{slug}/requests/new", REGISTER, requests::lodge),
    get("/staff/schemes/{slug}/requests/new/done", REGISTER, requests::done),
    get("/staff/schemes/{slug}/requests/{request}", REQUESTS, request::show),
    post("/staff/schemes/{slug}/requests/{request}", REQUESTS, request::read),
    get("/staff/schemes/{slug}/requests/{request}/answer", REQUESTS, request::ask_answer),
    post("/staff/schemes/{slug}/requests/{request}/answer", REQUESTS, request::answer),
    get("/staff/schemes/{slug}/requests/{request}/refuse", REQUESTS, request::ask_refuse),
    post("/staff/schemes/{slug}/requests/{request}/refuse", REQUESTS, request::refuse),
    post("/staff/schemes/{slug}/requests/{request}/letter/{kind}", REQUESTS, request::letter),
    post("/staff/schemes/{slug}/requests/{request}/picture", REQUESTS, request::picture),
    // What is erased before its time.
    get("/staff/schemes/{slug}/erase", ERASE, erase::ask),
    form("/staff/schemes/{slug}/erase", ERASE, erase::act),
    get("/staff/schemes/{slug}/erase-day", ERASE, erase_day::ask),
    form("/staff/schemes/{slug}/erase-day", ERASE, erase_day::request),
    get("/staff/schemes/{slug}/erase-day/{approval}", ERASE, erase_day::ask_run),
    post("/staff/schemes/{slug}/erase-day/{approval}", ERASE, erase_day::run),
    get("/staff/schemes/{slug}/erasures/{erasure}", SEE, erasure::show),
    get("/staff/schemes/{slug}/erasures/{erasure}/file", SEE, erasure::file),
    post("/staff/schemes/{slug}/erasures/{erasure}/opening", ERASE, erasure::opening),
    // Evidence.
    get("/staff/schemes/{slug}/messages", MESSAGES, messages::show),
    get("/staff/schemes/{slug}/journal", JOURNAL, evidence::journal),
    get("/staff/schemes/{slug}/journal/checkpoint", JOURNAL, evidence::checkpoint),
    get("/staff/schemes/{slug}/journal/{event}", JOURNAL, evidence::entry),
    get("/staff/schemes/{slug}/journal/{event}/proof", JOURNAL, evidence::proof),
    get("/staff/schemes/{slug}/certificate", SEE, certificate::show),
    get("/staff/schemes/{slug}/certificate/file", SEE, certificate::file),
    // Contractors, what they hold, and what went wrong.
    get("/staff/contractors", WATCH, contractors::show),
    get("/staff/contractors/new", CONTRACTORS, contractor::ask),
    form("/staff/contractors/new", CONTRACTORS, contractor::register),
    get("/staff/contractors/{contractor}", WATCH, contractor::show),
    get("/staff/contractors/{contractor}/keys", CONTRACTORS, contractor::ask_keys),
    form("/staff/contractors/{contractor}/keys", CONTRACTORS, contractor::change_keys),
    get("/staff/contractors/{contractor}/contracts/new", CONTRACTORS, contract::ask),
    form("/staff/contractors/{contractor}/contracts/new", CONTRACTORS, contract::record),
    get("/staff/contracts/{contract}", WATCH, contract::show),
    get("/staff/contracts/{contract}/clauses", CONTRACTORS, contract::ask_clauses),
    form("/staff/contracts/{contract}/clauses", CONTRACTORS, contract::amend),
    get("/staff/contracts/{contract}/change/{act}", CONTRACTORS, contract_change::ask),
    form("/staff/contracts/{contract}/change/{act}", CONTRACTORS, contract_change::act),
    get("/staff/schemes/{slug}/leases/new", GIVE, lease_give::ask),
    form("/staff/schemes/{slug}/leases/new", GIVE, lease_give::give),
    get("/staff/leases/{lease}", WATCH, lease::show),
    get("/staff/leases/{lease}/change/{act}", LEASE, lease_change::ask),
    form("/staff/leases/{lease}/change/{act}", LEASE, lease_change::act),
    get("/staff/leases/{lease}/resume", INCIDENTS, lease_change::ask_resume),
    post("/staff/leases/{lease}/resume", INCIDENTS, lease_change::resume),
    get("/staff/leases/{lease}/breach", INCIDENTS, lease_pursue::ask_breach),
    post("/staff/leases/{lease}/breach", INCIDENTS, lease_pursue::breach),
    get("/staff/leases/{lease}/confirm", INCIDENTS, lease_pursue::ask_confirm),
    form("/staff/leases/{lease}/confirm", INCIDENTS, lease_pursue::confirm),
    get("/staff/leases/{lease}/closing-record", WATCH, lease_pursue::record),
    // Officers of the department.
    get("/staff/officers", OFFICERS, officers::show),
    get("/staff/officers/invite", OFFICERS, officers::ask_invite),
    form("/staff/officers/invite", OFFICERS, officers::invite),
    get("/staff/officers/{officer}", OFFICERS, officer::show),
    form("/staff/officers/{officer}", OFFICERS, officer::change_roles),
    get("/staff/officers/{officer}/invite-again", OFFICERS, officer::ask_invite_again),
    post("/staff/officers/{officer}/invite-again", OFFICERS, officer::invite_again),
    get("/staff/officers/{officer}/end", OFFICERS, officer::ask_end),
    post("/staff/officers/{officer}/end", OFFICERS, officer::end),
];
