use serde_json::{Value, json};

use crate::{Failure, Page};

/// Frames a page may take until an element stands still.
const MOVES: usize = 20;

impl Page {
    /// Presses the middle of an element with a real mouse event, so it works with scripts off and not through a cover.
    pub fn click(&self, selector: &str) -> Result<(), Failure> {
        let mut place = self.aim(selector)?;
        // A page just loaded moves under the pointer: a field with autofocus is scrolled to in the first frame. The pointer's
        // move is answered after a frame, so what has not moved by then stands still.
        for _ in 0..MOVES {
            let event = json!({ "type": "mouseMoved", "x": place.get("x"), "y": place.get("y") });
            self.call("Input.dispatchMouseEvent", &event)?;
            let before = std::mem::replace(&mut place, self.aim(selector)?);
            if before == place {
                break;
            }
        }
        for kind in ["mousePressed", "mouseReleased"] {
            let (x, y) = (place.get("x"), place.get("y"));
            let event = json!({ "type": kind, "x": x, "y": y, "button": "left", "clickCount": 1 });
            self.call("Input.dispatchMouseEvent", &event)?;
        }
        Ok(())
    }

    /// Brings an element to the middle of the window and says where to press it.
    fn aim(&self, selector: &str) -> Result<Value, Failure> {
        let place = self.eval(&format!("({AIM})({})", json!(selector)))?;
        if place.is_null() {
            return Err(self.not_found(selector));
        }
        match place.get("by").and_then(Value::as_str) {
            Some(by) => Err(Failure::Covered {
                selector: selector.to_owned(),
                by: by.to_owned(),
            }),
            None => Ok(place),
        }
    }

    /// Replaces what a field holds, typed as text, so `input` events fire.
    pub fn fill(&self, selector: &str, text: &str) -> Result<(), Failure> {
        self.on(selector, "element.focus(); element.select()")?;
        if text.is_empty() {
            return self.press("Delete");
        }
        self.call("Input.insertText", &json!({ "text": text }))
            .map(drop)
    }

    /// Chooses an option of a `<select>` by its value.
    pub fn choose(&self, selector: &str, value: &str) -> Result<(), Failure> {
        let value = json!(value);
        self.on(
            selector,
            &format!("element.value = {value}; element.dispatchEvent(new Event('change', {{bubbles: true}}))"),
        )
        .map(drop)
    }

    /// Presses a key by its DevTools name: `Tab`, `Enter`, `Delete`, `Escape`, `ArrowDown`.
    pub fn press(&self, key: &str) -> Result<(), Failure> {
        let (code, text) = match key {
            "Enter" => (13, "\r"),
            "Tab" => (9, ""),
            "Escape" => (27, ""),
            "Delete" => (46, ""),
            "ArrowDown" => (40, ""),
            "ArrowUp" => (38, ""),
            _ => (0, key),
        };
        for (kind, text) in [("keyDown", text), ("keyUp", "")] {
            let event = json!({ "type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code, "text": text });
            self.call("Input.dispatchKeyEvent", &event)?;
        }
        Ok(())
    }
}

/// Where to press an element, or what lies over it. A label over its own control is no cover.
const AIM: &str = "selector => {
    const element = document.querySelector(selector);
    if (!element) return null;
    element.scrollIntoView({block: 'center', inline: 'center', behavior: 'instant'});
    const box = element.getClientRects()[0] || element.getBoundingClientRect();
    const x = box.x + box.width / 2, y = box.y + box.height / 2;
    const top = document.elementFromPoint(x, y);
    const own = top && (element.contains(top) || [...(element.labels || [])].some(l => l.contains(top)));
    return own ? {x, y} : {by: top ? top.outerHTML.slice(0, 120) : 'nothing: it has no place on the page'};
}";
