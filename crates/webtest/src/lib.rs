//! A real browser for tests: Debian's Chromium, driven over its DevTools protocol.
//!
//! The browser speaks over a pipe, not over a socket: nothing listens, and when the test ends, however it ends, the pipe
//! closes and Chromium goes away. Everything is synchronous and bounded: a wait ends when the browser reports what was
//! waited for, or with [`Failure::Late`]. Each [`Page`] has a browser context of its own (cookies, storage, cache), so tests
//! may share one [`Browser`] and still not meet.
//!
//! ```ignore
//! let browser = Browser::launch()?;
//! let page = browser.page()?;
//! page.goto("http://localhost:8080/en/")?;
//! page.fill("#name", "Chan Tai Man")?;
//! page.submit()?;
//! assert_eq!(page.axe()?, []);
//! ```

mod audit;
mod browser;
mod capture;
mod failure;
mod hands;
mod page;
mod passkey;
mod seen;
mod surroundings;
mod wire;

pub use audit::Violation;
pub use browser::Browser;
pub use failure::Failure;
pub use page::Page;
pub use passkey::Passkey;
