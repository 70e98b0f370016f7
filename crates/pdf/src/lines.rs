//! A text broken into lines, and each line into pieces from left to right.

use std::{ops::Range, sync::Arc};

use unicode_bidi::{BidiInfo, Level, ParagraphInfo};
use unicode_linebreak::{BreakOpportunity, linebreaks};

use crate::{
    fonts::{Chooser, Face},
    inline::{Inline, Style},
    shape::{self, Cluster, Run},
};

/// The longest paragraph, in bytes.
const MAX_PARAGRAPH: usize = 16 << 10;

/// Part of a line that is drawn at once.
pub(crate) struct Piece {
    pub text: String,
    pub face: Arc<Face>,
    pub style: Style,
    pub link: Option<Arc<str>>,
    pub rtl: bool,
    pub x: f32,
    pub width: f32,
}

/// One line.
#[derive(Default)]
pub(crate) struct Line {
    pub pieces: Vec<Piece>,
    pub width: f32,
    /// Whether it is read from right to left, and so begins on the right.
    pub rtl: bool,
}

/// Where lines may break.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrap {
    /// Between words; inside one only where it is wider than the line.
    Words,
    /// Code: every space counts, and a line begins on the left.
    Code,
}

/// Breaks a text for a width. There is always a line.
pub(crate) fn lines(inline: &Inline, size: f32, width: f32, wrap: Wrap, chooser: &Chooser<'_>) -> Vec<Line> {
    let mut lines = Vec::new();
    for part in parts(&inline.text) {
        Paragraph::new(inline, part, size, wrap, chooser).lines(width, &mut lines);
    }
    lines
}

/// The width of the longest line, unbroken, and that of the widest part that does not break.
pub(crate) fn widths(inline: &Inline, size: f32, chooser: &Chooser<'_>) -> (f32, f32) {
    let (mut longest, mut widest) = (0f32, 0f32);
    for part in parts(&inline.text) {
        let paragraph = Paragraph::new(inline, part, size, Wrap::Words, chooser);
        longest = longest.max(paragraph.clusters.iter().map(|cluster| cluster.width).sum::<f32>() * size);
        let mut at = 0;
        for (end, _) in linebreaks(paragraph.text) {
            let trimmed = at + paragraph.text[at..end].trim_end().len();
            let word = paragraph.start + at..paragraph.start + trimmed;
            widest = widest.max(paragraph.width(&word));
            at = end;
        }
    }
    (longest, widest)
}

/// The paragraphs of a text. One of no reasonable length is cut, since the order of its parts is found anew for each
/// of its lines.
fn parts(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    text.split('\n').flat_map(move |part| {
        let whole = start..start + part.len();
        start = whole.end + 1;
        let mut cut = vec![whole.start];
        while whole.end - cut[cut.len() - 1] > MAX_PARAGRAPH {
            let from = cut[cut.len() - 1];
            let limit = text.floor_char_boundary(from + MAX_PARAGRAPH);
            let space = text[from..limit].rfind(' ').map(|at| from + at + 1);
            cut.push(space.unwrap_or(limit));
        }
        cut.push(whole.end);
        cut.windows(2).map(|pair| pair[0]..pair[1]).collect::<Vec<_>>()
    })
}

struct Paragraph<'a> {
    inline: &'a Inline,
    start: usize,
    text: &'a str,
    bidi: BidiInfo<'a>,
    runs: Vec<Run>,
    clusters: Vec<Cluster>,
    size: f32,
    wrap: Wrap,
}

impl<'a> Paragraph<'a> {
    fn new(inline: &'a Inline, range: Range<usize>, size: f32, wrap: Wrap, chooser: &Chooser<'_>) -> Self {
        let text = &inline.text[range.clone()];
        let base = (wrap == Wrap::Code).then(Level::ltr);
        let bidi = BidiInfo::new(text, base);
        let runs = shape::runs(inline, range.clone(), &bidi.levels, chooser);
        let mut clusters = Vec::new();
        for run in &runs {
            shape::clusters(run, &inline.text, &mut clusters);
        }
        Self { inline, start: range.start, text, bidi, runs, clusters, size, wrap }
    }

