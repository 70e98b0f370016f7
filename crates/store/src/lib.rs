//! What is kept: SQL, blobs, the bus.
