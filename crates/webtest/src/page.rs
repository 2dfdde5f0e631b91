use std::cell::{Cell, RefCell};
use std::time::Instant;

use serde_json::{Value, json};

use crate::Failure;
use crate::seen::Seen;
use crate::wire::{PATIENCE, Session};

/// A tab. What a person does with it: go, read, fill, press.
pub struct Page {
    session: Session,
    target: String,
    context: String,
    seen: RefCell<Seen>,
    scripts_off: Cell<bool>,
}

impl Page {
    pub(crate) fn new(session: Session, target: String, context: String) -> Result<Page, Failure> {
        let scripts_off = Cell::new(false);
        let page = Page {
            session,
            target,
            context,
            seen: RefCell::default(),
            scripts_off,
        };
        for domain in ["Page", "Runtime", "Log", "Network", "DOM"] {
            page.call(&format!("{domain}.enable"), &json!({}))?;
        }
        page.call(
            "Page.setLifecycleEventsEnabled",
            &json!({ "enabled": true }),
        )?;
        // A tab in the background gets no focus and slow timers; every page of a test is the one in front.
        page.call(
            "Emulation.setFocusEmulationEnabled",
            &json!({ "enabled": true }),
        )?;
        Ok(page)
    }

    /// Opens an address and waits until it has loaded.
    pub fn goto(&self, url: &str) -> Result<(), Failure> {
        let answer = self.call("Page.navigate", &json!({ "url": url }))?;
        if let Some(reason) = answer.get("errorText").and_then(Value::as_str) {
            return Err(Failure::Refused {
                method: format!("goto {url}"),
                reason: reason.to_owned(),
            });
        }
        match answer.get("loaderId").and_then(Value::as_str) {
            Some(document) => self.until(&format!("{url} to load"), |seen| seen.loaded == document),
            None => Ok(()), // another place in the same document
        }
    }

    /// Presses something that leads to another document, and waits until that has loaded.
    pub fn follow(&self, selector: &str) -> Result<(), Failure> {
        let before = self.seen.borrow().shown.clone();
        self.click(selector)?;
        self.until(&format!("the page behind `{selector}`"), |seen| {
            seen.shown != before && seen.loaded == seen.shown
        })
    }

    /// Presses the page's first submit button and waits for the answer.
    pub fn submit(&self) -> Result<(), Failure> {
        let inside = ["main ", ""].into_iter().find_map(|place| {
            let button = format!(
                "{place}form button:is([type=submit],:not([type])), {place}form input[type=submit]"
            );
            self.has(&button).unwrap_or(false).then_some(button)
        });
        self.follow(inside.as_deref().unwrap_or("form [type=submit]"))
    }

    /// Reloads the document.
    pub fn reload(&self) -> Result<(), Failure> {
        let before = self.seen.borrow().shown.clone();
        self.call("Page.reload", &json!({}))?;
        self.until("the page to load again", |seen| {
            seen.shown != before && seen.loaded == seen.shown
        })
    }

    /// Goes back, as the browser's own button does.
    pub fn back(&self) -> Result<(), Failure> {
        let history = self.call("Page.getNavigationHistory", &json!({}))?;
        let current = history
            .get("currentIndex")
            .and_then(Value::as_u64)
            .ok_or(Failure::Answer("currentIndex"))?;
        let entry = history
            .pointer(&format!("/entries/{}/id", current.saturating_sub(1)))
            .cloned();
        let before = self.seen.borrow().shown.clone();
        self.call("Page.navigateToHistoryEntry", &json!({ "entryId": entry }))?;
        self.until("the page before", |seen| seen.shown != before)?;
        self.wait_for("body")
    }

    /// Waits until something fits the selector. With scripts on the page's own changes are watched, without them only a new
    /// document can bring it.
    pub fn wait_for(&self, selector: &str) -> Result<(), Failure> {
        let deadline = Instant::now() + PATIENCE;
        while !self.has(selector)? {
            if Instant::now() > deadline {
                let what = format!("`{selector}` on {}", self.url()?);
                return Err(Failure::Late {
                    what,
                    seconds: PATIENCE.as_secs(),
                });
            }
            if self.scripts_off.get() {
                self.hear(deadline)?;
            } else {
                // A navigation ends the promise with an error; the loop then asks the next document.
                let _ = self.promised(&format!("({WATCH})({})", json!(selector)));
            }
        }
        Ok(())
    }

    /// The text of the first element that fits, as a reader sees it.
    pub fn text(&self, selector: &str) -> Result<String, Failure> {
        let text = self.on(selector, "return element.innerText")?;
        Ok(text.as_str().unwrap_or_default().trim().to_owned())
    }

    /// What a field holds now.
    pub fn value(&self, selector: &str) -> Result<String, Failure> {
        Ok(self
            .on(selector, "return element.value")?
            .as_str()
            .unwrap_or_default()
            .to_owned())
    }

    /// The element that has the focus, in HTML: where a keyboard or a screen reader stands.
    pub fn focused(&self) -> Result<String, Failure> {
        let focused =
            self.eval("document.activeElement ? document.activeElement.outerHTML : ''")?;
        Ok(focused.as_str().unwrap_or_default().to_owned())
    }

