//! Runs of one face, style and direction, shaped into glyphs.

use std::{ops::Range, sync::Arc};

use krilla::text::{GlyphId, KrillaGlyph};
use rustybuzz::{Direction, UnicodeBuffer};
use unicode_bidi::Level;
use unicode_segmentation::UnicodeSegmentation;

use crate::{
    fonts::{Chooser, Face},
    inline::{Inline, Style},
};

/// A stretch of text that is shaped at once.
pub(crate) struct Run {
    pub range: Range<usize>,
    pub face: Arc<Face>,
    pub style: Style,
    pub rtl: bool,
}

/// The smallest part of a text that has a width of its own.
pub(crate) struct Cluster {
    pub range: Range<usize>,
    /// In units of the font size.
    pub width: f32,
}

/// Cuts part of a text into runs. `levels` are those of the part.
pub(crate) fn runs(inline: &Inline, part: Range<usize>, levels: &[Level], chooser: &Chooser<'_>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (at, cluster) in inline.text[part.clone()].grapheme_indices(true) {
        let start = part.start + at;
        let style = inline.style_at(start);
        let rtl = levels.get(at).is_some_and(Level::is_rtl);
        match runs.last_mut() {
            Some(run) if run.style == style && run.rtl == rtl && same(run, cluster, chooser) => {
                run.range.end = start + cluster.len();
            }
            _ => {
                let face = chooser.face(cluster, style.shape);
                runs.push(Run { range: start..start + cluster.len(), face, style, rtl });
            }
        }
    }
    runs
}

fn same(run: &Run, cluster: &str, chooser: &Chooser<'_>) -> bool {
    // What the main face has stays with it, and that is nearly every character there is.
    let main = Arc::ptr_eq(&run.face, chooser.main(run.style.shape)) && cluster.is_ascii();
    main || Arc::ptr_eq(&run.face, &chooser.face(cluster, run.style.shape))
}

/// The glyphs of a text, from left to right, with their clusters as ranges of it.
pub(crate) fn glyphs(face: &Face, text: &str, rtl: bool) -> Vec<KrillaGlyph> {
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(text);
    buffer.guess_segment_properties();
    buffer.set_direction(if rtl { Direction::RightToLeft } else { Direction::LeftToRight });
    let Some(shaped) = face.with_tables(|tables| rustybuzz::shape(tables, &[], buffer)) else {
        return Vec::new();
    };
    let mut starts: Vec<usize> = shaped.glyph_infos().iter().map(|info| info.cluster as usize).collect();
    starts.sort_unstable();
    starts.dedup();
    let end = |start: usize| {
        let after = starts.partition_point(|other| *other <= start);
        starts.get(after).copied().unwrap_or(text.len())
    };
    let unit = face.font.units_per_em();
    let pairs = shaped.glyph_infos().iter().zip(shaped.glyph_positions());
    let glyph = |(info, place): (&rustybuzz::GlyphInfo, &rustybuzz::GlyphPosition)| {
        let start = info.cluster as usize;
        let scaled = |value: i32| value as f32 / unit;
        KrillaGlyph::new(
            GlyphId::new(info.glyph_id),
            scaled(place.x_advance),
            scaled(place.x_offset),
            scaled(place.y_offset),
            scaled(place.y_advance),
            start..end(start),
            None,
        )
    };
    pairs.map(glyph).collect()
}

/// The widths of a run's clusters, in the order of the text.
pub(crate) fn clusters(run: &Run, text: &str, into: &mut Vec<Cluster>) {
    let (first, scale) = (into.len(), run.style.scale());
    for glyph in glyphs(&run.face, &text[run.range.clone()], run.rtl) {
        let range = run.range.start + glyph.text_range.start..run.range.start + glyph.text_range.end;
        // The glyphs of a cluster stand side by side.
        match into[first..].last_mut() {
            Some(last) if last.range.start == range.start => last.width += glyph.x_advance * scale,
            _ => into.push(Cluster { range, width: glyph.x_advance * scale }),
        }
    }
    into[first..].sort_by_key(|cluster| cluster.range.start);
}
