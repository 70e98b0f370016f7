//! What a reader finds in a document: the words, in every script, and the pages they stand on.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

use std::path::PathBuf;

use transom_pdf::{Document, Error, Fonts, Message, render};

const SAMPLE: &str = include_str!("sample.md");

fn fonts() -> Fonts {
    Fonts::new(PathBuf::from("no such folder")).unwrap()
}

fn message(text: &str) -> Message {
    Message {
        author: "Ada 小明".into(),
        date: "2026-01-02 03:04 (UTC+00:00)".into(),
        text: text.into(),
        ..Message::default()
    }
}

fn pdf(text: &str) -> Vec<u8> {
    let document = Document { title: "A chat 对话".into(), messages: vec![message(text)] };
    render(&document, &fonts()).unwrap()
}

/// The words of a document, whatever their lines.
fn words(pdf: &[u8]) -> String {
    assert!(pdf.starts_with(b"%PDF-"));
    // A reader may put blanks where a face changes.
    pdf_extract::extract_text_from_mem(pdf).unwrap().split_whitespace().collect()
}

#[test]
fn every_kind_of_block_keeps_its_words() {
    let pdf = pdf(SAMPLE);
    if let Some(path) = option_env!("TRANSOM_PDF_SAMPLE") {
        std::fs::write(path, &pdf).unwrap();
    }
    let words = words(&pdf);
    for expected in [
        "Achat对话",
        "Ada小明",
        "2026-01-02",
        "你好，世界",
        "bolditalic",
        "printf(\"Hallo\\n\")",
        "Köln",
        "third",
        "Ελληνικά",
        "Кириллица",
        "∑≤→",
        "✅",
        "1/",
    ] {
        assert!(words.contains(expected), "{expected} is missing in {words}");
    }
}

#[test]
fn links_lead_to_the_web_only() {
    let pdf = pdf("[a](https://example.com/x) [b](javascript:alert(1)) [c](file:///etc/passwd)");
    let has = |text: &str| pdf.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(has("https://example.com/x"));
    assert!(!has("javascript:") && !has("file:///"));
}

#[test]
fn long_chats_have_pages_and_endless_ones_are_refused() {
    let long: String = (0..400).map(|n| format!("Paragraph {n}, of some words.\n\n")).collect();
    let words = words(&pdf(&long));
    assert!(words.contains("Paragraph399,") && words.contains("2/") && words.contains("1/"));
    let document = Document { title: String::new(), messages: vec![message(&"a\n\n".repeat(100_000))] };
    assert!(matches!(render(&document, &fonts()), Err(Error::TooLong(_))));
}

#[test]
fn no_text_is_an_error() {
    let deep = format!("{}deep", "> ".repeat(5000));
    let nested: String = (0..300).map(|n| format!("{}- x\n", "  ".repeat(n))).collect();
    let wide = format!("|{}\n|{}\n|{}\n", "a|".repeat(200), "-|".repeat(200), "longer|".repeat(200));
    let odd = [
        "",
        " ",
        "\0\u{1}\u{7f}",
        "\u{10ffff}\u{e000}\u{300}",
        "\u{202e}abc\u{2066}",
        "e\u{301}\u{302}\u{303}",
        "שלום עולם",
        "مرحبا بالعالم",
        "नमस्ते",
        "안녕하세요",
        "👩‍👩‍👧‍👦🇩🇪1️⃣",
        "|a|\n|-|",
        "```",
        "- ",
        "1. ",
        "99999999999. x",
        "<b>x</b>",
        "# ",
        "[]()",
        "![](x)",
        "&nbsp;",
        "a\u{2028}b",
        &deep,
        &nested,
        &wide,
        &"W".repeat(50_000),
        &"好".repeat(50_000),
        &"ש ".repeat(20_000),
    ];
    for text in odd {
        let made = pdf(text);
        assert!(made.len() > 500, "{text:.40}");
    }
}
