//! The pages, filled from above strip by strip. What surrounds a strip (the bar of a quote, the tint of code) is drawn
//! with it, so that nothing has to know beforehand where a page will end.

use std::sync::Arc;

use crate::{
    error::Error,
    fonts::{Chooser, Face},
    inline::Inline,
    lines::{Line, Piece, Wrap, lines},
};

/// A4, in points.
pub(crate) const PAGE: (f32, f32) = (595.28, 841.89);
/// Where text begins and ends on a page.
pub(crate) const LEFT: f32 = 58.0;
pub(crate) const RIGHT: f32 = PAGE.0 - 58.0;
pub(crate) const TOP: f32 = 56.0;
pub(crate) const BOTTOM: f32 = PAGE.1 - 62.0;
/// The most pages of a document.
const MAX_PAGES: usize = 1500;

/// A colour, as red, green and blue.
pub(crate) type Colour = (u8, u8, u8);
pub(crate) const INK: Colour = (31, 35, 40);
pub(crate) const MUTED: Colour = (106, 113, 122);
pub(crate) const LINE: Colour = (208, 213, 219);
pub(crate) const TINT: Colour = (244, 245, 247);
const LINK: Colour = (29, 78, 176);

/// The look of a paragraph.
#[derive(Clone, Copy)]
pub(crate) struct Look {
    pub size: f32,
    /// The height of a line.
    pub leading: f32,
    pub colour: Colour,
}

pub(crate) const BODY: Look = Look { size: 10.0, leading: 15.5, colour: INK };

/// One thing drawn on a page.
pub(crate) enum Op {
    Text { x: f32, y: f32, size: f32, colour: Colour, face: Arc<Face>, text: String, rtl: bool, thick: bool },
    Fill { x: f32, y: f32, width: f32, height: f32, colour: Colour },
    Link { x: f32, y: f32, width: f32, height: f32, address: Arc<str> },
}

/// What surrounds the strips until it is taken away.
pub(crate) enum Frame {
    /// The bar of a quote.
    Bar { x: f32 },
    /// The ground of code.
    Ground { x: f32, width: f32 },
}

/// The document while it is laid out.
pub(crate) struct Flow<'a> {
    pub pages: Vec<Vec<Op>>,
    pub chooser: &'a Chooser<'a>,
    pub left: f32,
    pub right: f32,
    pub y: f32,
    frames: Vec<Frame>,
    /// What stands left of the next line: the mark of a list's item.
    mark: Option<(f32, Inline, Look)>,
}

impl<'a> Flow<'a> {
    pub fn new(chooser: &'a Chooser<'a>) -> Self {
        Self {
            pages: vec![Vec::new()],
            chooser,
            left: LEFT,
            right: RIGHT,
            y: TOP,
            frames: Vec::new(),
            mark: None,
        }
    }

    pub fn width(&self) -> f32 {
        self.right - self.left
    }

    fn at_top(&self) -> bool {
        self.y <= TOP
    }

    pub fn draw(&mut self, op: Op) {
        if let Some(page) = self.pages.last_mut() {
            page.push(op);
        }
    }

    fn turn(&mut self) -> Result<(), Error> {
        if self.pages.len() >= MAX_PAGES {
            return Err(Error::TooLong(MAX_PAGES));
        }
        self.pages.push(Vec::new());
        self.y = TOP;
        Ok(())
    }

    /// Begins a new page unless this height still fits.
    pub fn need(&mut self, height: f32) -> Result<(), Error> {
        if self.y + height > BOTTOM && !self.at_top() { self.turn() } else { Ok(()) }
    }

    /// Takes a strip and gives its upper edge.
    pub fn strip(&mut self, height: f32) -> Result<f32, Error> {
        self.need(height)?;
        let top = self.y;
        for index in 0..self.frames.len() {
            let op = match self.frames[index] {
                Frame::Bar { x } => Op::Fill { x, y: top, width: 2.2, height, colour: LINE },
                Frame::Ground { x, width } => Op::Fill { x, y: top, width, height, colour: TINT },
            };
            self.draw(op);
        }
        self.y += height;
        Ok(top)
    }

    /// Leaves room, but not at the top of a page or over its end.
    pub fn space(&mut self, height: f32) -> Result<(), Error> {
        if self.at_top() || self.y + height > BOTTOM { Ok(()) } else { self.strip(height).map(drop) }
    }

    pub fn enter(&mut self, frame: Frame) {
        self.frames.push(frame);
    }

    pub fn leave(&mut self) {
        self.frames.pop();
    }

    /// Stands before the next line.
    pub fn set_mark(&mut self, x: f32, text: Inline, look: Look) {
        self.mark = Some((x, text, look));
    }

    /// Sets a text in the width there is.
    pub fn text(&mut self, inline: &Inline, look: Look, wrap: Wrap) -> Result<(), Error> {
        let lines = lines(inline, look.size, self.width(), wrap, self.chooser);
        let last = lines.len().saturating_sub(1);
        for (index, line) in lines.into_iter().enumerate() {
            // Neither the first nor the last line of a paragraph stands alone.
            let together = if last > 0 && (index == 0 || index + 1 == last) { 2.0 } else { 1.0 };
            self.need(look.leading * together)?;
            let top = self.strip(look.leading)?;
            if let Some((x, text, look)) = self.mark.take() {
                let mark = lines_of_mark(&text, look, self.chooser);
                self.place(mark, x, top, look);
            }
            let x = if line.rtl { self.right - line.width } else { self.left };
            self.place(line, x, top, look);
        }
        Ok(())
    }

    /// Draws a line whose strip begins at `top`.
    pub fn place(&mut self, line: Line, x: f32, top: f32, look: Look) {
        let base = top + look.leading / 2.0 + look.size * 0.36;
        for piece in line.pieces {
            self.piece(piece, x, top, base, look);
        }
    }

    fn piece(&mut self, piece: Piece, x: f32, top: f32, base: f32, look: Look) {
        let x = x + piece.x;
        let style = piece.style;
        let colour = if piece.link.is_some() { LINK } else { look.colour };
        let rule = |y: f32| Op::Fill { x, y, width: piece.width, height: 0.5, colour };
        if style.tint {
            let height = look.size * 1.32;
            self.draw(Op::Fill {
                x,
                y: base - look.size * 0.98,
                width: piece.width,
                height,
                colour: (236, 238, 241),
            });
        }
        if style.strike {
            self.draw(rule(base - look.size * 0.3));
        }
        if let Some(address) = piece.link {
            self.draw(rule(base + 1.4));
            self.draw(Op::Link { x, y: top, width: piece.width, height: look.leading, address });
        }
        self.draw(Op::Text {
            x,
            y: base,
            size: look.size * style.scale(),
            colour,
            thick: style.shape.bold && piece.face.plain_only,
            face: piece.face,
            text: piece.text,
            rtl: piece.rtl,
        });
    }
}

fn lines_of_mark(text: &Inline, look: Look, chooser: &Chooser<'_>) -> Line {
    lines(text, look.size, f32::MAX, Wrap::Code, chooser).into_iter().next().unwrap_or_default()
}
