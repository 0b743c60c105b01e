//! What goes into the `Proxy-Status` header (RFC 9209) for a code.

use crate::code::Code;

/// The error type of RFC 9209 section 2.3 that fits a code; `None` for codes that explain no response
/// made by the proxy.
pub fn error_type(code: Code) -> Option<&'static str> {
    Some(match code {
        Code::GK0350 => "connection_refused",
        Code::GK0351 => "connection_timeout",
        Code::GK0304 | Code::GK0305 | Code::GK0309 | Code::GK0310 => "destination_unavailable",
        Code::GK0308 => "dns_error",
        Code::GK0352 => "http_protocol_error",
        Code::GK0355 => "http_response_header_section_size",
        Code::GK0356 => "connection_terminated",
        Code::GK0357 => "http_response_timeout",
        Code::GK0358 => "http_response_incomplete",
        Code::GK0363 => "proxy_loop_detected",
        Code::GK0503 | Code::GK0559 => "http_request_denied",
        Code::GK0500 | Code::GK0502 | Code::GK0506 | Code::GK0507 => "http_request_error",
        Code::GK0021 => "proxy_configuration_error",
        Code::GK0022 => "proxy_internal_error",
        Code::GK0202
        | Code::GK0206
        | Code::GK0207
        | Code::GK0257
        | Code::GK0300
        | Code::GK0301
        | Code::GK0302
        | Code::GK0303
        | Code::GK0311 => "proxy_configuration_error",
        Code::GK0011 | Code::GK0104 => "proxy_internal_response",
        _ => return None,
    })
}

/// The value of the header for a response made by the proxy:
/// `genkan; error=connection_refused; details="GK0350"`. Names neither objects nor addresses.
pub fn header_value(code: Code) -> String {
    match error_type(code) {
        Some(error) => format!("genkan; error={error}; details=\"{code}\""),
        None => format!("genkan; details=\"{code}\""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_names_error_and_code() {
        assert_eq!(
            header_value(Code::GK0350),
            "genkan; error=connection_refused; details=\"GK0350\""
        );
        assert_eq!(header_value(Code::GK0053), "genkan; details=\"GK0053\"");
    }

    #[test]
    fn error_types_are_those_of_the_registry() {
        // RFC 9209 section 2.3.
        const REGISTRY: &[&str] = &[
            "dns_timeout",
            "dns_error",
            "destination_not_found",
            "destination_unavailable",
            "destination_ip_prohibited",
            "destination_ip_unroutable",
            "connection_refused",
            "connection_terminated",
            "connection_timeout",
            "connection_read_timeout",
            "connection_write_timeout",
            "connection_limit_reached",
            "tls_protocol_error",
            "tls_certificate_error",
            "tls_alert_received",
            "http_request_error",
            "http_request_denied",
            "http_response_incomplete",
            "http_response_header_section_size",
            "http_response_header_size",
            "http_response_body_size",
            "http_response_trailer_section_size",
            "http_response_trailer_size",
            "http_response_transfer_coding",
            "http_response_content_coding",
            "http_response_timeout",
            "http_upgrade_failed",
            "http_protocol_error",
            "proxy_internal_response",
            "proxy_internal_error",
            "proxy_configuration_error",
            "proxy_loop_detected",
        ];
        for code in Code::ALL {
            if let Some(error) = error_type(*code) {
                assert!(REGISTRY.contains(&error), "{error}");
            }
        }
    }
}
