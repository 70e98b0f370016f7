use transom_store::bus::LocalBus;
use yrs::{Doc, GetString, ReadTxn, StateVector, Text, Transact, updates::decoder::Decode};

use super::*;

fn bus() -> Arc<dyn Bus> {
    Arc::new(LocalBus::new())
}

/// The updates of somebody who types these words, one by one.
fn typing(words: &[&str]) -> Vec<Vec<u8>> {
    let doc = Doc::new();
    let text = doc.get_or_insert_text("default");
    let mut known = StateVector::default();
    let mut updates = Vec::new();
    for word in words {
        let mut transaction = doc.transact_mut();
        let end = text.len(&transaction);
        text.insert(&mut transaction, end, word);
        updates.push(transaction.encode_state_as_update_v1(&known));
        known = transaction.state_vector();
    }
    updates
}

fn read(state: &[u8]) -> String {
    let doc = Doc::new();
    let text = doc.get_or_insert_text("default");
    let mut transaction = doc.transact_mut();
    transaction.apply_update(yrs::Update::decode_v1(state).unwrap()).unwrap();
    text.get_string(&transaction)
}

#[tokio::test]
async fn a_document_lives_while_somebody_edits_it() {
    let bus = bus();
    let log = Log::new(&bus, "note:n");
    assert_eq!(log.state().await.unwrap(), [0, 0]);
    log.enter("a").await.unwrap();
    log.enter("b").await.unwrap();
    for update in typing(&["one ", "two ", "three"]).into_iter().rev() {
        log.append(update).await.unwrap();
    }
    log.leave("a").await.unwrap();
    assert_eq!(read(&log.state().await.unwrap()), "one two three", "in whatever order they came");
    assert_eq!(log.sessions().await.unwrap(), ["b"]);
    log.leave("b").await.unwrap();
    assert_eq!(log.state().await.unwrap(), [0, 0]);
}

#[tokio::test]
async fn many_updates_become_one() {
    let bus = bus();
    let log = Log::new(&bus, "note:n");
    let words = vec!["x"; usize::try_from(MERGE_EVERY).unwrap() + 3];
    for update in typing(&words) {
        log.append(update).await.unwrap();
    }
    assert_eq!(bus.hash_all(&log.updates).await.unwrap().len(), 4);
    assert_eq!(read(&log.state().await.unwrap()).len(), words.len());
}

#[tokio::test]
async fn what_is_no_update_is_not_kept() {
    let bus = bus();
    let log = Log::new(&bus, "note:n");
    for bad in [vec![1], vec![255; 12], b"text".to_vec()] {
        assert!(matches!(log.append(bad.clone()).await, Err(RealtimeError::BadUpdate)), "{bad:?}");
    }
    assert_eq!(log.state().await.unwrap(), [0, 0]);
}

#[test]
fn a_document_has_one_spelling() {
    assert_eq!(note_of("note:n-1"), Some("n-1"));
    for other in ["note_n-1", "note:", "Note:n", "note:n:1", " note:n", "doc:n", ""] {
        assert_eq!(note_of(other), None, "{other}");
    }
    assert_eq!((note_of_room("note:n"), note_of_room("doc_note:n")), (Some("n"), Some("n")));
    assert_eq!((note_of_room("channel:n"), note_of_room("doc_channel:n")), (None, None));
}
