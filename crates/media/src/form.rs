//! Multipart forms as speech servers take recordings (RFC 7578).

use bytes::{Bytes, BytesMut};

/// Writes a form part by part.
pub struct Form {
    boundary: String,
    body: BytesMut,
}

impl Form {
    /// An empty form.
    pub fn new() -> Self {
        Self { boundary: format!("transom-{}", uuid::Uuid::new_v4().simple()), body: BytesMut::new() }
    }

    /// Adds a field.
    #[must_use]
    pub fn text(mut self, name: &str, value: &str) -> Self {
        let head = format!("--{}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n", self.boundary);
        self.body.extend_from_slice(head.as_bytes());
        self.body.extend_from_slice(value.as_bytes());
        self.body.extend_from_slice(b"\r\n");
        self
    }

    /// Adds a file.
    #[must_use]
    pub fn file(mut self, name: &str, file: &str, content_type: &str, bytes: &Bytes) -> Self {
        self.body.reserve(bytes.len() + 1024);
        let head = format!(
            "--{}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{}\"\r\nContent-Type: {}\r\n\r\n",
            self.boundary,
            quoted(file),
            one_line(content_type)
        );
        self.body.extend_from_slice(head.as_bytes());
        self.body.extend_from_slice(bytes);
        self.body.extend_from_slice(b"\r\n");
        self
    }

    /// The content type and the body.
    pub fn finish(mut self) -> (String, Bytes) {
        self.body.extend_from_slice(format!("--{}--\r\n", self.boundary).as_bytes());
        (format!("multipart/form-data; boundary={}", self.boundary), self.body.freeze())
    }
}

/// As browsers escape names of files.
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

fn one_line(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_breaks_out_of_its_part() {
        let file = Bytes::from_static(b"RIFF");
        let form = Form::new().text("model", "m").file("file", "a\"\r\nx: y.wav", "audio/wav\r\nx: y", &file);
        let (kind, body) = form.finish();
        let text = String::from_utf8(body.to_vec()).unwrap();
        assert!(kind.starts_with("multipart/form-data; boundary=transom-"));
        assert!(text.contains("name=\"model\"\r\n\r\nm\r\n"));
        assert!(
            text.contains("filename=\"a%22%0D%0Ax: y.wav\"\r\nContent-Type: audio/wavx: y\r\n\r\nRIFF\r\n")
        );
        assert!(text.ends_with("--\r\n"));
    }
}
