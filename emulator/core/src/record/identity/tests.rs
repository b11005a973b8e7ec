//! Identities of every kind, as they are written.

use super::*;

/// What is written of an identity that is declared so, with `AKIAEXAMPLE` as its key.
fn written(declared: &str) -> String {
    written_in(Region::us_east_1(), declared)
}

fn written_in(region: Region, declared: &str) -> String {
    let identity: Identity = serde_json::from_str(declared).unwrap();
    let again: Identity = serde_json::from_str(&serde_json::to_string(&identity).unwrap()).unwrap();
    assert_eq!(again, identity, "a declaration is read back as it is told");
    let caller = Caller {
        identity,
        access_key_id: Some("AKIAEXAMPLE".to_owned()),
    };
    serde_json::to_string(&UserIdentity::of(&caller, &region)).unwrap()
}

#[test]
fn an_iam_user_has_aws_key_order() {
    assert_eq!(
        written(
            r#"{"type":"IAMUser","accountId":"111122223333","userName":"bob","path":"/team/","principalId":"AIDAX"}"#
        ),
        r#"{"type":"IAMUser","principalId":"AIDAX","arn":"arn:aws:iam::111122223333:user/team/bob","accountId":"111122223333","accessKeyId":"AKIAEXAMPLE","userName":"bob"}"#
    );
}

#[test]
fn an_assumed_role_keeps_the_path_in_its_issuer_only() {
    assert_eq!(
        written(
            r#"{"type":"AssumedRole","accountId":"111122223333","roleName":"deploy","path":"/ci/","roleId":"AROAX","sessionName":"run","session":{"creationDate":"1970-01-01T00:00:00Z"}}"#
        ),
        r#"{"type":"AssumedRole","principalId":"AROAX:run","arn":"arn:aws:sts::111122223333:assumed-role/deploy/run","accountId":"111122223333","accessKeyId":"AKIAEXAMPLE","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAX","arn":"arn:aws:iam::111122223333:role/ci/deploy","accountId":"111122223333","userName":"deploy"},"attributes":{"creationDate":"1970-01-01T00:00:00Z","mfaAuthenticated":"false"}}}"#
    );
}

#[test]
fn a_session_tells_everything_that_is_known_of_it() {
    let declared = r#"{"type":"AssumedRole","accountId":"111122223333","roleName":"r","roleId":"AROAX","sessionName":"s","sourceIdentity":"alice","session":{
        "creationDate":"1970-01-01T00:00:00Z","mfaAuthenticated":true,
        "webIdFederationData":{"federatedProvider":"accounts.google.com","attributes":{"aud":"a"}},
        "ec2RoleDelivery":"2.0","assumedRoot":true,"signInSessionArn":"arn:s","invokedBy":"athena.amazonaws.com",
        "invokedByDelegate":{"accountId":"444455556666"},
        "inScopeOf":{"issuerType":"AWS::Lambda::Function","credentialsIssuedTo":"arn:f"},
        "onBehalfOf":{"userId":"u","identityStoreArn":"arn:i"},"credentialId":"c"}}"#;
    let text = written(declared);
    let tail = text.split_once(r#""sessionContext":"#).unwrap().1;
    assert_eq!(
        tail,
        r#"{"sessionIssuer":{"type":"Role","principalId":"AROAX","arn":"arn:aws:iam::111122223333:role/r","accountId":"111122223333","userName":"r"},"webIdFederationData":{"federatedProvider":"accounts.google.com","attributes":{"aud":"a"}},"attributes":{"creationDate":"1970-01-01T00:00:00Z","mfaAuthenticated":"true"},"sourceIdentity":"alice","ec2RoleDelivery":"2.0","assumedRoot":"true","signInSessionArn":"arn:s"},"invokedBy":"athena.amazonaws.com","invokedByDelegate":{"accountId":"444455556666"},"inScopeOf":{"issuerType":"AWS::Lambda::Function","credentialsIssuedTo":"arn:f"},"onBehalfOf":{"userId":"u","identityStoreArn":"arn:i"},"credentialId":"c"}"#
    );
    let role = written(&declared.replacen("AssumedRole", "Role", 1));
    assert!(
        role.starts_with(
            r#"{"type":"Role","principalId":"AROAX:s","arn":"arn:aws:sts::111122223333:assumed-role/r/s""#
        ),
        "{role}"
    );
}

