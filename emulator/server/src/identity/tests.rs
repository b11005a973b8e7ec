//! Whose key it is, and what signs with it.

use super::*;

fn identities(configured: &[DeclaredIdentity]) -> Identities {
    Identities::new(AccountId::from_number(0), configured)
}

fn account(access_key: &str) -> String {
    identities(&[]).caller(access_key).account().to_string()
}

#[test]
fn keys_stand_for_accounts() {
    assert_eq!(account("123456789012"), "123456789012");
    assert_eq!(account("AKIAIOSFODNN7EXAMPLE"), "581039954779");
    for plain in [
        "test",
        "AKIA",
        "AKIA0000000000000000",
        "ASIA1",
        "AKIAéééééééé",
    ] {
        assert_eq!(account(plain), "000000000000", "{plain}");
    }
}

#[test]
fn undeclared_keys_belong_to_a_user_and_unsigned_calls_too() {
    let all = identities(&[]);
    let Identity::IamUser { user_name, .. } = all.caller("test").identity else {
        panic!("a user");
    };
    assert_eq!(user_name, "localtrail");
    assert_eq!(all.caller("test").access_key_id.as_deref(), Some("test"));
    assert_eq!(all.unsigned().access_key_id, None);
    assert!(matches!(
        all.anonymous().identity,
        Identity::Anonymous { .. }
    ));
}

#[test]
fn declarations_win_and_reset_brings_the_configured_back() {
    let root = |key: &str| DeclaredIdentity {
        access_key_id: key.to_owned(),
        secret_access_key: None,
        session_token: None,
        identity: Identity::Root {
            account_id: AccountId::from_number(7),
            user_name: None,
            session: None,
        },
    };
    let all = identities(&[root("configured")]);
    assert!(all.declare(root("123456789012")));
    assert_eq!(
        all.caller("123456789012").account(),
        AccountId::from_number(7)
    );
    assert_eq!(all.list().len(), 2);
    assert!(all.forget("configured"));
    assert!(!all.forget("configured"));
    all.reset();
    assert_eq!(all.list(), [root("configured")]);
}
#[test]
fn keys_have_the_secret_that_they_were_declared_with() {
    let declared = |secret: Option<&str>, token: Option<&str>| {
        let all = identities(&[DeclaredIdentity {
            access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret_access_key: secret.map(str::to_owned),
            session_token: token.map(str::to_owned),
            identity: user(AccountId::from_number(7)),
        }]);
        let secret = all.secret("AKIAIOSFODNN7EXAMPLE").unwrap();
        (secret.key, secret.token)
    };
    let test = || "test".to_owned();
    assert_eq!(declared(None, None), (test(), SessionToken::Any));
    assert_eq!(
        declared(Some("s"), None),
        ("s".to_owned(), SessionToken::Absent)
    );
    let required = SessionToken::Required("t".to_owned());
    assert_eq!(declared(None, Some("t")), (test(), required));

    let all = identities(&[]);
    assert_eq!(all.secret("test").unwrap().key, "test");
    assert_eq!(all.secret("123456789012").unwrap().key, "test");
    for unknown in ["", "Test", "12345678901", "AKIAIOSFODNN7EXAMPLE"] {
        assert_eq!(all.secret(unknown), None, "{unknown}");
    }
}
