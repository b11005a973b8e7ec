//! Resource policies: what a bucket's policy (and later a topic's or a key's) lets a principal do.
//!
//! Not here: identity policies, ACLs, service control policies, and the services' own rules about what a policy may
//! name. Those belong to whoever keeps the policy.

mod condition;
mod document;
mod operator;
mod wildcard;

pub use condition::Facts;
pub use document::{Malformed, Policy};
pub(crate) use wildcard::matches;

/// Who wants something, as a policy's `Principal` can name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Principal<'a> {
    /// An AWS service, such as `cloudtrail.amazonaws.com`.
    Service(&'a str),
    /// An IAM principal.
    Aws {
        /// Its ARN; that of a role session for a session.
        arn: &'a str,
        /// Its account.
        account: &'a str,
    },
    /// Somebody whom an identity provider knows: the provider's ARN, or its name where it has none.
    Federated(&'a str),
    /// Nobody in particular.
    Anonymous,
}

/// One thing that a principal wants to do.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// Who.
    pub principal: Principal<'a>,
    /// Such as `s3:PutObject`.
    pub action: &'a str,
    /// The full ARN of the resource.
    pub resource: &'a str,
    /// The condition keys of the request.
    pub facts: &'a Facts,
}

/// What a policy says to an [`Ask`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// A statement allows it and none denies it.
    Allowed,
    /// A statement denies it, whatever others say.
    Denied,
    /// No statement speaks of it.
    Silent,
}

