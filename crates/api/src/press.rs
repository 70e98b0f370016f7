//! Chats set as PDF: a few at a time, on threads that serve nobody else.

use std::{path::PathBuf, sync::Arc};

use tokio::sync::Semaphore;
use transom_pdf::{Document, Error, Fonts, render};

use crate::{ApiError, Result};

/// How many documents are set at once.
const AT_ONCE: usize = 2;

/// What sets documents.
pub struct Press {
    fonts: Arc<Fonts>,
    places: Arc<Semaphore>,
}

impl Press {
    /// A press with our own fonts and those of a folder, which may be missing.
    ///
    /// # Errors
    /// When a font of ours cannot be read.
    pub fn new(folder: PathBuf) -> std::result::Result<Self, Error> {
        Ok(Self { fonts: Arc::new(Fonts::new(folder)?), places: Arc::new(Semaphore::new(AT_ONCE)) })
    }

    /// Sets a document, when its turn has come.
    pub(crate) async fn set(&self, document: Document) -> Result<Vec<u8>> {
        let place = self.places.clone().acquire_owned().await.map_err(|error| failed(&error))?;
        let fonts = self.fonts.clone();
        let set = tokio::task::spawn_blocking(move || {
            // The place is taken until the work is done, also when nobody waits for it any more.
            let _place = place;
            render(&document, &fonts)
        });
        match set.await {
            Ok(Ok(pdf)) => Ok(pdf),
            Ok(Err(Error::TooLong(pages))) => Err(ApiError::bad_request(format!(
                "This chat is too long for a PDF: it would have more than {pages} pages."
            ))),
            Ok(Err(error)) => Err(failed(&error)),
            Err(error) => Err(failed(&error)),
        }
    }
}

fn failed(error: &dyn std::fmt::Display) -> ApiError {
    tracing::error!(%error, "a document could not be set");
    ApiError::new(axum::http::StatusCode::INTERNAL_SERVER_ERROR, "The PDF could not be made.")
}
