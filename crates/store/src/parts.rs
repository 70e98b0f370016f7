//! Reads all messages of a chat as one row: handing over a row costs the driver more than finding it, and a long chat
//! has thousands.

use std::sync::Arc;

use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query, UnionType};

use crate::document::Part;
use crate::entity::message;
use crate::{Result, StoreError};

/// A message as text: six numbers (the order, the place of the content, the lengths of four texts in bytes or -1 for
/// NULL), each with a space behind it, then the four texts. `concat` takes NULL for nothing.
const LINE: &str = "concat(seq, ' ', content_at, ' ', octet_length(id), ' ', \
    COALESCE(octet_length(parent_id), -1), ' ', COALESCE(octet_length(content), -1), ' ', \
    octet_length(data), ' ', id, parent_id, content, data)";

/// The messages of a chat, in their order.
#[derive(Clone, Debug)]
pub(crate) struct Lines {
    /// What was read first, then what was read of single messages after they had changed. Shared, so that a copy costs
    /// little.
    texts: Vec<Arc<String>>,
    places: Vec<Place>,
}

/// Where the texts of a message stand.
#[derive(Clone, Debug)]
struct Place {
    seq: i64,
    text: usize,
    id: Span,
    parent_id: Option<Span>,
    content: Option<Span>,
    content_at: i32,
    data: Span,
}

/// A range of bytes, half as large as `Range<usize>`: there are thousands.
type Span = (u32, u32);

impl Lines {
    /// Reads the messages of a chat.
    pub(crate) async fn read<C: ConnectionTrait>(connection: &C, chat_id: &str) -> Result<Self> {
        let mut lines = Self { texts: Vec::new(), places: Vec::new() };
        lines.add(texts_of(connection, chat_id, None).await?, chat_id)?;
        Ok(lines)
    }

    /// Reads a message again that was changed or is new, and its parent, which names its children.
    pub(crate) async fn read_again<C: ConnectionTrait>(
        &mut self,
        connection: &C,
        chat_id: &str,
        id: &str,
    ) -> Result<()> {
        let text = texts_of(connection, chat_id, Some(id)).await?;
        self.add(text, chat_id)
    }

    /// Takes over the messages of a text, in place of those with the same ids.
    fn add(&mut self, text: String, chat_id: &str) -> Result<()> {
        let (number, first) = (self.texts.len(), self.places.len());
        let mut places = Vec::new();
        let mut at = 0;
        while at < text.len() {
            places.push(place_at(&text, number, &mut at).ok_or_else(|| broken(chat_id))?);
        }
        self.texts.push(Arc::new(text));
        for place in places {
            let id = self.text(number, place.id);
            let old = self.places[..first].iter().position(|old| self.text(old.text, old.id) == id);
            match old {
                Some(old) => self.places[old] = place,
                None => self.places.push(place),
            }
        }
        self.places.sort_by_key(|place| place.seq);
        Ok(())
    }

    fn text(&self, text: usize, (from, to): Span) -> &str {
        &self.texts[text][from as usize..to as usize]
    }

    /// Bytes that are held.
    pub(crate) fn size(&self) -> usize {
        let places = self.places.len() * size_of::<Place>();
        self.texts.iter().map(|text| text.len()).sum::<usize>() + places
    }

    /// How often messages were read again.
    pub(crate) fn changes(&self) -> usize {
        self.texts.len() - 1
    }

    /// The messages with the numbers that order them.
    pub(crate) fn numbered(&self) -> impl Iterator<Item = (i64, Part<&str>)> {
        self.places.iter().map(|place| {
            let text = |span| self.text(place.text, span);
            let part = Part {
                id: text(place.id),
                parent_id: place.parent_id.map(text),
                role: None,
                content: place.content.map(text),
                content_at: place.content_at,
                data: text(place.data),
            };
            (place.seq, part)
        })
    }

    /// The messages.
    pub(crate) fn parts(&self) -> Vec<Part<&str>> {
        self.numbered().map(|(_, part)| part).collect()
    }
}