    /// Whether something fits the selector.
    pub fn has(&self, selector: &str) -> Result<bool, Failure> {
        self.eval(&format!(
            "document.querySelector({}) !== null",
            json!(selector)
        ))
        .map(|found| found == true)
    }

    /// The document as it stands, in HTML.
    pub fn html(&self) -> Result<String, Failure> {
        Ok(self
            .eval("document.documentElement.outerHTML")?
            .as_str()
            .unwrap_or_default()
            .to_owned())
    }

    /// The address in the address bar.
    pub fn url(&self) -> Result<String, Failure> {
        Ok(self
            .eval("location.href")?
            .as_str()
            .unwrap_or_default()
            .to_owned())
    }

    /// The value of an expression; works with the page's own scripts off.
    pub fn eval(&self, script: &str) -> Result<Value, Failure> {
        self.run(script, false)
    }

    /// The value an expression's promise resolves to; the page's scripts must be on.
    pub fn promised(&self, script: &str) -> Result<Value, Failure> {
        self.run(script, true)
    }

    /// Errors on the console, uncaught exceptions, CSP violations and missing subresources since the page was made. The
    /// status of the document itself is no complaint: a refused form answers 422 on purpose.
    pub fn complaints(&self) -> Result<Vec<String>, Failure> {
        self.catch_up()?;
        Ok(self.seen.borrow().complaints.clone())
    }

    /// The addresses asked for since the last [`Page::forget_requests`], subresources included.
    pub fn requests(&self) -> Result<Vec<String>, Failure> {
        self.catch_up()?;
        Ok(self.seen.borrow().requests.clone())
    }

    /// Bytes that came over the wire since then, compressed as they were, headers included.
    pub fn bytes(&self) -> Result<u64, Failure> {
        self.catch_up()?;
        Ok(self.seen.borrow().bytes)
    }

    /// Starts the lists of requests and bytes anew.
    pub fn forget_requests(&self) -> Result<(), Failure> {
        self.catch_up()?;
        let mut seen = self.seen.borrow_mut();
        seen.requests.clear();
        seen.bytes = 0;
        Ok(())
    }

    /// Any command of the DevTools protocol.
    pub fn call(&self, method: &str, params: &Value) -> Result<Value, Failure> {
        self.session.call(method, params, |event| {
            self.seen.borrow_mut().note(event, &self.target);
        })
    }

    pub(crate) fn context(&self) -> &str {
        &self.context
    }

    pub(crate) fn has_scripts_off(&self) -> &Cell<bool> {
        &self.scripts_off
    }

    /// Runs the body of a function over the first `element` that fits.
    pub(crate) fn on(&self, selector: &str, body: &str) -> Result<Value, Failure> {
        if !self.has(selector)? {
            return Err(self.not_found(selector));
        }
        self.eval(&format!(
            "(element => {{ {body} }})(document.querySelector({}))",
            json!(selector)
        ))
    }

    fn run(&self, script: &str, wait: bool) -> Result<Value, Failure> {
        let wanted = json!({ "expression": script, "returnByValue": true, "awaitPromise": wait, "userGesture": true });
        let mut answer = self.call("Runtime.evaluate", &wanted)?;
        if let Some(thrown) = answer.get("exceptionDetails") {
            let said = thrown
                .pointer("/exception/description")
                .or_else(|| thrown.get("text"));
            return Err(Failure::Script(
                said.and_then(Value::as_str).unwrap_or_default().to_owned(),
            ));
        }
        Ok(answer
            .pointer_mut("/result/value")
            .map(Value::take)
            .unwrap_or_default())
    }

    /// Hears events until what was seen is as wanted.
    fn until(&self, what: &str, wanted: impl Fn(&Seen) -> bool) -> Result<(), Failure> {
        let deadline = Instant::now() + PATIENCE;
        while !wanted(&self.seen.borrow()) {
            self.hear(deadline).map_err(|failure| match failure {
                Failure::Late { seconds, .. } => Failure::Late {
                    what: what.to_owned(),
                    seconds,
                },
                other => other,
            })?;
        }
        Ok(())
    }

    fn hear(&self, deadline: Instant) -> Result<(), Failure> {
        let event = self.session.next(deadline)?;
        self.seen.borrow_mut().note(&event, &self.target);
        Ok(())
    }

    /// Events arrive in order, so the answer to any command says that the earlier ones are here.
    fn catch_up(&self) -> Result<(), Failure> {
        self.eval("0")?;
        for event in self.session.arrived() {
            self.seen.borrow_mut().note(&event, &self.target);
        }
        Ok(())
    }

    pub(crate) fn not_found(&self, selector: &str) -> Failure {
        Failure::NotFound {
            selector: selector.to_owned(),
            url: self.url().unwrap_or_default(),
        }
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        let _ = self.call("Page.close", &json!({}));
    }
}

/// Resolves when something fits, or after a second, so that a wait never outlives its page.
const WATCH: &str = "selector => new Promise(done => {
    const look = () => document.querySelector(selector) && finish();
    const watcher = new MutationObserver(look);
    const finish = () => { watcher.disconnect(); clearTimeout(limit); done(null); };
    const limit = setTimeout(finish, 1000);
    watcher.observe(document, {subtree: true, childList: true, attributes: true});
    look();
})";
