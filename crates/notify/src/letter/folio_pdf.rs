//! A report on sheets of paper: first where everything stands, then the drawing, then the tags.

use std::collections::BTreeMap;
use std::num::NonZeroU16;

use kernel::Language;
use krilla::Document;
use krilla::annotation::{Annotation, LinkAnnotation, Target};
use krilla::color::{luma, rgb};
use krilla::destination::XyzDestination;
use krilla::geom::{Point, Rect};
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::tagging::{Artifact, ArtifactType, ContentTag, Identifier, Node, SpanTag, TableHeaderScope, Tag, TagGroup, TagTree};

use super::LetterError;
use super::face::{Face, LetterFont, units};
use super::folio::{Folio, FolioPart, FolioTable, Piece};
use super::sheets::{dated, mm};
use crate::long_day;

pub(super) fn draw(folio: &Folio, font: &LetterFont) -> Result<Vec<u8>, LetterError> {
    let face = if folio.language == Language::ZhHans { font.simplified()? } else { font.hong_kong()? };
    let mut layout = Layout { face: &face, pages: vec![Vec::new()], y: TOP, slots: 0, anchors: BTreeMap::new() };
    layout.folio(folio)?;
    let (slots, anchors) = (layout.slots, std::mem::take(&mut layout.anchors));
    let pages = layout.numbered()?;
    let size = PageSettings::from_wh(mm(210.0), mm(297.0)).ok_or(LetterError::TooLong("sheet"))?;
    let mut document = Document::new();
    document.set_metadata(dated(folio.day, &folio.title, folio.language));
    let mut filled: Vec<Vec<Node>> = (0..slots).map(|_| Vec::new()).collect();
    for runs in &pages {
        sheet(&mut document, &size, &face, runs, (&anchors, &mut filled))?;
    }
    document.set_outline(outline(folio, &anchors));
    document.set_tag_tree(tree(folio, filled));
    document.finish().map_err(|error| LetterError::Unmade(format!("{error:?}")))
}

/// Where an anchor stands: the sheet, from 0, and how far down.
type Anchors = BTreeMap<String, (usize, f32)>;

/// A stretch of one line, where it stands.
struct Run {
    text: String,
    size: f32,
    x: f32,
    y: f32,
    width: f32,
    to: Option<String>,
    /// Which heading, paragraph or cell it belongs to; nothing for what only repeats, such as the head of a table on its next sheet.
    slot: Option<usize>,
}

struct Layout<'a, 'f> {
    face: &'a Face<'f>,
    pages: Vec<Vec<Run>>,
    y: f32,
    slots: usize,
    anchors: Anchors,
}

/// How large a text is set, and how far apart its lines stand.
#[derive(Clone, Copy)]
struct Setting {
    size: f32,
    leading: f32,
}

impl Layout<'_, '_> {
    fn folio(&mut self, folio: &Folio) -> Result<(), LetterError> {
        self.block(&[Piece::plain(&folio.title)], TITLE)?;
        self.block(&[Piece::plain(long_day(folio.language, folio.day))], BODY)?;
        for section in &folio.sections {
            self.y += 12.0;
            self.room(70.0);
            self.anchor(&section.anchor);
            self.block(&[Piece::plain(&section.heading)], HEADING)?;
            for part in &section.parts {
                match part {
                    FolioPart::Paragraph(pieces) => self.block(pieces, BODY)?,
                    FolioPart::Table(table) => self.table(table)?,
                }
            }
        }
        Ok(())
    }

    fn block(&mut self, pieces: &[Piece], setting: Setting) -> Result<(), LetterError> {
        let slot = self.slot();
        for line in self.lines(pieces, setting.size, WIDTH)? {
            self.room(setting.leading);
            self.put(&line, LEFT, setting, Some(slot));
            self.y += setting.leading;
        }
        self.y += setting.leading / 3.0;
        Ok(())
    }

    fn table(&mut self, table: &FolioTable) -> Result<(), LetterError> {
        let columns = columns(table);
        let head: Vec<Vec<Piece>> = table.columns.iter().map(|(text, _)| vec![Piece::plain(text)]).collect();
        let head_cells = self.cells(&head, &columns)?;
        self.room(4.0 * CELL.leading);
        let slots: Vec<Option<usize>> = head.iter().map(|_| Some(self.slot())).collect();
        self.row(&head_cells, &columns, &slots, None);
        for row in &table.rows {
            let cells = self.cells(&row.cells, &columns)?;
            let tall = cells.iter().map(Vec::len).max().unwrap_or(0).min(3);
            if self.is_full(CELL.leading * f32::from(u16::try_from(tall).unwrap_or(3))) {
                self.turn(Some((&head_cells, &columns)));
            }
            if let Some(anchor) = &row.anchor {
                self.anchor(anchor);
            }
            let slots: Vec<Option<usize>> = cells.iter().map(|_| Some(self.slot())).collect();
            self.row(&cells, &columns, &slots, Some((&head_cells, &columns)));
        }
        self.y += CELL.leading;
        Ok(())
    }

