//! Background tasks.

use super::spec::*;

settings! {
    "tasks", "Background tasks";

    /// Longest text in characters that is completed; 0 or less means no limit.
    AUTOCOMPLETE_GENERATION_INPUT_MAX_LENGTH: i64 = int("-1")
        .saved("task.autocomplete.input_max_length").acts();

    /// Prompt for autocomplete generation; empty is the built-in text.
    AUTOCOMPLETE_GENERATION_PROMPT_TEMPLATE: String = text("")
        .saved("task.autocomplete.prompt_template").acts();

    /// Suggests how to go on while the user types.
    ENABLE_AUTOCOMPLETE_GENERATION: bool = flag(false).saved("task.autocomplete.enable").acts();

    /// Suggests next questions after an answer.
    ENABLE_FOLLOW_UP_GENERATION: bool = flag(true).saved("task.follow_up.enable").acts();

    /// Lets the task model write the queries for document search.
    ENABLE_RETRIEVAL_QUERY_GENERATION: bool = flag(true).saved("task.query.retrieval.enable").acts();

    /// Lets the task model write the queries for web search.
    ENABLE_SEARCH_QUERY_GENERATION: bool = flag(true).saved("task.query.search.enable").acts();

    /// Tags chats by itself.
    ENABLE_TAGS_GENERATION: bool = flag(true).saved("task.tags.enable").acts();

    /// Names chats by itself.
    ENABLE_TITLE_GENERATION: bool = flag(true).saved("task.title.enable").acts();

    /// Prompt for follow up generation; empty is the built-in text.
    FOLLOW_UP_GENERATION_PROMPT_TEMPLATE: String = text("").saved("task.follow_up.prompt_template").acts();

    /// Prompt for image prompt generation; empty is the built-in text.
    IMAGE_PROMPT_GENERATION_PROMPT_TEMPLATE: String = text("").saved("task.image.prompt_template").acts();

    /// Prompt for query generation; empty is the built-in text.
    QUERY_GENERATION_PROMPT_TEMPLATE: String = text("").saved("task.query.prompt_template").acts();

    /// Prompt for tags generation; empty is the built-in text.
    TAGS_GENERATION_PROMPT_TEMPLATE: String = text("").saved("task.tags.prompt_template").acts();

    /// Model for background tasks of chats with a local model; empty uses the model of the chat.
    TASK_MODEL: String = text("").saved("task.model.default").acts();

    /// Model for background tasks of all other chats; empty uses the model of the chat.
    TASK_MODEL_EXTERNAL: String = text("").saved("task.model.external").acts();

    /// Prompt for title generation; empty is the built-in text.
    TITLE_GENERATION_PROMPT_TEMPLATE: String = text("").saved("task.title.prompt_template").acts();

    /// Prompt for tools function calling; empty is the built-in text.
    TOOLS_FUNCTION_CALLING_PROMPT_TEMPLATE: String = text("").saved("task.tools.prompt_template");

    /// Prompt for voice mode; empty is the built-in text.
    VOICE_MODE_PROMPT_TEMPLATE: String = text("").saved("task.voice.prompt_template");
}
