//! Headers of GGUF files, sound and unsound.

use serde_json::{Value as Json, json};
use transom_engine::EngineError;
use transom_engine::library::gguf::{Arrays, Gguf, Value};

use crate::support::gguf::{Writer, tiny};

/// Numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }
}

#[test]
fn a_header_says_what_the_model_is() {
    let gguf = Gguf::parse(&tiny(""), Arrays::Pass).unwrap();
    assert_eq!((gguf.version, gguf.architecture()), (3, "llama"));
    assert_eq!(
        (gguf.context_length(), gguf.embedding_length(), gguf.block_count()),
        (Some(8192), Some(32), Some(2))
    );
    assert_eq!((gguf.parameter_count(), gguf.parameter_size().as_str()), (2080, "2.08K"));
    assert_eq!(gguf.quantization(), "Q4_1");
    assert!(gguf.chat_template().unwrap().contains("messages"));
    assert_eq!(gguf.get("tokenizer.ggml.tokens"), Some(&Value::Passed(3)));
    assert_eq!(gguf.tensors[0].kind, "F32");
    assert_eq!(gguf.capabilities(None, false), ["completion"]);
    assert_eq!(
        gguf.capabilities(Some("{{ .Tools }} <think>"), true),
        ["completion", "vision", "tools", "thinking"]
    );
}

#[test]
fn lists_are_kept_when_asked_for() {
    let bytes = tiny("");
    let info = Gguf::parse(&bytes, Arrays::Pass).unwrap().model_info();
    assert_eq!(info["tokenizer.ggml.tokens"], Json::Null);
    assert_eq!(info["general.parameter_count"], 2080);
    let info = Gguf::parse(&bytes, Arrays::Keep).unwrap().model_info();
    assert_eq!(info["tokenizer.ggml.tokens"], json!(["a", "b", "<|im_end|>"]));
}

#[test]
fn every_type_of_value_is_read() {
    let nested =
        [9u32.to_le_bytes().to_vec(), 1u64.to_le_bytes().to_vec(), 2u32.to_le_bytes().to_vec()].concat();
    let nested = [nested, 2u64.to_le_bytes().to_vec(), vec![1, 0, 2, 0]].concat();
    let bytes = Writer::default()
        .raw("a", 0, &[200])
        .raw("b", 1, &[200])
        .raw("c", 2, &40_000u16.to_le_bytes())
        .raw("d", 3, &(-2i16).to_le_bytes())
        .u32("e", u32::MAX)
        .raw("f", 5, &(-3i32).to_le_bytes())
        .raw("g", 6, &1.5f32.to_le_bytes())
        .raw("h", 7, &[1])
        .text("i", "text")
        .raw("j", 9, &nested)
        .raw("k", 10, &u64::MAX.to_le_bytes())
        .raw("l", 11, &i64::MIN.to_le_bytes())
        .raw("m", 12, &0.25f64.to_le_bytes())
        .finish();
    let info = Gguf::parse(&bytes, Arrays::Keep).unwrap().model_info();
    let expected = json!({
        "a": 200, "b": -56, "c": 40_000, "d": -2, "e": u32::MAX, "f": -3, "g": 1.5, "h": true, "i": "text",
        "j": [[1, 2]], "k": u64::MAX, "l": i64::MIN, "m": 0.25, "general.parameter_count": 0,
    });
    assert_eq!(Json::Object(info), expected);
    assert_eq!(Gguf::parse(&bytes, Arrays::Pass).unwrap().get("j"), Some(&Value::Passed(1)));
}

