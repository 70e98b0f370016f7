//! OAuth.

use serde_json::Value;

use super::spec::*;

settings! {
    "oauth", "OAuth";

    /// Makes up the address `provider@sub.local` when a provider sends no e-mail claim.
    ENABLE_OAUTH_EMAIL_FALLBACK: bool = flag(false);

    /// Creates missing groups on sync.
    ENABLE_OAUTH_GROUP_CREATION: bool = flag(false).saved("oauth.enable_group_creation");

    /// Syncs groups from the groups claim on each login.
    ENABLE_OAUTH_GROUP_MANAGEMENT: bool = flag(false).saved("oauth.enable_group_mapping");

    /// Also sets the `oauth_id_token` cookie.
    ENABLE_OAUTH_ID_TOKEN_COOKIE: bool = flag(true);

    /// Lets values stored in the database override the `oauth.*` variables.
    ENABLE_OAUTH_PERSISTENT_CONFIG: bool = flag(false).acts();

    /// Sets the role from the roles claim on each login.
    ENABLE_OAUTH_ROLE_MANAGEMENT: bool = flag(false).saved("oauth.enable_role_mapping");

    /// Creates an account on first OAuth login.
    ENABLE_OAUTH_SIGNUP: bool = flag(false).saved("oauth.enable_signup");

    /// Feishu OAuth client id; with the secret it turns the provider on.
    FEISHU_CLIENT_ID: String = text("").saved("oauth.feishu.client_id");

    /// Feishu OAuth client secret.
    FEISHU_CLIENT_SECRET: String = text("").saved("oauth.feishu.client_secret").secret();

    /// Feishu OAuth scopes.
    FEISHU_OAUTH_SCOPE: String = text("contact:user.base:readonly").saved("oauth.feishu.scope");

    /// Feishu OAuth fixed redirect URI; built from the request when empty.
    FEISHU_REDIRECT_URI: String = url("").saved("oauth.feishu.redirect_uri");

    /// GitHub OAuth client id; with the secret it turns the provider on.
    GITHUB_CLIENT_ID: String = text("").saved("oauth.github.client_id");

    /// Fixed redirect URI for GitHub.
    GITHUB_CLIENT_REDIRECT_URI: String = url("").saved("oauth.github.redirect_uri");

    /// Scopes asked from GitHub.
    GITHUB_CLIENT_SCOPE: String = text("user:email").saved("oauth.github.scope");

    /// GitHub OAuth client secret.
    GITHUB_CLIENT_SECRET: String = text("").saved("oauth.github.client_secret").secret();

    /// Google OAuth client id; with the secret it turns the provider on.
    GOOGLE_CLIENT_ID: String = text("").saved("oauth.google.client_id");

    /// Google OAuth client secret.
    GOOGLE_CLIENT_SECRET: String = text("").saved("oauth.google.client_secret").secret();

    /// Google OAuth scopes.
    GOOGLE_OAUTH_SCOPE: String = text("openid email profile").saved("oauth.google.scope");

    /// Google OAuth fixed redirect URI; built from the request when empty.
    GOOGLE_REDIRECT_URI: String = url("").saved("oauth.google.redirect_uri");

    /// Microsoft OAuth client id; with the secret it turns the provider on.
    MICROSOFT_CLIENT_ID: String = text("").saved("oauth.microsoft.client_id");

    /// Entra login host.
    MICROSOFT_CLIENT_LOGIN_BASE_URL: String = url("https://login.microsoftonline.com")
        .saved("oauth.microsoft.login_base_url");

    /// Where the picture is read with the access token.
    MICROSOFT_CLIENT_PICTURE_URL: String = url("https://graph.microsoft.com/v1.0/me/photo/$value")
        .saved("oauth.microsoft.picture_url");

    /// Microsoft OAuth client secret.
    MICROSOFT_CLIENT_SECRET: String = text("").saved("oauth.microsoft.client_secret").secret();

    /// Entra tenant; required for the provider.
    MICROSOFT_CLIENT_TENANT_ID: String = text("").saved("oauth.microsoft.tenant_id");

    /// Microsoft OAuth scopes.
    MICROSOFT_OAUTH_SCOPE: String = text("openid email profile").saved("oauth.microsoft.scope");

    /// Microsoft OAuth fixed redirect URI; built from the request when empty.
    MICROSOFT_REDIRECT_URI: String = url("").saved("oauth.microsoft.redirect_uri");

    /// Sends `client_id` in the token request body.
    OAUTH_ACCESS_TOKEN_REQUEST_INCLUDE_CLIENT_ID: bool = flag(false);

    /// Claim values that give role admin.
    OAUTH_ADMIN_ROLES: Vec<String> = list_by("OAUTH_ROLES_SEPARATOR", "admin").saved("oauth.admin_roles");

    /// Comma-separated list of e-mail domains that may log in; `*` lets all in.
    OAUTH_ALLOWED_DOMAINS: Vec<String> = list(',', "*").keep_empty().saved("oauth.allowed_domains");

    /// Claim values that give role user.
    OAUTH_ALLOWED_ROLES: Vec<String> = list_by("OAUTH_ROLES_SEPARATOR", "user,admin")
        .saved("oauth.allowed_roles");

    /// `audience` parameter of the authorisation request.
    OAUTH_AUDIENCE: String = text("").saved("oauth.audience");

    /// JSON list of group names or patterns (exact, wildcard, regex) that sync leaves alone.
    OAUTH_BLOCKED_GROUPS: Value = json_list().saved("oauth.blocked_groups");

    /// Generic OIDC client id.
    OAUTH_CLIENT_ID: String = text("").saved("oauth.oidc.client_id");

    /// Key that encrypts registered MCP OAuth clients in the settings.
    OAUTH_CLIENT_INFO_ENCRYPTION_KEY: String = text("").or("WEBUI_SECRET_KEY").secret();

    /// Generic OIDC client secret.
    OAUTH_CLIENT_SECRET: String = text("").saved("oauth.oidc.client_secret").secret();

    /// `S256` turns PKCE on.
    OAUTH_CODE_CHALLENGE_METHOD: String = text("")
        .saved("oauth.oidc.code_challenge_method").allowed(&["S256"]);

    /// Claim used as e-mail.
    OAUTH_EMAIL_CLAIM: String = text("email").saved("oauth.oidc.email_claim");

    /// Claim (dots lead into nested objects) with the groups.
    OAUTH_GROUPS_CLAIM: String = text("groups")
        .saved("oauth.oidc.group_claim").aliases(&["OAUTH_GROUP_CLAIM"]);

    /// Separator when the groups claim is one string.
    OAUTH_GROUPS_SEPARATOR: String = text(";");

    /// Old name of `OAUTH_GROUPS_CLAIM`, read when that one is unset.
    OAUTH_GROUP_CLAIM: String = text("groups");

    /// Links an OAuth login to an existing account with the same e-mail.
    OAUTH_MERGE_ACCOUNTS_BY_EMAIL: bool = flag(false).saved("oauth.merge_accounts_by_email");

    /// Claim used as picture; empty is no picture.
    OAUTH_PICTURE_CLAIM: String = text("picture").saved("oauth.oidc.avatar_claim");

    /// OAuth providers as a JSON list such as `[{"id":"google","name":"Google"}]`, beside the variables of
    /// each provider.
    OAUTH_PROVIDERS: Value = json_list().secret();

    /// Label of the OIDC button.
    OAUTH_PROVIDER_NAME: String = text("SSO").saved("oauth.oidc.provider_name");

    /// Claim (dots lead into nested objects) with the roles.
    OAUTH_ROLES_CLAIM: String = text("roles").saved("oauth.roles_claim");

    /// Separator of the role lists and of a string roles claim.
    OAUTH_ROLES_SEPARATOR: String = text(",");

    /// Scopes asked from the OIDC provider.
    OAUTH_SCOPES: String = text("openid email profile").saved("oauth.oidc.scopes");

    /// Key that encrypts tokens in table `oauth_session`.
    OAUTH_SESSION_TOKEN_ENCRYPTION_KEY: String = text("").or("WEBUI_SECRET_KEY").secret();

    /// Claim used as subject instead of the provider's default.
    OAUTH_SUB_CLAIM: String = text("").saved("oauth.oidc.sub_claim");

    /// Seconds that calls to an OAuth provider may take.
    OAUTH_TIMEOUT: String = text("").saved("oauth.oidc.oauth_timeout");

    /// How the client authenticates at the token endpoint.
    OAUTH_TOKEN_ENDPOINT_AUTH_METHOD: String = text("")
        .saved("oauth.oidc.token_endpoint_auth_method")
        .allowed(&["client_secret_basic", "client_secret_post", "none"]);

    /// Refreshes the picture on every login.
    OAUTH_UPDATE_PICTURE_ON_LOGIN: bool = flag(false).saved("oauth.update_picture_on_login");

    /// Claim used as display name.
    OAUTH_USERNAME_CLAIM: String = text("name").saved("oauth.oidc.username_claim");

    /// Discovery document URL; needed for OIDC login and for RP-initiated logout of any provider.
    OPENID_PROVIDER_URL: String = url("").saved("oauth.oidc.provider_url");

    /// Fixed redirect URI for OIDC.
    OPENID_REDIRECT_URI: String = url("").saved("oauth.oidc.redirect_uri");
}
