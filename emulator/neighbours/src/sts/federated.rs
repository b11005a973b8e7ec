//! Who calls when a call proves who asks by another's token: no key tells, so the token does (D, formats.md 2.4).

use localtrail_core::{AccountId, Caller, Identity};
use serde_json::{Map, Value};

use super::identities::Target;
use super::token::Claims;
use super::{saml, web};

/// The caller of AssumeRoleWithWebIdentity or AssumeRoleWithSAML, as its record tells; `None` for every other operation,
/// and where the call names no role, as nobody knows then whose record it is.
///
/// The input is under the names of the service's model. A token that cannot be read is somebody unknown's (I).
#[must_use]
pub fn federated_caller(operation: &str, input: &Map<String, Value>) -> Option<Caller> {
    let text = |member: &str| input.get(member).and_then(Value::as_str);
    let target = Target::parse(text("RoleArn")?)?;
    let known = match operation {
        "AssumeRoleWithWebIdentity" => text("WebIdentityToken").and_then(|token| {
            let claims = Claims::read(token)?;
            Some(web_identity(&target, &claims))
        }),
        "AssumeRoleWithSAML" => text("SAMLAssertion")
            .zip(text("PrincipalArn"))
            .and_then(|(assertion, provider)| saml_user(target.account, assertion, provider)),
        _ => return None,
    };
    let unknown = Identity::Unknown {
        account_id: target.account,
        principal_id: None,
        user_name: None,
    };
    Some(Caller {
        identity: known.unwrap_or(unknown),
        access_key_id: None,
    })
}

fn web_identity(target: &Target, claims: &Claims) -> Identity {
    let provider = web::provider(target, &claims.issuer);
    Identity::WebIdentityUser {
        account_id: target.account,
        principal_id: format!("{provider}:{}:{}", claims.audience, claims.subject),
        user_name: claims.subject.clone(),
        identity_provider: provider,
    }
}

fn saml_user(account: AccountId, assertion: &str, provider: &str) -> Option<Identity> {
    let assertion = saml::read(assertion).ok()?;
    let name = saml::provider_name(provider, account).ok()?;
    let qualifier = saml::name_qualifier(&assertion.issuer, account, name);
    Some(Identity::SamlUser {
        account_id: account,
        principal_id: format!("{qualifier}:{}", assertion.subject),
        user_name: assertion.subject,
        identity_provider: qualifier,
    })
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    use serde_json::json;

    use super::*;

    const ROLE: &str = "arn:aws:iam::111122223333:role/web";

    fn caller(operation: &str, input: &Value) -> Option<Identity> {
        federated_caller(operation, input.as_object().unwrap()).map(|caller| caller.identity)
    }

    #[test]
    fn tokens_tell_who_calls() {
        let claims = json!({"iss": "https://idp.example", "aud": "me", "sub": "bob"});
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let token = format!("{}.{}.x", part(&json!({})), part(&claims));
        let input = json!({"RoleArn": ROLE, "WebIdentityToken": token});
        let identity = caller("AssumeRoleWithWebIdentity", &input).unwrap();
        let provider = "arn:aws:iam::111122223333:oidc-provider/idp.example";
        assert_eq!(identity.principal_id(), Some(format!("{provider}:me:bob")));
        let document = "<Assertion><Issuer>https://idp</Issuer><Subject><NameID>eve</NameID></Subject></Assertion>";
        let input = json!({
            "RoleArn": ROLE, "PrincipalArn": "arn:aws:iam::111122223333:saml-provider/corp",
            "SAMLAssertion": STANDARD.encode(document),
        });
        let identity = caller("AssumeRoleWithSAML", &input).unwrap();
        assert_eq!(identity.user_name().as_deref(), Some("eve"));
        assert!(matches!(identity, Identity::SamlUser { .. }));
    }

    #[test]
    fn what_cannot_be_read_is_somebody_unknown() {
        let input = json!({"RoleArn": ROLE, "WebIdentityToken": "x"});
        let identity = caller("AssumeRoleWithWebIdentity", &input).unwrap();
        assert!(matches!(identity, Identity::Unknown { .. }));
        assert_eq!(caller("AssumeRole", &input), None);
        assert_eq!(caller("AssumeRoleWithWebIdentity", &json!({})), None);
    }
}
