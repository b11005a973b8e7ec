"""boto3: every way to an identity, and how the calls of its holder are recorded and found."""

import base64
import json

import pytest
from aws import ACCOUNT, REGION, client, make_bucket, refused
from records import violations
from test_upstream import moto  # noqa: F401, a fixture

OTHER = "444455556666"
SAML = "https://aws.amazon.com/SAML/Attributes/"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:saml-provider/corp"


def held_by(emulator, service, credentials, **options):
    """A client with credentials as STS or CreateAccessKey answer them."""
    return client(
        emulator,
        service,
        account=credentials["AccessKeyId"],
        secret=credentials["SecretAccessKey"],
        aws_session_token=credentials.get("SessionToken"),
        **options,
    )


def identity_of(emulator, credentials):
    """`userIdentity` of a call with these credentials, and what LookupEvents finds it by: name and key."""
    cloudtrail = held_by(emulator, "cloudtrail", credentials)
    cloudtrail.list_trails()
    record = newest(emulator, "ListTrails")
    identity, key = record["userIdentity"], credentials["AccessKeyId"]
    assert identity["accessKeyId"] == key
    [event] = found(cloudtrail, "AccessKeyId", key, "ListTrails")
    assert json.loads(event["CloudTrailEvent"]) == record
    assert event["AccessKeyId"] == key
    by_name = found(cloudtrail, "Username", event["Username"], "ListTrails")
    assert event["EventId"] in [one["EventId"] for one in by_name]
    return identity, event["Username"]


def found(cloudtrail, attribute, value, name):
    attributes = [{"AttributeKey": attribute, "AttributeValue": value}]
    events = cloudtrail.lookup_events(LookupAttributes=attributes)["Events"]
    return [event for event in events if event["EventName"] == name]


def recorded(emulator, name):
    """The records of that name, newest first, held against the rules."""
    records = [record for record in emulator.events() if record["eventName"] == name]
    for record in records:
        assert violations(json.dumps(record, ensure_ascii=False, separators=(",", ":"))) == []
    return records


def newest(emulator, name):
    return recorded(emulator, name)[0]


def trust(principal, *actions, condition=None):
    statement = {"Effect": "Allow", "Principal": principal, "Action": list(actions)}
    if condition:
        statement["Condition"] = condition
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def alice(clients):
    """A user with a path, and her key."""
    iam = clients("iam")
    iam.create_user(UserName="alice", Path="/team/")
    return iam.create_access_key(UserName="alice")["AccessKey"]


def test_a_user_and_her_key(emulator, clients, alice):
    user = clients("iam").get_user(UserName="alice")["User"]
    identity, name = identity_of(emulator, alice)
    assert identity == {
        "type": "IAMUser",
        "principalId": user["UserId"],
        "arn": f"arn:aws:iam::{ACCOUNT}:user/team/alice",
        "accountId": ACCOUNT,
        "accessKeyId": alice["AccessKeyId"],
        "userName": "alice",
    }
    assert name == "alice"
    # CloudTrail's own calls count as use of the key.
    used = clients("iam").get_access_key_last_used(AccessKeyId=alice["AccessKeyId"])
    assert used["UserName"] == "alice"
    assert (used["AccessKeyLastUsed"]["ServiceName"], used["AccessKeyLastUsed"]["Region"]) == ("cloudtrail", REGION)


