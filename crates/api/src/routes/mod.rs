//! The areas of the contract, one module each.

mod answers;
mod audio;
mod auths;
mod auths_admin;
mod channels;
mod chat;
mod chat_tags;
mod chats;
mod configs;
mod engine;
mod evaluations;
mod files;
mod folders;
mod form;
mod grants;
mod groups;
mod images;
mod memories;
mod models;
mod notes;
mod ollama;
mod openai;
mod pages;
mod pictures;
mod prompts;
mod retrieval;
mod settings;
mod shapes;
mod system;
mod tasks;
mod users;
mod utils;
mod workspace_models;

use crate::router::{RouteInfo, Routes};

pub(crate) use grants::unauthorized;

/// Every route of this server.
pub fn all() -> Routes {
    Routes::default()
        .merge(system::routes())
        .merge(auths::routes())
        .merge(auths_admin::routes())
        .merge(users::routes())
        .merge(configs::routes())
        .merge(engine::routes())
        .merge(settings::routes())
        .merge(chat::routes().passing())
        .merge(chats::routes())
        .merge(chat_tags::routes())
        .merge(tasks::routes().passing())
        .merge(channels::routes())
        .merge(notes::routes())
        .merge(evaluations::routes())
        .merge(folders::routes())
        .merge(groups::routes())
        .merge(prompts::routes())
        .merge(models::routes().passing())
        .merge(workspace_models::routes())
        .merge(openai::routes().passing())
        .merge(ollama::routes().passing())
        .merge(files::routes())
        .merge(memories::routes())
        .merge(utils::routes())
        .merge(retrieval::routes())
        .merge(images::routes())
        .merge(audio::routes())
}

/// The table of every route, for documents and for tests that walk it.
pub fn table() -> Vec<RouteInfo> {
    all().into_parts().1
}
