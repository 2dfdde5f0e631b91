use serde_json::{Value, json};

use crate::{Failure, Page};

impl Page {
    /// Switches the page's scripts off (or on again) from the next document on.
    pub fn scripts_off(&self, off: bool) -> Result<(), Failure> {
        self.has_scripts_off().set(off);
        self.set(
            "Emulation.setScriptExecutionDisabled",
            &json!({ "value": off }),
        )
    }

    /// The window's size in CSS pixels; a `mobile` one obeys the viewport's meta element and can be touched.
    pub fn viewport(&self, width: u32, height: u32, mobile: bool) -> Result<(), Failure> {
        let size =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile });
        self.set("Emulation.setDeviceMetricsOverride", &size)
    }

    /// Whether the person prefers a dark page.
    pub fn dark(&self, dark: bool) -> Result<(), Failure> {
        self.media("prefers-color-scheme", if dark { "dark" } else { "light" })
    }

    /// Whether the person's system forces its own colours on pages.
    pub fn forced_colours(&self, forced: bool) -> Result<(), Failure> {
        self.media("forced-colors", if forced { "active" } else { "none" })
    }

    /// The languages the browser asks for, as in `zh-HK,zh;q=0.9`.
    pub fn languages(&self, accepted: &str) -> Result<(), Failure> {
        self.set(
            "Network.setExtraHTTPHeaders",
            &json!({ "headers": { "Accept-Language": accepted } }),
        )
    }

    /// Text at twice its size (WCAG 1.4.4), on this document.
    pub fn double_text(&self) -> Result<(), Failure> {
        self.eval("document.documentElement.style.fontSize = '200%'; 0")
            .map(drop)
    }

    /// An old phone on slow 3G: 400 kbit/s, 400 ms, a quarter of the processor.
    pub fn slow_phone(&self) -> Result<(), Failure> {
        let line = json!({ "offline": false, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000 });
        self.set("Network.emulateNetworkConditions", &line)?;
        self.set("Emulation.setCPUThrottlingRate", &json!({ "rate": 4 }))
    }

    /// Cuts the line, or mends it.
    pub fn offline(&self, offline: bool) -> Result<(), Failure> {
        let line = json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        self.set("Network.emulateNetworkConditions", &line)
    }

    fn media(&self, feature: &str, value: &str) -> Result<(), Failure> {
        self.set(
            "Emulation.setEmulatedMedia",
            &json!({ "features": [{ "name": feature, "value": value }] }),
        )
    }

    fn set(&self, method: &str, params: &Value) -> Result<(), Failure> {
        self.call(method, params).map(drop)
    }
}
