//! Plain text: which files hold it, in which encoding, and patterns of names.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::Encoding;

/// Types of text that do not begin with `text/`.
const TEXT_TYPES: [&str; 12] = [
    "application/json",
    "application/xml",
    "application/yaml",
    "application/x-yaml",
    "application/toml",
    "application/javascript",
    "application/x-javascript",
    "application/typescript",
    "application/sql",
    "application/x-sh",
    "application/x-ndjson",
    "application/x-httpd-php",
];

/// Whether text may be found in files of this type at all.
pub fn may_hold_text(kind: &str) -> bool {
    !["image/", "audio/", "video/", "font/"].iter().any(|prefix| kind.starts_with(prefix))
}

/// The text of a plain file, or a sentence that says why there is none.
pub fn extract(bytes: &[u8], kind: &str, name: &str) -> Result<String, String> {
    let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_text = (essence.starts_with("text/") && essence != "text/rtf")
        || TEXT_TYPES.contains(&essence.as_str())
        || essence.ends_with("+json")
        || essence.ends_with("+xml") && !essence.contains("officedocument");
    // Programs in languages that no table of types knows arrive as bytes without a type.
    let unknown = essence == "application/octet-stream" && looks_like_text(bytes);
    if !is_text && !unknown {
        return Err(format!("This version cannot extract text from {name}: its type is {kind}."));
    }
    let text = decode(bytes);
    if text.trim().is_empty() { Err("The content provided is empty".to_owned()) } else { Ok(text) }
}

fn looks_like_text(bytes: &[u8]) -> bool {
    !bytes.contains(&0) && std::str::from_utf8(bytes).is_ok()
}

/// Text in whatever encoding: a byte order mark says it, then UTF-8 if it is that, then the likeliest one.
fn decode(bytes: &[u8]) -> String {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return encoding.decode_with_bom_removal(bytes).0.into_owned();
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    detector.guess(None, Utf8Detection::Allow).decode_without_bom_handling(bytes).0.into_owned()
}

/// Whether a name fits a pattern in which `*` stands for any text and `?` for a letter. Takes time in proportion to
/// the product of their lengths at most.
pub fn fits(pattern: &[char], name: &[char]) -> bool {
    let (mut p, mut n) = (0, 0);
    let mut star = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(letter) if *letter == '?' || *letter == name[n] => {
                p += 1;
                n += 1;
            }
            _ => {
                // The last star takes one letter more.
                let Some((at, taken)) = star else { return false };
                star = Some((at, taken + 1));
                p = at + 1;
                n = taken + 1;
            }
        }
    }
    pattern[p..].iter().all(|letter| *letter == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_found() {
        assert_eq!(decode("naïve 数".as_bytes()), "naïve 数");
        assert_eq!(decode(b"\xff\xfeC\0a\0f\0\xe9\0"), "Café");
        assert_eq!(
            decode(b"Gar\xe7on, l'addition co\xfbte trente-sept francs."),
            "Garçon, l'addition coûte trente-sept francs."
        );
    }

    #[test]
    fn only_text_has_text() {
        assert_eq!(extract(b"{}", "application/json", "a.json").as_deref(), Ok("{}"));
        assert_eq!(
            extract(b"fn main() {}", "application/octet-stream", "a.zig").as_deref(),
            Ok("fn main() {}")
        );
        assert!(extract(b"\x00\x01", "application/octet-stream", "a.bin").is_err());
        assert!(extract(b"%PDF-1.7", "application/pdf", "a.pdf").unwrap_err().contains("a.pdf"));
        assert_eq!(extract(b" \n", "text/plain", "a.txt").unwrap_err(), "The content provided is empty");
        assert!(!may_hold_text("image/png") && may_hold_text("text/plain"));
    }

    #[test]
    fn patterns() {
        let fits = |pattern: &str, name: &str| {
            super::fits(&pattern.chars().collect::<Vec<_>>(), &name.chars().collect::<Vec<_>>())
        };
        for (pattern, name) in
            [("*", ""), ("a*", "abc"), ("*-r.txt", "x-r.txt"), ("a?c", "abc"), ("*b*d", "abcbd")]
        {
            assert!(fits(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("a", "ab"), ("?", ""), ("a*b", "abc"), ("", "a")] {
            assert!(!fits(pattern, name), "{pattern} {name}");
        }
        assert!(!fits(&"*a".repeat(2000), &"b".repeat(5000)));
    }
}
