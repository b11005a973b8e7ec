//! Terraform's AWS provider: a trail is made and changed, and what is read back is what was declared.
//!
//! Few commands, since each takes the provider ten seconds of a core.

#![allow(clippy::unwrap_used)] // The whole file is a test; its helpers are not known as such.

use client_tests::sdk::{ACCOUNT, REGION};
use client_tests::terraform::{Terraform, mirror};
use client_tests::{Emulator, Options, sdk, tools};

const CHANGED: &str = "-var=changed=true";

#[tokio::test]
async fn a_declared_trail() {
    let Some(mirror) = mirror() else {
        tools::skipped("Terraform: there is no terraform here, or no mirror with its AWS provider");
        return;
    };
    let emulator = Emulator::start(Options::default());
    let cloudtrail = sdk::cloudtrail(&emulator);
    sdk::trail_bucket(&sdk::s3(&emulator), "audit-logs").await;
    let terraform = Terraform::init(&emulator, &mirror);

    let said = terraform.run(&["apply", "-auto-approve"]);
    assert!(said.contains("Resources: 1 added, 0 changed"), "{said}");
    let arn = format!("arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/audit");
    assert!(said.contains(&format!("account = \"{ACCOUNT}\"")), "{said}");
    assert!(said.contains(&format!("arn = \"{arn}\"")), "{said}");
    let status = cloudtrail.get_trail_status().name(&arn).send();
    assert_eq!(status.await.unwrap().is_logging(), Some(true));

    let said = terraform.run(&["apply", "-auto-approve", CHANGED]);
    assert!(said.contains("0 added, 1 changed, 0 destroyed"), "{said}");
    let status = cloudtrail.get_trail_status().name(&arn).send();
    assert_eq!(status.await.unwrap().is_logging(), Some(false));
    let selectors = cloudtrail.get_event_selectors().trail_name(&arn).send();
    assert_eq!(selectors.await.unwrap().advanced_event_selectors().len(), 1);
    let tags = cloudtrail.list_tags().resource_id_list(&arn).send();
    let tags = tags.await.unwrap();
    assert_eq!(tags.resource_tag_list()[0].tags_list().len(), 1);

    // Nothing that it reads back differs from what it declared: exit status 2 would say that something does.
    let said = terraform.run(&["plan", "-detailed-exitcode", CHANGED]);
    assert!(said.contains("No changes."), "{said}");
}
