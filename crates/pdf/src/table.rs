//! Tables: columns as wide as their texts want, rows that may break over pages, the head again on each page.

use pulldown_cmark::Alignment;

use crate::{
    error::Error,
    flow::{Flow, INK, LINE, Look, Op, TINT},
    inline::Inline,
    lines::{Line, Wrap, lines, widths},
    markdown::Table,
};

const CELL: Look = Look { size: 9.0, leading: 13.2, colour: INK };
/// Room between a text and the lines around its cell.
const PAD: f32 = 5.0;
/// A row that is taller may break over pages.
const TALL: f32 = 200.0;
/// A column is not made narrower for the others.
const NARROWEST: f32 = 14.0;

pub(crate) fn set(flow: &mut Flow<'_>, table: &Table) -> Result<(), Error> {
    let columns = table.rows.iter().map(Vec::len).max().unwrap_or(0);
    if columns == 0 {
        return Ok(());
    }
    let widths = columns_of(flow, table, columns);
    let mut rows = table.rows.iter();
    let head: Vec<Inline> = rows.next().into_iter().flatten().cloned().map(Inline::bold).collect();
    // A head stays with the first row it is over.
    let first = rows.clone().next().map_or(0.0, |cells| row_height(flow, cells, &widths));
    flow.need(row_height(flow, &head, &widths) + first.min(TALL))?;
    row(flow, table, &head, &widths, true)?;
    for cells in rows {
        let (wanted, page) = (row_height(flow, cells, &widths), flow.pages.len());
        flow.need(wanted.min(TALL))?;
        if flow.pages.len() > page {
            row(flow, table, &head, &widths, true)?;
        }
        row(flow, table, cells, &widths, false)?;
    }
    Ok(())
}

fn broken(flow: &Flow<'_>, cells: &[Inline], widths: &[f32]) -> Vec<Vec<Line>> {
    let cell = |(cell, width): (&Inline, &f32)| {
        lines(cell, CELL.size, (width - 2.0 * PAD).max(4.0), Wrap::Words, flow.chooser)
    };
    cells.iter().zip(widths).map(cell).collect()
}

fn row_height(flow: &Flow<'_>, cells: &[Inline], widths: &[f32]) -> f32 {
    let tallest = broken(flow, cells, widths).iter().map(Vec::len).max().unwrap_or(1).max(1);
    tallest as f32 * CELL.leading + PAD
}

fn row(
    flow: &mut Flow<'_>,
    table: &Table,
    cells: &[Inline],
    widths: &[f32],
    head: bool,
) -> Result<(), Error> {
    let mut cells: Vec<_> = broken(flow, cells, widths).into_iter().map(Vec::into_iter).collect();
    let tallest = cells.iter().map(ExactSizeIterator::len).max().unwrap_or(1).max(1);
    for index in 0..tallest {
        let above = if index == 0 { PAD / 2.0 } else { 0.0 };
        let below = if index + 1 == tallest { PAD / 2.0 } else { 0.0 };
        let height = above + CELL.leading + below;
        let top = flow.strip(height)?;
        let (left, width) = (flow.left, widths.iter().sum::<f32>());
        if head {
            flow.draw(Op::Fill { x: left, y: top, width, height, colour: TINT });
        }
        if head && index == 0 {
            flow.draw(Op::Fill { x: left, y: top, width, height: 0.6, colour: LINE });
        }
        if below > 0.0 {
            flow.draw(Op::Fill { x: left, y: top + height - 0.6, width, height: 0.6, colour: LINE });
        }
        let mut x = left;
        for (column, width) in widths.iter().enumerate() {
            flow.draw(Op::Fill { x, y: top, width: 0.6, height, colour: LINE });
            if let Some(line) = cells.get_mut(column).and_then(Iterator::next) {
                let room = width - 2.0 * PAD - line.width;
                let shift = match table.align.get(column) {
                    Some(Alignment::Center) => room / 2.0,
                    Some(Alignment::Right) => room,
                    _ if line.rtl => room,
                    _ => 0.0,
                };
                flow.place(line, x + PAD + shift.max(0.0), top + above, CELL);
            }
            x += width;
        }
        flow.draw(Op::Fill { x: x - 0.6, y: top, width: 0.6, height, colour: LINE });
    }
    Ok(())
}

/// How wide each column is: as its longest line wants, or, where that is too much for the page, its longest word and a
/// share of the rest.
fn columns_of(flow: &Flow<'_>, table: &Table, columns: usize) -> Vec<f32> {
    let (mut wanted, mut least) = (vec![NARROWEST; columns], vec![NARROWEST; columns]);
    for (index, row) in table.rows.iter().enumerate() {
        for (column, cell) in row.iter().enumerate() {
            let bold = (index == 0).then(|| cell.clone().bold());
            let (longest, widest) = widths(bold.as_ref().unwrap_or(cell), CELL.size, flow.chooser);
            // Rounding must not break what fits.
            wanted[column] = wanted[column].max(longest + 2.0 * PAD + 0.5);
            least[column] = least[column].max(widest + 2.0 * PAD + 0.5);
        }
    }
    let room = flow.width();
    if wanted.iter().sum::<f32>() <= room {
        return wanted;
    }
    // One endless word may not take the page from the others.
    let fair = room / columns as f32;
    for width in &mut least {
        *width = width.min(fair.max(room * 0.3)).min(room);
    }
    let total: f32 = least.iter().sum();
    if total >= room {
        return least.iter().map(|width| width * room / total).collect();
    }
    let spare = room - total;
    let hunger: Vec<f32> =
        wanted.iter().zip(&least).map(|(wanted, least)| (wanted - least).max(0.0)).collect();
    let hungry = hunger.iter().sum::<f32>().max(1.0);
    least.iter().zip(&hunger).map(|(least, hunger)| least + spare * hunger / hungry).collect()
}
