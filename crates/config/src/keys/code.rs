//! Running code.

use super::spec::*;

settings! {
    "code", "Running code";

    /// Where code blocks run: in the browser (pyodide) or on a Jupyter server.
    CODE_EXECUTION_ENGINE: String = text("pyodide")
        .saved("code_execution.engine").allowed(&["pyodide", "jupyter"]).acts();

    /// How to authenticate at the Jupyter server that runs code blocks: empty, `token` or `password`.
    CODE_EXECUTION_JUPYTER_AUTH: String = text("").saved("code_execution.jupyter.auth").acts();

    /// Password of the Jupyter server that runs code blocks.
    CODE_EXECUTION_JUPYTER_AUTH_PASSWORD: String = text("")
        .saved("code_execution.jupyter.auth_password").secret().acts();

    /// Token of the Jupyter server that runs code blocks.
    CODE_EXECUTION_JUPYTER_AUTH_TOKEN: String = text("")
        .saved("code_execution.jupyter.auth_token").secret().acts();

    /// Seconds that code blocks may run on the Jupyter server.
    CODE_EXECUTION_JUPYTER_TIMEOUT: i64 = int("60").saved("code_execution.jupyter.timeout").acts();

    /// Address of the Jupyter server that runs code blocks.
    CODE_EXECUTION_JUPYTER_URL: String = url("").saved("code_execution.jupyter.url").acts();

    /// Python modules that code of the model may not import, separated by commas.
    CODE_INTERPRETER_BLOCKED_MODULES: Vec<String> = list(',', "");

    /// Where code written by the model runs: in the browser (pyodide) or on a Jupyter server.
    CODE_INTERPRETER_ENGINE: String = text("pyodide")
        .saved("code_interpreter.engine").allowed(&["pyodide", "jupyter"]);

    /// How to authenticate at the Jupyter server that runs code of the model: empty, `token` or `password`.
    CODE_INTERPRETER_JUPYTER_AUTH: String = text("")
        .saved("code_interpreter.jupyter.auth").or("CODE_EXECUTION_JUPYTER_AUTH");

    /// Password of the Jupyter server that runs code of the model.
    CODE_INTERPRETER_JUPYTER_AUTH_PASSWORD: String = text("")
        .saved("code_interpreter.jupyter.auth_password").or("CODE_EXECUTION_JUPYTER_AUTH_PASSWORD")
        .secret();

    /// Token of the Jupyter server that runs code of the model.
    CODE_INTERPRETER_JUPYTER_AUTH_TOKEN: String = text("")
        .saved("code_interpreter.jupyter.auth_token").or("CODE_EXECUTION_JUPYTER_AUTH_TOKEN").secret();

    /// Seconds that code of the model may run on the Jupyter server.
    CODE_INTERPRETER_JUPYTER_TIMEOUT: i64 = int("60")
        .saved("code_interpreter.jupyter.timeout").or("CODE_EXECUTION_JUPYTER_TIMEOUT");

    /// Address of the Jupyter server that runs code of the model.
    CODE_INTERPRETER_JUPYTER_URL: String = url("")
        .saved("code_interpreter.jupyter.url").or("CODE_EXECUTION_JUPYTER_URL");

    /// Instructions given to the model for the code interpreter; empty is the built-in text.
    CODE_INTERPRETER_PROMPT_TEMPLATE: String = text("").saved("code_interpreter.prompt_template");

    /// Shows a run button on code blocks, and lets them run on the Jupyter server.
    ENABLE_CODE_EXECUTION: bool = flag(true).saved("code_execution.enable").acts();

    /// Lets models run code.
    ENABLE_CODE_INTERPRETER: bool = flag(true).saved("code_interpreter.enable");
}
