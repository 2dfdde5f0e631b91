//! Every address of these pages. Whoever adds pages adds a block.

use desk::{Guard, Route, form, get, post};
use people::{Action, ManageTraining, RunDrill};

use crate::{
    board, control_act, control_room, discussion, drill_guests, drill_list, drill_page, drill_plan, drill_seats, guest, live, marks, pack_list, play, play_answer,
    play_evidence, play_line, play_watch, report_file, report_lesson, report_page,
    training_course, training_held, training_home, training_matrix, training_quiz, training_record, training_roll, training_session,
};

const RUN: Guard = Guard::Right(&[RunDrill::NAME]);
const TRAIN: Guard = Guard::Right(&[ManageTraining::NAME]);

pub(crate) const ROUTES: &[Route] = &[
    // Setting an exercise up.
    get("/staff/drills", Guard::Officer, drill_list::show),
    get("/staff/packs", RUN, pack_list::show),
    get("/staff/drills/new", RUN, drill_plan::ask_new),
    form("/staff/drills/new", RUN, drill_plan::plan),
    get("/staff/drills/{drill}", Guard::Seat, drill_page::show),
    get("/staff/drills/{drill}/plan", RUN, drill_plan::ask),
    form("/staff/drills/{drill}/plan", RUN, drill_plan::change),
    get("/staff/drills/{drill}/cancel", RUN, drill_plan::ask_cancel),
    post("/staff/drills/{drill}/cancel", RUN, drill_plan::cancel),
    get("/staff/drills/{drill}/seats/{department}", RUN, drill_seats::ask),
    form("/staff/drills/{drill}/seats/{department}", RUN, drill_seats::seat),
    get("/staff/drills/{drill}/guests/new", RUN, drill_guests::ask),
    form("/staff/drills/{drill}/guests/new", RUN, drill_guests::invite),
    post("/staff/drills/{drill}/guests/{guest}/who", RUN, drill_guests::who),
    post("/staff/drills/{drill}/guests/{guest}/end", RUN, drill_guests::end),
    post("/staff/drills/{drill}/start", RUN, drill_page::begin),
    // While it runs.
    get("/staff/drills/{drill}/control", Guard::Seat, control_room::show),
    form("/staff/drills/{drill}/control", Guard::Seat, control_act::act),
    get("/staff/drills/{drill}/control/{act}", Guard::Seat, control_act::ask),
    post("/staff/drills/{drill}/control/{act}", Guard::Seat, control_act::confirm),
    get("/staff/drills/{drill}/board", Guard::Seat, board::show),
    get("/staff/drills/{drill}/live", Guard::Seat, live::show),
    get("/staff/drills/{drill}/marks", Guard::Seat, marks::show),
    get("/staff/drills/{drill}/marks/{team}/{question}", Guard::Seat, marks::ask),
    form("/staff/drills/{drill}/marks/{team}/{question}", Guard::Seat, marks::mark),
    // Playing, looking on, talking.
    get("/staff/drills/{drill}/play", Guard::Seat, play::show),
    get("/staff/drills/{drill}/play/evidence", Guard::Seat, play_evidence::show),
    get("/staff/drills/{drill}/play/evidence/{source}/{number}", Guard::Seat, play_line::show),
    form("/staff/drills/{drill}/play/evidence/{source}/{number}", Guard::Seat, play_line::pin),
    post("/staff/drills/{drill}/play/evidence/{source}/{number}/unpin", Guard::Seat, play_line::unpin),
    get("/staff/drills/{drill}/play/answer/{question}", Guard::Seat, play_answer::ask),
    form("/staff/drills/{drill}/play/answer/{question}", Guard::Seat, play_answer::keep),
    get("/staff/drills/{drill}/watch", Guard::Seat, play_watch::show),
    get("/staff/drills/{drill}/discussion", Guard::Seat, discussion::show),
    form("/staff/drills/{drill}/discussion", Guard::Seat, discussion::say),
    post("/staff/drills/{drill}/discussion/topic", Guard::Seat, discussion::topic),
    // What came of it.
    get("/staff/drills/{drill}/report", Guard::Seat, report_page::show),
    get("/staff/drills/{drill}/report/{file}", Guard::Seat, report_file::show),
    get("/staff/drills/{drill}/export.json", RUN, report_file::export),
    get("/staff/drills/{drill}/lessons/new", RUN, report_lesson::ask),
    form("/staff/drills/{drill}/lessons/new", RUN, report_lesson::keep),
    get("/staff/drills/{drill}/notes/new", RUN, report_lesson::ask_note),
    form("/staff/drills/{drill}/notes/new", RUN, report_lesson::keep_note),
    post("/staff/drills/lessons/{lesson}/done", RUN, report_lesson::settle),
    // The way in for guests.
    get("/staff/drills/guest/{token}", Guard::Public, guest::invitation),
    post("/staff/drills/guest/{token}", Guard::Public, guest::take),
    // Training.
    get("/staff/training", Guard::Officer, training_home::show),
    get("/staff/training/courses/{course}", Guard::Officer, training_course::show),
    post("/staff/training/courses/{course}/quiz", Guard::Officer, training_course::begin),
    get("/staff/training/quiz/{try}", Guard::Officer, training_quiz::show),
    form("/staff/training/quiz/{try}", Guard::Officer, training_quiz::mark),
    get("/staff/training/sessions/{session}", Guard::Officer, training_session::show),
    get("/staff/training/sessions/{session}/code/{code}", Guard::Officer, training_session::show_with_code),
    post("/staff/training/sessions/{session}/enrol", Guard::Officer, training_session::take),
    post("/staff/training/sessions/{session}/withdraw", Guard::Officer, training_session::give_back),
    form("/staff/training/sessions/{session}/attend", Guard::Officer, training_session::come),
    get("/staff/training/records/{record}", Guard::Officer, training_record::show),
    get("/staff/training/records/{record}/certificate", Guard::Officer, training_record::signed),
    post("/staff/training/records/{record}/certificate", Guard::Officer, training_record::signed_with_name),
    get("/staff/training/held", TRAIN, training_held::show),
    form("/staff/training/held", TRAIN, training_held::plan),
    get("/staff/training/sessions/{session}/screen", TRAIN, training_roll::screen),
    post("/staff/training/sessions/{session}/tick", TRAIN, training_roll::tick),
    post("/staff/training/sessions/{session}/cancel", TRAIN, training_roll::cancel),
    get("/staff/training/matrix", TRAIN, training_matrix::show),
    get("/staff/training/matrix.csv", TRAIN, training_matrix::csv),
    get("/staff/training/officers/{officer}", TRAIN, training_matrix::one),
    post("/staff/training/officers/{officer}", TRAIN, training_matrix::keep),
];
