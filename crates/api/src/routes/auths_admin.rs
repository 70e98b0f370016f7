//! Settings about accounts, for administrators.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use transom_config::{Settings, duration, keys};

use super::answers;
use crate::{
    ApiError, App, Result,
    extract::{Admin, Body, SignedIn},
    router::Routes,
    rule::Rule,
};

/// Everything in this module.
pub fn routes() -> Routes {
    Routes::default()
        .get(
            "/api/v1/auths/admin/details",
            Rule::SignedIn,
            "Name and e-mail of the administrator to ask",
            details,
        )
        .gives::<answers::AdminDetails>()
        .get("/api/v1/auths/admin/config", Rule::Admin, "Settings about accounts", config)
        .post("/api/v1/auths/admin/config", Rule::Admin, "Change settings about accounts", set_config)
        .get("/api/v1/auths/admin/config/ldap", Rule::Admin, "Whether a directory signs people in", ldap)
        .gives::<answers::LdapEnabled>()
        .post("/api/v1/auths/admin/config/ldap", Rule::Admin, "Switch the directory on or off", set_ldap)
        .gives::<answers::LdapEnabled>()
        .get("/api/v1/auths/admin/config/ldap/server", Rule::Admin, "The directory", ldap_server)
        .post("/api/v1/auths/admin/config/ldap/server", Rule::Admin, "Change the directory", set_ldap_server)
}

async fn details(State(app): State<App>, _: SignedIn) -> Result<Json<Value>> {
    if !app.settings.get(&keys::SHOW_ADMIN_DETAILS) {
        return Err(ApiError::bad_request("The administrator's details are not shown on this server."));
    }
    let email = app.settings.get(&keys::ADMIN_EMAIL);
    let admin = match email.is_empty() {
        true => app.store.users.first_admin().await?,
        false => app.store.users.by_email(&email.to_lowercase()).await?,
    };
    let name = admin.as_ref().map(|a| a.name.clone());
    let email = admin.map(|a| a.email).or(Some(email).filter(|e| !e.is_empty()));
    Ok(Json(json!({"name": name, "email": email})))
}

#[allow(non_snake_case)]
#[derive(Serialize, Deserialize, JsonSchema)]
struct AdminConfig {
    SHOW_ADMIN_DETAILS: bool,
    #[serde(default)]
    ADMIN_EMAIL: Option<String>,
    WEBUI_URL: String,
    ENABLE_SIGNUP: bool,
    ENABLE_API_KEYS: bool,
    ENABLE_API_KEYS_ENDPOINT_RESTRICTIONS: bool,
    API_KEYS_ALLOWED_ENDPOINTS: String,
    DEFAULT_USER_ROLE: String,
    DEFAULT_GROUP_ID: String,
    JWT_EXPIRES_IN: String,
    ENABLE_COMMUNITY_SHARING: bool,
    ENABLE_MESSAGE_RATING: bool,
    ENABLE_FOLDERS: bool,
    ENABLE_CHANNELS: bool,
    ENABLE_NOTES: bool,
    ENABLE_USER_WEBHOOKS: bool,
    #[serde(default)]
    PENDING_USER_OVERLAY_TITLE: Option<String>,
    #[serde(default)]
    PENDING_USER_OVERLAY_CONTENT: Option<String>,
    #[serde(default)]
    RESPONSE_WATERMARK: Option<String>,
}

fn read(s: &Settings) -> AdminConfig {
    AdminConfig {
        SHOW_ADMIN_DETAILS: s.get(&keys::SHOW_ADMIN_DETAILS),
        ADMIN_EMAIL: Some(s.get(&keys::ADMIN_EMAIL)).filter(|text| !text.is_empty()),
        WEBUI_URL: s.get(&keys::WEBUI_URL),
        ENABLE_SIGNUP: s.get(&keys::ENABLE_SIGNUP),
        ENABLE_API_KEYS: s.get(&keys::ENABLE_API_KEYS),
        ENABLE_API_KEYS_ENDPOINT_RESTRICTIONS: s.get(&keys::ENABLE_API_KEYS_ENDPOINT_RESTRICTIONS),
        API_KEYS_ALLOWED_ENDPOINTS: s.get(&keys::API_KEYS_ALLOWED_ENDPOINTS).join(","),
        DEFAULT_USER_ROLE: s.get(&keys::DEFAULT_USER_ROLE),
        DEFAULT_GROUP_ID: s.get(&keys::DEFAULT_GROUP_ID),
        JWT_EXPIRES_IN: s.get(&keys::JWT_EXPIRES_IN),
        ENABLE_COMMUNITY_SHARING: s.get(&keys::ENABLE_COMMUNITY_SHARING),
        ENABLE_MESSAGE_RATING: s.get(&keys::ENABLE_MESSAGE_RATING),
        ENABLE_FOLDERS: s.get(&keys::ENABLE_FOLDERS),
        ENABLE_CHANNELS: s.get(&keys::ENABLE_CHANNELS),
        ENABLE_NOTES: s.get(&keys::ENABLE_NOTES),
        ENABLE_USER_WEBHOOKS: s.get(&keys::ENABLE_USER_WEBHOOKS),
        PENDING_USER_OVERLAY_TITLE: Some(s.get(&keys::PENDING_USER_OVERLAY_TITLE)),
        PENDING_USER_OVERLAY_CONTENT: Some(s.get(&keys::PENDING_USER_OVERLAY_CONTENT)),
        RESPONSE_WATERMARK: Some(s.get(&keys::RESPONSE_WATERMARK)),
    }
}