/// The lines of a chat's messages behind each other, or only those of one message and its parent.
async fn texts_of<C: ConnectionTrait>(connection: &C, chat_id: &str, id: Option<&str>) -> Result<String> {
    let mut lines = Query::select()
        .expr_as(Expr::cust(LINE), "line")
        .from(message::Entity)
        .and_where(Expr::col(message::Column::ChatId).eq(chat_id))
        .to_owned();
    match id {
        // in the order in which they were written, so that neighbours are read together
        None => lines.order_by(message::Column::Seq, Order::Asc),
        Some(id) => {
            let of = |column| {
                Query::select()
                    .column(column)
                    .from(message::Entity)
                    .and_where(Expr::col(message::Column::ChatId).eq(chat_id))
                    .and_where(Expr::col(message::Column::Id).eq(id))
                    .to_owned()
            };
            let both =
                of(message::Column::Id).union(UnionType::All, of(message::Column::ParentId)).to_owned();
            lines.and_where(Expr::col(message::Column::Id).in_subquery(both))
        }
    };
    let text = Expr::cust("string_agg(line, '')");
    let query = Query::select().expr(text).from_subquery(lines, "lines").to_owned();
    let row = connection.query_one(&query).await?;
    let text: Option<String> = row.map_or(Ok(None), |row| row.try_get_by_index(0))?;
    Ok(text.unwrap_or_default())
}

fn broken(chat_id: &str) -> StoreError {
    StoreError::Database(sea_orm::DbErr::Type(format!("the messages of chat {chat_id} cannot be read")))
}

/// The message that begins at `at`, which moves behind it; none when there is no whole one.
fn place_at(text: &str, number: usize, at: &mut usize) -> Option<Place> {
    let mut digits = || {
        let (digits, _) = text.get(*at..)?.split_once(' ')?;
        *at += digits.len() + 1;
        digits.parse::<i64>().ok()
    };
    let (seq, content_at) = (digits()?, digits()?);
    let [id, parent_id, content, data] = [digits()?, digits()?, digits()?, digits()?];
    let mut span = |length| take_span(text, at, length);
    Some(Place {
        seq,
        text: number,
        id: span(id)??,
        parent_id: span(parent_id)?,
        content: span(content)?,
        content_at: i32::try_from(content_at).ok()?,
        data: span(data)??,
    })
}

/// A text of so many bytes at `at`, which moves behind it; -1 stands for NULL.
fn take_span(text: &str, at: &mut usize, length: i64) -> Option<Option<Span>> {
    let Ok(length) = usize::try_from(length) else { return Some(None) };
    let (from, to) = (*at, at.checked_add(length)?);
    text.get(from..to)?;
    *at = to;
    Some(Some((u32::try_from(from).ok()?, u32::try_from(to).ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Result<Lines> {
        let mut lines = Lines { texts: Vec::new(), places: Vec::new() };
        lines.add(text.to_owned(), "c").map(|()| lines)
    }

    #[test]
    fn lines_are_cut_by_their_lengths() {
        let lines = lines("7 1 1 -1 4 2 aé 1{}8 3 2 1 -1 9 bba{\"x\":\"y\"}").unwrap();
        let [(first, a), (second, b)] = &lines.numbered().collect::<Vec<_>>()[..] else { panic!() };
        assert_eq!((*first, a.content_at, a.id), (7, 1, "a"));
        assert_eq!((a.parent_id, a.content, a.data), (None, Some("é 1"), "{}"));
        assert_eq!((*second, b.content_at, b.id), (8, 3, "bb"));
        assert_eq!((b.parent_id, b.content, b.data), (Some("a"), None, "{\"x\":\"y\"}"));
    }

    #[test]
    fn what_is_read_again_takes_the_place_of_what_was_read() {
        let mut lines = lines("0 1 1 -1 -1 2 a{}2 1 1 -1 -1 2 c{}").unwrap();
        lines.add("2 1 1 -1 3 2 cnew{}1 1 1 -1 1 2 bx{}".to_owned(), "c").unwrap();
        let shown: Vec<_> = lines.parts().into_iter().map(|part| (part.id, part.content)).collect();
        assert_eq!(shown, [("a", None), ("b", Some("x")), ("c", Some("new"))]);
        assert_eq!(lines.changes(), 1);
    }

    #[test]
    fn a_cut_line_is_no_message() {
        for text in ["1", "1 0 1 -1 -1 2 a{", "1 0 1 -1 2 2 aé", "x 0 1 -1 -1 2 a{}", "1 0 -1 -1 -1 2 {}"] {
            assert!(lines(text).is_err(), "{text:?}");
        }
        assert!(lines("").unwrap().parts().is_empty());
    }
}
