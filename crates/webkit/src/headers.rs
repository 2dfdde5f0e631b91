use axum::http::HeaderMap;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};

/// Sets what every answer carries. A handler that set a header itself keeps it (a cacheable status object, a scan page
/// whose policy allows wasm).
pub(crate) fn dress(headers: &mut HeaderMap, hsts: bool) {
    for (name, value) in ALWAYS {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    if hsts {
        let two_years = HeaderValue::from_static("max-age=63072000; includeSubDomains");
        headers
            .entry(STRICT_TRANSPORT_SECURITY)
            .or_insert(two_years);
    }
}

/// `Referrer-Policy: no-referrer` would make form posts send `Origin: null`, which the CSRF layer refuses.
const ALWAYS: [(HeaderName, &str); 7] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (REFERRER_POLICY, "same-origin"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (HeaderName::from_static("permissions-policy"), PERMISSIONS),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (CACHE_CONTROL, "no-store"),
];

/// No inline script or style anywhere, so no nonce.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const PERMISSIONS: &str = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), \
                           publickey-credentials-get=(self), publickey-credentials-create=(self)";
