"""The rules of a record's `userIdentity`: which keys each type has, in AWS's order, and what they hold (O 2026)."""

import re

ACCOUNT = r"\d{12}"
DATE = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
# Each type: the keys that must be there and, in brackets, those that may.
SHAPES = {
    "Root": "type principalId arn accountId [accessKeyId] [userName] [sessionContext] [invokedBy]",
    "IAMUser": "type principalId arn accountId accessKeyId userName [sessionContext] [invokedBy]",
    "AssumedRole": "type principalId arn accountId [accessKeyId] sessionContext [invokedBy]",
    "FederatedUser": "type principalId arn accountId accessKeyId sessionContext [invokedBy]",
    "Role": "type principalId arn accountId [accessKeyId] sessionContext [invokedBy]",
    "SAMLUser": "type principalId userName identityProvider",
    "WebIdentityUser": "type principalId userName identityProvider",
    "IdentityCenterUser": "type accountId onBehalfOf [credentialId]",
    "Directory": "type [principalId] accountId [accessKeyId] [userName]",
    "Unknown": "type [principalId] accountId [accessKeyId] [userName]",
    "AWSAccount": "type principalId accountId",
    "AWSService": "type invokedBy",
}
# What every session may have beside its shape, after `invokedBy`.
DETAILS = " [invokedByDelegate] [inScopeOf] [onBehalfOf] [credentialId]"
SESSION = (
    "[sessionIssuer] [webIdFederationData] [attributes] [sourceIdentity] [ec2RoleDelivery] [assumedRoot] [signInSessionArn]"
)
# Root has no name.
ISSUER = "type principalId arn accountId [userName]"
ATTRIBUTES = "creationDate mfaAuthenticated"


def violations(identity):
    """What is wrong with a `userIdentity` object."""
    kind = identity.get("type")
    if kind not in SHAPES:
        return [f"userIdentity.type is {kind!r}"]
    keys = SHAPES[kind]
    found = list(shape("userIdentity", identity, keys + DETAILS if "[invokedBy]" in keys else keys))
    if not found and f"rules_of_{kind.lower()}" in globals():
        found += globals()[f"rules_of_{kind.lower()}"](identity)
    return found + list(session_rules(identity.get("sessionContext")))


def shape(name, value, keys):
    """The keys of an object against a list of names, the ones in brackets optional; no value empty."""
    allowed = keys.replace("[", "").replace("]", "").split()
    required = [key for key in keys.split() if not key.startswith("[")]
    if [key for key in value if key not in allowed]:
        yield f"{name} has unknown keys: {list(value)}"
    elif [key for key in required if key not in value]:
        yield f"{name} lacks keys: {list(value)}"
    elif list(value) != [key for key in allowed if key in value]:
        yield f"{name}'s keys are not in AWS's order: {list(value)}"
    elif {} in value.values():
        yield f"{name} holds an empty object"


def form(name, value, pattern):
    if not re.fullmatch(pattern, value):
        yield f"{name} has the wrong form: {value!r}"


def rules_of_root(identity):
    account = identity["accountId"]
    yield from form("accountId", account, ACCOUNT)
    yield from form("principalId", identity["principalId"], account)
    yield from form("arn", identity["arn"], rf"arn:aws[a-z-]*:iam::{account}:root")


def rules_of_iamuser(identity):
    account, user = identity["accountId"], re.escape(identity["userName"])
    yield from form("accountId", account, ACCOUNT)
    yield from form("principalId", identity["principalId"], r"AIDA[A-Z0-9]+")
    yield from form("arn", identity["arn"], rf"arn:aws[a-z-]*:iam::{account}:user/([!-~]+/)?{user}")


def rules_of_assumedrole(identity):
    account = identity["accountId"]
    yield from form("accountId", account, ACCOUNT)
    yield from form("principalId", identity["principalId"], r"AROA[A-Z0-9]+:[\w+=,.@-]+")
    session = re.escape(identity["principalId"].partition(":")[2])
    # O: the role's path is dropped here and kept in the issuer's ARN.
    yield from form("arn", identity["arn"], rf"arn:aws[a-z-]*:sts::{account}:assumed-role/[\w+=,.@-]+/{session}")
    issuer = identity["sessionContext"].get("sessionIssuer", {})
    if issuer.get("type") != "Role" or issuer.get("principalId") != identity["principalId"].partition(":")[0]:
        yield f"the session issuer is not the role: {issuer}"


rules_of_role = rules_of_assumedrole


def rules_of_samluser(identity):
    # D: the qualifier and the subject.
    provider, user = re.escape(identity["identityProvider"]), re.escape(identity["userName"])
    yield from form("principalId", identity["principalId"], f"{provider}:{user}")


def rules_of_webidentityuser(identity):
    # D: provider, audience and subject.
    provider, user = re.escape(identity["identityProvider"]), re.escape(identity["userName"])
    yield from form("principalId", identity["principalId"], f"{provider}:.+:{user}")


def rules_of_federateduser(identity):
    account = identity["accountId"]
    yield from form("principalId", identity["principalId"], rf"{account}:[\w+=,.@-]+")
    yield from form("arn", identity["arn"], rf"arn:aws[a-z-]*:sts::{account}:federated-user/[\w+=,.@-]+")


def rules_of_awsaccount(identity):
    anonymous = (identity["principalId"], identity["accountId"]) == ("", "anonymous")
    if not anonymous and not re.fullmatch(ACCOUNT, identity["accountId"]):
        yield f"an AWSAccount has an account or is anonymous: {identity}"


def rules_of_awsservice(identity):
    yield from form("invokedBy", identity["invokedBy"], r"[a-z0-9.-]+\.amazonaws\.com")


def session_rules(session):
    if session is None:
        return
    yield from shape("sessionContext", session, SESSION)
    if "sessionIssuer" in session:
        issuer = session["sessionIssuer"]
        yield from shape("sessionIssuer", issuer, ISSUER)
        if ("userName" in issuer) is (issuer.get("type") == "Root"):
            yield f"a session issuer has a name unless it is root: {issuer}"
    if "webIdFederationData" in session:
        yield from shape("webIdFederationData", session["webIdFederationData"], "federatedProvider [attributes]")
    if "attributes" in session:
        attributes = session["attributes"]
        yield from shape("attributes", attributes, ATTRIBUTES)
        yield from form("creationDate", attributes.get("creationDate", ""), DATE)
        # A string, not a boolean (O).
        if attributes.get("mfaAuthenticated") not in ("true", "false"):
            yield f"mfaAuthenticated is the string true or false: {attributes}"