def test_roles_are_chained(emulator, clients, alice):
    role = clients("iam").create_role(
        RoleName="first",
        Path="/ci/",
        AssumeRolePolicyDocument=trust(
            {"AWS": f"arn:aws:iam::{ACCOUNT}:user/team/alice"},
            "sts:AssumeRole",
            "sts:TagSession",
            "sts:SetSourceIdentity",
            condition={"StringEquals": {"sts:ExternalId": "secret-of-both", "aws:RequestTag/team": "red"}},
        ),
    )["Role"]
    asked = {
        "RoleArn": role["Arn"],
        "RoleSessionName": "one",
        "SourceIdentity": "alice@example.com",
        "Tags": [{"Key": "team", "Value": "red"}, {"Key": "stays", "Value": "here"}],
        "TransitiveTagKeys": ["team"],
    }
    sts = held_by(emulator, "sts", alice)
    with refused("AccessDenied", 403) as error:
        sts.assume_role(**asked, ExternalId="wrong")
    user = f"arn:aws:iam::{ACCOUNT}:user/team/alice"
    assert error.message == f"User: {user} is not authorized to perform: sts:AssumeRole on resource: {role['Arn']}"
    denied = newest(emulator, "AssumeRole")
    assert (denied["errorCode"], denied["requestParameters"], denied.get("resources")) == ("AccessDenied", None, None)

    one = sts.assume_role(**asked, ExternalId="secret-of-both")
    identity, name = identity_of(emulator, one["Credentials"])
    assert name == "one"
    assert identity["principalId"] == one["AssumedRoleUser"]["AssumedRoleId"] == f"{role['RoleId']}:one"
    assert identity["arn"] == one["AssumedRoleUser"]["Arn"]
    context = identity["sessionContext"]
    assert list(context) == ["sessionIssuer", "attributes", "sourceIdentity"]
    assert context["sessionIssuer"] == {
        "type": "Role",
        "principalId": role["RoleId"],
        "arn": role["Arn"],
        "accountId": ACCOUNT,
        "userName": "first",
    }
    assert context["sourceIdentity"] == "alice@example.com"

    chained = held_by(emulator, "sts", one["Credentials"])
    # A second role, of another account, that lets in who has the tag that goes on.
    other = client(emulator, "iam", account=OTHER).create_role(
        RoleName="second",
        AssumeRolePolicyDocument=trust(
            {"AWS": f"arn:aws:iam::{ACCOUNT}:role/ci/first"},
            "sts:AssumeRole",
            condition={"StringEquals": {"aws:PrincipalTag/team": "red", "aws:SourceIdentity": "alice@example.com"}},
        ),
    )["Role"]
    two = chained.assume_role(RoleArn=other["Arn"], RoleSessionName="two")
    assert two["SourceIdentity"] == "alice@example.com"
    identity, name = identity_of(emulator, two["Credentials"])
    assert (name, identity["accountId"]) == ("two", OTHER)
    assert identity["sessionContext"]["sourceIdentity"] == "alice@example.com"
    with refused("InvalidParameterValue"):
        chained.assume_role(RoleArn=other["Arn"], RoleSessionName="x2", Tags=[{"Key": "Team", "Value": "blue"}])
    with refused("AccessDenied", 403):
        chained.assume_role(RoleArn=other["Arn"], RoleSessionName="x2", SourceIdentity="eve")
    with refused("ValidationError") as error:
        chained.assume_role(RoleArn=other["Arn"], RoleSessionName="x2", DurationSeconds=3601)
    assert "1 hour session limit for roles assumed by role chaining" in error.message


def test_calls_across_accounts_have_a_copy_in_each(emulator, alice):
    sts = held_by(emulator, "sts", alice)
    sts.assume_role(RoleArn=f"arn:aws:iam::{OTHER}:role/theirs", RoleSessionName="run")
    assert_copies(emulator, "AssumeRole")

    bucket = make_bucket(client(emulator, "s3", account=OTHER), "theirs", policy=False)
    allowed = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "s3:*", "Resource": [f"arn:aws:s3:::{bucket}/*"]}
    policy = {"Version": "2012-10-17", "Statement": [allowed]}
    client(emulator, "s3", account=OTHER).put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    held_by(emulator, "s3", alice).put_object(Bucket=bucket, Key="k", Body=b"v")
    assert_copies(emulator, "PutObject")


