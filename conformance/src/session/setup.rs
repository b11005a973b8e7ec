//! What a case needs around CloudTrail: buckets and their policies,
//! organizations, records made elsewhere, the control endpoints; and the
//! removal of all that when the case ends.

use serde_json::Value;

use super::calls::outgoing;
use super::{Session, Special, Trouble};
use crate::policy;
use crate::record;
use crate::s3::S3Client;
use crate::script::{Policy, S3};
use crate::target::Profile;
use crate::vars::{FillError, Place};

/// Flushing may deliver much and take longer than a call.
const FLUSH_FACTOR: u32 = 3;

impl Session<'_> {
    pub(super) async fn create_bucket(
        &mut self,
        name: &str,
        policy: &Policy,
    ) -> Result<(), Trouble> {
        let bucket = format!("ct-{}-{}", self.unique, self.buckets.len() + 1);
        let created = self.s3().create(&bucket).await?;
        succeeded("creating the bucket", created)?;
        self.variables.set(name, &bucket);
        self.buckets.push(bucket.clone());
        if *policy == Policy::None {
            return Ok(());
        }
        self.put_policy(&bucket, policy).await
    }

    pub(super) async fn put_policy(&self, bucket: &str, policy: &Policy) -> Result<(), Trouble> {
        let document = match policy {
            Policy::None => None,
            Policy::Usual(changes) => {
                let changes = changes
                    .iter()
                    .map(|(name, value)| Ok((name.clone(), self.filled(value)?)))
                    .collect::<Result<Vec<_>, FillError>>()?;
                Some(policy::document(bucket, &self.caller.account, &changes))
            }
            Policy::Document(text) => Some(self.variables.fill(text, Place::Json)?),
        };
        let put = self.s3().put_policy(bucket, document).await?;
        succeeded("setting the bucket's policy", put)
    }

    /// Declares an organization, or declares it anew.
    pub(super) async fn declare(&mut self, name: &str, text: &str) -> Result<(), Trouble> {
        let id = match self.variables.get(name) {
            Some(id) => id.to_owned(),
            None => format!("o-{}{}", self.unique, self.organizations.len() + 1),
        };
        let mut organization = self.json(text)?;
        organization["id"] = id.clone().into();
        if !self.organizations.contains(&id) {
            self.organizations.push(id.clone());
        }
        let path = organization_path(&id);
        self.control("PUT", &path, organization.to_string()).await?;
        self.variables.set(name, id);
        Ok(())
    }

    /// Hands over a record, with what the suite did not write.
    pub(super) async fn record(&mut self, text: &str) -> Result<(), Trouble> {
        self.recorded += 1;
        let given = self.json(text)?;
        let time = self.time().await?;
        let record = record::whole(&given, &self.caller, self.recorded, &time);
        self.control("POST", "/_localtrail/events", record.to_string())
            .await
    }

    /// The target's time as records write it; its clock may have been moved.
    async fn time(&self) -> Result<String, Trouble> {
        let asked = self
            .target
            .control("GET", "/_localtrail/clock", String::new(), self.limit);
        let clock: Option<Value> = serde_json::from_str(&asked.await?.text()).ok();
        clock
            .and_then(|clock| clock.get("now")?.as_str().map(str::to_owned))
            .ok_or_else(|| Trouble::Setup("the target's clock does not tell the time".to_owned()))
    }

    /// A JSON text of the suite, filled in.
    pub(super) fn json(&self, text: &str) -> Result<Value, Trouble> {
        let filled = self.variables.fill(text, Place::Json)?;
        serde_json::from_str(&filled).map_err(|error| Trouble::Suite(error.to_string()))
    }

    pub(super) async fn control(
        &self,
        method: &str,
        path: &str,
        body: String,
    ) -> Result<(), Trouble> {
        let limit = self.limit * FLUSH_FACTOR;
        let answer = self.target.control(method, path, body, limit).await?;
        if (200..300).contains(&answer.status) {
            return Ok(());
        }
        Err(Trouble::Setup(format!(
            "{method} {path} was answered with {} {}",
            answer.status,
            answer.text()
        )))
    }

    pub(super) fn s3(&self) -> S3Client<'_> {
        S3Client {
            target: self.target,
            account: &self.caller.account,
            limit: self.limit,
        }
    }

    pub(super) fn filled(&self, text: &str) -> Result<String, FillError> {
        self.variables.fill(text, Place::Plain)
    }

    pub(super) fn filled_s3(&self, call: &S3) -> Result<S3, FillError> {
        let fill = |text: &String| self.filled(text);
        Ok(match call {
            S3::Keys(a, b) => S3::Keys(fill(a)?, fill(b)?),
            S3::Logs(a, b) => S3::Logs(fill(a)?, fill(b)?),
            S3::Head(a, b) => S3::Head(fill(a)?, fill(b)?),
            S3::Put(a, b, c) => S3::Put(fill(a)?, fill(b)?, fill(c)?),
            S3::Get(a, b) => S3::Get(fill(a)?, fill(b)?),
            S3::Delete(a, b) => S3::Delete(fill(a)?, fill(b)?),
            S3::DeleteBucket(a) => S3::DeleteBucket(fill(a)?),
        })
    }

    /// Removes what the case made. A failure here is no failure of the case.
    pub(super) async fn clean(&mut self) {
        for (caller, trail) in std::mem::take(&mut self.trails) {
            let body = serde_json::json!({"Name": trail}).to_string();
            self.caller = caller;
            let deletion = outgoing("DeleteTrail", body, Special::default());
            if matches!(self.send(deletion).await, Err(Trouble::NoAnswer(_))) {
                return;
            }
        }
        for id in std::mem::take(&mut self.organizations) {
            let path = organization_path(&id);
            if self.control("DELETE", &path, String::new()).await.is_err() {
                return;
            }
        }
        // An emulator's buckets go with it.
        if self.target.profile == Profile::Localtrail {
            return;
        }
        for bucket in std::mem::take(&mut self.buckets) {
            if self.s3().perform(&S3::DeleteBucket(bucket)).await.is_err() {
                return;
            }
        }
    }
}

fn organization_path(id: &str) -> String {
    format!("/_localtrail/organizations/{id}")
}

fn succeeded(what: &str, (status, body): (u16, Value)) -> Result<(), Trouble> {
    if status == 200 {
        return Ok(());
    }
    Err(Trouble::Setup(format!(
        "{what} was answered with {status} {body}"
    )))
}
