//! Bytes of files.

use bytes::Bytes;
use futures::TryStreamExt;
use transom_store::{Blobs, StoreError};

fn files_in(folder: &std::path::Path) -> usize {
    std::fs::read_dir(folder).unwrap().count()
}

#[tokio::test]
async fn blobs_are_kept_read_and_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::local(&folder.path().join("uploads")).unwrap();
    let mut upload = blobs.create().await.unwrap();
    for _ in 0..40 {
        upload.push(Bytes::from(vec![b'x'; 100_000])).await.unwrap();
    }
    upload.push(Bytes::from_static(b"end")).await.unwrap();
    assert_eq!(upload.size(), 4_000_003);
    let stored = upload.finish().await.unwrap();
    assert_eq!((stored.size, stored.sha256.len()), (4_000_003, 64));
    assert_eq!(blobs.size(&stored.name).await.unwrap(), Some(4_000_003));
    let tail: Vec<Bytes> =
        blobs.read(&stored.name, 3_999_999..4_000_003).await.unwrap().try_collect().await.unwrap();
    assert_eq!(tail.concat(), b"xend");
    assert_eq!(blobs.bytes(&stored.name, 5_000_000).await.unwrap().len(), 4_000_003);
    assert!(matches!(blobs.bytes(&stored.name, 10).await, Err(StoreError::Invalid(_))));
    blobs.delete(&stored.name).await.unwrap();
    blobs.delete(&stored.name).await.unwrap();
    assert_eq!(blobs.size(&stored.name).await.unwrap(), None);
    assert!(matches!(blobs.bytes(&stored.name, 10).await, Err(StoreError::NotFound)));
}

#[tokio::test]
async fn an_upload_that_is_given_up_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::local(folder.path()).unwrap();
    let mut upload = blobs.create().await.unwrap();
    upload.push(Bytes::from(vec![0; 3_000_000])).await.unwrap();
    upload.abort().await;
    assert_eq!(files_in(folder.path()), 0);
    let empty = blobs.create().await.unwrap().finish().await.unwrap();
    assert_eq!((empty.size, blobs.size(&empty.name).await.unwrap()), (0, Some(0)));
    let stored = blobs.put(Bytes::from_static(b"abc")).await.unwrap();
    assert_eq!(stored.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

#[tokio::test]
async fn no_name_leads_out_of_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::local(&folder.path().join("uploads")).unwrap();
    std::fs::write(folder.path().join("secret"), "s").unwrap();
    for name in ["../secret", "/../secret", "a/../../secret", "..", ""] {
        assert!(blobs.bytes(name, 100).await.is_err(), "{name}");
    }
}
