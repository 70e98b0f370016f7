//! Default permissions.

use serde_json::Value;

use super::spec::*;

settings! {
    "permissions", "Default permissions";

    /// All default permissions as one JSON object; the variables below seed it.
    USER_PERMISSIONS: Value = json_object().saved("user.permissions").acts();

    /// Lets users hold voice calls by default.
    USER_PERMISSIONS_CHAT_CALL: bool = flag(true).seeds("chat.call").acts();

    /// Lets users let a model continue an answer by default.
    USER_PERMISSIONS_CHAT_CONTINUE_RESPONSE: bool = flag(true).seeds("chat.continue_response").acts();

    /// Lets users open the chat controls by default.
    USER_PERMISSIONS_CHAT_CONTROLS: bool = flag(true).seeds("chat.controls").acts();

    /// Lets users delete their chats by default.
    USER_PERMISSIONS_CHAT_DELETE: bool = flag(true).seeds("chat.delete").acts();

    /// Lets users delete single messages by default.
    USER_PERMISSIONS_CHAT_DELETE_MESSAGE: bool = flag(true).seeds("chat.delete_message").acts();

    /// Lets users edit messages by default.
    USER_PERMISSIONS_CHAT_EDIT: bool = flag(true).seeds("chat.edit").acts();

    /// Lets users export chats by default.
    USER_PERMISSIONS_CHAT_EXPORT: bool = flag(true).seeds("chat.export").acts();

    /// Lets users upload files to a chat by default.
    USER_PERMISSIONS_CHAT_FILE_UPLOAD: bool = flag(true).seeds("chat.file_upload").acts();

    /// Lets users ask several models at once by default.
    USER_PERMISSIONS_CHAT_MULTIPLE_MODELS: bool = flag(true).seeds("chat.multiple_models").acts();

    /// Lets users change model parameters in a chat by default.
    USER_PERMISSIONS_CHAT_PARAMS: bool = flag(true).seeds("chat.params").acts();

    /// Lets users rate answers by default.
    USER_PERMISSIONS_CHAT_RATE_RESPONSE: bool = flag(true).seeds("chat.rate_response").acts();

    /// Lets users have an answer written again by default.
    USER_PERMISSIONS_CHAT_REGENERATE_RESPONSE: bool = flag(true).seeds("chat.regenerate_response").acts();

    /// Lets users share chats by default.
    USER_PERMISSIONS_CHAT_SHARE: bool = flag(true).seeds("chat.share").acts();

    /// Lets users dictate by speech-to-text by default.
    USER_PERMISSIONS_CHAT_STT: bool = flag(true).seeds("chat.stt").acts();

    /// Lets users set a system prompt in a chat by default.
    USER_PERMISSIONS_CHAT_SYSTEM_PROMPT: bool = flag(true).seeds("chat.system_prompt").acts();

    /// Lets users hold temporary chats that are not stored by default.
    USER_PERMISSIONS_CHAT_TEMPORARY: bool = flag(true).seeds("chat.temporary").acts();

    /// Makes every chat of a user temporary by default.
    USER_PERMISSIONS_CHAT_TEMPORARY_ENFORCED: bool = flag(false).seeds("chat.temporary_enforced").acts();

    /// Lets users have answers read aloud by default.
    USER_PERMISSIONS_CHAT_TTS: bool = flag(true).seeds("chat.tts").acts();

    /// Lets users change the valves of tools and functions by default.
    USER_PERMISSIONS_CHAT_VALVES: bool = flag(true).seeds("chat.valves").acts();

    /// Lets users create API keys by default.
    USER_PERMISSIONS_FEATURES_API_KEYS: bool = flag(false).seeds("features.api_keys").acts();

    /// Lets users use channels by default.
    USER_PERMISSIONS_FEATURES_CHANNELS: bool = flag(true).seeds("features.channels").acts();

    /// Lets users use the code interpreter by default.
    USER_PERMISSIONS_FEATURES_CODE_INTERPRETER: bool = flag(true).seeds("features.code_interpreter").acts();

    /// Lets users connect tool servers of their own by default.
    USER_PERMISSIONS_FEATURES_DIRECT_TOOL_SERVERS: bool = flag(false)
        .seeds("features.direct_tool_servers").acts();

    /// Lets users sort chats into folders by default.
    USER_PERMISSIONS_FEATURES_FOLDERS: bool = flag(true).seeds("features.folders").acts();

    /// Lets users generate images by default.
    USER_PERMISSIONS_FEATURES_IMAGE_GENERATION: bool = flag(true).seeds("features.image_generation").acts();

    /// Lets users keep notes by default.
    USER_PERMISSIONS_FEATURES_NOTES: bool = flag(true).seeds("features.notes").acts();

    /// Lets users use web search by default.
    USER_PERMISSIONS_FEATURES_WEB_SEARCH: bool = flag(true).seeds("features.web_search").acts();

    /// Lets users share their notes with everyone by default.
    USER_PERMISSIONS_NOTES_ALLOW_PUBLIC_SHARING: bool = flag(false).seeds("sharing.public_notes").acts();

    /// Lets users share their notes with other users and groups by default.
    USER_PERMISSIONS_NOTES_ALLOW_SHARING: bool = flag(false).seeds("sharing.notes").acts();

    /// Lets users work with knowledge bases in the workspace by default.
    USER_PERMISSIONS_WORKSPACE_KNOWLEDGE_ACCESS: bool = flag(false).seeds("workspace.knowledge").acts();

    /// Lets users share their knowledge bases with everyone by default.
    USER_PERMISSIONS_WORKSPACE_KNOWLEDGE_ALLOW_PUBLIC_SHARING: bool = flag(false)
        .seeds("sharing.public_knowledge").acts();

    /// Lets users share their knowledge bases with other users and groups by default.
    USER_PERMISSIONS_WORKSPACE_KNOWLEDGE_ALLOW_SHARING: bool = flag(false).seeds("sharing.knowledge").acts();

    /// Lets users work with models in the workspace by default.
    USER_PERMISSIONS_WORKSPACE_MODELS_ACCESS: bool = flag(false).seeds("workspace.models").acts();

    /// Lets users share their models with everyone by default.
    USER_PERMISSIONS_WORKSPACE_MODELS_ALLOW_PUBLIC_SHARING: bool = flag(false)
        .seeds("sharing.public_models").acts();

    /// Lets users share their models with other users and groups by default.
    USER_PERMISSIONS_WORKSPACE_MODELS_ALLOW_SHARING: bool = flag(false).seeds("sharing.models").acts();

    /// Lets users export models from the workspace by default.
    USER_PERMISSIONS_WORKSPACE_MODELS_EXPORT: bool = flag(false).seeds("workspace.models_export").acts();

    /// Lets users import models into the workspace by default.
    USER_PERMISSIONS_WORKSPACE_MODELS_IMPORT: bool = flag(false).seeds("workspace.models_import").acts();

    /// Lets users work with prompts in the workspace by default.
    USER_PERMISSIONS_WORKSPACE_PROMPTS_ACCESS: bool = flag(false).seeds("workspace.prompts").acts();

    /// Lets users share their prompts with everyone by default.
    USER_PERMISSIONS_WORKSPACE_PROMPTS_ALLOW_PUBLIC_SHARING: bool = flag(false)
        .seeds("sharing.public_prompts").acts();

    /// Lets users share their prompts with other users and groups by default.
    USER_PERMISSIONS_WORKSPACE_PROMPTS_ALLOW_SHARING: bool = flag(false).seeds("sharing.prompts").acts();

    /// Lets users export prompts from the workspace by default.
    USER_PERMISSIONS_WORKSPACE_PROMPTS_EXPORT: bool = flag(false).seeds("workspace.prompts_export").acts();

    /// Lets users import prompts into the workspace by default.
    USER_PERMISSIONS_WORKSPACE_PROMPTS_IMPORT: bool = flag(false).seeds("workspace.prompts_import").acts();

    /// Lets users work with tools in the workspace by default.
    USER_PERMISSIONS_WORKSPACE_TOOLS_ACCESS: bool = flag(false).seeds("workspace.tools").acts();

    /// Lets users share their tools with everyone by default.
    USER_PERMISSIONS_WORKSPACE_TOOLS_ALLOW_PUBLIC_SHARING: bool = flag(false)
        .seeds("sharing.public_tools").acts();

    /// Lets users share their tools with other users and groups by default.
    USER_PERMISSIONS_WORKSPACE_TOOLS_ALLOW_SHARING: bool = flag(false).seeds("sharing.tools").acts();

    /// Lets users export tools from the workspace by default.
    USER_PERMISSIONS_WORKSPACE_TOOLS_EXPORT: bool = flag(false).seeds("workspace.tools_export").acts();

    /// Lets users import tools into the workspace by default.
    USER_PERMISSIONS_WORKSPACE_TOOLS_IMPORT: bool = flag(false).seeds("workspace.tools_import").acts();
}
