//! Web identity tokens: the claims of a JSON web token, read and not verified.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use localtrail_core::Timestamp;
use serde_json::{Map, Value};

/// What a token claims.
pub(super) struct Claims {
    /// `iss`.
    pub(super) issuer: String,
    /// `sub`.
    pub(super) subject: String,
    /// `azp` where there is one, as AWS takes it for the audience then (D), else `aud` or the first of it.
    pub(super) audience: String,
    /// `exp`.
    pub(super) expires: Option<Timestamp>,
    all: Map<String, Value>,
}

impl Claims {
    /// Reads a token; `None` for a text that is none, or lacks one of the three claims, or has one that no issuer writes:
    /// an ARN is made of the first, and answers and records hold all three.
    pub(super) fn read(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let (header, payload, _signature) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let object = |part: &str| -> Option<Map<String, Value>> {
            let bytes = URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok()?;
            serde_json::from_slice(&bytes).ok()
        };
        object(header)?;
        let all = object(payload)?;
        let text = |name: &str| all.get(name)?.as_str();
        let audience = match all.get("aud") {
            Some(Value::Array(several)) => several.first()?.as_str()?,
            Some(Value::String(one)) => one,
            _ => return None,
        };
        let (issuer, subject) = (text("iss")?, text("sub")?);
        let audience = text("azp").unwrap_or(audience);
        let is_name = |text: &str| !text.is_empty() && !text.contains(char::is_control);
        let is_url = issuer.chars().all(|c| c.is_ascii_graphic());
        if !is_url || ![bare(issuer), subject, audience].into_iter().all(is_name) {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, reason = "dates are whole seconds")]
        let seconds = |number: f64| Timestamp::from_seconds(number as i64);
        Some(Self {
            issuer: issuer.to_owned(),
            subject: subject.to_owned(),
            audience: audience.to_owned(),
            expires: all.get("exp").and_then(Value::as_f64).map(seconds),
            all,
        })
    }

    /// The claims that trust policies can ask for, under their names without the provider.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.all.iter();
        all.flat_map(|(name, value)| {
            let values: Vec<&str> = match value {
                Value::String(one) => vec![one.as_str()],
                Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
                _ => Vec::new(),
            };
            values.into_iter().map(move |value| (name.as_str(), value))
        })
    }

    /// The tags and the source identity that the token asks for its session (D, "Passing session tags").
    pub(super) fn session_tags(&self) -> (Vec<(String, String)>, Vec<String>) {
        let asked = self.all.get("https://aws.amazon.com/tags");
        let tags = asked.and_then(|asked| asked.get("principal_tags")?.as_object());
        let tags = tags.into_iter().flatten().filter_map(|(key, value)| {
            let value = match value {
                Value::Array(several) => several.first()?.as_str()?,
                one => one.as_str()?,
            };
            Some((key.clone(), value.to_owned()))
        });
        let transitive = asked.and_then(|asked| asked.get("transitive_tag_keys")?.as_array());
        let transitive = transitive.into_iter().flatten().filter_map(Value::as_str);
        (tags.collect(), transitive.map(str::to_owned).collect())
    }

    pub(super) fn source_identity(&self) -> Option<&str> {
        self.all
            .get("https://aws.amazon.com/source_identity")?
            .as_str()
    }
}

/// An issuer without its scheme.
pub(super) fn bare(issuer: &str) -> &str {
    issuer.strip_prefix("https://").unwrap_or(issuer)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn token(claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.c2ln", part(&json!({"alg": "RS256"})), part(claims))
    }

    #[test]
    fn claims_are_read() {
        let claims = Claims::read(&token(&json!({
            "iss": "https://issuer", "sub": "me", "aud": ["a", "b"], "exp": 1000,
            "https://aws.amazon.com/tags": {"principal_tags": {"team": ["x"]}, "transitive_tag_keys": ["team"]},
        })))
        .unwrap();
        assert_eq!(
            (
                claims.issuer.as_str(),
                claims.subject.as_str(),
                claims.audience.as_str()
            ),
            ("https://issuer", "me", "a")
        );
        assert_eq!(claims.expires, Some(Timestamp::from_seconds(1000)));
        assert_eq!(
            claims.session_tags(),
            (
                vec![("team".to_owned(), "x".to_owned())],
                vec!["team".to_owned()]
            )
        );
        assert!(claims.texts().any(|claim| claim == ("aud", "b")));
    }

    #[test]
    fn what_is_no_token_is_none() {
        for wrong in [
            "",
            "a.b",
            "a.b.c",
            "a.b.c.d",
            &token(&json!({"iss": "i"})),
            &token(&json!({"iss": "https://", "sub": "s", "aud": "a"})),
            &token(&json!({"iss": "i j", "sub": "s", "aud": "a"})),
            &token(&json!({"iss": "i", "sub": "\u{1}", "aud": "a"})),
            &token(&json!(1)),
        ] {
            assert!(Claims::read(wrong).is_none(), "{wrong}");
        }
    }
}