#[test]
fn embeddings_and_projectors_are_told_apart() {
    let of = |writer: Writer| Gguf::parse(&writer.finish(), Arrays::Pass).unwrap();
    let bert = of(Writer::default().text("general.architecture", "nomic-bert"));
    assert_eq!(bert.capabilities(None, false), ["embedding"]);
    let pooled = of(Writer::default().text("general.architecture", "qwen3").u32("qwen3.pooling_type", 3));
    assert!(pooled.is_embedding());
    assert!(of(Writer::default().text("general.architecture", "clip")).is_projector());
    let vectors = of(Writer::default().tensor("a", &[4, 4]).tensor("b", &[4]));
    assert_eq!(vectors.quantization(), "F32");
}

fn is_corrupt(bytes: &[u8]) -> bool {
    [Arrays::Pass, Arrays::Keep]
        .into_iter()
        .all(|arrays| matches!(Gguf::parse(bytes, arrays), Err(EngineError::Corrupt(_))))
}

#[test]
fn a_file_that_is_cut_anywhere_is_corrupt() {
    let whole = tiny("");
    // the padding behind the last tensor may be missing
    for end in 0..whole.len() - 32 {
        assert!(is_corrupt(&whole[..end]), "cut at {end}");
    }
}

#[test]
fn changed_and_random_bytes_never_panic() {
    let whole = tiny("");
    let mut numbers = Numbers(0x9E37_79B9_7F4A_7C15);
    for _ in 0..20_000 {
        let mut bytes = whole.clone();
        for _ in 0..=numbers.below(4) {
            let at = numbers.below(700);
            bytes[at] = [0, 1, 0x7F, 0x80, 0xFF, numbers.next().to_le_bytes()[0]][numbers.below(6)];
        }
        for arrays in [Arrays::Pass, Arrays::Keep] {
            match Gguf::parse(&bytes, arrays) {
                Ok(gguf) => drop((gguf.capabilities(None, false), gguf.model_info(), gguf.parameter_size())),
                Err(error) => assert!(matches!(error, EngineError::Corrupt(_)), "{error}"),
            }
        }
    }
    for length in 0..500 {
        let mut bytes = b"GGUF\x03\0\0\0".to_vec();
        bytes.extend((0..length).map(|_| numbers.next().to_le_bytes()[0]));
        assert!(is_corrupt(&bytes));
    }
}

#[test]
fn lengths_that_lie_are_refused_before_anything_is_allocated() {
    let huge = u64::MAX.to_le_bytes();
    let list = |kind: u32, count: u64| [kind.to_le_bytes().to_vec(), count.to_le_bytes().to_vec()].concat();
    for writer in [
        Writer::default().raw("a", 8, &huge),
        Writer::default().raw("a", 8, &(1u64 << 40).to_le_bytes()),
        Writer::default().raw("a", 9, &list(0, u64::MAX)),
        Writer::default().raw("a", 9, &list(8, 1 << 60)),
        Writer::default().raw("a", 9, &list(12, 1 << 61)),
        Writer::default().raw("a", 9, &list(9, 1 << 50)),
        Writer::default().raw("a", 9, &list(99, 0)),
        Writer::default().raw("a", 99, &[0; 64]),
        Writer::default().text("a", "twice").text("a", "twice"),
    ] {
        assert!(is_corrupt(&writer.finish()));
    }
    let deep = (0..5).flat_map(|_| list(9, 1)).collect::<Vec<_>>();
    assert!(is_corrupt(&Writer::default().raw("a", 9, &[deep, vec![0; 200]].concat()).finish()));
    let mut many = b"GGUF\x03\0\0\0".to_vec();
    many.extend([huge, huge].concat());
    assert!(is_corrupt(&many));
}

#[test]
fn other_files_and_versions_are_told_what_they_are() {
    let says = |bytes: &[u8]| Gguf::parse(bytes, Arrays::Pass).unwrap_err().to_string();
    assert!(says(b"PK\x03\x04 a zip file").contains("not a GGUF file"));
    assert!(says(b"").contains("not a GGUF file"));
    assert!(says(b"GGUF\0\0\0\x03........").contains("big-endian"));
    assert!(says(b"GGUF\x01\0\0\0........").contains("version 1"));
}