    /// A row, line by line: one that is taller than a sheet goes on, under the head, on the next.
    fn row(&mut self, cells: &[Vec<Line>], columns: &[(f32, f32)], slots: &[Option<usize>], head: Option<Head<'_>>) {
        let lines = cells.iter().map(Vec::len).max().unwrap_or(0);
        for at in 0..lines {
            if self.is_full(CELL.leading) {
                self.turn(head);
            }
            for ((cell, (x, _)), slot) in cells.iter().zip(columns).zip(slots) {
                if let Some(line) = cell.get(at) {
                    self.put(line, *x, CELL, *slot);
                }
            }
            self.y += CELL.leading;
        }
        self.y += 2.5;
    }

    fn cells(&self, cells: &[Vec<Piece>], columns: &[(f32, f32)]) -> Result<Vec<Vec<Line>>, LetterError> {
        cells.iter().zip(columns).map(|(cell, (_, width))| self.lines(cell, CELL.size, *width)).collect()
    }

    /// Pieces broken into lines no wider than this.
    fn lines(&self, pieces: &[Piece], size: f32, width: f32) -> Result<Vec<Line>, LetterError> {
        let (mut lines, mut line, mut wide): (Vec<Line>, Line, f32) = (Vec::new(), Vec::new(), 0.0);
        for piece in pieces {
            let text = self.shown(&piece.text);
            for unit in units(&text).into_iter().flat_map(|unit| self.fitting(unit, size, width)) {
                let ink = self.face.width(unit.trim_end(), size)?;
                if !line.is_empty() && wide + ink > width {
                    lines.push(std::mem::take(&mut line));
                    wide = 0.0;
                }
                let long = self.face.width(&unit, size)?;
                match line.last_mut().filter(|last| last.to == piece.to) {
                    Some(last) => {
                        last.text.push_str(&unit);
                        last.width += long;
                    }
                    None => line.push(Stretch { text: unit, from: wide, width: long, to: piece.to.clone() }),
                }
                wide += long;
            }
        }
        lines.push(line);
        Ok(lines)
    }

    /// A word that is wider than its column, in pieces that are not.
    fn fitting(&self, unit: &str, size: f32, width: f32) -> Vec<String> {
        if self.face.width(unit, size).is_ok_and(|wide| wide <= width) || unit.chars().count() < 2 {
            return vec![unit.to_owned()];
        }
        let (mut pieces, mut piece) = (Vec::new(), String::new());
        for sign in unit.chars() {
            let mut longer = piece.clone();
            longer.push(sign);
            if !piece.is_empty() && self.face.width(&longer, size).is_ok_and(|wide| wide > width) {
                pieces.push(std::mem::take(&mut piece));
            }
            piece.push(sign);
        }
        pieces.push(piece);
        pieces
    }

    /// The text with a box for every character that the font cannot draw.
    fn shown(&self, text: &str) -> String {
        let sign = |sign: char| match sign {
            sign if sign.is_control() => ' ',
            sign if self.face.has(sign) => sign,
            _ => '□',
        };
        text.chars().map(sign).collect()
    }

    fn put(&mut self, line: &[Stretch], x: f32, setting: Setting, slot: Option<usize>) {
        let y = self.y;
        let Some(page) = self.pages.last_mut() else { return };
        for stretch in line {
            page.push(Run {
                text: stretch.text.clone(),
                size: setting.size,
                x: x + stretch.from,
                y,
                width: stretch.width,
                to: stretch.to.clone(),
                slot,
            });
        }
    }

    const fn slot(&mut self) -> usize {
        self.slots += 1;
        self.slots - 1
    }

    fn anchor(&mut self, name: &str) {
        self.anchors.insert(name.to_owned(), (self.pages.len() - 1, (self.y - 14.0).max(0.0)));
    }

    fn is_full(&self, height: f32) -> bool {
        self.y + height > BOTTOM
    }

    fn room(&mut self, height: f32) {
        if self.is_full(height) {
            self.turn(None);
        }
    }

    fn turn(&mut self, head: Option<Head<'_>>) {
        self.pages.push(Vec::new());
        self.y = TOP;
        if let Some((cells, columns)) = head {
            let slots = vec![None; cells.len()];
            self.row(cells, columns, &slots, None);
        }
    }

    /// With "1 / 3" at the foot of each sheet.
    fn numbered(self) -> Result<Vec<Vec<Run>>, LetterError> {
        let Self { face, mut pages, .. } = self;
        let count = pages.len();
        if count > MOST {
            return Err(LetterError::TooLong("report"));
        }
        for (page, number) in pages.iter_mut().zip(1..) {
            let text = format!("{number} / {count}");
            let width = face.width(&text, CELL.size)?;
            page.push(Run { text, size: CELL.size, x: LEFT + WIDTH - width, y: mm(287.0), width, to: None, slot: None });
        }
        Ok(pages)
    }
}

type Line = Vec<Stretch>;
type Head<'h> = (&'h [Vec<Line>], &'h [(f32, f32)]);

/// A part of a line that leads to one place or nowhere.
struct Stretch {
    text: String,
    from: f32,
    width: f32,
    to: Option<String>,
}