#[test]
fn arns_are_of_the_partition_of_the_region() {
    let region = Region::parse("cn-north-1").unwrap();
    let text = written_in(
        region,
        r#"{"type":"AssumedRole","accountId":"111122223333","roleName":"r","sessionName":"s"}"#,
    );
    assert!(text.contains(r#""arn":"arn:aws-cn:sts::111122223333:assumed-role/r/s""#));
    assert!(text.contains(r#""arn":"arn:aws-cn:iam::111122223333:role/r""#));
}

#[test]
fn a_service_in_its_own_role_tells_no_key() {
    let written = |path: &str, invoked_by: &str| {
        let session = format!(r#"{{"creationDate":"1970-01-01T00:00:00Z"{invoked_by}}}"#);
        written(&format!(
            r#"{{"type":"AssumedRole","accountId":"111122223333","roleName":"r","path":"{path}","sessionName":"s","session":{session}}}"#
        ))
    };
    let (service, by) = (
        "/aws-service-role/rds.amazonaws.com/",
        r#","invokedBy":"rds.amazonaws.com""#,
    );
    assert!(!written(service, by).contains("accessKeyId"));
    assert!(written("/", by).contains("accessKeyId"));
    assert!(written(service, "").contains("accessKeyId"));
}

#[test]
fn what_is_no_part_of_an_identity_is_refused() {
    for (declared, unknown) in [
        (
            r#"{"type":"Root","accountId":"111122223333","sesion":{}}"#,
            "sesion",
        ),
        (
            r#"{"type":"IAMUser","accountId":"111122223333","userName":"bob","invokedBy":"x"}"#,
            "invokedBy",
        ),
    ] {
        let error = serde_json::from_str::<Identity>(declared)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains(&format!("unknown field `{unknown}`")),
            "{error}"
        );
    }
}

#[test]
fn a_federated_user_names_who_asked_for_the_token() {
    assert_eq!(
        written(
            r#"{"type":"FederatedUser","accountId":"111122223333","userName":"guest","issuer":{"type":"IAMUser","userName":"bob","principalId":"AIDAX"},"session":{"creationDate":"1970-01-01T00:00:00Z"}}"#
        ),
        r#"{"type":"FederatedUser","principalId":"111122223333:guest","arn":"arn:aws:sts::111122223333:federated-user/guest","accountId":"111122223333","accessKeyId":"AKIAEXAMPLE","sessionContext":{"sessionIssuer":{"type":"IAMUser","principalId":"AIDAX","arn":"arn:aws:iam::111122223333:user/bob","accountId":"111122223333","userName":"bob"},"attributes":{"creationDate":"1970-01-01T00:00:00Z","mfaAuthenticated":"false"}}}"#
    );
    assert!(
        written(r#"{"type":"FederatedUser","accountId":"111122223333","userName":"guest"}"#)
            .contains(r#""sessionIssuer":{"type":"Root","principalId":"111122223333","arn":"arn:aws:iam::111122223333:root","accountId":"111122223333"}"#)
    );
}

#[test]
fn the_types_without_a_session() {
    const ACCOUNT: &str = r#""accountId":"111122223333""#;
    for (declared, record) in [
        (
            r#"{"type":"Root",A,"userName":"corp"}"#,
            r#"{"type":"Root","principalId":"111122223333","arn":"arn:aws:iam::111122223333:root",A,"accessKeyId":"AKIAEXAMPLE","userName":"corp"}"#,
        ),
        (
            r#"{"type":"SAMLUser",A,"principalId":"q:s","userName":"s","identityProvider":"q"}"#,
            r#"{"type":"SAMLUser","principalId":"q:s","userName":"s","identityProvider":"q"}"#,
        ),
        (
            r#"{"type":"WebIdentityUser",A,"principalId":"i:a:s","userName":"s","identityProvider":"i"}"#,
            r#"{"type":"WebIdentityUser","principalId":"i:a:s","userName":"s","identityProvider":"i"}"#,
        ),
        (
            r#"{"type":"AWSAccount",A,"principalId":"AIDAX"}"#,
            r#"{"type":"AWSAccount","principalId":"AIDAX",A}"#,
        ),
        (
            r#"{"type":"AWSService",A,"invokedBy":"x.amazonaws.com"}"#,
            r#"{"type":"AWSService","invokedBy":"x.amazonaws.com"}"#,
        ),
        (
            r#"{"type":"IdentityCenterUser",A,"onBehalfOf":{"userId":"u","identityStoreArn":"i"},"credentialId":"c"}"#,
            r#"{"type":"IdentityCenterUser",A,"onBehalfOf":{"userId":"u","identityStoreArn":"i"},"credentialId":"c"}"#,
        ),
        (
            r#"{"type":"Directory",A,"principalId":"d","userName":"n"}"#,
            r#"{"type":"Directory","principalId":"d",A,"accessKeyId":"AKIAEXAMPLE","userName":"n"}"#,
        ),
        (
            r#"{"type":"Unknown",A}"#,
            r#"{"type":"Unknown",A,"accessKeyId":"AKIAEXAMPLE"}"#,
        ),
        (
            r#"{"type":"ServiceEvent",A,"invokedBy":"x.amazonaws.com"}"#,
            r#"{A,"invokedBy":"x.amazonaws.com"}"#,
        ),
        (
            r#"{"type":"Anonymous",A}"#,
            r#"{"type":"AWSAccount","principalId":"","accountId":"anonymous"}"#,
        ),
    ] {
        let whole = |text: &str| {
            text.replace("{A,", &format!("{{{ACCOUNT},"))
                .replace(",A", &format!(",{ACCOUNT}"))
        };
        assert_eq!(written(&whole(declared)), whole(record), "{declared}");
    }
}
