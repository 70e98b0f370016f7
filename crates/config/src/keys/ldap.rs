//! LDAP.

use super::spec::*;

settings! {
    "ldap", "LDAP";

    /// Lets users sign in through an LDAP directory.
    ENABLE_LDAP: bool = flag(false).saved("ldap.enable");

    /// Creates groups that are missing when groups are synced from the directory.
    ENABLE_LDAP_GROUP_CREATION: bool = flag(false).saved("ldap.group.enable_creation");

    /// Syncs groups from the directory on every sign-in.
    ENABLE_LDAP_GROUP_MANAGEMENT: bool = flag(false).saved("ldap.group.enable_management");

    /// Account that searches the directory (bind DN); empty binds anonymously.
    LDAP_APP_DN: String = text("").saved("ldap.server.app_dn");

    /// Password of that account.
    LDAP_APP_PASSWORD: String = text("").saved("ldap.server.app_password").secret();

    /// Directory attribute with the DNs of the groups.
    LDAP_ATTRIBUTE_FOR_GROUPS: String = text("memberOf").saved("ldap.server.attribute_for_groups");

    /// Directory attribute read as the e-mail address.
    LDAP_ATTRIBUTE_FOR_MAIL: String = text("mail").saved("ldap.server.attribute_for_mail");

    /// Directory attribute compared with the user name typed.
    LDAP_ATTRIBUTE_FOR_USERNAME: String = text("uid").saved("ldap.server.attribute_for_username");

    /// File with the certificates trusted for the directory.
    LDAP_CA_CERT_FILE: String = path("").saved("ldap.server.ca_cert_file");

    /// Cipher list (OpenSSL form) for the directory.
    LDAP_CIPHERS: String = text("ALL").saved("ldap.server.ciphers");

    /// DN below which users are searched.
    LDAP_SEARCH_BASE: String = text("").saved("ldap.server.users_dn");

    /// Extra filter that users must also match.
    LDAP_SEARCH_FILTER: String = text("")
        .saved("ldap.server.search_filter").aliases(&["LDAP_SEARCH_FILTERS"]);

    /// Old name of `LDAP_SEARCH_FILTER`, read when that one is unset.
    LDAP_SEARCH_FILTERS: String = text("");

    /// Host of the directory.
    LDAP_SERVER_HOST: String = text("localhost").saved("ldap.server.host");

    /// Name of the directory shown on the login page.
    LDAP_SERVER_LABEL: String = text("LDAP Server").saved("ldap.server.label");

    /// Port of the directory.
    LDAP_SERVER_PORT: i64 = int("389").saved("ldap.server.port");

    /// Speaks TLS from the first byte (LDAPS); there is no StartTLS.
    LDAP_USE_TLS: bool = flag(true).saved("ldap.server.use_tls");

    /// Checks the certificate of the directory.
    LDAP_VALIDATE_CERT: bool = flag(true).saved("ldap.server.validate_cert");
}
