//! The composition root: builds every service once and introduces them to each other.

use std::{path::PathBuf, sync::Arc, time::Duration};

use axum::Router;
use transom_api::{App, ChatHooks, Press, Services, SocketEmitter, StoredAttachments, serve_router};
use transom_chat::Chat;
use transom_config::{LoadOptions, Settings, keys};
use transom_identity::Identity;
use transom_media::Media;
use transom_net::{Net, NetOptions};
use transom_providers::Providers;
use transom_realtime::Realtime;
use transom_store::{
    Blobs, OpenOptions, Store,
    bus::{Bus, LocalBus},
    is_foreign_database,
};

use crate::{cli::DataArgs, saver::StoreSaver};

/// Any failure of a command; its text is a sentence for the person at the terminal.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Reads the settings of this process; the command line wins over the environment.
///
/// # Errors
/// When a value cannot be read: the sentence names the variable and what is allowed.
pub fn settings(data: &DataArgs, mut overrides: Vec<(&'static str, String)>) -> Result<Settings, Failure> {
    if let Some(folder) = &data.data_dir {
        overrides.push(("DATA_DIR", folder.to_string_lossy().into_owned()));
    }
    Ok(Settings::load(LoadOptions::from_process(overrides))?)
}

/// Which database to open, and what to tell about the choice.
pub struct DatabaseChoice {
    /// Its address.
    pub url: String,
    /// A sentence for the log when the choice needs one.
    pub note: Option<String>,
}

/// The configured database; beside a database of the original, which is never written to, one of our own.
///
/// # Errors
/// When the address is wrong or the existing file cannot be read.
pub async fn choose_database(settings: &Settings) -> Result<DatabaseChoice, Failure> {
    let configured = settings.database_url()?;
    if configured.password.is_some() {
        return Err(
            "Encrypted SQLite databases (sqlite+sqlcipher) are not supported by this version of Transom. \
                    Use sqlite:///path or postgresql://."
                .into(),
        );
    }
    let Some(path) = configured.url.strip_prefix("sqlite://").map(PathBuf::from) else {
        return Ok(DatabaseChoice { url: configured.url, note: None });
    };
    if !path.is_file() || !is_foreign_database(&path).await? {
        return Ok(DatabaseChoice { url: configured.url, note: None });
    }
    let ours = path.with_file_name("transom.db");
    let note = format!(
        "{} belongs to another server and is left untouched; this server keeps its data in {}.",
        path.display(),
        ours.display()
    );
    Ok(DatabaseChoice { url: format!("sqlite://{}", ours.display()), note: Some(note) })
}

/// Opens the database and brings its tables up to date.
///
/// # Errors
/// When it cannot be opened.
pub async fn open_store(settings: &Settings) -> Result<Store, Failure> {
    let choice = choose_database(settings).await?;
    if let Some(note) = choice.note {
        tracing::info!("{note}");
    }
    let pool =
        settings.get(&keys::DATABASE_POOL_SIZE).and_then(|size| u32::try_from(size).ok()).filter(|n| *n > 0);
    let wait = u64::try_from(settings.get(&keys::DATABASE_POOL_TIMEOUT)).unwrap_or(30).max(1);
    let schema = Some(settings.get(&keys::DATABASE_SCHEMA)).filter(|name| !name.is_empty());
    let mut options = OpenOptions::new(choice.url);
    options.pool_size = pool;
    options.acquire_timeout = Duration::from_secs(wait);
    options.schema = schema;
    Ok(Store::open(&options).await?)
}

/// The lower half of a server: what the command line needs as well.
pub struct Base {
    /// Settings, with the saved ones applied.
    pub settings: Settings,
    /// The open store.
    pub store: Store,
    /// The bus of this process.
    pub bus: Arc<dyn Bus>,
    /// Accounts.
    pub identity: Arc<Identity>,
}

/// Opens store, bus and accounts.
///
/// # Errors
/// When a part cannot be opened.
pub async fn base(settings: Settings) -> Result<Base, Failure> {
    settings.prepare_data_dir()?;
    let secret = settings.secret_key()?;
    let store = open_store(&settings).await?;
    let bus: Arc<dyn Bus> = Arc::new(LocalBus::new());
    StoreSaver::introduce(&settings, &store, &bus).await?;
    settings.import_config_file().await?;
    let identity = Identity::new(settings.clone(), store.clone(), bus.clone(), &secret).await?;
    Ok(Base { settings, store, bus, identity })
}

/// The outgoing clients as the settings want them.
///
/// # Errors
/// When the TLS library refuses.
pub fn net(settings: &Settings) -> Result<Arc<Net>, Failure> {
    Ok(Arc::new(Net::new(NetOptions::from_settings(settings))?))
}

/// A whole server, ready to listen.
pub struct Server {
    /// All routes.
    pub router: Router,
    /// Model servers.
    #[cfg(feature = "local")]
    pub providers: Arc<Providers>,
    /// Turns, to be waited for at the end.
    pub chat: Chat,
    /// Sockets, to be closed at the end.
    pub realtime: Realtime,
}

/// Builds the upper half of a server.
///
/// # Errors
/// When a part cannot be built.
pub async fn server(base: &Base) -> Result<Server, Failure> {
    let Base { settings, store, bus, identity } = base;
    let net = net(settings)?;
    let providers = Providers::new(settings.clone(), net.clone(), store.clone());
    let hooks = ChatHooks::new(bus.clone(), settings.clone(), store.clone(), identity.clone());
    let (sockets, realtime) = Realtime::new(settings, identity.clone(), bus.clone(), hooks.clone()).await?;
    let emitter = SocketEmitter::new(bus.clone());
    emitter.connect(realtime.clone());
    let blobs = Blobs::local(&settings.data_dir().join("uploads"))?;
    let attachments = StoredAttachments {
        settings: settings.clone(),
        store: store.clone(),
        blobs: blobs.clone(),
        identity: identity.clone(),
        net: net.clone(),
    };
    let chat = Chat::new(
        settings.clone(),
        store.clone(),
        identity.clone(),
        providers.clone(),
        bus.clone(),
        emitter,
        Arc::new(attachments),
    )
    .await?;
    hooks.connect(chat.clone());
    let app = App::new(Services {
        settings: settings.clone(),
        store: store.clone(),
        identity: identity.clone(),
        providers: providers.clone(),
        chat: chat.clone(),
        realtime: realtime.clone(),
        blobs,
        media: media(settings, &net),
        net,
        press: Press::new(settings.data_dir().join("fonts"))?,
        own_version: env!("CARGO_PKG_VERSION"),
    });
    Ok(Server {
        router: serve_router(app, sockets),
        #[cfg(feature = "local")]
        providers,
        chat,
        realtime,
    })
}

/// Speech, with models from the hub where models run in this server.
fn media(settings: &Settings, net: &Arc<Net>) -> Media {
    #[cfg(feature = "local")]
    let folders = Some(Arc::new(crate::speech::SpeechModels::new(settings.clone(), net.clone())) as _);
    #[cfg(not(feature = "local"))]
    let folders = None;
    Media::new(settings.clone(), net.clone(), folders)
}
