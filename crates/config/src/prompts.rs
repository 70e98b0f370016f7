//! The built-in texts: what an empty prompt setting stands for.
//!
//! Placeholders such as `{{MESSAGES:END:6}}` are filled by the chat pipeline. Every task that answers in JSON names the
//! key it must use, because the answer is read from the first `{` to the last `}`.

use serde_json::{Value, json};

/// Names a chat.
pub const TITLE: &str = r#"Give the conversation below a title.

- Use 3 to 5 words and put one fitting emoji in front of them.
- Write in the language that the conversation is held in; if it mixes several, use English.
- Say what the conversation is about. No quotation marks, no markdown, no comments.
- Being right matters more than being witty.

Answer with one JSON object and nothing else:
{ "title": "the title" }

Examples:
{ "title": "🌊 Tides of the North Sea" }
{ "title": "🧵 Mending a Wool Coat" }
{ "title": "🐍 Sorting Lists in Python" }

<conversation>
{{MESSAGES:END:2}}
</conversation>"#;

/// Tags a chat.
pub const TAGS: &str = r#"Find tags that tell which subjects the conversation below belongs to.

- Begin with 1 to 3 broad subjects, such as Science, Technology, Philosophy, Arts, Politics, Business, Health, Sports,
  Entertainment or Education.
- Add 1 to 3 narrower topics if they run through the whole conversation.
- If it is too short or too mixed to tell, answer with "General" alone.
- Write the tags in the language of the conversation; if it mixes several, use English.

Answer with one JSON object and nothing else:
{ "tags": ["first tag", "second tag"] }

<conversation>
{{MESSAGES:END:6}}
</conversation>"#;

/// Suggests what the user could ask next.
pub const FOLLOW_UPS: &str = r#"Think of 3 to 5 things that the user could naturally say next in the conversation below.

- Phrase each one as the user would, addressed to the assistant.
- Keep each one short, clear and tied to what was discussed; do not ask again what was answered.
- Ask only what the assistant can answer here.
- Write in the language of the conversation; if it mixes several, use English.

Answer with one JSON object and nothing else:
{ "follow_ups": ["first question?", "second question?", "third question?"] }

<conversation>
{{MESSAGES:END:6}}
</conversation>"#;

/// Describes the image that the user wants.
pub const IMAGE_PROMPT: &str = r#"Describe the image that the user of the conversation below wants to see, so that an image model can draw it.

- Be concrete: the subject, what surrounds it, light, colours, composition, mood and style.
- Describe it as if to somebody who cannot see it. Leave out everything that is not visible.
- Keep to what the conversation asks for; fill gaps with what fits.

Answer with one JSON object and nothing else:
{ "prompt": "the description" }

<conversation>
{{MESSAGES:END:6}}
</conversation>"#;

/// Turns a conversation into search queries.
pub const QUERIES: &str = r#"Today is {{CURRENT_DATE}}. Decide what to search for, so that the last request of the conversation below can be answered well.

- Give 1 to 3 queries. Each one is short, covers a different side of the request and can be understood on its own.
- If a search might help at all, give at least one query, and make it specific and current.
- Give an empty list only if it is certain that no search can help.
- Add no explanation.

Answer with one JSON object and nothing else:
{ "queries": ["first query", "second query"] }

If nothing needs to be searched:
{ "queries": [] }

<conversation>
{{MESSAGES:END:6}}
</conversation>"#;

/// Goes on with what the user is typing.
pub const AUTOCOMPLETE: &str = r#"Continue the text that the user has begun to type. You write on from its last character; you never answer it.

- Give only what comes next: do not repeat the beginning and do not ask anything back.
- Keep the language, tone and spelling of the beginning, and stay short.
- The kind of text is given in <type>. For "General", finish the thought as in a message. For "Search Query", finish
  it as a short query in keywords.
- If it is unclear how the text goes on, give an empty text.

Answer with one JSON object and nothing else:
{ "text": "the continuation" }

Examples:
<type>General</type> <text>The train was late because</text>
{ "text": " of a signal failure near the bridge." }
<type>Search Query</type> <text>best time to visit</text>
{ "text": " the Lofoten islands" }

<conversation>
{{MESSAGES:END:6}}
</conversation>
<type>{{TYPE}}</type>
<text>{{PROMPT}}</text>"#;

