//! Security headers.

use super::spec::*;

settings! {
    "security_headers", "Security headers";

    /// `Cache-Control` of every response; a value that is no known directive becomes `no-store, max-age=0`.
    CACHE_CONTROL: String = text("").acts();

    /// `Content-Security-Policy` of every response, sent as it is.
    CONTENT_SECURITY_POLICY: String = text("").acts();

    /// `Strict-Transport-Security` of every response; a bad value becomes
    /// `max-age=31536000;includeSubDomains`.
    HSTS: String = text("").acts();

    /// `Permissions-Policy` of every response; a bad value becomes `none`.
    PERMISSIONS_POLICY: String = text("").acts();

    /// `Referrer-Policy` of every response; a bad value becomes `no-referrer`.
    REFERRER_POLICY: String = text("").acts();

    /// Any value sends `X-Content-Type-Options: nosniff`.
    XCONTENT_TYPE: String = text("").acts();

    /// Any value sends `X-Download-Options: noopen`.
    XDOWNLOAD_OPTIONS: String = text("").acts();

    /// `X-Frame-Options` of every response; a bad value becomes `DENY`.
    XFRAME_OPTIONS: String = text("").acts();

    /// `X-Permitted-Cross-Domain-Policies` of every response; a bad value becomes `none`.
    XPERMITTED_CROSS_DOMAIN_POLICIES: String = text("").acts();
}
