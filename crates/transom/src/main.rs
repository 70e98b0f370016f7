//! The Transom server.

fn main() {}
