//! User interface.

use serde_json::Value;

use super::spec::*;

settings! {
    "ui", "User interface";

    /// Branding lookup at a remote service of the original; not supported.
    CUSTOM_NAME: String = text("");

    /// Language of the web UI when the browser has not chosen one.
    DEFAULT_LOCALE: String = text("").saved("ui.default_locale").acts();

    /// Models selected in a new chat, separated by commas.
    DEFAULT_MODELS: Vec<String> = list(',', "").saved_as_text_or_null().saved("ui.default_models").acts();

    /// Models pinned for new users, separated by commas.
    DEFAULT_PINNED_MODELS: Vec<String> = list(',', "")
        .saved_as_text_or_null().saved("ui.default_pinned_models").acts();

    /// Suggestions on an empty chat, a JSON list of `{"title":["",""],"content":""}`; empty is the built-in
    /// list.
    DEFAULT_PROMPT_SUGGESTIONS: Value = json_list().saved("ui.prompt_suggestions").acts();

    /// Offers channels.
    ENABLE_CHANNELS: bool = flag(false).saved("channels.enable").acts();

    /// Shows buttons that share to the community site.
    ENABLE_COMMUNITY_SHARING: bool = flag(true).saved("ui.enable_community_sharing").acts();

    /// Offers arena models, which answer by a model drawn at random.
    ENABLE_EVALUATION_ARENA_MODELS: bool = flag(true).saved("evaluation.arena.enable").acts();

    /// Offers folders for chats.
    ENABLE_FOLDERS: bool = flag(true).saved("folders.enable").acts();

    /// Lets users rate answers.
    ENABLE_MESSAGE_RATING: bool = flag(true).saved("ui.enable_message_rating").acts();

    /// Offers notes.
    ENABLE_NOTES: bool = flag(true).saved("notes.enable").acts();

    /// Shows the number of active users to everybody.
    ENABLE_PUBLIC_ACTIVE_USERS_COUNT: bool = flag(true).acts();

    /// Lets users set a webhook for their notifications.
    ENABLE_USER_WEBHOOKS: bool = flag(true).saved("ui.enable_user_webhooks").acts();

    /// Arena models, as a JSON list.
    EVALUATION_ARENA_MODELS: Value = json_list().saved("evaluation.arena.models").acts();

    /// Address from which `/manifest.json` is fetched.
    EXTERNAL_PWA_MANIFEST_URL: String = url("");

    /// Order of the models in the list, as a JSON list of ids.
    MODEL_ORDER_LIST: Value = json_list().saved("ui.model_order_list").acts();

    /// Text shown to users who wait for approval.
    PENDING_USER_OVERLAY_CONTENT: String = text("").saved("ui.pending_user_overlay_content").acts();

    /// Title shown to users who wait for approval.
    PENDING_USER_OVERLAY_TITLE: String = text("").saved("ui.pending_user_overlay_title").acts();

    /// Text added to answers that are copied.
    RESPONSE_WATERMARK: String = text("").saved("ui.watermark").acts();

    /// Receives a message on every sign-up.
    WEBHOOK_URL: String = url("").saved("webhook_url").secret();

    /// Banners, a JSON list of `{id,type,title?,content,dismissible,timestamp}`; one bad item empties the
    /// list.
    WEBUI_BANNERS: Value = json_list().saved("ui.banners").attribute("BANNERS").acts();

    /// Name of the product, shown everywhere.
    WEBUI_NAME: String = text("Transom").acts();

    /// Address under which users reach the server, for links and OAuth redirects.
    WEBUI_URL: String = url("").saved("webui.url").acts();
}
