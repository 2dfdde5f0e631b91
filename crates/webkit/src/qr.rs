use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};
use crate::Markup;

/// A line as a QR code, drawn as one path, so that it prints sharp and needs no style.
pub fn qr(line: &str, name: &str) -> Markup {
    let Ok(code) = QrCode::with_error_correction_level(line, EcLevel::L) else { return Markup::default() };
    let width = code.width();
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(width).enumerate() {
        let mut x = 0;
        while let Some(dark) = row.get(x) {
            let run = row.iter().skip(x).take_while(|color| *color == dark).count();
            if *dark == Color::Dark {
                // Writing to a String cannot fail.
                let _ = write!(path, "M{x} {y}h{run}v1h-{run}z");
            }
            x += run;
        }
    }
    let side = width + 8;
    Markup::trusted(format!(
        "<p><svg role=\"img\" aria-label=\"{}\" viewBox=\"-4 -4 {side} {side}\" width=\"288\" height=\"288\" shape-rendering=\"crispEdges\">\
         <rect x=\"-4\" y=\"-4\" width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path fill=\"#000\" d=\"{path}\"/></svg></p>\n",
        Markup::text(name)
    ))
}
