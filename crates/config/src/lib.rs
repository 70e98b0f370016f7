//! Environment contract and persistent settings.
//!
//! Every variable is declared once in [`keys`]: name, type, default, group, help, secret or not, saved key, aliases.
//! Parsing, masking, the saved document and the settings page of the book all come from that declaration.
//!
//! A value comes, in rising order of precedence, from the default, the variable (process environment, then `.env`
//! files, then files named by `NAME_FILE`), the command line, and, for settings with a saved key, the store.

mod checks;
mod database;
mod datum;
mod declaration;
mod derive;
mod document;
mod dotenv;
pub mod duration;
mod entry;
mod environment;
mod error;
pub mod keys;
mod mask;
mod parse;
pub mod prompts;
mod reference;
mod saved;
mod secret_key;
mod settings;

pub use database::DatabaseUrl;
pub use datum::{Datum, SettingValue};
pub use declaration::{Declaration, Kind, ListFormat, OnBad, SavedList, Separator, Setting};
pub use entry::Entry;
pub use error::{ConfigError, SetError};
pub use keys::{declarations, find, find_attribute};
pub use reference::reference_page;
pub use saved::Saver;
pub use settings::{LoadOptions, Settings, Source};
