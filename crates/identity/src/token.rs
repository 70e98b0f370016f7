//! Session tokens: signed JWTs (HS256) with the claims `id`, `exp` and `jti`.

use std::time::Duration;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};

use crate::{IdentityError, Result};

/// What a token says.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Claims {
    /// The account's id.
    pub id: String,
    /// Unix seconds; absent when the token never expires.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
    /// What the account's sessions carried when this one began; absent before the first change of a password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stamp: Option<String>,
    /// The token's own id, which revocation names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
}

/// A freshly signed token.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The text to present as bearer or cookie.
    pub token: String,
    /// Unix seconds; absent when it never expires.
    pub expires_at: Option<i64>,
}

/// Signs and checks tokens with the server's secret.
pub(crate) struct Tokens {
    sign: EncodingKey,
    check: DecodingKey,
    rules: Validation,
}

impl Tokens {
    pub fn new(secret: &str) -> Self {
        let mut rules = Validation::new(Algorithm::HS256);
        // Tokens without an expiry are part of the contract; one that has an expiry is still checked.
        rules.required_spec_claims.clear();
        rules.validate_aud = false;
        rules.leeway = 0;
        Self {
            sign: EncodingKey::from_secret(secret.as_bytes()),
            check: DecodingKey::from_secret(secret.as_bytes()),
            rules,
        }
    }

    pub fn issue(&self, user_id: &str, lifetime: Option<Duration>, stamp: Option<String>) -> Result<Issued> {
        let lifetime = lifetime.map(|d| i64::try_from(d.as_secs()).unwrap_or(i64::MAX / 2));
        let expires_at = lifetime.map(|seconds| chrono::Utc::now().timestamp() + seconds);
        let jti = Some(uuid::Uuid::new_v4().to_string());
        let claims = Claims { id: user_id.to_string(), exp: expires_at, stamp, jti };
        let token = encode(&Header::new(Algorithm::HS256), &claims, &self.sign)
            .map_err(|e| IdentityError::Crypto(e.to_string()))?;
        Ok(Issued { token, expires_at })
    }

    pub fn verify(&self, token: &str) -> Result<Claims> {
        decode::<Claims>(token, &self.check, &self.rules)
            .map(|data| data.claims)
            .map_err(|_| IdentityError::InvalidToken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_verifies_with_its_own_key_only() {
        let ours = Tokens::new("one");
        let issued = ours.issue("u1", Some(Duration::from_secs(60)), None).unwrap();
        assert_eq!(ours.verify(&issued.token).unwrap().id, "u1");
        assert!(Tokens::new("two").verify(&issued.token).is_err());
        assert!(ours.verify("a.b.c").is_err());
    }

    #[test]
    fn an_expired_token_is_refused_and_an_endless_one_is_not() {
        let tokens = Tokens::new("k");
        let old =
            Claims { id: "u".into(), exp: Some(chrono::Utc::now().timestamp() - 5), stamp: None, jti: None };
        let text = encode(&Header::new(Algorithm::HS256), &old, &tokens.sign).unwrap();
        assert!(tokens.verify(&text).is_err());
        let endless = tokens.issue("u", None, None).unwrap();
        assert_eq!(endless.expires_at, None);
        assert!(tokens.verify(&endless.token).is_ok());
    }
}
