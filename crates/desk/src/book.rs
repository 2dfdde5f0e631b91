use std::sync::Arc;

use axum::Router;
use axum::extract::{RawPathParams, Request};
use axum::routing::{MethodFilter, MethodRouter, on};
use webkit::{Visitor, takes_files};

use crate::desk::{Answer, Desk, attend};
use crate::{StaffState, Texts};

/// A book whose pages ask for fewer texts was not read.
const ASKED_LEAST: usize = 100;

/// The pages of one crate: every address with what answers, and the words.
pub struct Book {
    /// Every route. The router is built from it and from nothing else, so the test that attacks every route cannot miss one.
    pub routes: &'static [Route],
    /// The words of its pages; what stands in many books is found in the desk's own.
    pub texts: Texts,
}

/// Reading or acting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Reads; changes nothing but the journal.
    Get,
    /// Acts; needs a form token.
    Post,
}

/// Who may use a route. The pages enforce it by asking for grants; the test of attacks holds them to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// Anybody.
    Public,
    /// Whoever is signed in.
    Officer,
    /// Whoever has a seat in the exercise of the address: officers, and guests by the cookie of their invitation. The page looks at the
    /// seat; whoever brings neither a session nor such a cookie does not come so far.
    Seat,
    /// Officers with one of these rights.
    Right(&'static [&'static str]),
    /// Officers with one of these rights, in a scheme of their own department.
    Scheme(&'static [&'static str]),
    /// Officers with one of these rights, in the department of the identity provider.
    Identity(&'static [&'static str]),
}

/// One address, who may use it, and what answers.
pub struct Route {
    /// Reading or acting.
    pub verb: Verb,
    /// The path, without the language.
    pub path: &'static str,
    /// Who may use it.
    pub guard: Guard,
    /// Whether something is typed there. Then the page shows its form again when the language is switched, and after a
    /// session that ended meanwhile.
    pub typed: bool,
    /// How large a file it takes, if it takes one.
    pub file_max_bytes: Option<usize>,
    pub(crate) act: fn(&Desk) -> Answer,
}

impl Book {
    /// What is wrong with its words, for the test of each book: flaws of the three catalogues, where `allowed` are Latin words that Chinese
    /// texts may use, and texts that the pages of the crate at `root` ask for and that stand nowhere.
    ///
    /// # Errors
    /// When the pages cannot be read.
    pub fn flaws(&self, allowed: &[&str], root: &str) -> std::io::Result<Vec<String>> {
        let mut flaws: Vec<String> = self.texts.flaws(allowed).iter().map(ToString::to_string).collect();
        let mut asked = 0;
        for entry in std::fs::read_dir(std::path::Path::new(root).join("src"))? {
            let path = entry?.path();
            let (unknown, count) = self.texts.unknown(&std::fs::read_to_string(&path)?);
            flaws.extend(unknown.iter().map(|key| format!("{}: there is no text {key}", path.display())));
            asked += count;
        }
        if asked < ASKED_LEAST {
            flaws.push(format!("the pages ask for {asked} texts only: are they read?"));
        }
        Ok(flaws)
    }

    /// Adds its pages to a router.
    pub fn serve(&'static self, state: &Arc<StaffState>, mut pages: Router) -> Router {
        for route in self.routes {
            pages = pages.route(route.path, self.answer(route, state));
        }
        pages
    }

    fn answer(&'static self, route: &'static Route, state: &Arc<StaffState>) -> MethodRouter {
        let state = state.clone();
        let filter = match route.verb {
            Verb::Get => MethodFilter::GET,
            Verb::Post => MethodFilter::POST,
        };
        let answer = on(filter, move |visitor: Visitor, params: RawPathParams, request: Request| {
            let state = state.clone();
            async move { attend(state, self, route, visitor, &params, request).await }
        });
        if route.file_max_bytes.is_some() { answer.layer(takes_files()) } else { answer }
    }
}

/// A page.
pub const fn get(path: &'static str, guard: Guard, act: fn(&Desk) -> Answer) -> Route {
    Route { verb: Verb::Get, path, guard, typed: false, file_max_bytes: None, act }
}

/// An act.
pub const fn post(path: &'static str, guard: Guard, act: fn(&Desk) -> Answer) -> Route {
    Route { verb: Verb::Post, path, guard, typed: false, file_max_bytes: None, act }
}

/// A post of something typed.
pub const fn form(path: &'static str, guard: Guard, act: fn(&Desk) -> Answer) -> Route {
    Route { typed: true, ..post(path, guard, act) }
}

/// A post of something typed and a file.
pub const fn form_with_file(path: &'static str, guard: Guard, max_bytes: usize, act: fn(&Desk) -> Answer) -> Route {
    Route { file_max_bytes: Some(max_bytes), ..form(path, guard, act) }
}
