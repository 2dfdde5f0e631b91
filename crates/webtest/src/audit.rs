//! Can everyone use the page? axe-core for what a machine can judge, and what axe does not see: reflow and small targets.

use std::fmt;

use serde_json::{Value, json};

use crate::{Failure, Page};

/// axe-core, unchanged; `vendor/README.md` has its origin and licence.
const AXE: &str = include_str!("../vendor/axe.min.js");

/// Everything WCAG 2.2 AA contains, and axe's own advice.
const RUN: &str = "axe.run(document, {resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', \
    'wcag22aa', 'best-practice']}).then(found => found.violations)";

/// A rule of axe that the page breaks.
#[derive(Clone, PartialEq, Eq)]
pub struct Violation {
    /// axe's name of the rule, `label` for instance.
    pub rule: String,
    /// `minor`, `moderate`, `serious` or `critical`.
    pub impact: String,
    /// What the rule asks for.
    pub help: String,
    /// The selectors of the elements, with what is wrong there.
    pub places: Vec<String>,
}

impl Page {
    /// Runs axe-core over the page. With scripts off they are switched on for the run; the document stays as it was parsed.
    pub fn axe(&self) -> Result<Vec<Violation>, Failure> {
        let off = self.has_scripts_off().get();
        if off {
            self.scripts_off(false)?;
        }
        if self.eval("typeof axe")? != "object" {
            self.eval(&format!("{AXE};0"))?;
        }
        let found = self.promised(RUN);
        if off {
            self.scripts_off(true)?;
        }
        Ok(found?
            .as_array()
            .into_iter()
            .flatten()
            .map(violation)
            .collect())
    }

    /// By how many pixels the page is wider than its window: 0 when nobody has to scroll sideways.
    pub fn overflow(&self) -> Result<i64, Failure> {
        let root = "document.documentElement";
        let wider = self.eval(&format!("{root}.scrollWidth - {root}.clientWidth"))?;
        wider.as_i64().ok_or(Failure::Answer("a width"))
    }

    /// What can be pressed but is smaller than 24 by 24 pixels (WCAG 2.5.8); links within a sentence may be, and a control
    /// may be pressed by its label.
    pub fn small_targets(&self) -> Result<Vec<String>, Failure> {
        Ok(strings(&self.eval(&format!("({SMALL})(24)"))?))
    }

    /// The families of the fonts that drew an element's text, to see that Hong Kong's glyphs are used.
    pub fn fonts(&self, selector: &str) -> Result<Vec<String>, Failure> {
        self.call("CSS.enable", &json!({}))?;
        let root = self.call("DOM.getDocument", &json!({ "depth": 0 }))?;
        let wanted = json!({ "nodeId": root.get("root").and_then(|root| root.get("nodeId")), "selector": selector });
        let node = self.call("DOM.querySelector", &wanted)?;
        let fonts = self.call(
            "CSS.getPlatformFontsForNode",
            &json!({ "nodeId": node.get("nodeId") }),
        )?;
        let families = fonts
            .get("fonts")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        Ok(families
            .filter_map(|font| font.get("familyName")?.as_str().map(str::to_owned))
            .collect())
    }
}

impl fmt::Debug for Violation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} ({}): {}", self.rule, self.impact, self.help)?;
        self.places
            .iter()
            .try_for_each(|place| write!(out, "\n    {place}"))
    }
}

fn violation(found: &Value) -> Violation {
    let text = |field: &str| {
        found
            .get(field)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let nodes = found
        .get("nodes")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let places = nodes.map(|node| {
        let summary = node
            .get("failureSummary")
            .and_then(Value::as_str)
            .unwrap_or_default();
        format!(
            "{}: {}",
            node.get("target").unwrap_or(&Value::Null),
            summary.replace('\n', " ")
        )
    });
    Violation {
        rule: text("id"),
        impact: text("impact"),
        help: text("help"),
        places: places.collect(),
    }
}

fn strings(list: &Value) -> Vec<String> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(|item| item.as_str().map(str::to_owned))
        .collect()
}

const SMALL: &str = "least => {
    const pressable = 'a[href], button, summary, select, textarea, input:not([type=hidden]), [role=button], [tabindex=\"0\"]';
    const inSentence = element => getComputedStyle(element).display === 'inline'
        && [...element.parentElement.childNodes].some(n => n.nodeType === 3 && n.textContent.trim() !== '');
    const boxes = element => [element, ...(element.labels || [])].map(e => e.getBoundingClientRect());
    const shown = element => element.checkVisibility({visibilityProperty: true}) && boxes(element).some(b => b.width > 1 && b.height > 1);
    const onScreen = element => boxes(element).some(b => b.right > 0 && b.bottom + scrollY > 0);
    const large = element => boxes(element).some(b => b.width >= least && b.height >= least);
    return [...document.querySelectorAll(pressable)]
        .filter(e => shown(e) && onScreen(e) && !inSentence(e) && !large(e))
        .map(e => {
            const b = e.getBoundingClientRect();
            return `${Math.round(b.width)}x${Math.round(b.height)} ${e.outerHTML.slice(0, 120)}`;
        });
}";
