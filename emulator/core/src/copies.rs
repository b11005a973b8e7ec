//! The copies of one call: the caller's, and that of the account which owns what was called (formats.md 2.8).

use crate::caller::{Caller, Identity, Origin};
use crate::draft::Draft;

/// Whether the events of a call name what they share: with copies, and where a service calls for itself (O).
pub(crate) fn is_shared(draft: &Draft) -> bool {
    is_cross_account(draft) || matches!(draft.caller.identity, Identity::AwsService { .. })
}

/// The owner's copy, where the owner is not the account that the call was made in.
///
/// The owner learns the caller's account and id, and nothing of its keys. It always sees its own account where the caller,
/// being denied, sees none (D, "Redacting bucket owner account IDs").
pub(crate) fn of_owner(draft: &Draft) -> Option<Draft> {
    let owner = draft.owner.filter(|_| is_cross_account(draft))?;
    let mut copy = draft.clone();
    copy.recipient = owner;
    copy.caller = seen_from_outside(&draft.caller);
    if let Some(service) = draft.caller.identity.invoked_by() {
        copy.origin = Origin {
            source_ip_address: service.to_owned(),
            user_agent: Some(service.to_owned()),
            tls: None,
        };
    }
    for resource in &mut copy.resources {
        if resource.account_id.as_deref() == Some("") {
            resource.account_id = Some(owner.to_string());
        }
    }
    Some(copy)
}

fn is_cross_account(draft: &Draft) -> bool {
    draft.owner.is_some_and(|owner| owner != draft.recipient)
}

fn seen_from_outside(caller: &Caller) -> Caller {
    let identity = &caller.identity;
    let identity = match identity {
        Identity::AwsService { .. } | Identity::Anonymous { .. } => identity.clone(),
        _ => Identity::AwsAccount {
            account_id: identity.account(),
            principal_id: identity.principal_id(),
        },
    };
    Caller {
        identity,
        access_key_id: None,
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use serde_json::{Value, json};

    use super::*;
    use crate::caller::{Details, Session};
    use crate::draft::Resource;
    use crate::place::AccountId;
    use crate::testing::{self, World};
    use crate::time::Timestamp;

    /// The records of a call, in the order in which they were taken in.
    fn events(draft: Draft) -> Vec<Value> {
        let mut world = World::new();
        let _id = world.trail.record(draft, Timestamp::from_seconds(1000));
        let mut found = Vec::new();
        let snapshot = world.trail.snapshot().unwrap();
        snapshot
            .visit_newest_first(&mut |record| {
                found.insert(0, serde_json::from_str(record).unwrap());
                ControlFlow::Continue(())
            })
            .unwrap();
        found
    }

    fn stranger() -> AccountId {
        AccountId::parse("444455556666").unwrap()
    }

    fn bucket_of(account: &str) -> Resource {
        Resource {
            account_id: Some(account.to_owned()),
            kind: None,
            arn: None,
            arn_prefix: None,
        }
    }

    #[test]
    fn a_call_on_what_another_account_owns_has_two_events() {
        let draft = Draft {
            owner: Some(stranger()),
            resources: vec![bucket_of("")],
            ..testing::draft("PutBucketPolicy")
        };
        let [callers, owners] = &events(draft)[..] else {
            panic!("two events");
        };
        assert_eq!(callers["userIdentity"]["type"], "IAMUser");
        assert_eq!(callers["resources"][0]["accountId"], "");
        assert_eq!(
            owners["userIdentity"],
            json!({"type": "AWSAccount", "principalId": callers["userIdentity"]["principalId"], "accountId": "111122223333"})
        );
        assert_eq!(owners["recipientAccountId"], "444455556666");
        assert_eq!(owners["resources"][0]["accountId"], "444455556666");
        assert_eq!(callers["sharedEventID"], owners["sharedEventID"]);
        assert!(callers["sharedEventID"].is_string());
        assert_ne!(callers["eventID"], owners["eventID"]);
        assert_ne!(callers["eventID"], callers["sharedEventID"]);
        assert_eq!(callers["requestID"], owners["requestID"]);
    }

    #[test]
    fn a_call_within_an_account_has_one_and_shares_nothing() {
        let mut draft = testing::draft("PutBucketPolicy");
        draft.owner = Some(draft.recipient);
        let [only] = &events(draft)[..] else {
            panic!("one event");
        };
        assert_eq!(only.get("sharedEventID"), None);
    }

    #[test]
    fn a_service_for_itself_and_a_service_for_a_user() {
        let service = "config.amazonaws.com";
        let mut draft = testing::draft("AssumeRole");
        draft.caller.identity = Identity::AwsService {
            account_id: draft.recipient,
            invoked_by: service.to_owned(),
        };
        let [own] = &events(draft)[..] else {
            panic!("one event");
        };
        assert!(own["sharedEventID"].is_string());
        assert_eq!(own["sourceIPAddress"], service);

        let mut draft = testing::draft("GetObject");
        draft.owner = Some(stranger());
        if let Identity::IamUser { session, .. } = &mut draft.caller.identity {
            let details = Details {
                invoked_by: Some(service.to_owned()),
                session_credential_from_console: true,
                ..Details::default()
            };
            *session = Some(Session {
                details: details.into(),
                ..Session::since(Timestamp::from_seconds(1))
            });
        }
        let [callers, owners] = &events(draft)[..] else {
            panic!("two events");
        };
        assert_eq!(callers["userIdentity"]["invokedBy"], service);
        assert_eq!(callers["sessionCredentialFromConsole"], "true");
        for copy in [callers, owners] {
            assert_eq!(copy["sourceIPAddress"], service);
            assert_eq!(copy["userAgent"], service);
            assert_eq!(copy.get("tlsDetails"), None);
        }
    }
}
