//! STS: sessions for those whom others know, and for users themselves.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use localtrail_core::Mfa;
use serde_json::{Value, json};

use crate::street::Street;
use crate::sts::{ROLE, denied, identity, key, make_role, root};
use crate::town::{NOW, anonymous};

fn token(claims: Value) -> String {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.c2ln", part(json!({"alg": "none"})), part(claims))
}

#[tokio::test]
async fn web_identities() {
    let mut street = Street::new();
    let issuer = "token.actions.githubusercontent.com";
    let provider = format!("arn:aws:iam::111122223333:oidc-provider/{issuer}");
    let statement = json!({
        "Effect": "Allow", "Principal": {"Federated": provider}, "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {format!("{issuer}:aud"): "sts.amazonaws.com"}, "StringLike": {format!("{issuer}:sub"): "repo:me/*"}},
    });
    make_role(&street, statement).await;
    street.become_caller(anonymous());
    let claims = |subject: &str| json!({"iss": format!("https://{issuer}"), "aud": "sts.amazonaws.com", "sub": subject, "exp": NOW / 1000 + 60});
    let input = |token: String| json!({"RoleArn": ROLE, "RoleSessionName": "run", "WebIdentityToken": token});
    let answer = street
        .ok(
            "sts",
            "AssumeRoleWithWebIdentity",
            input(token(claims("repo:me/x"))),
        )
        .await;
    for (member, value) in [
        ("SubjectFromWebIdentityToken", "repo:me/x"),
        ("Provider", provider.as_str()),
        ("Audience", "sts.amazonaws.com"),
    ] {
        assert_eq!(answer.one(member).as_deref(), Some(value));
    }
    let session = identity(&street, &key(&answer)).session().cloned().unwrap();
    let data = session
        .details
        .get()
        .unwrap()
        .web_id_federation_data
        .clone();
    assert_eq!(data.unwrap().federated_provider, provider);
    assert_eq!(
        denied(
            &street,
            "AssumeRoleWithWebIdentity",
            input(token(claims("repo:other/x")))
        )
        .await,
        "Not authorized to perform sts:AssumeRoleWithWebIdentity"
    );
    let refused = street
        .refused(
            "sts",
            "AssumeRoleWithWebIdentity",
            input("no token".to_owned()),
        )
        .await;
    assert_eq!(
        (refused.0, refused.1.as_str()),
        (400, "InvalidIdentityToken")
    );
    street.later(60);
    let refused = street
        .refused(
            "sts",
            "AssumeRoleWithWebIdentity",
            input(token(claims("repo:me/x"))),
        )
        .await;
    assert_eq!(refused.1, "ExpiredTokenException");
}

#[tokio::test]
async fn saml_assertions() {
    let mut street = Street::new();
    let provider = "arn:aws:iam::111122223333:saml-provider/corp";
    let statement = json!({
        "Effect": "Allow", "Principal": {"Federated": provider}, "Action": "sts:AssumeRoleWithSAML",
        "Condition": {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml", "saml:sub": "eve"}},
    });
    make_role(&street, statement).await;
    street.become_caller(anonymous());
    let assertion = |subject: &str, role: &str| {
        STANDARD.encode(format!(
            r#"<Response><Assertion><Issuer>https://idp</Issuer><Subject><NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient">{subject}</NameID>
            <SubjectConfirmation><SubjectConfirmationData NotOnOrAfter="2026-11-23T16:10:00Z" Recipient="https://signin.aws.amazon.com/saml"/></SubjectConfirmation></Subject>
            <AttributeStatement>
            <Attribute Name="https://aws.amazon.com/SAML/Attributes/Role"><AttributeValue>{role},{provider}</AttributeValue></Attribute>
            <Attribute Name="https://aws.amazon.com/SAML/Attributes/RoleSessionName"><AttributeValue>eve@corp</AttributeValue></Attribute>
            <Attribute Name="https://aws.amazon.com/SAML/Attributes/SessionDuration"><AttributeValue>1800</AttributeValue></Attribute>
            </AttributeStatement></Assertion></Response>"#
        ))
    };
    let input = |assertion: String| json!({"RoleArn": ROLE, "PrincipalArn": provider, "SAMLAssertion": assertion});
    let answer = street
        .ok("sts", "AssumeRoleWithSAML", input(assertion("eve", ROLE)))
        .await;
    for (member, value) in [
        ("Subject", "eve"),
        ("SubjectType", "transient"),
        ("Issuer", "https://idp"),
        ("Audience", "https://signin.aws.amazon.com/saml"),
        (
            "Arn",
            "arn:aws:sts::111122223333:assumed-role/deploy/eve@corp",
        ),
        ("Expiration", "2026-11-23T16:35:00Z"),
    ] {
        assert_eq!(answer.one(member).as_deref(), Some(value), "{member}");
    }
    assert_eq!(answer.one("NameQualifier").unwrap().len(), 28);
    for wrong in [
        assertion("bob", ROLE),
        assertion("eve", "arn:aws:iam::111122223333:role/other"),
    ] {
        assert_eq!(
            denied(&street, "AssumeRoleWithSAML", input(wrong)).await,
            "Not authorized to perform sts:AssumeRoleWithSAML"
        );
    }
    for wrong in ["!!!!".to_owned(), STANDARD.encode("<nothing/>")] {
        assert_eq!(
            street
                .refused("sts", "AssumeRoleWithSAML", input(wrong))
                .await
                .1,
            "InvalidIdentityToken"
        );
    }
    street.later(3600);
    assert_eq!(
        street
            .refused("sts", "AssumeRoleWithSAML", input(assertion("eve", ROLE)))
            .await
            .1,
        "ExpiredTokenException"
    );
}

#[tokio::test]
async fn session_tokens_and_federation_tokens() {
    let mut street = Street::new();
    let mfa = json!({"SerialNumber": "arn:aws:iam::111122223333:mfa/alice", "TokenCode": "000000"});
    let answer = street.ok("sts", "GetSessionToken", mfa).await;
    assert_eq!(
        answer.one("Expiration").as_deref(),
        Some("2026-11-24T04:05:00Z")
    );
    let own = key(&answer);
    let own_identity = identity(&street, &own);
    assert_eq!(own_identity.principal_id().as_deref(), Some("AIDAEXAMPLE"));
    assert_eq!(own_identity.session().unwrap().mfa_authenticated, Mfa::Used);

    let policy =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    let answer = street
        .ok(
            "sts",
            "GetFederationToken",
            json!({"Name": "guest", "Policy": policy}),
        )
        .await;
    assert_eq!(
        answer.one("FederatedUserId").as_deref(),
        Some("111122223333:guest")
    );
    // As in a real record of this very policy.
    assert_eq!(answer.one("PackedPolicySize").as_deref(), Some("4"));
    assert_eq!(
        identity(&street, &key(&answer)).arn().as_deref(),
        Some("arn:aws:sts::111122223333:federated-user/guest")
    );
    street.become_key(&own);
    assert_eq!(
        denied(&street, "GetFederationToken", json!({"Name": "guest"})).await,
        "Cannot call GetFederationToken with session credentials"
    );
    assert_eq!(
        denied(&street, "GetSessionToken", json!({})).await,
        "Cannot call GetSessionToken with session credentials"
    );
    street.become_caller(root());
    let answer = street
        .ok("sts", "GetSessionToken", json!({"DurationSeconds": 43200}))
        .await;
    assert_eq!(
        answer.one("Expiration").as_deref(),
        Some("2026-11-23T17:05:00Z")
    );
}

#[tokio::test]
async fn messages_and_keys_of_others() {
    let street = Street::new();
    let message = STANDARD.encode(r#"{"allowed":false}"#);
    let answer = street
        .ok(
            "sts",
            "DecodeAuthorizationMessage",
            json!({"EncodedMessage": message}),
        )
        .await;
    assert_eq!(
        answer
            .one("DecodedMessage")
            .unwrap()
            .replace("&quot;", "\""),
        r#"{"allowed":false}"#
    );
    let refused = street
        .refused(
            "sts",
            "DecodeAuthorizationMessage",
            json!({"EncodedMessage": "xyz"}),
        )
        .await;
    assert_eq!(
        (refused.0, refused.1.as_str()),
        (400, "InvalidAuthorizationMessageException")
    );
    let info = street
        .ok(
            "sts",
            "GetAccessKeyInfo",
            json!({"AccessKeyId": "AKIAIOSFODNN7EXAMPLE"}),
        )
        .await;
    assert_eq!(info.one("Account").as_deref(), Some("581039954779"));
    let refused = street
        .refused(
            "sts",
            "GetAccessKeyInfo",
            json!({"AccessKeyId": "AKIA000000000000"}),
        )
        .await;
    assert_eq!(refused.1, "ValidationError");
}
