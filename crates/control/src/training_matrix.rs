use desk::{Answer, Desk, Mistakes, file, link, missing};
use kernel::{Id, csv_line, kinds};
use people::{Duty, ManageTraining, Officer};
use store::StoreError;
use training::{MatrixRow, Standing, Validity, courses, duties_of, keep_duties, matrix};
use webkit::parts::{Button, Checkboxes, Choice, Table};
use webkit::{Failure, Markup, Page};

use crate::training_told::{count, last_day, posts, validity};

fn rows(desk: &Desk) -> Result<Vec<MatrixRow>, Failure> {
    let (department, today) = (desk.right::<ManageTraining>()?.department(), desk.now().day());
    Ok(desk.platform().ledger().read("control.matrix", |tx| matrix(tx, department, today))?)
}

/// Everybody in the department with every course.
pub(crate) fn show(desk: &Desk) -> Answer {
    let rows = rows(desk)?;
    let title = desk.say("training-matrix");
    let mut body = desk.body(&title, &Mistakes::default());
    let lacking = rows.iter().filter(|row| row.standings.iter().any(Standing::is_lacking)).count();
    body.p(desk.tell("training-matrix-lead", [("lacking", count(lacking)), ("officers", count(rows.len()))]));
    let titles = courses().iter().map(|course| desk.text(&course.title));
    let head: Vec<String> = [desk.say("training-post"), desk.say("training-duties")].into_iter().chain(titles).collect();
    let mut table = Table::new(title.clone(), head);
    table.quiet_caption = true;
    for row in &rows {
        let duties: Vec<String> = row.duties.iter().map(|duty| desk.text(&duty.title())).collect();
        let duties = if duties.is_empty() { desk.say("training-duties-none") } else { duties.join(&desk.say("list-comma")) };
        let post = link(&desk.text(&row.officer.post), &desk.url(&format!("/staff/training/officers/{}", row.officer.id)));
        let cells = row.standings.iter().map(|standing| cell(desk, standing));
        table.row([post, Markup::text(&duties)].into_iter().chain(cells));
    }
    body.part(&table).link(desk.say("training-csv"), desk.url("/staff/training/matrix.csv"));
    Ok(desk.show(Page::new(title, body.markup()).wide().back(desk.url("/staff/training"))))
}

fn cell(desk: &Desk, standing: &Standing) -> Markup {
    let mut cell = validity(desk, standing.validity, !standing.posts.is_empty());
    let last = last_day(desk, standing.validity);
    if !last.is_empty() {
        cell.push(&Markup::text(&format!(" {last}")));
    }
    cell
}

/// The same as lines of comma-separated values.
pub(crate) fn csv(desk: &Desk) -> Answer {
    let mut text = String::from("officer,post,roles,duties,course,required_for,state,last_day\r\n");
    for row in rows(desk)? {
        let slugs = |all: Vec<&str>| all.join(" ");
        let (roles, duties) = (slugs(row.officer.roles.iter().map(|role| role.slug()).collect()), slugs(row.duties.iter().map(|duty| duty.slug()).collect()));
        for standing in &row.standings {
            let (state, last) = match standing.validity {
                Validity::Never => ("never", String::new()),
                Validity::Lapsed(day) => ("lapsed", day.to_string()),
                Validity::Soon(day) => ("soon", day.to_string()),
                Validity::Holds(day) => ("holds", day.to_string()),
            };
            let required = slugs(standing.posts.iter().map(|post| post.slug()).collect());
            let cells = [&row.officer.id.to_string(), &desk.text(&row.officer.post), &roles, &duties, &standing.course.slug, &required, state, &last].map(str::to_owned);
            text.push_str(&csv_line(&cells));
        }
    }
    Ok(file(text.into_bytes(), "text/csv; charset=utf-8", "training.csv"))
}

/// An officer of the department, in office.
fn officer(desk: &Desk) -> Result<(Officer, Vec<Duty>), Failure> {
    let (department, id): (_, Id<kinds::Officer>) = (desk.right::<ManageTraining>()?.department(), desk.id("officer")?);
    let found = desk.platform().ledger().read("control.learner", |tx| {
        Ok::<_, StoreError>((people::officer(tx, id)?, duties_of(tx, id)?))
    })?;
    let (found, duties) = found;
    let found = found.filter(|found| found.department == department && found.ended.is_none()).ok_or_else(missing)?;
    Ok((found, duties))
}

/// What one officer has and lacks, and the duties.
pub(crate) fn one(desk: &Desk) -> Answer {
    let (officer, duties) = officer(desk)?;
    let today = desk.now().day();
    let standings = desk.platform().ledger().read("control.standings", |tx| training::standings(tx, officer.id, today))?;
    let title = desk.text(&officer.post);
    let mut body = desk.body(&title, &Mistakes::default());
    body.p(desk.roles(&officer.roles));
    let mut table = Table::new(desk.say("training-courses"), ["training-course", "training-for", "state", "training-until"].map(|key| desk.say(key)));
    for standing in &standings {
        table.row([
            Markup::text(&desk.text(&standing.course.title)),
            Markup::text(&posts(desk, &standing.posts)),
            validity(desk, standing.validity, !standing.posts.is_empty()),
            Markup::text(&last_day(desk, standing.validity)),
        ]);
    }
    body.part(&table).h2(desk.say("training-duties"));
    let choices = Duty::ALL.iter().map(|duty| Choice::new(duty.slug(), desk.text(&duty.title()))).collect();
    let boxes = Checkboxes {
        values: duties.iter().map(|duty| duty.slug().to_owned()).collect(),
        hint: Some(desk.say("training-duties-hint")),
        ..Checkboxes::new("duty", desk.say("training-duties-of"), choices)
    };
    body.part(&desk.form().part(&boxes).part(&Button::new(desk.say("training-duties-keep"))));
    Ok(desk.show(Page::new(title, body.markup()).wide().back(desk.url("/staff/training/matrix"))))
}

/// Keeps the duties.
pub(crate) fn keep(desk: &Desk) -> Answer {
    let (grant, id) = (desk.right::<ManageTraining>()?, officer(desk)?.0.id);
    let duties: Vec<Duty> = desk.values.all("duty").filter_map(Duty::from_slug).collect();
    desk.platform().ledger().write("control.keep_duties", grant.actor(), move |work| keep_duties(work, &grant, (id, &duties)))?;
    Ok(desk.done("done-saved", &desk.url("/staff/training/matrix")))
}
