//! A chat set as a PDF document: Markdown read into blocks, blocks broken into lines and pages, pages written.

mod blocks;
mod document;
mod error;
mod flow;
mod fonts;
mod inline;
mod lines;
mod markdown;
mod shape;
mod table;
mod write;

pub use document::{Document, Message, render};
pub use error::Error;
pub use fonts::Fonts;
