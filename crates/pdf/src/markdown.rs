//! Markdown read into blocks.

use pulldown_cmark::{Alignment, CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::inline::{Inline, Style};

/// Quotes and lists inside each other: what lies deeper is shown at this depth.
const MAX_DEPTH: usize = 8;

/// A block of a message.
#[derive(Debug)]
pub(crate) enum Block {
    Text(Inline),
    Heading(u8, Inline),
    Code(String),
    Quote(Vec<Block>),
    /// The number of the first item, when they are numbered.
    List(Option<u64>, Vec<Vec<Block>>),
    Table(Table),
    Rule,
}

/// A table: its first row is the head.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pub align: Vec<Alignment>,
    pub rows: Vec<Vec<Inline>>,
}

/// Reads a message.
pub(crate) fn blocks(text: &str) -> Vec<Block> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut reader = Reader::default();
    for event in Parser::new_ext(text, options) {
        reader.event(event);
    }
    reader.finish()
}

/// What is open around the place that is read.
enum Open {
    Quote,
    List(Option<u64>, Vec<Vec<Block>>),
    Item,
}

#[derive(Default)]
struct Reader {
    /// What is open, each with the blocks that stood before it.
    open: Vec<(Open, Vec<Block>)>,
    /// Containers that were not opened any more, being too deep.
    deeper: usize,
    blocks: Vec<Block>,
    inline: Inline,
    bold: usize,
    italic: usize,
    strike: usize,
    links: Vec<Option<usize>>,
    code: Option<String>,
    table: Option<Table>,
}

impl Reader {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => match &mut self.code {
                Some(code) => code.push_str(&text),
                None => self.push(&text),
            },
            Event::Code(code) => {
                let mut style = self.style();
                style.shape.mono = true;
                style.tint = true;
                self.inline.push(&code, style);
            }
            // Whoever wrote a tag meant it to be seen, or a new line.
            Event::Html(html) | Event::InlineHtml(html) => {
                let tag = html.trim().to_ascii_lowercase();
                self.push(if matches!(&*tag, "<br>" | "<br/>" | "<br />") { "\n" } else { &html });
            }
            Event::SoftBreak => self.push(" "),
            Event::HardBreak => self.push("\n"),
            Event::Rule => self.block(Block::Rule),
            Event::TaskListMarker(done) => self.push(if done { "☑ " } else { "☐ " }),
            Event::InlineMath(text) | Event::DisplayMath(text) => self.push(&text),
            Event::FootnoteReference(name) => self.push(&format!("[{name}]")),
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph | Tag::Heading { .. } | Tag::HtmlBlock => self.flush(),
            Tag::CodeBlock(kind) => {
                self.flush();
                self.code = Some(String::new());
                if let CodeBlockKind::Fenced(language) = kind
                    && language.len() > 64
                {
                    // No name of a language: text that a fence swallowed.
                    self.code = Some(format!("{language}\n"));
                }
            }
            Tag::BlockQuote(_) => self.enter(Open::Quote),
            Tag::List(first) => self.enter(Open::List(first, Vec::new())),
            Tag::Item => self.enter(Open::Item),
            Tag::Table(align) => {
                self.flush();
                self.table = Some(Table { align, rows: Vec::new() });
            }
            Tag::TableHead | Tag::TableRow => {
                if let Some(table) = &mut self.table {
                    table.rows.push(Vec::new());
                }
            }
            Tag::Strong => self.bold += 1,
            Tag::Emphasis => self.italic += 1,
            Tag::Strikethrough => self.strike += 1,
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => self.link(&dest_url),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::HtmlBlock => self.flush(),
            TagEnd::Heading(level) => {
                let text = std::mem::take(&mut self.inline);
                self.block(Block::Heading(depth(level), text));
            }
            TagEnd::CodeBlock => {
                if let Some(code) = self.code.take() {
                    self.block(Block::Code(code));
                }
            }
            TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Item => self.leave(),
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.inline);
                if let Some(row) = self.table.as_mut().and_then(|table| table.rows.last_mut()) {
                    row.push(cell);
                }
            }
            TagEnd::Table => {
                if let Some(table) = self.table.take() {
                    self.block(Block::Table(table));
                }
            }
            TagEnd::Strong => self.bold = self.bold.saturating_sub(1),
            TagEnd::Emphasis => self.italic = self.italic.saturating_sub(1),
            TagEnd::Strikethrough => self.strike = self.strike.saturating_sub(1),
            TagEnd::Link | TagEnd::Image => {
                self.links.pop();
            }
            _ => {}
        }
    }

    fn style(&self) -> Style {
        let mut style = Style { strike: self.strike > 0, ..Style::default() };
        style.shape.bold = self.bold > 0;
        style.shape.italic = self.italic > 0;
        style.link = self.links.last().copied().flatten();
        style
    }

    fn push(&mut self, text: &str) {
        let style = self.style();
        self.inline.push(text, style);
    }

    /// Only addresses of the web lead anywhere from a document.
    fn link(&mut self, address: &str) {
        let known = ["http://", "https://", "mailto:"];
        let leads = known.iter().any(|scheme| {
            address.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        });
        let link = (leads && address.len() <= 2048 && !address.chars().any(char::is_control)).then(|| {
            self.inline.links.push(address.to_owned());
            self.inline.links.len() - 1
        });
        self.links.push(link);
    }

    fn block(&mut self, block: Block) {
        self.flush();
        self.blocks.push(block);
    }

    /// Ends a paragraph, or the text of an item that has none.
    fn flush(&mut self) {
        let text = std::mem::take(&mut self.inline);
        if !text.is_blank() {
            self.blocks.push(Block::Text(text));
        }
    }

    fn enter(&mut self, what: Open) {
        self.flush();
        if self.open.len() >= MAX_DEPTH * 2 || self.deeper > 0 {
            self.deeper += 1;
            return;
        }
        self.open.push((what, std::mem::take(&mut self.blocks)));
    }

    fn leave(&mut self) {
        self.flush();
        if self.deeper > 0 {
            self.deeper -= 1;
            return;
        }
        let Some((what, before)) = self.open.pop() else { return };
        let inside = std::mem::replace(&mut self.blocks, before);
        match what {
            Open::Quote => self.blocks.push(Block::Quote(inside)),
            Open::List(first, items) => self.blocks.push(Block::List(first, items)),
            Open::Item => match self.open.last_mut() {
                Some((Open::List(_, items), _)) => items.push(inside),
                _ => self.blocks.extend(inside),
            },
        }
    }

    fn finish(mut self) -> Vec<Block> {
        self.flush();
        while !self.open.is_empty() {
            self.deeper = 0;
            self.leave();
        }
        self.blocks
    }
}

fn depth(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        _ => 4,
    }
}
