//! Pages written as PDF.

use krilla::{
    Document as Pdf,
    action::{Action, LinkAction},
    annotation::{Annotation, LinkAnnotation, Target},
    color::rgb,
    destination::XyzDestination,
    geom::{PathBuilder, Point, Rect},
    metadata::Metadata,
    num::NormalizedF32,
    outline::{Outline, OutlineNode},
    page::PageSettings,
    paint::{Fill, Stroke},
    surface::Surface,
};

use crate::{
    document::{Document, Place},
    error::Error,
    flow::{BOTTOM, Colour, Flow, Look, MUTED, Op, PAGE, RIGHT},
    fonts::Chooser,
    inline::{Inline, Style},
    lines::{Wrap, lines},
    shape,
};

/// Writes the pages, each with the footer and its number.
pub(crate) fn document(
    document: &Document,
    pages: Vec<Vec<Op>>,
    footer: Vec<Op>,
    places: &[Place],
    chooser: &Chooser<'_>,
) -> Result<Vec<u8>, Error> {
    let mut pdf = Pdf::new();
    let count = pages.len();
    for (index, ops) in pages.into_iter().enumerate() {
        let settings =
            PageSettings::from_wh(PAGE.0, PAGE.1).ok_or_else(|| Error::Write("page size".into()))?;
        let mut page = pdf.start_page_with(settings);
        let number = number(index + 1, count, chooser);
        let mut surface = page.surface();
        for op in ops.iter().chain(&footer).chain(&number) {
            draw(&mut surface, op);
        }
        surface.finish();
        for op in &ops {
            if let Some(link) = link(op) {
                page.add_annotation(link);
            }
        }
        page.finish();
    }
    let mut outline = Outline::new();
    for place in places {
        let target = XyzDestination::new(place.page, Point::from_xy(0.0, place.y));
        outline.push_child(OutlineNode::new(place.name.clone(), target));
    }
    pdf.set_outline(outline);
    let title: String = document.title.chars().filter(|c| !c.is_control()).collect();
    pdf.set_metadata(Metadata::new().title(title).creator("Transom".into()));
    pdf.finish().map_err(|error| Error::Write(format!("{error:?}").chars().take(500).collect()))
}

fn number(number: usize, count: usize, chooser: &Chooser<'_>) -> Vec<Op> {
    let look = Look { size: 7.6, leading: 12.0, colour: MUTED };
    let text = Inline::plain(&format!("{number} / {count}"), Style::default());
    let mut flow = Flow::new(chooser);
    if let Some(line) = lines(&text, look.size, f32::MAX, Wrap::Code, chooser).into_iter().next() {
        let x = RIGHT - line.width;
        flow.place(line, x, BOTTOM + 20.0, look);
    }
    flow.pages.pop().unwrap_or_default()
}

fn fill((red, green, blue): Colour) -> Fill {
    Fill {
        paint: rgb::Color::new(red, green, blue).into(),
        opacity: NormalizedF32::ONE,
        rule: Default::default(),
    }
}

fn draw(surface: &mut Surface<'_>, op: &Op) {
    match op {
        Op::Fill { x, y, width, height, colour } => {
            let Some(rect) = Rect::from_xywh(*x, *y, *width, *height) else { return };
            let mut path = PathBuilder::new();
            path.push_rect(rect);
            if let Some(path) = path.finish() {
                surface.set_stroke(None);
                surface.set_fill(Some(fill(*colour)));
                surface.draw_path(&path);
            }
        }
        Op::Text { x, y, size, colour, face, text, rtl, thick } => {
            let glyphs = shape::glyphs(face, text, *rtl);
            if glyphs.is_empty() {
                return;
            }
            let paint = fill(*colour);
            surface.set_stroke(thick.then(|| Stroke {
                paint: paint.paint.clone(),
                width: size * 0.035,
                ..Stroke::default()
            }));
            surface.set_fill(Some(paint));
            surface.draw_glyphs(Point::from_xy(*x, *y), &glyphs, face.font.clone(), text, *size, false);
        }
        Op::Link { .. } => {}
    }
}

fn link(op: &Op) -> Option<Annotation> {
    let Op::Link { x, y, width, height, address } = op else { return None };
    let rect = Rect::from_xywh(*x, *y, *width, *height)?;
    let target = Target::Action(Action::Link(LinkAction::new(address.to_string())));
    Some(Annotation::new_link(LinkAnnotation::new(rect, target), None))
}
