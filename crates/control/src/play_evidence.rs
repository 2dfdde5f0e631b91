//! The investigation desk: searching the evidence of the pack.

use desk::{Answer, Desk, Mistakes, link};
use drill::{Hit, Name, Pack, Query, TeamNumber, time_line, utc};
use kernel::Instant;
use webkit::parts::{Button, Choice, Details, Pagination, Part as _, Select, Table, TextInput, Tone, Width};
use webkit::{Body, Markup, Page, formats};

use crate::play::before;
use crate::play_room::team;
use crate::play_words::gist;
use crate::told;
use crate::visit::Visit;

const PER_PAGE: usize = 25;
const STRETCHES: usize = 20;
const EXCERPT: usize = 260;
const FACETS: usize = 24;
const FACET_VALUES: usize = 5;

/// What was asked for, as it was typed.
pub(crate) struct Search<'d> {
    words: &'d str,
    among: Option<Name>,
    from: &'d str,
    until: &'d str,
    page: usize,
}

impl<'d> Search<'d> {
    fn of(desk: &'d Desk) -> Self {
        Self {
            words: desk.query("q"),
            among: desk.query("in").parse().ok(),
            from: desk.query("from"),
            until: desk.query("to"),
            page: desk.query("page").parse().unwrap_or(1).max(1),
        }
    }

    /// The address of this search with some of it changed.
    fn address(&self, visit: &Visit<'_>, changed: &[(&str, &str)]) -> String {
        let among = self.among.as_ref().map_or("", Name::as_str);
        let kept = [("q", self.words), ("in", among), ("from", self.from), ("to", self.until)];
        let value = |name: &str, own| changed.iter().find(|(key, _)| *key == name).map_or(own, |(_, value)| *value);
        let pairs = kept.into_iter().map(|(name, own)| (name, value(name, own)));
        let page = changed.iter().filter(|(key, _)| *key == "page").copied();
        let pairs: Vec<(&str, &str)> = pairs.chain(page).filter(|(_, value)| !value.is_empty()).collect();
        let query = serde_html_form::to_string(&pairs).unwrap_or_default();
        visit.url(&format!("/play/evidence?{query}"))
    }
}

/// The form, the time line and the lines found.
pub(crate) fn show(desk: &Desk) -> Answer {
    let visit = Visit::of(desk)?;
    let Some(room) = visit.room()? else { return Ok(before(&visit)) };
    let team = team(visit.seat);
    let (pack, pinned) = room.read(|exercise| (exercise.shared_pack(), team.map_or_else(Vec::new, |team| cited(exercise, team))))?;
    let search = Search::of(desk);
    let mut mistakes = Mistakes::default();
    let from = moment(desk, &pack, &mut mistakes, ("from", search.from));
    let until = moment(desk, &pack, &mut mistakes, ("to", search.until));
    let title = desk.say("play-evidence");
    let mut body = desk.body(&title, &mistakes);
    body.p(desk.say("play-evidence-lead"));
    form(&visit, &pack, &search, &mistakes, &mut body);
    if mistakes.is_empty() {
        let query = Query::parse(search.words).between(from, until);
        let among: Vec<Name> = search.among.iter().cloned().collect();
        let hits = pack.search(&query, &among);
        results(&visit, &pack, &search, (&hits, &pinned), &mut body);
    }
    facets(&visit, &pack, &search, &mut body);
    let back = if team.is_some() { "/play" } else { "/watch" };
    let page = Page::new(title, body.markup()).wide().back(visit.url(back));
    Ok(desk.show(if mistakes.is_empty() { page } else { page.invalid() }))
}

fn cited(exercise: &drill::Exercise, team: TeamNumber) -> Vec<String> {
    exercise.state().pins(team).map(|(citation, _)| String::from(citation.clone())).collect()
}

fn moment(desk: &Desk, pack: &Pack, mistakes: &mut Mistakes, (field, typed): (&str, &str)) -> Option<Instant> {
    if typed.trim().is_empty() {
        return None;
    }
    let read = pack.moment(typed);
    if read.is_none() {
        mistakes.add(field, desk.say("play-time-wrong"));
    }
    read
}

fn form(visit: &Visit<'_>, pack: &Pack, search: &Search<'_>, mistakes: &Mistakes, body: &mut Body) {
    let (desk, language) = (visit.desk, visit.desk.language());
    let mut sources = vec![Choice::new("", desk.say("play-all-sources"))];
    sources.extend(pack.evidence.iter().map(|evidence| {
        let label = desk.tell("play-source-lines", [("title", desk.text(&evidence.entry.title)), ("count", told::count(evidence.len()))]);
        Choice::new(evidence.entry.name.as_str(), label)
    }));
    let words = TextInput {
        hint: Some(desk.say("play-words-hint")),
        value: search.words.to_owned(),
        verbatim: true,
        kind: Some("search"),
        ..TextInput::new("q", desk.say("play-words"))
    };
    let source = Select { value: search.among.as_ref().map_or_else(String::new, ToString::to_string), ..Select::new("in", desk.say("play-source"), sources) };
    let time = |name: &str, label: &str, value: &str| TextInput {
        hint: Some(desk.say("play-time-hint")),
        value: value.to_owned(),
        error: mistakes.of(name),
        width: Width::Twenty,
        verbatim: true,
        ..TextInput::new(name, desk.say(label))
    };
    let parts = [words.html(language), source.html(language), time("from", "play-from", search.from).html(language), time("to", "play-until", search.until).html(language)];
    let action = Markup::text(&visit.url("/play/evidence"));
    let mut html = Markup::trusted(format!("<form method=\"get\" action=\"{action}\" role=\"search\" novalidate>\n"));
    for part in &parts {
        html.push(part);
    }
    html.push(&Button::new(desk.say("play-search")).html(language));
    html.push(&Markup::trusted("</form>\n"));
    body.push(&html);
}

