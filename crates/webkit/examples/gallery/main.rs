//! Every part of a page in three languages, to be looked at in a browser: `cargo run -p webkit --example gallery`.

mod pages;

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::io::Write;
use std::sync::Arc;

use axum::Router;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use kernel::{Clock, Environment, Instant, Kind, Random, Text};
use tokio::net::TcpListener;
use webkit::{
    Failure, FormKeys, Json, Layout, Link, ServeOptions, Shell, Visitor, in_every_language, serve,
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = std::env::args().nth(1).unwrap_or_else(|| "8099".to_owned());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    writeln!(std::io::stdout(), "http://{}/", listener.local_addr()?)?;
    let shell = Shell::new(Arc::new(layout()), Arc::new(Toy), Arc::new(Still), &Toy);
    serve(
        listener,
        shell.wrap(router()),
        ServeOptions::default(),
        stop(),
    )
    .await?;
    Ok(())
}

fn router() -> Router {
    let pages = Router::new()
        .route("/", get(pages::front))
        .route("/form", get(pages::form).post(pages::post_form))
        .route("/errors", get(pages::errors))
        .route("/answers", get(pages::answers))
        .route("/confirmation", get(pages::confirmation))
        .route("/waiting", get(pages::waiting))
        .route("/statistics", get(pages::statistics))
        .route("/desk", get(pages::desk))
        .route("/kiosk", get(pages::kiosk))
        .route("/messages", get(pages::messages))
        .route("/passkey", get(pages::passkey))
        .route(
            "/busy",
            get(async || Failure::of(Kind::Busy).retry_after(30)),
        )
        .route("/broken", get(async || Failure::of(Kind::Broken)));
    in_every_language(&pages)
        .route("/queue.json", get(queue))
        .route(
            "/api/echo",
            post(async |Json(body): Json<serde_json::Value>| Json(body)),
        )
        .route("/api/ping", get(async || Json("pong")))
        .route(
            "/who",
            get(async |visitor: Visitor| visitor.language.to_string()),
        )
}

async fn queue() -> impl IntoResponse {
    let body =
        serde_json::json!({ "serving": 41_230, "people_per_minute": 900, "next_poll_secs": 15 });
    ([("cache-control", "public, max-age=5")], Json(body))
}

fn layout() -> Layout {
    let service = Text::new(
        "Reusable mask registration",
        "可重用口罩登記",
        "可重用口罩登记",
    );
    let text = |en: &str, hant: &str, hans: &str| Text::new(en, hant, hans);
    let mut layout = Layout::new(service, Environment::Demo);
    layout.owner = Some(text(
        "Innovation and Technology Bureau (sample)",
        "創新科技局（示例）",
        "创新科技局（示例）",
    ));
    layout.navigation = vec![
        Link::new(text("Parts", "組件", "组件"), "/"),
        Link::new(text("Statistics", "統計", "统计"), "/statistics"),
        Link::new(text("Desk", "工作台", "工作台"), "/desk"),
    ];
    layout.footer = vec![
        Link::new(
            text(
                "How your data is protected",
                "如何保護你的資料",
                "如何保护你的资料",
            ),
            "/messages",
        ),
        Link::new(text("Check a receipt", "核實收據", "核实收据"), "/answers"),
    ];
    layout
}

async fn stop() {
    let _ = tokio::signal::ctrl_c().await;
}

/// Stands in for keys and chance; the gallery guards nothing.
struct Toy;

impl FormKeys for Toy {
    fn mac(&self, label: &str, bytes: &[u8]) -> [u8; 32] {
        let mut hasher = DefaultHasher::new();
        (label, bytes).hash(&mut hasher);
        let half = hasher.finish().to_be_bytes();
        std::array::from_fn(|index| half.get(index % 8).copied().unwrap_or_default())
    }
}

impl Random for Toy {
    fn fill(&self, out: &mut [u8]) {
        out.fill(7);
    }
}

struct Still;

impl Clock for Still {
    fn now(&self) -> Instant {
        Instant::from_millis(1_588_719_600_000)
    }
}
