//! A chat, and its way onto pages.

use crate::{
    blocks,
    error::Error,
    flow::{BODY, Flow, INK, LINE, Look, MUTED, Op},
    fonts::{Chooser, Fonts, Shape},
    inline::{Inline, Style},
    lines::{Wrap, lines},
    markdown, write,
};

/// What is set.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// Stands over the first page and below each.
    pub title: String,
    /// The messages, in their order.
    pub messages: Vec<Message>,
}

/// A message.
#[derive(Clone, Debug, Default)]
pub struct Message {
    /// Who wrote it.
    pub author: String,
    /// When, as it is shown.
    pub date: String,
    /// What it says, as Markdown.
    pub text: String,
    /// The names of files that came with it.
    pub files: Vec<String>,
}

/// Where a message begins, for the list of contents beside the document.
pub(crate) struct Place {
    pub name: String,
    pub page: usize,
    pub y: f32,
}

/// Sets a chat as a PDF. Takes as long as the chat is: not for a thread that serves others.
pub fn render(document: &Document, fonts: &Fonts) -> Result<Vec<u8>, Error> {
    let chooser = Chooser::new(fonts);
    let mut flow = Flow::new(&chooser);
    let title = Inline::plain(document.title.trim(), bold());
    if !title.is_blank() {
        flow.text(&title, Look { size: 20.0, leading: 27.0, colour: INK }, Wrap::Words)?;
    }
    let mut places = Vec::new();
    for message in &document.messages {
        places.push(set(&mut flow, message)?);
    }
    let footer = footer(document, &chooser);
    let pages = std::mem::take(&mut flow.pages);
    write::document(document, pages, footer, &places, &chooser)
}

fn bold() -> Style {
    Style { shape: Shape { bold: true, ..Shape::default() }, ..Style::default() }
}

fn set(flow: &mut Flow<'_>, message: &Message) -> Result<Place, Error> {
    flow.space(16.0)?;
    // Who speaks does not stand alone at the end of a page.
    flow.need(24.0 + 3.0 * BODY.leading)?;
    let top = flow.strip(22.0)?;
    let (x, width, right) = (flow.left, flow.width(), flow.right);
    flow.draw(Op::Fill { x, y: top, width, height: 0.7, colour: LINE });
    let small = Look { size: 8.4, leading: 15.5, colour: MUTED };
    let date = one_line(&message.date, Style::default(), small, width / 2.0, flow);
    let author = one_line(&message.author, bold(), BODY, width - date.width - 16.0, flow);
    flow.place(author, x, top + 4.5, BODY);
    let date_x = right - date.width;
    flow.place(date, date_x, top + 4.5, small);
    let place = Place { name: message.author.clone(), page: flow.pages.len() - 1, y: top };
    blocks::set(flow, &markdown::blocks(&message.text), BODY, 0)?;
    if !message.files.is_empty() {
        flow.space(4.0)?;
        flow.text(&Inline::plain(&message.files.join("\n"), Style::default()), small, Wrap::Words)?;
    }
    Ok(place)
}

/// As much of a text as fits on one line.
fn one_line(text: &str, style: Style, look: Look, width: f32, flow: &Flow<'_>) -> crate::lines::Line {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let lines = lines(&Inline::plain(&text, style), look.size, width, Wrap::Words, flow.chooser);
    lines.into_iter().next().unwrap_or_default()
}

/// The title below each page, beside the page's number.
fn footer(document: &Document, chooser: &Chooser<'_>) -> Vec<Op> {
    let mut flow = Flow::new(chooser);
    let look = Look { size: 7.6, leading: 12.0, colour: MUTED };
    let width = flow.width() - 70.0;
    let line = one_line(&document.title, Style::default(), look, width, &flow);
    let (x, top) = (flow.left, crate::flow::BOTTOM + 20.0);
    flow.place(line, x, top, look);
    flow.pages.pop().unwrap_or_default()
}
