use desk::{Guard, Route, form, form_with_file, get, post};
use people::{Action, HandleIncident, ManageTeam, OperateScheme, ReadDashboard, RunExercise, StartCallOut};

use crate::{
    advisory_correct, advisory_history, advisory_list, advisory_new, advisory_page, alerts, bulletins, call_out, call_outs, call_page, case_act,
    case_call, case_new, case_page, case_report, case_write, exercises, incidents, team, team_override, team_person,
    team_rota,
};

const SEE: Guard = Guard::Scheme(&[ReadDashboard::NAME]);
const OPERATE: Guard = Guard::Scheme(&[OperateScheme::NAME]);
const INCIDENTS: Guard = Guard::Right(&[HandleIncident::NAME]);
const TEAM: Guard = Guard::Right(&[ManageTeam::NAME]);
const CALL: Guard = Guard::Right(&[StartCallOut::NAME]);
const CALLS: Guard = Guard::Right(&[StartCallOut::NAME, RunExercise::NAME]);
const EXERCISES: Guard = Guard::Right(&[RunExercise::NAME]);
/// A log or another text that proves something.
const EVIDENCE_MAX_BYTES: usize = 1024 * 1024;

/// Every route of this book.
pub(crate) const ROUTES: &[Route] = &[
    // What nobody may miss, and what departments tell everybody.
    get("/staff/alerts", Guard::Officer, alerts::show),
    get("/staff/alerts/{alert}", Guard::Officer, alerts::ask),
    post("/staff/alerts/{alert}", Guard::Officer, alerts::acknowledge),
    get("/staff/schemes/{slug}/bulletins", SEE, bulletins::show),
    get("/staff/schemes/{slug}/bulletins/publish", OPERATE, bulletins::ask),
    post("/staff/schemes/{slug}/bulletins/publish", OPERATE, bulletins::publish),
    // Incidents and their case files.
    get("/staff/incidents", INCIDENTS, incidents::show),
    get("/staff/incidents/new", INCIDENTS, case_new::ask),
    form("/staff/incidents/new", INCIDENTS, case_new::open),
    get("/staff/incidents/{incident}", INCIDENTS, case_page::show),
    post("/staff/incidents/{incident}", INCIDENTS, case_act::close),
    post("/staff/incidents/{incident}/command", INCIDENTS, case_act::command),
    get("/staff/incidents/{incident}/times", INCIDENTS, case_act::ask_time),
    form("/staff/incidents/{incident}/times", INCIDENTS, case_act::note_time),
    get("/staff/incidents/{incident}/facts", INCIDENTS, case_act::ask_facts),
    form("/staff/incidents/{incident}/facts", INCIDENTS, case_act::facts),
    get("/staff/incidents/{incident}/rooms", INCIDENTS, case_act::ask_rooms),
    form("/staff/incidents/{incident}/rooms", INCIDENTS, case_act::share),
    post("/staff/incidents/{incident}/rooms/end", INCIDENTS, case_act::unshare),
    get("/staff/incidents/{incident}/write/{entry}", INCIDENTS, case_write::ask),
    form_with_file("/staff/incidents/{incident}/write/{entry}", INCIDENTS, EVIDENCE_MAX_BYTES, case_write::write),
    post("/staff/incidents/{incident}/done", INCIDENTS, case_act::done),
    get("/staff/incidents/{incident}/evidence/{number}", INCIDENTS, case_write::attached),
    get("/staff/incidents/{incident}/answers", INCIDENTS, case_report::ask_answers),
    form("/staff/incidents/{incident}/answers", INCIDENTS, case_report::answers),
    get("/staff/incidents/{incident}/reports/{report}", INCIDENTS, case_report::show),
    get("/staff/incidents/{incident}/reports/{report}/text", INCIDENTS, case_report::text),
    get("/staff/incidents/{incident}/reports/{report}/pdf", INCIDENTS, case_report::pdf),
    get("/staff/incidents/{incident}/playbooks/{playbook}", INCIDENTS, case_report::checklist),
    post("/staff/incidents/{incident}/playbooks/{playbook}", INCIDENTS, case_report::step),
    get("/staff/incidents/{incident}/call-out", INCIDENTS, case_call::ask),
    form("/staff/incidents/{incident}/call-out", INCIDENTS, case_call::start),
    post("/staff/incidents/{incident}/pack", INCIDENTS, case_act::pack),
    // Advisories.
    get("/staff/advisories", INCIDENTS, advisory_list::show),
    get("/staff/advisories/new", INCIDENTS, advisory_new::ask),
    form("/staff/advisories/new", INCIDENTS, advisory_new::publish),
    get("/staff/advisories/{number}", INCIDENTS, advisory_page::show),
    form("/staff/advisories/{number}", INCIDENTS, advisory_page::confirm),
    get("/staff/advisories/{number}/correct", INCIDENTS, advisory_correct::ask),
    form("/staff/advisories/{number}/correct", INCIDENTS, advisory_correct::publish),
    get("/staff/advisories/{number}/revisions/{revision}", INCIDENTS, advisory_history::show),
    post("/staff/advisories/{number}/withdraw", INCIDENTS, advisory_page::withdraw),
    // The incident team, call-outs and their exercises. Whoever has the link of a page acknowledges without signing in.
    get("/staff/page/{token}", Guard::Public, call_page::show),
    post("/staff/page/{token}", Guard::Public, call_page::acknowledge),
    get("/staff/team", TEAM, team::show),
    get("/staff/team/people/new", TEAM, team_person::ask_new),
    form("/staff/team/people/new", TEAM, team_person::hire),
    get("/staff/team/people/{person}", TEAM, team_person::ask),
    form("/staff/team/people/{person}", TEAM, team_person::change),
    post("/staff/team/people/{person}/act", TEAM, team_person::act),
    get("/staff/team/rota", TEAM, team_rota::ask),
    form("/staff/team/rota", TEAM, team_rota::save),
    get("/staff/team/rota/override", TEAM, team_override::ask),
    form("/staff/team/rota/override", TEAM, team_override::save),
    post("/staff/team/rota/override/cancel", TEAM, team_override::cancel),
    get("/staff/team/leave", TEAM, team::ask_leave),
    form("/staff/team/leave", TEAM, team::leave),
    post("/staff/team/leave/cancel", TEAM, team::cancel),
    get("/staff/call-outs", CALLS, call_outs::show),
    get("/staff/call-outs/new", CALL, call_outs::ask),
    form("/staff/call-outs/new", CALL, call_outs::start),
    get("/staff/call-outs/{callout}", CALLS, call_out::show),
    form("/staff/call-outs/{callout}/code", CALL, call_out::code),
    post("/staff/call-outs/{callout}/stand-down", CALL, call_out::stand_down),
    get("/staff/exercises/new", EXERCISES, exercises::ask),
    form("/staff/exercises/new", EXERCISES, exercises::plan),
    get("/staff/exercises/{exercise}", EXERCISES, exercises::show),
    post("/staff/exercises/{exercise}/list", EXERCISES, exercises::list),
    get("/staff/exercises/{exercise}/report", EXERCISES, exercises::report),
];
