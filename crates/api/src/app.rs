//! What all handlers share.

use std::{ops::Deref, sync::Arc};

use transom_chat::Chat;
use transom_config::{Settings, keys};
use transom_identity::Identity;
use transom_media::Media;
use transom_net::Net;
use transom_providers::Providers;
use transom_realtime::Realtime;
use transom_store::{Blobs, Store};

use crate::{access::Access, press::Press};

/// The services of one process, as the composition root built them.
pub struct Services {
    /// Settings of this server.
    pub settings: Settings,
    /// What is kept.
    pub store: Store,
    /// Who is calling.
    pub identity: Arc<Identity>,
    /// Model servers.
    pub providers: Arc<Providers>,
    /// Turns.
    pub chat: Chat,
    /// Tabs.
    pub realtime: Realtime,
    /// The bytes of files.
    pub blobs: Blobs,
    /// Outgoing requests.
    pub net: Arc<Net>,
    /// Speech in both directions.
    pub media: Media,
    /// Chats as PDF.
    pub press: Press,
    /// The version of the Transom binary.
    pub own_version: &'static str,
}

/// The state of the router: the services, cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Services>);

impl App {
    /// Wraps the services.
    pub fn new(services: Services) -> Self {
        Self(Arc::new(services))
    }

    /// The version of the contract that clients are told.
    pub fn advertised_version(&self) -> String {
        self.settings.get(&keys::TRANSOM_ADVERTISED_VERSION)
    }

    /// Who may use channels and notes.
    pub(crate) fn access(&self) -> Access<'_> {
        Access { settings: &self.settings, store: &self.store, identity: &self.identity }
    }

    /// The name people gave this server.
    pub fn name(&self) -> String {
        self.settings.get(&keys::WEBUI_NAME)
    }
}

impl Deref for App {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.0
    }
}