async fn config(State(app): State<App>, _: Admin) -> Json<AdminConfig> {
    Json(read(&app.settings))
}

async fn set_config(
    State(app): State<App>,
    _: Admin,
    Body(form): Body<AdminConfig>,
) -> Result<Json<AdminConfig>> {
    let s = &app.settings;
    let was = read(s);
    s.set(&keys::SHOW_ADMIN_DETAILS, form.SHOW_ADMIN_DETAILS).await?;
    s.set(&keys::WEBUI_URL, form.WEBUI_URL).await?;
    s.set(&keys::ENABLE_SIGNUP, form.ENABLE_SIGNUP).await?;
    s.set(&keys::ENABLE_API_KEYS, form.ENABLE_API_KEYS).await?;
    s.set(&keys::ENABLE_API_KEYS_ENDPOINT_RESTRICTIONS, form.ENABLE_API_KEYS_ENDPOINT_RESTRICTIONS).await?;
    let endpoints = form.API_KEYS_ALLOWED_ENDPOINTS.split(',').map(|e| e.trim().to_string());
    s.set(&keys::API_KEYS_ALLOWED_ENDPOINTS, endpoints.filter(|e| !e.is_empty()).collect()).await?;
    // The contract leaves a bad role or duration as it was instead of refusing the form.
    if form.DEFAULT_USER_ROLE != was.DEFAULT_USER_ROLE
        && form.DEFAULT_USER_ROLE.parse::<transom_store::Role>().is_ok()
    {
        s.set(&keys::DEFAULT_USER_ROLE, form.DEFAULT_USER_ROLE).await?;
    }
    if duration::parse(&form.JWT_EXPIRES_IN).is_some() {
        s.set(&keys::JWT_EXPIRES_IN, form.JWT_EXPIRES_IN).await?;
    }
    s.set(&keys::DEFAULT_GROUP_ID, form.DEFAULT_GROUP_ID).await?;
    s.set(&keys::ENABLE_COMMUNITY_SHARING, form.ENABLE_COMMUNITY_SHARING).await?;
    s.set(&keys::ENABLE_MESSAGE_RATING, form.ENABLE_MESSAGE_RATING).await?;
    s.set(&keys::ENABLE_FOLDERS, form.ENABLE_FOLDERS).await?;
    s.set(&keys::ENABLE_CHANNELS, form.ENABLE_CHANNELS).await?;
    s.set(&keys::ENABLE_NOTES, form.ENABLE_NOTES).await?;
    s.set(&keys::ENABLE_USER_WEBHOOKS, form.ENABLE_USER_WEBHOOKS).await?;
    s.set(&keys::PENDING_USER_OVERLAY_TITLE, form.PENDING_USER_OVERLAY_TITLE.unwrap_or_default()).await?;
    s.set(&keys::PENDING_USER_OVERLAY_CONTENT, form.PENDING_USER_OVERLAY_CONTENT.unwrap_or_default()).await?;
    s.set(&keys::RESPONSE_WATERMARK, form.RESPONSE_WATERMARK.unwrap_or_default()).await?;
    Ok(Json(read(s)))
}

#[derive(Deserialize, JsonSchema)]
struct LdapSwitch {
    #[serde(default)]
    enable_ldap: Option<bool>,
}

async fn ldap(State(app): State<App>, _: Admin) -> Json<Value> {
    Json(json!({"ENABLE_LDAP": app.settings.get(&keys::ENABLE_LDAP)}))
}