fn results(visit: &Visit<'_>, pack: &Pack, search: &Search<'_>, (hits, pinned): (&[Hit<'_>], &[String]), body: &mut Body) {
    let desk = visit.desk;
    let all: usize = pack.evidence.iter().map(drill::Evidence::len).sum();
    body.h2(desk.tell("play-found", [("count", told::count(hits.len())), ("all", told::count(all))]));
    stretches(visit, search, hits, body);
    let pages = hits.len().div_ceil(PER_PAGE).max(1);
    let page = search.page.min(pages);
    let head = ["play-line", "play-moment", "play-text"].map(|key| desk.say(key));
    let mut table = Table::new(desk.say("play-lines-found"), head);
    table.empty = desk.say("play-nothing-found");
    // What was asked of a field is known; what is shown is where the other words stand.
    let words = search.words.split_whitespace().filter(|word| !word.contains('=') && !word.starts_with('-'));
    let sought: Vec<&str> = words.map(|word| word.trim_matches('"')).filter(|word| word.len() > 1).collect();
    for hit in hits.iter().skip((page - 1) * PER_PAGE).take(PER_PAGE) {
        let (cited, name) = (String::from(hit.citation()), &hit.evidence.entry.name);
        let mut first = link(&cited, &visit.url(&format!("/play/evidence/{name}/{}", hit.line)));
        if pinned.contains(&cited) {
            first.push(&Markup::trusted(" "));
            first.push(&desk.tag(desk.say("play-pinned"), Tone::Good));
        }
        let says = gist(hit.evidence, hit.line, &sought, EXCERPT);
        table.row([first, Markup::text(&hit.time().unwrap_or_default()), desk::code(&says)]);
    }
    body.part(&table);
    if pages > 1 {
        let to = |page: usize| search.address(visit, &[("page", &page.to_string())]);
        body.part(&Pagination {
            previous: (page > 1).then(|| to(page - 1)),
            next: (page < pages).then(|| to(page + 1)),
            place: desk.tell("play-page", [("page", told::count(page)), ("pages", told::count(pages))]),
        });
    }
}

/// How many lines lie in each stretch of time: a table whose bars repeat its numbers, each row a way into its stretch.
fn stretches(visit: &Visit<'_>, search: &Search<'_>, hits: &[Hit<'_>], body: &mut Body) {
    let desk = visit.desk;
    let stretches = time_line(hits, STRETCHES);
    let timeless = hits.iter().filter(|hit| hit.at.is_none()).count();
    if stretches.len() > 1 {
        let most = stretches.iter().map(|stretch| stretch.lines).max().unwrap_or(1).max(1);
        let mut table = Table::new(desk.say("play-time-line"), [desk.say("play-stretch"), desk.say("play-lines")]);
        for stretch in &stretches {
            let (from, until) = (utc(stretch.from), utc(stretch.until));
            let words = Markup::text(&from);
            let first = if stretch.lines == 0 { words } else { link(&from, &search.address(visit, &[("from", &from), ("to", &until)])) };
            table.row([first, bar(stretch.lines, most)]);
        }
        body.part(&table);
    }
    if timeless > 0 {
        body.note(desk.tell("play-timeless", [("count", i64::try_from(timeless).unwrap_or(i64::MAX))]));
    }
}

fn bar(lines: usize, most: usize) -> Markup {
    let thousandths = i64::try_from(lines * 1_000 / most).unwrap_or(0);
    let (width, lines) = (formats::per_cent(thousandths), told::count(lines));
    Markup::trusted(format!(
        "<svg class=\"lr-bars__bar\" width=\"100%\" height=\"14\" aria-hidden=\"true\" focusable=\"false\"><rect class=\"lr-bars__track\" width=\"100%\" height=\"14\" rx=\"2\"/><rect class=\"lr-bars__fill\" width=\"{width}\" height=\"14\" rx=\"2\"/></svg><span class=\"lr-bars__number\">{lines}</span>"
    ))
}

/// Which fields there are to ask for, with their commonest values as ways to narrow the search.
fn facets(visit: &Visit<'_>, pack: &Pack, search: &Search<'_>, body: &mut Body) {
    let desk = visit.desk;
    let chosen = pack.evidence.iter().filter(|evidence| search.among.as_ref().is_none_or(|name| evidence.entry.name == *name));
    body.h2(desk.say("play-fields"));
    for evidence in chosen {
        let mut table = Table::new(desk.text(&evidence.entry.title), [desk.say("play-field"), desk.say("play-values")]);
        table.quiet_caption = true;
        for facet in evidence.facets(FACET_VALUES).into_iter().take(FACETS) {
            let ways = facet.values.iter().filter(|(value, _)| value.chars().count() <= 60 && !value.contains('"')).map(|(value, lines)| {
                let term = format!("{}=\"{value}\"", facet.field);
                let asked = format!("{} {term}", search.words);
                let way = link(value, &search.address(visit, &[("q", asked.trim()), ("in", evidence.entry.name.as_str())]));
                format!("{way} ({lines})")
            });
            let ways: Vec<String> = ways.collect();
            if !ways.is_empty() {
                table.row([Markup::text(&facet.field), Markup::trusted(ways.join(&Markup::text(&desk.say("list-comma")).to_string()))]);
            }
        }
        body.part(&Details { summary: desk.text(&evidence.entry.title), body: table.html(desk.language()), open: false });
    }
}