impl Policy {
    /// Weighs all statements: an explicit deny wins over every allow (D, IAM policy evaluation logic).
    #[must_use]
    pub fn judge(&self, ask: &Ask<'_>) -> Verdict {
        let mut verdict = Verdict::Silent;
        for statement in &self.statements {
            if statement.applies(ask) {
                match statement.effect {
                    document::Effect::Deny => return Verdict::Denied,
                    document::Effect::Allow => verdict = Verdict::Allowed,
                }
            }
        }
        verdict
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUCKET: &str = "arn:aws:s3:::logs";
    const KEY: &str = "arn:aws:s3:::logs/AWSLogs/111122223333/CloudTrail/x.json.gz";

    fn policy(statements: &str) -> Policy {
        Policy::parse(&format!(
            r#"{{"Version":"2012-10-17","Statement":{statements}}}"#
        ))
        .unwrap()
    }

    fn cloudtrail<'a>(action: &'a str, resource: &'a str, facts: &'a Facts) -> Ask<'a> {
        Ask {
            principal: Principal::Service("cloudtrail.amazonaws.com"),
            action,
            resource,
            facts,
        }
    }

    fn trail_facts() -> Facts {
        Facts::default()
            .with("s3:x-amz-acl", "bucket-owner-full-control")
            .with(
                "aws:SourceArn",
                "arn:aws:cloudtrail:us-east-1:111122223333:trail/t",
            )
            .with("aws:SourceAccount", "111122223333")
    }

    #[test]
    fn the_documented_bucket_policy_admits_cloudtrail_and_nobody_else() {
        let policy = policy(
            r#"[
            {"Sid":"AWSCloudTrailAclCheck20150319","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},
             "Action":"s3:GetBucketAcl","Resource":"arn:aws:s3:::logs",
             "Condition":{"StringEquals":{"aws:SourceArn":"arn:aws:cloudtrail:us-east-1:111122223333:trail/t"}}},
            {"Sid":"AWSCloudTrailWrite20150319","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},
             "Action":"s3:PutObject","Resource":"arn:aws:s3:::logs/AWSLogs/111122223333/*",
             "Condition":{"StringEquals":{"S3:X-Amz-Acl":"bucket-owner-full-control"}}}]"#,
        );
        let facts = trail_facts();
        assert_eq!(
            policy.judge(&cloudtrail("s3:GetBucketAcl", BUCKET, &facts)),
            Verdict::Allowed
        );
        assert_eq!(
            policy.judge(&cloudtrail("s3:PutObject", KEY, &facts)),
            Verdict::Allowed
        );
        assert_eq!(
            policy.judge(&cloudtrail("s3:DeleteObject", KEY, &facts)),
            Verdict::Silent
        );
        let elsewhere = "arn:aws:s3:::logs/AWSLogs/444455556666/x";
        assert_eq!(
            policy.judge(&cloudtrail("s3:PutObject", elsewhere, &facts)),
            Verdict::Silent
        );
        let other = Facts::default().with(
            "aws:SourceArn",
            "arn:aws:cloudtrail:us-east-1:111122223333:trail/u",
        );
        assert_eq!(
            policy.judge(&cloudtrail("s3:GetBucketAcl", BUCKET, &other)),
            Verdict::Silent
        );
        let anonymous = Ask {
            principal: Principal::Anonymous,
            action: "s3:PutObject",
            resource: KEY,
            facts: &facts,
        };
        assert_eq!(policy.judge(&anonymous), Verdict::Silent);
    }

    #[test]
    fn a_deny_wins_wherever_it_stands() {
        let policy = policy(
            r#"[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::logs/*",
                 "Condition":{"ArnNotLike":{"aws:SourceArn":"arn:aws:cloudtrail:*:111122223333:trail/*"}}},
                {"Effect":"Allow","Principal":"*","Action":["s3:Put*","s3:Get?bject"],"Resource":"*"}]"#,
        );
        let facts = trail_facts();
        assert_eq!(
            policy.judge(&cloudtrail("s3:PutObject", KEY, &facts)),
            Verdict::Allowed
        );
        assert_eq!(
            policy.judge(&cloudtrail("S3:getObject", KEY, &facts)),
            Verdict::Allowed
        );
        let stranger = Facts::default().with(
            "aws:SourceArn",
            "arn:aws:cloudtrail:us-east-1:999999999999:trail/t",
        );
        assert_eq!(
            policy.judge(&cloudtrail("s3:PutObject", KEY, &stranger)),
            Verdict::Denied
        );
    }

    #[test]
    fn an_operator_that_is_not_known_never_opens_a_door() {
        let allow = policy(
            r#"{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"MoonPhase":{"aws:x":"full"}}}"#,
        );
        let facts = Facts::default();
        assert_eq!(
            allow.judge(&cloudtrail("s3:PutObject", KEY, &facts)),
            Verdict::Silent
        );
        let deny = policy(
            r#"{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"MoonPhase":{"aws:x":"full"}}}"#,
        );
        assert_eq!(
            deny.judge(&cloudtrail("s3:PutObject", KEY, &facts)),
            Verdict::Denied
        );
    }

    #[test]
    fn aws_principals_by_account_root_arn_session_and_exclusion() {
        let session = Principal::Aws {
            arn: "arn:aws:sts::444455556666:assumed-role/Reader/me",
            account: "444455556666",
        };
        let facts = Facts::default();
        let ask = Ask {
            principal: session,
            action: "s3:GetObject",
            resource: KEY,
            facts: &facts,
        };
        let named = |principal: &str| {
            policy(&format!(r#"{{"Effect":"Allow","Principal":{principal},"Action":"s3:GetObject","Resource":"*"}}"#))
                .judge(&ask)
        };
        assert_eq!(named(r#"{"AWS":"444455556666"}"#), Verdict::Allowed);
        assert_eq!(
            named(r#"{"AWS":["arn:aws:iam::444455556666:root"]}"#),
            Verdict::Allowed
        );
        assert_eq!(
            named(r#"{"AWS":"arn:aws:iam::444455556666:role/Reader"}"#),
            Verdict::Allowed
        );
        assert_eq!(
            named(r#"{"AWS":"arn:aws:iam::444455556666:role/path/Reader"}"#),
            Verdict::Allowed
        );
        assert_eq!(
            named(r#"{"AWS":"arn:aws:iam::444455556666:role/Writer"}"#),
            Verdict::Silent
        );
        assert_eq!(named(r#"{"AWS":"*"}"#), Verdict::Allowed);
        assert_eq!(
            named(r#"{"Service":"cloudtrail.amazonaws.com"}"#),
            Verdict::Silent
        );
        let not = policy(
            r#"{"Effect":"Deny","NotPrincipal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":"s3:*","Resource":"*"}"#,
        );
        assert_eq!(not.judge(&ask), Verdict::Silent);
        assert_eq!(
            not.judge(&Ask {
                principal: Principal::Anonymous,
                ..ask
            }),
            Verdict::Denied
        );
    }

    #[test]
    fn not_action_and_not_resource_turn_the_match_round() {
        let policy = policy(
            r#"[{"Effect":"Allow","Principal":"*","NotAction":"s3:Delete*","Resource":"*"},
                {"Effect":"Deny","Principal":"*","Action":"s3:PutObject","NotResource":"arn:aws:s3:::logs/AWSLogs/*"}]"#,
        );
        let facts = Facts::default();
        assert_eq!(
            policy.judge(&cloudtrail("s3:DeleteObject", KEY, &facts)),
            Verdict::Silent
        );
        assert_eq!(
            policy.judge(&cloudtrail("s3:PutObject", KEY, &facts)),
            Verdict::Allowed
        );
        assert_eq!(
            policy.judge(&cloudtrail(
                "s3:PutObject",
                "arn:aws:s3:::logs/other",
                &facts
            )),
            Verdict::Denied
        );
    }
}
