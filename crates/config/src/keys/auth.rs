//! Accounts and sessions.

use super::spec::*;

settings! {
    "auth", "Accounts and sessions";

    /// Address shown as the contact of the admin; empty shows that of the first admin.
    ADMIN_EMAIL: String = text("").saved("auth.admin.email").acts();

    /// Paths that API keys may call (exact, or as a prefix followed by `/`), separated by commas.
    API_KEYS_ALLOWED_ENDPOINTS: Vec<String> = list(',', "")
        .saved_as_text().saved("auth.api_key.allowed_endpoints").aliases(&["API_KEY_ALLOWED_ENDPOINTS"])
        .acts();

    /// Old name of `API_KEYS_ALLOWED_ENDPOINTS`, read when that one is unset.
    API_KEY_ALLOWED_ENDPOINTS: Vec<String> = list(',', "").acts();

    /// Lets admins see and edit every workspace item.
    BYPASS_ADMIN_ACCESS_CONTROL: bool = flag(true).aliases(&["ENABLE_ADMIN_WORKSPACE_CONTENT_ACCESS"]).acts();

    /// Every user may use every model.
    BYPASS_MODEL_ACCESS_CONTROL: bool = flag(false).acts();

    /// Group that every new account joins.
    DEFAULT_GROUP_ID: String = text("").saved("ui.default_group_id").acts();

    /// Role of a new account.
    DEFAULT_USER_ROLE: String = text("pending")
        .saved("ui.default_user_role").allowed(&["pending", "user", "admin"]).acts();

    /// Admins may read other users' chats.
    ENABLE_ADMIN_CHAT_ACCESS: bool = flag(true).acts();

    /// Admins may export all chats and the database.
    ENABLE_ADMIN_EXPORT: bool = flag(true).acts();

    /// Old name of `BYPASS_ADMIN_ACCESS_CONTROL`, read when that one is unset.
    ENABLE_ADMIN_WORKSPACE_CONTENT_ACCESS: bool = flag(true).acts();

    /// Allows API keys.
    ENABLE_API_KEYS: bool = flag(false).saved("auth.enable_api_keys").acts();

    /// Limits API keys to the paths of `API_KEYS_ALLOWED_ENDPOINTS`.
    ENABLE_API_KEYS_ENDPOINT_RESTRICTIONS: bool = flag(false)
        .saved("auth.api_key.endpoint_restrictions").aliases(&["ENABLE_API_KEY_ENDPOINT_RESTRICTIONS"])
        .acts();

    /// Old name of `ENABLE_API_KEYS_ENDPOINT_RESTRICTIONS`, read when that one is unset.
    ENABLE_API_KEY_ENDPOINT_RESTRICTIONS: bool = flag(false).acts();

    /// Sends `X-OpenWebUI-User-Name`, `-Id`, `-Email` and `-Role` to upstream services.
    ENABLE_FORWARD_USER_INFO_HEADERS: bool = flag(false).acts();

    /// Allows the very first sign-up even when sign-up or the login form is off.
    ENABLE_INITIAL_ADMIN_SIGNUP: bool = flag(false).acts();

    /// Shows the form for e-mail and password; off also blocks sign-up.
    ENABLE_LOGIN_FORM: bool = flag(true).saved("ui.ENABLE_LOGIN_FORM").acts();

    /// Off: signing in with a password or LDAP answers 403.
    ENABLE_PASSWORD_AUTH: bool = flag(true).acts();

    /// Checks new passwords against the pattern.
    ENABLE_PASSWORD_VALIDATION: bool = flag(false).acts();

    /// Serves user provisioning under `/api/v1/scim/v2`.
    ENABLE_SCIM: bool = flag(false).aliases(&["SCIM_ENABLED"]);

    /// Lets visitors sign up; turned off by itself when the first account is made, and off without
    /// authentication.
    ENABLE_SIGNUP: bool = flag(true).saved("ui.enable_signup").acts();

    /// Asks for the password twice on sign-up.
    ENABLE_SIGNUP_PASSWORD_CONFIRMATION: bool = flag(false).acts();

    /// Life of a session token, such as `4w` or `1d12h` (units ms, s, m, h, d, w); `-1` or `0` never
    /// expires.
    JWT_EXPIRES_IN: String = duration("4w").saved("auth.jwt_expiry").acts();

    /// Pattern that new passwords must match; a broken pattern is replaced by the default.
    PASSWORD_VALIDATION_REGEX_PATTERN: String = text(r#"^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)(?=.*[^\w\s]).{8,}$"#)
        .acts();

    /// Old name of `ENABLE_SCIM`, read when that one is unset.
    SCIM_ENABLED: bool = flag(false);

    /// Bearer token of the SCIM endpoints.
    SCIM_TOKEN: String = text("").secret();

    /// Shows the admin's name and address to users who wait for approval.
    SHOW_ADMIN_DETAILS: bool = flag(true).saved("auth.admin.show").acts();

    /// HMAC-SHA256 key that verifies signed payloads.
    TRUSTED_SIGNATURE_KEY: String = text("").secret();

    /// Off: nobody logs in, one account `admin@localhost` is used; decide before the first user exists.
    WEBUI_AUTH: bool = flag(true).acts();

    /// SameSite of the token and oauth cookies.
    WEBUI_AUTH_COOKIE_SAME_SITE: String = text("")
        .or("WEBUI_SESSION_COOKIE_SAME_SITE").allowed(&["lax", "strict", "none"]).acts();

    /// Secure flag of the token and oauth cookies.
    WEBUI_AUTH_COOKIE_SECURE: bool = flag(false).or("WEBUI_SESSION_COOKIE_SECURE").acts();

    /// Where the browser goes after sign-out.
    WEBUI_AUTH_SIGNOUT_REDIRECT_URL: String = url("").acts();

    /// Request header with the address of the user, set by an authenticating reverse proxy.
    WEBUI_AUTH_TRUSTED_EMAIL_HEADER: String = text("");

    /// Request header with the comma-separated groups to sync on that login.
    WEBUI_AUTH_TRUSTED_GROUPS_HEADER: String = text("");

    /// Request header with the display name (percent-decoded) for that login.
    WEBUI_AUTH_TRUSTED_NAME_HEADER: String = text("");

    /// Old name of `WEBUI_SECRET_KEY`, read when that one is unset.
    WEBUI_JWT_SECRET_KEY: String = text("").secret().acts();

    /// Signs session tokens and cookies, and stands in for both OAuth encryption keys; generated and kept
    /// in a file when unset.
    WEBUI_SECRET_KEY: String = text("").aliases(&["WEBUI_JWT_SECRET_KEY"]).secret().acts();

    /// File that holds, or receives, the generated secret key when no key is set.
    WEBUI_SECRET_KEY_FILE: String = path(".webui_secret_key").acts();

    /// SameSite of the OAuth handshake session cookie (`owui-session`).
    WEBUI_SESSION_COOKIE_SAME_SITE: String = text("lax").allowed(&["lax", "strict", "none"]).acts();

    /// Secure flag of the `owui-session` cookie.
    WEBUI_SESSION_COOKIE_SECURE: bool = flag(false).acts();
}