/// Where each column begins, and how wide its text may be.
fn columns(table: &FolioTable) -> Vec<(f32, f32)> {
    let whole: f32 = table.columns.iter().map(|(_, share)| f32::from(*share)).sum::<f32>().max(1.0);
    let mut x = LEFT;
    let mut columns = Vec::new();
    for (_, share) in &table.columns {
        let width = WIDTH * f32::from(*share) / whole;
        columns.push((x, width - GAP));
        x += width;
    }
    columns
}

/// One sheet; what was drawn is told to its slots.
fn sheet(
    document: &mut Document,
    size: &PageSettings,
    face: &Face<'_>,
    runs: &[Run],
    (anchors, filled): (&Anchors, &mut [Vec<Node>]),
) -> Result<(), LetterError> {
    let mut page = document.start_page_with(size.clone());
    let mut surface = page.surface();
    let mut drawn: Vec<(&Run, Identifier)> = Vec::new();
    for run in runs {
        let tag = match run.slot {
            Some(_) => ContentTag::Span(SpanTag::empty()),
            None => ContentTag::Artifact(Artifact::with_kind(ArtifactType::PaginationOther)),
        };
        let paint = if run.to.is_some() { rgb::Color::new(0, 58, 140).into() } else { luma::Color::black().into() };
        let glyphs = face.glyphs(&run.text)?;
        let id = surface.start_tagged(tag);
        surface.set_fill(Some(Fill { paint, ..Fill::default() }));
        surface.draw_glyphs(Point::from_xy(run.x, run.y), &glyphs, face.drawn.clone(), &run.text, run.size, false);
        surface.end_tagged();
        drawn.push((run, id));
    }
    surface.finish();
    for (run, id) in drawn {
        let Some(slot) = run.slot.and_then(|slot| filled.get_mut(slot)) else { continue };
        let target = run.to.as_ref().and_then(|to| anchors.get(to)).zip(Rect::from_xywh(run.x, run.y - run.size, run.width, run.size * 1.3));
        let Some(((on, down), place)) = target else {
            slot.push(id.into());
            continue;
        };
        let target = Target::Destination(XyzDestination::new(*on, Point::from_xy(0.0, *down)).into());
        let link = Annotation::new_link(LinkAnnotation::new(place, target), Some(run.text.clone()));
        slot.push(TagGroup::with_children(Tag::Link, vec![id.into(), page.add_tagged_annotation(link).into()]).into());
    }
    page.finish();
    Ok(())
}

fn outline(folio: &Folio, anchors: &Anchors) -> Outline {
    let mut outline = Outline::new();
    for section in &folio.sections {
        if let Some((page, down)) = anchors.get(&section.anchor) {
            let place = XyzDestination::new(*page, Point::from_xy(0.0, *down));
            outline.push_child(OutlineNode::new(section.heading.clone(), place));
        }
    }
    outline
}

/// The tags, over the slots in the order in which they were given out.
fn tree(folio: &Folio, filled: Vec<Vec<Node>>) -> TagTree {
    let mut slots = filled.into_iter();
    let mut next = move || slots.next().unwrap_or_default();
    let heading = |level: NonZeroU16, text: &str, nodes| TagGroup::with_children(Tag::Hn(level, Some(text.to_owned())), nodes);
    let mut tree = TagTree::new().with_lang(Some(folio.language.tag().to_owned()));
    tree.push(heading(NonZeroU16::MIN, &folio.title, next()));
    tree.push(TagGroup::with_children(Tag::P, next()));
    for section in &folio.sections {
        tree.push(heading(NonZeroU16::MIN.saturating_add(1), &section.heading, next()));
        for part in &section.parts {
            match part {
                FolioPart::Paragraph(_) => tree.push(TagGroup::with_children(Tag::P, next())),
                FolioPart::Table(table) => tree.push(table_group(table, &mut next)),
            }
        }
    }
    tree
}

fn table_group(table: &FolioTable, next: &mut impl FnMut() -> Vec<Node>) -> TagGroup {
    let mut group = TagGroup::new(Tag::Table);
    let mut head = TagGroup::new(Tag::TR);
    for _ in &table.columns {
        head.push(TagGroup::with_children(Tag::TH(TableHeaderScope::Column), next()));
    }
    group.push(head);
    for row in &table.rows {
        let mut line = TagGroup::new(Tag::TR);
        for _ in row.cells.iter().zip(&table.columns) {
            line.push(TagGroup::with_children(Tag::TD, next()));
        }
        group.push(line);
    }
    group
}

const TITLE: Setting = Setting { size: 20.0, leading: 27.0 };
const HEADING: Setting = Setting { size: 14.0, leading: 20.0 };
const BODY: Setting = Setting { size: 11.0, leading: 16.0 };
const CELL: Setting = Setting { size: 9.0, leading: 12.5 };
const LEFT: f32 = mm(18.0);
const WIDTH: f32 = mm(174.0);
const GAP: f32 = 7.0;
const TOP: f32 = mm(20.0);
const BOTTOM: f32 = mm(279.0);
/// Of an exercise of two days with 28,000 injects each event stands in it; more is no report.
const MOST: usize = 3_000;
