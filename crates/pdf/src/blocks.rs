//! Blocks set on pages.

use crate::{
    error::Error,
    flow::{BODY, Flow, Frame, INK, LINE, Look, MUTED, Op},
    inline::{Inline, Style},
    lines::Wrap,
    markdown::Block,
    table,
};

/// The room between two paragraphs.
const GAP: f32 = 6.5;
/// How far the items of a list and the text of a quote stand in.
const STEP: f32 = 17.0;
/// What is never taken away from the width of a text, however deep it lies.
const MIN_WIDTH: f32 = 160.0;
const CODE: Look = Look { size: 8.4, leading: 12.4, colour: INK };

/// Sets blocks below each other.
pub(crate) fn set(flow: &mut Flow<'_>, blocks: &[Block], look: Look, depth: usize) -> Result<(), Error> {
    for (index, block) in blocks.iter().enumerate() {
        if index > 0 {
            flow.space(if depth > 0 && matches!(block, Block::List(..)) { 1.5 } else { GAP })?;
        }
        match block {
            Block::Text(text) => flow.text(text, look, Wrap::Words)?,
            Block::Heading(level, text) => heading(flow, *level, text)?,
            Block::Code(code) => set_code(flow, code)?,
            Block::Quote(inside) => quote(flow, inside, look, depth)?,
            Block::List(first, items) => list(flow, *first, items, look, depth)?,
            Block::Table(rows) => table::set(flow, rows)?,
            Block::Rule => {
                let top = flow.strip(9.0)?;
                let (x, width) = (flow.left, flow.width());
                flow.draw(Op::Fill { x, y: top + 4.5, width, height: 0.7, colour: LINE });
            }
        }
    }
    Ok(())
}

fn heading(flow: &mut Flow<'_>, level: u8, text: &Inline) -> Result<(), Error> {
    let size = match level {
        1 => 16.0,
        2 => 13.6,
        3 => 11.8,
        _ => 10.4,
    };
    let look = Look { size, leading: size * 1.4, colour: INK };
    flow.space(4.0)?;
    // A heading stays with what it is over.
    flow.need(look.leading + GAP + 2.0 * BODY.leading)?;
    flow.text(&text.clone().bold(), look, Wrap::Words)
}

fn set_code(flow: &mut Flow<'_>, code: &str) -> Result<(), Error> {
    let code = code.strip_suffix('\n').unwrap_or(code);
    let mut style = Style::default();
    style.shape.mono = true;
    let (left, right) = (flow.left, flow.right);
    flow.need(CODE.leading * 2.0 + 12.0)?;
    flow.enter(Frame::Ground { x: left, width: right - left });
    (flow.left, flow.right) = (left + 9.0, right - 9.0);
    let set = flow
        .strip(6.0)
        .and_then(|_| flow.text(&Inline::plain(code, style), CODE, Wrap::Code))
        .and_then(|()| flow.strip(6.0));
    (flow.left, flow.right) = (left, right);
    flow.leave();
    set.map(drop)
}

fn quote(flow: &mut Flow<'_>, inside: &[Block], look: Look, depth: usize) -> Result<(), Error> {
    let left = flow.left;
    flow.enter(Frame::Bar { x: left });
    if flow.width() - STEP > MIN_WIDTH {
        flow.left = left + STEP * 0.75;
    }
    let done = set(flow, inside, Look { colour: MUTED, ..look }, depth);
    flow.left = left;
    flow.leave();
    done
}

fn list(
    flow: &mut Flow<'_>,
    first: Option<u64>,
    items: &[Vec<Block>],
    look: Look,
    depth: usize,
) -> Result<(), Error> {
    let left = flow.left;
    let last = first.map(|first| first.saturating_add(items.len() as u64));
    // Room for the longest number.
    let step = STEP + 5.5 * last.map_or(0, |last| last.to_string().len().saturating_sub(2)) as f32;
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            flow.space(2.5)?;
        }
        let mark = match first {
            Some(first) => format!("{}.", first.saturating_add(index as u64)),
            None => if depth.is_multiple_of(2) { "•" } else { "◦" }.to_owned(),
        };
        flow.set_mark(left + 3.0, Inline::plain(&mark, Style::default()), Look { colour: MUTED, ..look });
        if flow.width() - step > MIN_WIDTH {
            flow.left = left + step;
        }
        let done = match item.first() {
            // A mark needs a line to stand before.
            None | Some(Block::Rule | Block::Table(_)) => flow
                .text(&Inline::default(), look, Wrap::Words)
                .and_then(|()| set(flow, item, look, depth + 1)),
            Some(_) => set(flow, item, look, depth + 1),
        };
        flow.left = left;
        done?;
    }
    Ok(())
}