def assert_copies(emulator, name):
    """Of the newest call of that name alice's account and the other have a copy, and history shows each its own."""
    copies = {record["recipientAccountId"]: record for record in recorded(emulator, name)}
    callers, owners = copies[ACCOUNT], copies[OTHER]
    assert callers["userIdentity"]["userName"] == "alice"
    expected = {"type": "AWSAccount", "principalId": callers["userIdentity"]["principalId"], "accountId": ACCOUNT}
    assert owners["userIdentity"] == expected
    assert callers["sharedEventID"] == owners["sharedEventID"]
    assert len({callers["eventID"], owners["eventID"], callers["sharedEventID"]}) == 3
    same = ("eventTime", "eventSource", "requestID", "requestParameters", "resources", "readOnly")
    assert [callers.get(key) for key in same] == [owners.get(key) for key in same]
    if callers["eventCategory"] != "Management":
        return
    for account, record in copies.items():
        events = found(client(emulator, "cloudtrail", account=account), "EventName", name, name)
        assert [event["EventId"] for event in events] == [record["eventID"]]
        # The owner learns nothing of the caller's keys.
        assert ("AccessKeyId" in events[0]) is (account == ACCOUNT)


def token(**claims):
    """A JSON web token; nobody here checks its signature."""
    parts = [{"alg": "RS256", "kid": "1"}, claims]
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*encoded, "c2lnbmF0dXJl"])


def test_a_web_identity(emulator, clients):
    host = "token.actions.githubusercontent.com"
    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{host}"
    subject = "repo:corp/app:ref:refs/heads/main"
    role = clients("iam").create_role(
        RoleName="github",
        AssumeRolePolicyDocument=trust(
            {"Federated": provider},
            "sts:AssumeRoleWithWebIdentity",
            condition={
                "StringEquals": {f"{host}:aud": "sts.amazonaws.com"},
                "StringLike": {f"{host}:sub": "repo:corp/app:*"},
            },
        ),
    )["Role"]
    sts = clients("sts")

    def ask(**claims):
        claims = {"iss": f"https://{host}", "aud": "sts.amazonaws.com", "sub": subject} | claims
        return sts.assume_role_with_web_identity(
            RoleArn=role["Arn"], RoleSessionName="ci", WebIdentityToken=token(**claims)
        )

    answer = ask()
    assert (answer["Provider"], answer["SubjectFromWebIdentityToken"]) == (provider, subject)
    record = newest(emulator, "AssumeRoleWithWebIdentity")
    assert record["userIdentity"] == {
        "type": "WebIdentityUser",
        "principalId": f"{provider}:sts.amazonaws.com:{subject}",
        "userName": subject,
        "identityProvider": provider,
    }
    assert record["recipientAccountId"] == ACCOUNT
    assert "webIdentityToken" not in str(record["requestParameters"])
    identity, name = identity_of(emulator, answer["Credentials"])
    assert (name, identity["type"]) == ("ci", "AssumedRole")
    # O 2026: what is empty is left out.
    assert identity["sessionContext"]["webIdFederationData"] == {"federatedProvider": provider}

    with refused("AccessDenied", 403) as error:
        ask(sub="repo:eve/app:x")
    assert error.message == "Not authorized to perform sts:AssumeRoleWithWebIdentity"
    with refused("ExpiredTokenException"):
        ask(exp=1)
    with refused("InvalidIdentityToken"):
        sts.assume_role_with_web_identity(RoleArn=role["Arn"], RoleSessionName="ci", WebIdentityToken="none")
    # Who it was, nobody knows.
    unknown = newest(emulator, "AssumeRoleWithWebIdentity")["userIdentity"]
    assert unknown == {"type": "Unknown", "accountId": ACCOUNT}


def test_a_web_identity_of_a_provider_that_aws_knows(emulator, clients):
    answer = clients("sts").assume_role_with_web_identity(
        RoleArn=f"arn:aws:iam::{ACCOUNT}:role/any",
        RoleSessionName="app",
        WebIdentityToken=token(iss="https://accounts.google.com", aud="app.example", sub="1234"),
    )
    identity, _ = identity_of(emulator, answer["Credentials"])
    assert identity["sessionContext"]["webIdFederationData"] == {
        "federatedProvider": "accounts.google.com",
        "attributes": {"accounts.google.com:aud": "app.example", "accounts.google.com:sub": "1234"},
    }
    caller = newest(emulator, "AssumeRoleWithWebIdentity")["userIdentity"]
    assert caller["principalId"] == "accounts.google.com:app.example:1234"