/// Shows the mood of a text as an emoji.
pub const EMOJI: &str = r#"Which one emoji shows best how the speaker of this text feels, seen as a face or a gesture? Answer with that emoji alone.

"""{{prompt}}""""#;

/// Merges the answers of several models ("mixture of agents").
pub const MERGE: &str = r#"Several models have answered the same request:

"""{{prompt}}"""

Write the one best answer from theirs. Judge what they say: parts may be wrong or one-sided. Keep what is correct, put
right what is not, and do not merely join the texts. The result must be accurate, complete, well ordered, and in the
language of the request. Do not mention that there were several answers.

Their answers:

{{responses}}"#;

/// Chooses tools for a request.
pub const TOOLS: &str = r#"These tools can be called:
{{TOOLS}}

Choose the tools that help to answer the query, and fill in their parameters from the conversation.

- Call only tools of the list, by their exact name, with the parameters that they declare.
- Several calls may be made. If no tool fits, give an empty list.
- Do not answer the query itself and add no explanation.

Answer with one JSON object and nothing else:
{ "tool_calls": [{ "name": "name of the tool", "parameters": { "parameter": "value" } }] }

If no tool fits:
{ "tool_calls": [] }"#;

/// Wraps retrieved text.
pub const RAG: &str = r#"Answer the user's request from the sources in <context>.

- Every source is a <source> element. When you use one that has an `id`, cite it right after the statement as [id], for
  example [1]. Cite only ids that exist, and nothing that has none.
- If the sources do not hold the answer, say so. If you then answer from what you know, make clear that you do.
- If the sources are unreadable or unrelated, tell the user and give the best answer you can.
- Answer in the language of the user, and do not speak of these instructions or of tags.

<context>
{{CONTEXT}}
</context>"#;

/// Makes answers fit for being read aloud.
pub const VOICE: &str = r#"You are talking with the user aloud: what they say is transcribed, and what you write is spoken.

- Speak as in a conversation: short, plain sentences, two or three of them unless more is asked for.
- Write only words that can be spoken. No markdown, lists, tables, code, links or emojis; say numbers and symbols as one
  would say them.
- Transcription makes mistakes: understand what was probably meant, and ask back when it matters.
- Answer in the language that the user speaks."#;

/// Tells a model how to run code.
pub const CODE_INTERPRETER: &str = r#"You can run Python code. Put it between these tags, and it is executed as soon as you close them:

<code_interpreter type="code" lang="python">
print(6 * 7)
</code_interpreter>

- Use it whenever calculating, checking, analysing data or drawing a chart makes the answer better.
- Print what you want to see: after the closing tag you get the output, errors and images. Stop after the tag and go on
  when they are there.
- Do not put the tags or the code in a markdown code block.
- When the code fails, read the error, repair the code and try again.
- Explain the result in the language of the user. Show images that the code made with the markdown link you are given.
- Common packages for numbers, data and charts are at hand; there may be no access to the network."#;

/// The workflow that ComfyUI runs unless an admin sets another: plain text to image.
pub const COMFYUI_WORKFLOW: &str = include_str!("comfyui_workflow.json");

/// The suggestions on an empty chat.
#[must_use]
pub fn suggestions() -> Value {
    json!([
        {
            "title": ["Plan a weekend", "away from the city"],
            "content": "Help me plan a quiet weekend away from the city. Ask me what I need to decide, then suggest two plans that differ clearly from each other."
        },
        {
            "title": ["Explain a word", "as it is used today"],
            "content": "Explain the word \"entropy\" to somebody who has never studied physics, with two examples from everyday life."
        },
        {
            "title": ["Improve a text", "without changing its voice"],
            "content": "I will paste a text of mine. Point out the three changes that would help it most, and show each of them in place. Wait for the text."
        },
        {
            "title": ["Practise a language", "in a short talk"],
            "content": "Let us practise a language. Ask me which one and how well I speak it, then begin a simple conversation and correct my mistakes as we go."
        },
        {
            "title": ["Write a script", "that renames photos"],
            "content": "Write a Python script that renames all photos of a folder by the date they were taken. Explain how to try it first without changing anything."
        },
        {
            "title": ["Weigh a decision", "with pros and cons"],
            "content": "I have to choose between two offers. Ask me about them one question at a time, then lay out what speaks for and against each."
        }
    ])
}
