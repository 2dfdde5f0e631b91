//! Serves a seeded platform on a loopback port, to be looked at: `cargo run -p resident --example pages`. With a folder as
//! its argument it walks through every page in a real browser instead and leaves pictures there.

#[path = "../tests/face/city.rs"]
#[expect(clippy::unwrap_used, reason = "shared with the tests")]
mod city;
#[path = "../tests/face/numbers.rs"]
#[expect(clippy::unwrap_used, reason = "shared with the tests")]
mod people;
#[path = "../tests/face/open_stations.rs"]
#[expect(clippy::unwrap_used, reason = "shared with the tests")]
mod open_stations;
#[path = "../tests/face/walk.rs"]
#[expect(clippy::unwrap_used, reason = "shared with the tests")]
mod walk;

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use walk::Walk;
use webtest::{Browser, Failure, Page};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let city = walk::full_city();
    let site = walk::serve_city(&city);
    writeln!(std::io::stdout(), "{site}/en/{}", city::SLUG)?;
    match std::env::args().nth(1) {
        Some(folder) => pictures(Path::new(&folder), &city, &site)?,
        None => loop {
            std::thread::park();
        },
    }
    Ok(())
}

fn pictures(folder: &Path, city: &Arc<city::City>, site: &str) -> Result<(), Box<dyn std::error::Error>> {
    let browser = Browser::launch()?;
    let walks = [("en", "Q123456", "I222222"), ("zh-hant", "Q234561", "I333333"), ("zh-hans", "Q345612", "I444444")];
    for (language, known, unknown) in walks {
        let into = folder.join(language);
        std::fs::create_dir_all(&into)?;
        let page = browser.page()?;
        let walk = Walk { page: &page, site, language, city };
        let mut look = |page: &Page, name: &str| -> Result<(), Failure> {
            page.viewport(1280, 900, false)?;
            page.screenshot(&into.join(format!("{name}-1280.png")))?;
            page.viewport(360, 740, true)?;
            page.screenshot(&into.join(format!("{name}-360.png")))?;
            page.viewport(1280, 900, false)
        };
        walk.public(&mut look)?;
        let good = walk.journey(known, "1970", &mut look)?;
        let bad = walk.journey(unknown, "1980", &mut look)?;
        city.work();
        walk.status(&good, &mut look)?;
        walk.my_data(&good, &mut look)?;
        walk.status(&bad, &mut |page, name| look(page, &format!("bad-{name}")))?;
        let ended = walk::ended_city();
        page.goto(&format!("{}/{language}/masks-2020", walk::serve_city(&ended)))?;
        look(&page, "ended")?;
        writeln!(std::io::stdout(), "{language}: {:?}", page.complaints()?)?;
    }
    Ok(())
}
