use std::fmt::Write as _;

use notify::{Folio, FolioPart, FolioTable, Piece, long_day};

use super::words::Words;

/// A page in one file: no script, nothing fetched, dark on white, with heads of tables on every sheet when it is printed.
pub(super) fn page(folio: &Folio) -> String {
    let mut out = String::with_capacity(64 * 1024);
    let (lang, title) = (folio.language.tag(), escaped(&folio.title));
    let day = escaped(&long_day(folio.language, folio.day));
    let _ = write!(
        out,
        "<!doctype html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n<p>{day}</p>\n"
    );
    let contents = escaped(&Words(folio.language).say("contents"));
    let _ = write!(out, "<nav aria-label=\"{contents}\"><ol>");
    for section in &folio.sections {
        let _ = write!(out, "<li><a href=\"#{}\">{}</a></li>", escaped(&section.anchor), escaped(&section.heading));
    }
    out.push_str("</ol></nav>\n");
    for section in &folio.sections {
        let anchor = escaped(&section.anchor);
        let _ = writeln!(out, "<section aria-labelledby=\"{anchor}\">\n<h2 id=\"{anchor}\">{}</h2>", escaped(&section.heading));
        for part in &section.parts {
            match part {
                FolioPart::Paragraph(pieces) => {
                    let _ = writeln!(out, "<p>{}</p>", flowing(pieces));
                }
                FolioPart::Table(table) => write_table(&mut out, table, &anchor),
            }
        }
        out.push_str("</section>\n");
    }
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

fn write_table(out: &mut String, table: &FolioTable, labelled: &str) {
    let _ = write!(out, "<div class=\"wide\" role=\"group\" aria-labelledby=\"{labelled}\" tabindex=\"0\"><table>\n<thead><tr>");
    for (heading, _) in &table.columns {
        let _ = write!(out, "<th scope=\"col\">{}</th>", escaped(heading));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in &table.rows {
        match &row.anchor {
            Some(anchor) => {
                let _ = write!(out, "<tr id=\"{}\">", escaped(anchor));
            }
            None => out.push_str("<tr>"),
        }
        for cell in &row.cells {
            let _ = write!(out, "<td>{}</td>", flowing(cell));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table></div>\n");
}

fn flowing(pieces: &[Piece]) -> String {
    let piece = |piece: &Piece| match &piece.to {
        Some(to) => format!("<a href=\"#{}\">{}</a>", escaped(to), escaped(&piece.text)),
        None => escaped(&piece.text),
    };
    pieces.iter().map(piece).collect()
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            sign if sign.is_control() && sign != '\n' => out.push(' '),
            sign => out.push(sign),
        }
    }
    out
}

const STYLE: &str = "
:root{color-scheme:light}
body{margin:0;background:#fff;color:#1b1b1b;font:1rem/1.55 system-ui,\"Noto Sans\",\"Noto Sans CJK HK\",\"PingFang HK\",\"Microsoft JhengHei\",sans-serif}
main{max-width:64rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h1{font-size:1.7rem;line-height:1.25;margin:0 0 .25rem}
h2{font-size:1.25rem;margin:2.5rem 0 .5rem;padding-top:.75rem;border-top:2px solid #003a8c}
a{color:#003a8c}
a:focus,div:focus{outline:3px solid #d97700;outline-offset:2px}
:target{background:#fff3c4}
nav ol{columns:18rem;padding-left:1.4rem}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;margin:.75rem 0;font-size:.92rem}
th,td{text-align:left;vertical-align:top;padding:.35rem .6rem .35rem 0;border-bottom:1px solid #d4d4d4;overflow-wrap:anywhere}
th{border-bottom:2px solid #6b6b6b}
@page{size:A4;margin:18mm}
@media print{main{max-width:none;padding:0}nav{display:none}.wide{overflow:visible}thead{display:table-header-group}tr{break-inside:avoid}h2{break-after:avoid}a{text-decoration:none}}
";
