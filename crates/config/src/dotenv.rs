//! Reading `.env` files: comments, `export`, both kinds of quotes, values over several lines.

/// The assignments of a file in order, or the line that cannot be understood and why.
pub(crate) fn parse(text: &str) -> Result<Vec<(String, String)>, (usize, &'static str)> {
    let mut reader = Reader { rest: text.strip_prefix('\u{feff}').unwrap_or(text), line: 1 };
    let mut found = Vec::new();
    while !reader.rest.is_empty() {
        if let Some(assignment) = reader.assignment()? {
            found.push(assignment);
        }
    }
    Ok(found)
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
}

impl<'a> Reader<'a> {
    /// The next line, without its end.
    fn take_line(&mut self) -> &'a str {
        let (line, rest) = self.rest.split_once('\n').unwrap_or((self.rest, ""));
        self.rest = rest;
        self.line += 1;
        line.strip_suffix('\r').unwrap_or(line)
    }

    /// One assignment, or nothing for a blank line, a comment or a bare name.
    fn assignment(&mut self) -> Result<Option<(String, String)>, (usize, &'static str)> {
        let start = self.line;
        let line = self.rest.split('\n').next().unwrap_or_default();
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            self.take_line();
            return Ok(None);
        }
        let Some(equals) = line.find('=') else {
            self.take_line();
            // `export NAME` and `NAME` pass a variable on in other tools; here there is nothing to pass on.
            let name = name_of(trimmed);
            return if is_name(name) { Ok(None) } else { Err((start, "NAME=value is expected")) };
        };
        let name = name_of(line[..equals].trim());
        if !is_name(name) {
            return Err((start, "the text before = is no name of a variable"));
        }
        self.rest = &self.rest[equals + 1..];
        let value = self.value(start)?;
        Ok(Some((name.to_owned(), value)))
    }

    fn value(&mut self, start: usize) -> Result<String, (usize, &'static str)> {
        let blank = self.rest.len() - self.rest.trim_start_matches([' ', '\t']).len();
        let rest = &self.rest[blank..];
        match rest.chars().next() {
            Some(quote @ ('"' | '\'')) => {
                self.rest = &rest[1..];
                self.quoted(quote, start)
            }
            _ => Ok(unquoted(self.take_line())),
        }
    }

    /// A quoted value; it may run over several lines.
    fn quoted(&mut self, quote: char, start: usize) -> Result<String, (usize, &'static str)> {
        let mut value = String::new();
        let mut chars = self.rest.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' => match chars.next() {
                    Some((_, next)) => push_escape(&mut value, quote, next),
                    None => break,
                },
                c if c == quote => {
                    self.line += self.rest[..at].matches('\n').count();
                    self.rest = &self.rest[at + 1..];
                    let line = self.line;
                    let after = self.take_line().trim();
                    let comment = after.is_empty() || after.starts_with('#');
                    return if comment {
                        Ok(value.replace("\r\n", "\n"))
                    } else {
                        Err((line, "text follows a quote"))
                    };
                }
                c => value.push(c),
            }
        }
        Err((start, "a quote is not closed"))
    }
}

/// Escapes count in double quotes; single quotes know only `\'` and `\\`.
fn push_escape(value: &mut String, quote: char, escaped: char) {
    match (quote, escaped) {
        (_, '\\') => value.push('\\'),
        (quote, c) if c == quote => value.push(c),
        ('"', 'n') => value.push('\n'),
        ('"', 'r') => value.push('\r'),
        ('"', 't') => value.push('\t'),
        ('"', '$') => value.push('$'),
        (_, other) => value.extend(['\\', other]),
    }
}

/// A comment after an unquoted value needs a blank before it.
fn unquoted(line: &str) -> String {
    let comment =
        line.char_indices().find(|&(at, c)| c == '#' && (at == 0 || line[..at].ends_with([' ', '\t'])));
    let value = comment.map_or(line, |(at, _)| &line[..at]);
    value.trim().to_owned()
}

fn name_of(text: &str) -> &str {
    match text.strip_prefix("export") {
        Some(rest) if rest.starts_with([' ', '\t']) => rest.trim(),
        _ => text,
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))
}
