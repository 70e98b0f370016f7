//! Text with styles: what stands in a paragraph, a heading or a cell.

use std::ops::Range;

use crate::fonts::Shape;

/// How a stretch of text looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Style {
    pub shape: Shape,
    pub strike: bool,
    /// Code inside a sentence stands on a tint of its own.
    pub tint: bool,
    /// Which of the text's links it belongs to.
    pub link: Option<usize>,
}

impl Style {
    /// The size beside that of the text around it: a mono face looks larger than it is.
    pub fn scale(self) -> f32 {
        if self.tint { 0.9 } else { 1.0 }
    }
}

/// A text and the styles of its parts, in order and without gaps.
#[derive(Clone, Debug, Default)]
pub(crate) struct Inline {
    pub text: String,
    pub spans: Vec<(Range<usize>, Style)>,
    pub links: Vec<String>,
}

impl Inline {
    /// A text of one style.
    pub fn plain(text: &str, style: Style) -> Self {
        let mut inline = Self::default();
        inline.push(text, style);
        inline
    }

    /// Adds text. Control characters have no look and are left out, tabs become spaces.
    pub fn push(&mut self, text: &str, style: Style) {
        let from = self.text.len();
        for c in text.chars() {
            match c {
                '\t' => self.text.push_str("    "),
                '\n' => self.text.push('\n'),
                '\u{2028}' | '\u{2029}' | '\u{85}' => self.text.push('\n'),
                c if c.is_control() => {}
                c => self.text.push(c),
            }
        }
        if self.text.len() == from {
            return;
        }
        match self.spans.last_mut() {
            Some((range, last)) if *last == style => range.end = self.text.len(),
            _ => self.spans.push((from..self.text.len(), style)),
        }
    }

    pub fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// The style at a place.
    pub fn style_at(&self, at: usize) -> Style {
        let after = self.spans.partition_point(|(range, _)| range.end <= at);
        self.spans.get(after).map(|(_, style)| *style).unwrap_or_default()
    }

    /// The same text in bold.
    pub fn bold(mut self) -> Self {
        for (_, style) in &mut self.spans {
            style.shape.bold = true;
        }
        self
    }

    /// The address of a link.
    pub fn link(&self, style: Style) -> Option<&str> {
        style.link.and_then(|link| self.links.get(link)).map(String::as_str)
    }
}