    fn lines(&self, width: f32, into: &mut Vec<Line>) {
        if self.text.is_empty() {
            into.push(Line::default());
            return;
        }
        for range in self.breaks(width) {
            into.push(self.line(range));
        }
    }

    /// The lines as ranges of the whole text.
    fn breaks(&self, width: f32) -> Vec<Range<usize>> {
        let mut allowed = linebreaks(self.text)
            .filter(|(_, kind)| *kind == BreakOpportunity::Allowed)
            .map(|(at, _)| at + self.start)
            .peekable();
        let (mut lines, mut start, mut used) = (Vec::new(), self.start, 0f32);
        // The last place to break and the width up to it.
        let mut last: Option<(usize, f32)> = None;
        for cluster in &self.clusters {
            while allowed
                .next_if(|at| *at <= cluster.range.start)
                .inspect(|at| last = Some((*at, used)))
                .is_some()
            {}
            let wide = cluster.width * self.size;
            let blank = self.wrap == Wrap::Words
                && self.inline.text[cluster.range.clone()].chars().all(char::is_whitespace);
            // Blanks at the end of a line hang over.
            if used + wide > width && !blank && cluster.range.start > start {
                let (at, before) = match last {
                    Some((at, before)) if at > start => (at, before),
                    _ => (cluster.range.start, used),
                };
                lines.push(start..at);
                start = at;
                used -= before;
                last = None;
            }
            used += wide;
        }
        lines.push(start..self.start + self.text.len());
        lines
    }

    fn line(&self, range: Range<usize>) -> Line {
        let text = &self.inline.text[range.clone()];
        let shown = if self.wrap == Wrap::Words { text.trim_end().len() } else { text.len() };
        let range = range.start..range.start + shown;
        let within = range.start - self.start..range.end - self.start;
        let paragraph = self.bidi.paragraphs.iter().find(|p| p.range.contains(&within.start));
        let rtl = paragraph.is_some_and(|p| p.level.is_rtl());
        let mut line = Line { rtl, ..Line::default() };
        for (part, rtl) in self.visual(paragraph, within) {
            let part = part.start + self.start..part.end + self.start;
            let first = self.runs.partition_point(|run| run.range.end <= part.start);
            let mut runs: Vec<&Run> =
                self.runs[first..].iter().take_while(|run| run.range.start < part.end).collect();
            if rtl {
                runs.reverse();
            }
            for run in runs {
                self.piece(run, run.range.start.max(part.start)..run.range.end.min(part.end), &mut line);
            }
        }
        line
    }

    /// The parts of a line as they stand from left to right, and whether they are read from the right.
    fn visual(&self, paragraph: Option<&ParagraphInfo>, line: Range<usize>) -> Vec<(Range<usize>, bool)> {
        match paragraph {
            Some(paragraph) if self.bidi.has_rtl() && !line.is_empty() => {
                let (levels, runs) = self.bidi.visual_runs(paragraph, line);
                runs.into_iter().map(|run| (run.clone(), levels[run.start].is_rtl())).collect()
            }
            _ => vec![(line, false)],
        }
    }

    fn piece(&self, run: &Run, range: Range<usize>, line: &mut Line) {
        let width = self.width(&range);
        line.pieces.push(Piece {
            text: self.inline.text[range].to_owned(),
            face: run.face.clone(),
            style: run.style,
            link: self.inline.link(run.style).map(Arc::from),
            rtl: run.rtl,
            x: line.width,
            width,
        });
        line.width += width;
    }

    fn width(&self, range: &Range<usize>) -> f32 {
        let from = self.clusters.partition_point(|cluster| cluster.range.start < range.start);
        let inside = self.clusters[from..].iter().take_while(|cluster| cluster.range.start < range.end);
        inside.map(|cluster| cluster.width).sum::<f32>() * self.size
    }
}