def assertion(role, **attributes):
    """A SAML response, as an identity provider posts it; nobody here checks its signature."""
    values = {f"{SAML}Role": f"{role},{PROVIDER}"} | {f"{SAML}{name}": value for name, value in attributes.items()}
    told = "".join(
        f'<saml:Attribute Name="{name}"><saml:AttributeValue>{value}</saml:AttributeValue></saml:Attribute>'
        for name, value in values.items()
    )
    text = f"""<?xml version="1.0" encoding="UTF-8"?>
<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">
<saml:Issuer>https://idp.example.com</saml:Issuer><saml:Assertion><saml:Issuer>https://idp.example.com</saml:Issuer>
<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">bob@example.com</saml:NameID>
<saml:SubjectConfirmation><saml:SubjectConfirmationData Recipient="https://signin.aws.amazon.com/saml"/>
</saml:SubjectConfirmation></saml:Subject>
<saml:AttributeStatement>{told}</saml:AttributeStatement></saml:Assertion></samlp:Response>"""
    return base64.b64encode(text.encode()).decode()


def test_a_saml_assertion(emulator, clients):
    role = clients("iam").create_role(
        RoleName="sso",
        AssumeRolePolicyDocument=trust(
            {"Federated": PROVIDER},
            "sts:AssumeRoleWithSAML",
            "sts:SetSourceIdentity",
            condition={"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}},
        ),
    )["Role"]
    sts = clients("sts")

    def ask(provider=PROVIDER, **attributes):
        return sts.assume_role_with_saml(
            RoleArn=role["Arn"], PrincipalArn=provider, SAMLAssertion=assertion(role["Arn"], **attributes)
        )

    answer = ask(RoleSessionName="bob@example.com", SourceIdentity="bob")
    assert (answer["Subject"], answer["SubjectType"]) == ("bob@example.com", "persistent")
    record = newest(emulator, "AssumeRoleWithSAML")
    assert record["userIdentity"] == {
        "type": "SAMLUser",
        "principalId": f"{answer['NameQualifier']}:bob@example.com",
        "userName": "bob@example.com",
        "identityProvider": answer["NameQualifier"],
    }
    assert "SAMLAssertion" not in str(record["requestParameters"])
    identity, name = identity_of(emulator, answer["Credentials"])
    assert (name, identity["type"]) == ("bob@example.com", "AssumedRole")
    assert identity["sessionContext"]["sourceIdentity"] == "bob"
    for attributes, sentence in [
        ({}, "RoleSessionName is required in AuthnResponse"),
        ({"RoleSessionName": "a b"}, "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}"),
        (
            {"RoleSessionName": "bob", "SourceIdentity": "a b"},
            'Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"',
        ),
    ]:
        with refused("InvalidIdentityToken") as error:
            ask(**attributes)
        assert error.message == sentence
    with refused("AccessDenied", 403):
        ask(PROVIDER + "2", RoleSessionName="bob")


def test_a_federated_user(emulator, alice):
    sts = held_by(emulator, "sts", alice)
    answer = sts.get_federation_token(Name="guest", Tags=[{"Key": "a", "Value": "b"}])
    assert newest(emulator, "GetFederationToken")["readOnly"] is False
    identity, name = identity_of(emulator, answer["Credentials"])
    assert name == "guest"
    assert identity["principalId"] == answer["FederatedUser"]["FederatedUserId"] == f"{ACCOUNT}:guest"
    assert identity["arn"] == answer["FederatedUser"]["Arn"] == f"arn:aws:sts::{ACCOUNT}:federated-user/guest"
    issuer = identity["sessionContext"]["sessionIssuer"]
    assert (issuer["type"], issuer["userName"]) == ("IAMUser", "alice")
    assert issuer["arn"] == f"arn:aws:iam::{ACCOUNT}:user/team/alice"
    with refused("AccessDenied", 403) as error:
        held_by(emulator, "sts", answer["Credentials"]).get_session_token()
    assert error.message == "Cannot call GetSessionToken with session credentials"


def test_a_session_token_with_and_without_mfa(emulator, alice):
    sts = held_by(emulator, "sts", alice)
    device = {"SerialNumber": f"arn:aws:iam::{ACCOUNT}:mfa/alice", "TokenCode": "123456"}
    for given, told in [(device, "true"), ({}, "false")]:
        credentials = sts.get_session_token(**given)["Credentials"]
        identity, name = identity_of(emulator, credentials)
        assert (name, identity["type"]) == ("alice", "IAMUser")
        # No issuer, and nothing empty (O 2026).
        context = identity["sessionContext"]
        assert list(context) == ["attributes"]
        assert context["attributes"]["mfaAuthenticated"] == told
        # The role that a session with MFA takes on has it too.
        role = {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/any", "RoleSessionName": "run"}
        assumed = held_by(emulator, "sts", credentials).assume_role(**role)["Credentials"]
        attributes = identity_of(emulator, assumed)[0]["sessionContext"]["attributes"]
        assert attributes["mfaAuthenticated"] == told


def test_declared_identities(emulator, clients):
    session = {"creationDate": "2026-11-23T16:05:00Z"}
    declared = {
        # A service that acts for a user is told as address and agent.
        "AKIAATHENA": {
            "type": "IAMUser",
            "accountId": ACCOUNT,
            "userName": "bob",
            "session": session | {"invokedBy": "athena.amazonaws.com"},
        },
        "AKIACONSOLE": {
            "type": "IAMUser",
            "accountId": ACCOUNT,
            "userName": "bob",
            "session": session | {"mfaAuthenticated": True, "sessionCredentialFromConsole": True},
        },
        "AKIARDS": {
            "type": "AssumedRole",
            "accountId": ACCOUNT,
            "roleName": "AWSServiceRoleForRDS",
            "path": "/aws-service-role/rds.amazonaws.com/",
            "sessionName": "SLRManagement",
            "session": session | {"invokedBy": "rds.amazonaws.com"},
        },
        "AKIASERVICE": {"type": "AWSService", "accountId": ACCOUNT, "invokedBy": "config.amazonaws.com"},
    }
    records = {}
    for key, identity in declared.items():
        emulator.control("POST", "identities", {"accessKeyId": key, "identity": identity})
        client(emulator, "cloudtrail", account=key).list_trails()
        records[key] = newest(emulator, "ListTrails")
    athena, console = records["AKIAATHENA"], records["AKIACONSOLE"]
    assert {athena["sourceIPAddress"], athena["userAgent"], athena["userIdentity"]["invokedBy"]} == {"athena.amazonaws.com"}
    assert athena["userIdentity"]["accessKeyId"] == "AKIAATHENA"
    assert console["sessionCredentialFromConsole"] == "true"
    assert "sessionCredentialFromConsole" not in athena
    # O: neither has a key to tell, so nobody finds them by one.
    assert "accessKeyId" not in records["AKIARDS"]["userIdentity"]
    assert records["AKIASERVICE"]["userIdentity"] == {"type": "AWSService", "invokedBy": "config.amazonaws.com"}
    assert records["AKIASERVICE"]["sharedEventID"]
    for key in ("AKIARDS", "AKIASERVICE"):
        assert found(clients("cloudtrail"), "AccessKeyId", key, "ListTrails") == []
    mistyped = {"type": "IAMUser", "accountId": ACCOUNT, "userName": "bob", "sesion": session}
    with pytest.raises(AssertionError, match="unknown field `sesion`"):
        emulator.control("POST", "identities", {"accessKeyId": "AKIA", "identity": mistyped})


def test_an_inactive_key_signs_nothing(start):
    emulator = start(check_signatures=True)
    iam = client(emulator, "iam", secret="test")
    iam.create_user(UserName="alice")
    key = iam.create_access_key(UserName="alice")["AccessKey"]
    calls = {
        "sts": (lambda made: made.get_caller_identity(), "InvalidClientTokenId", 403),
        "iam": (lambda made: made.get_user(), "InvalidClientTokenId", 403),
        "s3": (lambda made: made.list_buckets(), "InvalidAccessKeyId", 403),
        "cloudtrail": (lambda made: made.list_trails(), "UnrecognizedClientException", 400),
    }
    for status in ("Active", "Inactive", "Active", "gone"):
        if status == "gone":
            iam.delete_access_key(UserName="alice", AccessKeyId=key["AccessKeyId"])
        else:
            iam.update_access_key(UserName="alice", AccessKeyId=key["AccessKeyId"], Status=status)
        before = len(emulator.events())
        for service, (call, code, number) in calls.items():
            made = held_by(emulator, service, key)
            if status == "Active":
                call(made)
            else:
                with refused(code, number):
                    call(made)
        # Who is nobody leaves no record.
        assert len(emulator.events()) - before == (len(calls) if status == "Active" else 0)
    wrong = dict(key, SecretAccessKey="wrong")
    with refused("InvalidClientTokenId", 403):
        held_by(emulator, "sts", wrong).get_caller_identity()


@pytest.mark.parametrize("end", ["stopped", "killed"])
def test_users_and_sessions_outlive_the_process(start, tmp_path, end):
    emulator = start(data_dir=tmp_path / "data", check_signatures=True)
    iam = client(emulator, "iam", secret="test")
    user = iam.create_user(UserName="alice", Path="/team/")["User"]
    key = iam.create_access_key(UserName="alice")["AccessKey"]
    role = {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/any", "RoleSessionName": "run", "SourceIdentity": "alice"}
    session = held_by(emulator, "sts", key).assume_role(**role)["Credentials"]
    iam.update_user(UserName="alice", NewUserName="eve")
    iam.create_account_alias(AccountAlias="corp")
    if end == "killed":
        emulator.kill()
        emulator.start()
    else:
        emulator.restart()
    identity, _ = identity_of(emulator, key)
    assert (identity["userName"], identity["principalId"]) == ("eve", user["UserId"])
    assert identity["arn"] == f"arn:aws:iam::{ACCOUNT}:user/team/eve"
    identity, _ = identity_of(emulator, session)
    assert identity["sessionContext"]["sourceIdentity"] == "alice"
    iam = client(emulator, "iam", secret="test")
    assert iam.list_account_aliases()["AccountAliases"] == ["corp"]
    assert [one["UserName"] for one in iam.list_users()["Users"]] == ["eve"]
    emulator.control("POST", "reset")
    emulator.restart()
    assert client(emulator, "iam", secret="test").list_users()["Users"] == []
    with refused("InvalidClientTokenId", 403):
        held_by(emulator, "sts", key).get_caller_identity()


def test_users_and_roles_made_upstream_are_known(start, moto):  # noqa: F811
    emulator = start(upstream=moto)
    iam = client(emulator, "iam")
    user = iam.create_user(UserName="alice", Path="/team/")["User"]
    key = iam.create_access_key(UserName="alice")["AccessKey"]
    identity, name = told_of(emulator, key)
    assert (name, identity["principalId"]) == ("alice", user["UserId"])
    assert identity["arn"] == f"arn:aws:iam::{ACCOUNT}:user/team/alice"
    policy = trust({"AWS": "*"}, "sts:AssumeRole")
    role = iam.create_role(RoleName="deploy", Path="/ci/", AssumeRolePolicyDocument=policy)["Role"]
    assumed = held_by(emulator, "sts", key).assume_role(RoleArn=role["Arn"], RoleSessionName="run")
    identity, _ = told_of(emulator, assumed["Credentials"])
    assert identity["principalId"] == f"{role['RoleId']}:run"
    assert identity["sessionContext"]["sessionIssuer"]["arn"] == role["Arn"]
    iam.update_user(UserName="alice", NewUserName="eve")
    identity, name = told_of(emulator, key)
    assert (name, identity["principalId"]) == ("eve", user["UserId"])
    iam.delete_access_key(UserName="eve", AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName="eve")


def told_of(emulator, credentials):
    """The same where the key has called before, and where ids are as moto makes them."""
    cloudtrail = held_by(emulator, "cloudtrail", credentials)
    cloudtrail.list_trails()
    event = found(cloudtrail, "AccessKeyId", credentials["AccessKeyId"], "ListTrails")[0]
    return json.loads(event["CloudTrailEvent"])["userIdentity"], event["Username"]
