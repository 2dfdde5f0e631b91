use crate::{ErrorCode, OAuthError, Parameters, Scope};

/// What a service brings to the token endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grant {
    /// A code and what its challenge was made of.
    Code {
        /// The code.
        code: String,
        /// The address that the person was sent back to; must be the request's.
        redirect_uri: String,
        /// The verifier.
        verifier: String,
    },
    /// A refresh token; the scope may become narrower.
    Refresh {
        /// The token.
        token: String,
        /// The narrower scope.
        scope: Option<Scope>,
    },
    /// The service for itself.
    ClientCredentials {
        /// What for.
        scope: Option<Scope>,
    },
}

/// A request to the token endpoint (RFC 6749, section 3.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRequest {
    /// What is brought.
    pub grant: Grant,
}

impl TokenRequest {
    /// Reads it. Codes, tokens and verifiers have at most 512 bytes; a longer one is as unknown as any other.
    pub fn read(parameters: &Parameters) -> Result<Self, OAuthError> {
        let scope = || parameters.get("scope").map(Scope::parse).transpose();
        let grant = match parameters.require("grant_type")? {
            "authorization_code" => Grant::Code {
                code: short(parameters.require("code")?)?,
                redirect_uri: parameters.require("redirect_uri")?.to_owned(),
                verifier: short(parameters.require("code_verifier")?)?,
            },
            "refresh_token" => Grant::Refresh { token: short(parameters.require("refresh_token")?)?, scope: scope()? },
            "client_credentials" => Grant::ClientCredentials { scope: scope()? },
            _ => return Err(OAuthError::new(ErrorCode::UnsupportedGrantType, "this grant_type is not offered")),
        };
        Ok(Self { grant })
    }
}

fn short(text: &str) -> Result<String, OAuthError> {
    if text.len() > 512 {
        return Err(OAuthError::new(ErrorCode::InvalidGrant, "unknown, used or ended"));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::of;

    #[test]
    fn three_grants_are_read_and_no_other() {
        let read = |pairs: &[(&str, &str)]| TokenRequest::read(&of(pairs));
        let code = [("grant_type", "authorization_code"), ("code", "c"), ("redirect_uri", "https://a.example/"), ("code_verifier", "v")];
        assert!(matches!(read(&code).unwrap().grant, Grant::Code { .. }));
        for missing in 1..code.len() {
            let mut pairs = code.to_vec();
            pairs.remove(missing);
            assert_eq!(read(&pairs).unwrap_err().code, ErrorCode::InvalidRequest);
        }
        let refresh = read(&[("grant_type", "refresh_token"), ("refresh_token", "r"), ("scope", "openid")]).unwrap();
        assert_eq!(refresh.grant, Grant::Refresh { token: "r".to_owned(), scope: Some(Scope::parse("openid").unwrap()) });
        assert!(read(&[("grant_type", "client_credentials")]).is_ok());
        for other in ["password", "implicit", "urn:ietf:params:oauth:grant-type:jwt-bearer"] {
            assert_eq!(read(&[("grant_type", other)]).unwrap_err().code, ErrorCode::UnsupportedGrantType);
        }
        let long = "x".repeat(513);
        assert_eq!(read(&[("grant_type", "refresh_token"), ("refresh_token", &long)]).unwrap_err().code, ErrorCode::InvalidGrant);
    }
}