async fn set_ldap(State(app): State<App>, _: Admin, Body(form): Body<LdapSwitch>) -> Result<Json<Value>> {
    if let Some(on) = form.enable_ldap {
        app.settings.set(&keys::ENABLE_LDAP, on).await?;
    }
    Ok(Json(json!({"ENABLE_LDAP": app.settings.get(&keys::ENABLE_LDAP)})))
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct LdapServer {
    label: String,
    host: String,
    #[serde(default)]
    port: Option<i64>,
    #[serde(default = "mail")]
    attribute_for_mail: String,
    #[serde(default = "uid")]
    attribute_for_username: String,
    app_dn: String,
    app_dn_password: String,
    search_base: String,
    #[serde(default)]
    search_filters: String,
    #[serde(default = "yes")]
    use_tls: bool,
    #[serde(default)]
    certificate_path: Option<String>,
    #[serde(default = "yes")]
    validate_cert: bool,
    #[serde(default)]
    ciphers: Option<String>,
}

fn mail() -> String {
    "mail".into()
}

fn uid() -> String {
    "uid".into()
}

fn yes() -> bool {
    true
}

fn read_server(s: &Settings) -> LdapServer {
    LdapServer {
        label: s.get(&keys::LDAP_SERVER_LABEL),
        host: s.get(&keys::LDAP_SERVER_HOST),
        port: Some(s.get(&keys::LDAP_SERVER_PORT)),
        attribute_for_mail: s.get(&keys::LDAP_ATTRIBUTE_FOR_MAIL),
        attribute_for_username: s.get(&keys::LDAP_ATTRIBUTE_FOR_USERNAME),
        app_dn: s.get(&keys::LDAP_APP_DN),
        app_dn_password: s.get(&keys::LDAP_APP_PASSWORD),
        search_base: s.get(&keys::LDAP_SEARCH_BASE),
        search_filters: s.get(&keys::LDAP_SEARCH_FILTER),
        use_tls: s.get(&keys::LDAP_USE_TLS),
        certificate_path: Some(s.get(&keys::LDAP_CA_CERT_FILE)).filter(|text| !text.is_empty()),
        validate_cert: s.get(&keys::LDAP_VALIDATE_CERT),
        ciphers: Some(s.get(&keys::LDAP_CIPHERS)),
    }
}

async fn ldap_server(State(app): State<App>, _: Admin) -> Json<LdapServer> {
    Json(read_server(&app.settings))
}

async fn set_ldap_server(
    State(app): State<App>,
    _: Admin,
    Body(form): Body<LdapServer>,
) -> Result<Json<LdapServer>> {
    let required = [
        ("label", &form.label),
        ("host", &form.host),
        ("attribute_for_mail", &form.attribute_for_mail),
        ("attribute_for_username", &form.attribute_for_username),
        ("app_dn", &form.app_dn),
        ("app_dn_password", &form.app_dn_password),
        ("search_base", &form.search_base),
    ];
    if let Some((name, _)) = required.iter().find(|(_, value)| value.trim().is_empty()) {
        return Err(ApiError::bad_request(format!("The field {name} is required and empty.")));
    }
    let s = &app.settings;
    s.set(&keys::LDAP_SERVER_LABEL, form.label).await?;
    s.set(&keys::LDAP_SERVER_HOST, form.host).await?;
    s.set(&keys::LDAP_SERVER_PORT, form.port.unwrap_or(389)).await?;
    s.set(&keys::LDAP_ATTRIBUTE_FOR_MAIL, form.attribute_for_mail).await?;
    s.set(&keys::LDAP_ATTRIBUTE_FOR_USERNAME, form.attribute_for_username).await?;
    s.set(&keys::LDAP_APP_DN, form.app_dn).await?;
    s.set(&keys::LDAP_APP_PASSWORD, form.app_dn_password).await?;
    s.set(&keys::LDAP_SEARCH_BASE, form.search_base).await?;
    s.set(&keys::LDAP_SEARCH_FILTER, form.search_filters).await?;
    s.set(&keys::LDAP_USE_TLS, form.use_tls).await?;
    s.set(&keys::LDAP_CA_CERT_FILE, form.certificate_path.unwrap_or_default()).await?;
    s.set(&keys::LDAP_VALIDATE_CERT, form.validate_cert).await?;
    s.set(&keys::LDAP_CIPHERS, form.ciphers.unwrap_or_default()).await?;
    Ok(Json(read_server(s)))
}
