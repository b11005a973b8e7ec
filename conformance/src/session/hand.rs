//! The session as a law holds it: calls whose answers are values, and a place
//! to call from. What it makes is removed at the end like what a text makes.

use serde_json::Value;

use super::calls::outgoing;
use super::{Session, Special, Trouble};
use crate::fault::Fault;
use crate::http::Answer;
use crate::judge::{self, Said};
use crate::script::{self, Policy, S3};
use crate::target::Profile;

impl Session<'_> {
    /// The kind of the target.
    pub fn profile(&self) -> Profile {
        self.target.profile
    }

    /// The calling account.
    pub fn account(&self) -> &str {
        &self.caller.account
    }

    /// The called region.
    pub fn region(&self) -> &str {
        &self.caller.region
    }

    /// The value of a variable, named without the `$`; empty if it is not set.
    /// `t1` to `t6` are names for trails, `account2` is another account.
    pub fn variable(&self, name: &str) -> &str {
        self.variables.get(name).unwrap_or_default()
    }

    /// Calls this region from now on.
    pub fn in_region(&mut self, region: &str) {
        region.clone_into(&mut self.caller.region);
        self.variables.set("region", region);
    }

    /// Calls as this account from now on; the law needs `Need::Accounts`.
    pub fn as_account(&mut self, account: &str) {
        account.clone_into(&mut self.caller.account);
    }

    /// Calls an operation and gives the answer, whatever it is.
    ///
    /// # Errors
    ///
    /// When no answer comes, or when its envelope is wrong where envelopes are
    /// judged: request id, content type, the output's shape.
    pub async fn call(&mut self, operation: &str, input: &Value) -> Result<Said, Fault> {
        let outgoing = outgoing(operation, input.to_string(), Special::default());
        let (answer, said) = self
            .ask(operation, outgoing)
            .await
            .map_err(|trouble| self.fault_of(trouble, operation))?;
        let differences = judge::form(self.judged.of(operation), operation, &answer);
        if !differences.is_empty() {
            return Err(self.fault_of(Trouble::Setup(differences.join("; ")), operation));
        }
        self.variables.set(
            "request_id",
            answer.header("x-amzn-requestid").unwrap_or_default(),
        );
        Ok(said)
    }

    /// Calls an operation that must succeed, and gives its output.
    ///
    /// # Errors
    ///
    /// As [`Session::call`], and when the answer is not 200 with JSON.
    pub async fn must(&mut self, operation: &str, input: &Value) -> Result<Value, Fault> {
        let said = self.call(operation, input).await?;
        match (said.status, &said.body) {
            (200, Ok(output)) => Ok(output.clone()),
            _ => Err(self.fault_of(
                Trouble::Setup(format!("expected 200, got {}", said.summary())),
                operation,
            )),
        }
    }

    /// Calls an operation that must be refused by an exception of this name,
    /// and gives its message.
    ///
    /// # Errors
    ///
    /// As [`Session::call`], and when it succeeds or another exception comes.
    pub async fn refused(
        &mut self,
        operation: &str,
        input: &Value,
        code: &str,
    ) -> Result<String, Fault> {
        let said = self.call(operation, input).await?;
        match said.error() {
            Some((name, message)) if name == code && (400..500).contains(&said.status) => {
                Ok(message.as_str().unwrap_or_default().to_owned())
            }
            _ => Err(self.fault_of(
                Trouble::Setup(format!("expected {code}, got {}", said.summary())),
                operation,
            )),
        }
    }

    /// Creates a bucket with the policy that CloudTrail asks for.
    ///
    /// # Errors
    ///
    /// When the target's S3 does not do so.
    pub async fn bucket(&mut self) -> Result<String, Fault> {
        // No text can name this variable, so it hides none of a law's own.
        const NAME: &str = "BUCKET";
        self.create_bucket(NAME, &Policy::Usual(Vec::new()))
            .await
            .map_err(|trouble| self.fault_of(trouble, "bucket"))?;
        Ok(self.variable(NAME).to_owned())
    }

    /// The keys in a bucket that begin with a prefix, sorted.
    ///
    /// # Errors
    ///
    /// When the target's S3 does not list them.
    pub async fn keys(&mut self, bucket: &str, prefix: &str) -> Result<Vec<String>, Fault> {
        let call = S3::Keys(bucket.to_owned(), prefix.to_owned());
        let answer = self.s3().perform(&call).await;
        match answer.map_err(|failure| self.fault_of(failure.into(), "s3 keys"))? {
            (200, Value::Array(keys)) => Ok(keys
                .iter()
                .filter_map(|key| key.as_str().map(str::to_owned))
                .collect()),
            (status, body) => {
                let sentence = format!("expected keys, got {status} {body}");
                Err(self.fault_of(Trouble::Setup(sentence), "s3 keys"))
            }
        }
    }

    /// An object as it is stored, bytes and headers.
    ///
    /// # Errors
    ///
    /// When the target's S3 does not hand it out.
    pub async fn object(&mut self, bucket: &str, key: &str) -> Result<Answer, Fault> {
        let answer = self.s3().read(bucket, key).await;
        let answer = answer.map_err(|failure| self.fault_of(failure.into(), "s3 get"))?;
        if answer.status == 200 {
            return Ok(answer);
        }
        let sentence = format!("{key}: expected an object, got {}", answer.status);
        Err(self.fault_of(Trouble::Setup(sentence), "s3 get"))
    }

    /// Has everything delivered now; the law needs `Need::Control`.
    ///
    /// # Errors
    ///
    /// When the target does not do so.
    pub async fn flush(&mut self) -> Result<(), Fault> {
        self.steps("flush").await
    }

    /// Moves the target's clock, such as by `1h`; the law needs `Need::Control`.
    ///
    /// # Errors
    ///
    /// When the target does not do so.
    pub async fn advance(&mut self, duration: &str) -> Result<(), Fault> {
        self.steps(&format!("advance {duration}")).await
    }

    /// Takes steps that are written as in a suite, with the same variables.
    ///
    /// # Errors
    ///
    /// When a step cannot be read, or as a case of these steps would fail.
    pub async fn steps(&mut self, text: &str) -> Result<(), Fault> {
        let steps = script::steps(text, self.mark)
            .map_err(|reason| Fault::unplaced(self.mark, vec![reason]))?;
        let lines: Vec<&str> = text.lines().collect();
        for step in &steps {
            // Laws take no laws: the text cannot say so, so this does not recur.
            if let Err(trouble) = Box::pin(self.take(step)).await {
                let line = lines.get(step.line.saturating_sub(1)).copied();
                return Err(self.fault_of(trouble, line.unwrap_or_default().trim()));
            }
        }
        Ok(())
    }

    /// A fault that says what was done when it came.
    fn fault_of(&self, trouble: Trouble, what: &str) -> Fault {
        let mut fault = trouble.unplaced(self.mark);
        for difference in &mut fault.differences {
            *difference = format!("{what}: {difference}");
        }
        // The text has lines of its own, which would be taken for those of the law.
        fault.line = 0;
        fault
    }
}
