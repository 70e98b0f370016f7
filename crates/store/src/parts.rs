//! Reads all messages of a chat as one row: handing over a row costs the driver more than finding it, and a long chat
//! has thousands.

use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, Query};

use crate::document::Part;
use crate::entity::message;
use crate::{Result, StoreError};

/// A message as text: six numbers (the order, the place of the content, the lengths of four texts in bytes or -1 for
/// NULL), each with a space behind it, then the four texts. Every engine knows these functions.
const LINE: &str = "seq || ' ' || content_at || ' ' || octet_length(id) || ' ' || \
    COALESCE(octet_length(parent_id), -1) || ' ' || COALESCE(octet_length(content), -1) || ' ' || \
    octet_length(data) || ' ' || id || COALESCE(parent_id, '') || COALESCE(content, '') || data";

/// The messages of a chat in their order.
pub(crate) async fn parts_of<C: ConnectionTrait>(connection: &C, chat_id: &str) -> Result<Vec<Part>> {
    Ok(numbered_parts_of(connection, chat_id).await?.into_iter().map(|(_, part)| part).collect())
}

/// The messages of a chat in their order, with the numbers that order them.
pub(crate) async fn numbered_parts_of<C: ConnectionTrait>(
    connection: &C,
    chat_id: &str,
) -> Result<Vec<(i64, Part)>> {
    let query = Query::select()
        .expr(Expr::cust(format!("string_agg({LINE}, '')")))
        .from(message::Entity)
        .and_where(Expr::col(message::Column::ChatId).eq(chat_id))
        .to_owned();
    let row = connection.query_one(&query).await?;
    let text: Option<String> = row.map_or(Ok(None), |row| row.try_get_by_index(0))?;
    let mut rest = text.as_deref().unwrap_or_default();
    let mut parts = Vec::new();
    while !rest.is_empty() {
        let line = take_line(&mut rest);
        parts.push(line.ok_or_else(|| broken(chat_id))?);
    }
    parts.sort_by_key(|(seq, _)| *seq);
    Ok(parts)
}

fn broken(chat_id: &str) -> StoreError {
    StoreError::Database(sea_orm::DbErr::Type(format!("the messages of chat {chat_id} cannot be read")))
}

/// Takes the first message off the text; none when there is no whole one.
fn take_line(rest: &mut &str) -> Option<(i64, Part)> {
    let mut number = || {
        let (digits, behind) = rest.split_once(' ')?;
        *rest = behind;
        digits.parse::<i64>().ok()
    };
    let (seq, content_at) = (number()?, number()?);
    let [id, parent_id, content, data] = [number()?, number()?, number()?, number()?];
    let part = Part {
        id: take_text(rest, id)??,
        parent_id: take_text(rest, parent_id)?,
        role: None,
        content: take_text(rest, content)?,
        content_at: i32::try_from(content_at).ok()?,
        data: take_text(rest, data)??,
    };
    Some((seq, part))
}

/// Takes a text of so many bytes off the front; -1 stands for NULL.
fn take_text(rest: &mut &str, length: i64) -> Option<Option<String>> {
    let Ok(length) = usize::try_from(length) else { return Some(None) };
    let (text, behind) = rest.split_at_checked(length)?;
    *rest = behind;
    Some(Some(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_by_their_lengths() {
        let mut rest = "7 1 1 -1 4 2 aé 1{}8 3 2 1 -1 9 bba{\"x\":\"y\"}";
        let (seq, part) = take_line(&mut rest).unwrap();
        assert_eq!((seq, part.content_at, part.id.as_str()), (7, 1, "a"));
        assert_eq!((part.parent_id, part.content.as_deref(), part.data.as_str()), (None, Some("é 1"), "{}"));
        let (seq, part) = take_line(&mut rest).unwrap();
        assert_eq!((seq, part.content_at, part.id.as_str()), (8, 3, "bb"));
        assert_eq!(
            (part.parent_id.as_deref(), part.content, part.data.as_str()),
            (Some("a"), None, "{\"x\":\"y\"}")
        );
        assert!(rest.is_empty());
    }

    #[test]
    fn a_cut_line_is_no_message() {
        for mut text in
            ["", "1", "1 0 1 -1 -1 2 a{", "1 0 1 -1 2 2 aé", "x 0 1 -1 -1 2 a{}", "1 0 -1 -1 -1 2 {}"]
        {
            assert!(take_line(&mut text).is_none(), "{text:?}");
        }
    }
}
