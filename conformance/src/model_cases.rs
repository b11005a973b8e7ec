//! Cases that are generated from the model: for every operation of the trails
//! half a full and a least input, one case for each constraint that breaks
//! only it, and what must hold of every operation alike.
//!
//! A generated case is text of a suite like any other, so that a report shows
//! the same steps whoever wrote them. What only an operation knows (which
//! trail must be there, which input is meaningful) stands in `scenes.rs`; the
//! model says the rest.

mod broken;
mod scenes;

use std::fmt::Write as _;

use localtrail_model::{Operation, Service, Shape, ShapeId, cloudtrail};
use serde_json::{Map, Value};

use crate::script::{Case, ScriptError, parse};
use broken::{Broken, Fault};
use scenes::{Outcome, SCENES, Scene, Stranger};

/// Exceptions by which any operation may refuse a broken constraint: the model
/// declares them for a part of the operations only, and which one AWS answers
/// with is not known (I, trails.md 1).
const COMMON: [&str; 2] = ["InvalidParameterException", "ValidationException"];

/// The generated cases, called `model/OPERATION/…`.
///
/// # Errors
///
/// When a scene cannot be read; a test holds that they all can.
pub fn all() -> Result<Vec<Case>, ScriptError> {
    parse("model.txt", &text())
}

/// All cases as the text of a suite.
fn text() -> String {
    let service = cloudtrail();
    let mut text = String::new();
    for scene in SCENES {
        let operation = service
            .operation(scene.operation)
            .expect("a test finds every scene's operation in the model");
        let mut writer = Writer {
            scene,
            operation,
            service,
            text: &mut text,
        };
        writer.samples();
        writer.breaks();
        writer.laws();
    }
    text
}

/// Writes the cases of one operation.
struct Writer<'a> {
    scene: &'static Scene,
    operation: &'static Operation,
    service: &'static Service,
    text: &'a mut String,
}

impl Writer<'_> {
    /// `full…` and `least`: they succeed and fit the output's shape, or are
    /// refused as the scene says.
    fn samples(&mut self) {
        for (number, input) in self.scene.inputs.iter().enumerate() {
            let name = match number {
                0 => "full".to_owned(),
                _ => format!("full-{}", number + 1),
            };
            self.sample(&name, input, self.scene.outcome);
        }
        let (least, outcome) = match self.scene.least {
            Some((input, outcome)) => (input.to_owned(), outcome),
            None => {
                let full = read(self.scene.inputs[0]);
                let least = required(self.service, self.operation.input, &full);
                (least.to_string(), self.scene.outcome)
            }
        };
        self.sample("least", &least, outcome);
    }

    fn sample(&mut self, name: &str, input: &str, outcome: Outcome) {
        self.head(
            name,
            match outcome {
                Outcome::Success => "[D] botocore model",
                Outcome::Refused(_) => "[I] trails.md 5, 6 and 10",
            },
        );
        // A peer whose answers have another shape shall not seem to refuse every
        // input, so only one of the two looks at it there.
        if name != "least" {
            self.line("shape");
        }
        self.steps(self.scene.before);
        self.call(input);
        self.outcome(outcome);
    }

    /// One case for each rule at each place of the input.
    fn breaks(&mut self) {
        let bases: Vec<Value> = self.scene.inputs.iter().map(|input| read(input)).collect();
        for broken in broken::of(self.service, self.operation.input, &bases) {
            self.broken(&broken);
        }
    }

    fn broken(&mut self, broken: &Broken) {
        let (source, answer) = match broken.fault {
            Fault::Type => ("[I] trails.md 1", "SerializationException".to_owned()),
            Fault::Constraint => ("[D] botocore model", self.declared(says_invalid)),
        };
        self.head(&broken.name, source);
        self.steps(self.scene.before);
        for input in &broken.inputs {
            self.call(&input.to_string());
            self.line(&format!("< 400 {answer}"));
        }
        self.steps(self.scene.after);
    }

    /// What holds of every operation alike.
    fn laws(&mut self) {
        let scene = self.scene;
        let input = scene.inputs[0];
        if scene.reads && !scene.after.is_empty() {
            self.head("reading-changes-nothing", "[I] trails.md 4");
            self.steps(scene.before);
            for _ in 0..2 {
                self.call(input);
                self.outcome(scene.outcome);
            }
            self.steps(scene.after);
        }
        self.head("is-an-event", "[D] trails.md 9.2");
        self.line("needs history accounts");
        self.steps(scene.before);
        self.call(input);
        self.outcome(scene.outcome);
        let errors = match scene.outcome {
            Outcome::Success => "\"errorCode\":<absent>,\"errorMessage\":<absent>".to_owned(),
            Outcome::Refused(codes) => format!("\"errorCode\":</^({codes})$/>"),
        };
        self.event(&errors);
        if let Some((input, codes)) = scene.refused {
            self.head("refusal-is-an-event", "[D] trails.md 9.2");
            self.line("needs history accounts");
            self.steps(scene.before);
            self.call(input);
            self.line(&format!("< 400 {codes}"));
            self.event(&format!(
                "\"errorCode\":</^({codes})$/>,\"responseElements\":null"
            ));
        }
        self.stranger(input);
    }

    /// The last call is in history, with its name and its request.
    fn event(&mut self, more: &str) {
        let name = self.scene.operation;
        let read_only = self.scene.reads;
        // LookupEvents is recorded once it has looked, so it does not find itself.
        self.line(&format!(
            "> LookupEvents {{\"LookupAttributes\":[{{\"AttributeKey\":\"EventName\",\"AttributeValue\":\"{name}\"}}]}}"
        ));
        self.line(&format!(
            "< 200 {{\"Events\":[{{\"EventName\":\"{name}\",\"EventSource\":\"cloudtrail.amazonaws.com\",\
             \"ReadOnly\":\"{read_only}\",\"CloudTrailEvent\":<json {{\"eventName\":\"{name}\",\
             \"requestID\":\"$request_id\",\"awsRegion\":\"$region\",\"recipientAccountId\":\"$account\",\
             \"readOnly\":{read_only},{more},...}}>,...}},...],...}}"
        ));
    }

    /// Another account neither sees nor changes anything, by name or by ARN.
    fn stranger(&mut self, input: &str) {
        let answer = match self.scene.stranger {
            Stranger::Free => return,
            Stranger::Refused => {
                format!("< 400 {}|AccessDeniedException", self.declared(says_absent))
            }
            Stranger::Answered(answer) => format!("< 200 {answer}"),
        };
        self.head("of-another-account", "[D] trails.md 2.3");
        self.steps(self.scene.before);
        self.line("as $account2");
        let by_arn = input.replace("$t1", "$arn");
        self.call(input);
        self.line(&answer);
        if by_arn != input {
            self.call(&by_arn);
            self.line(&answer);
        }
        self.line("as $account");
        self.steps(self.scene.after);
    }

    /// The exceptions of this kind that the model declares for the operation,
    /// and the common ones, as a suite writes them.
    fn declared(&self, kind: fn(&str) -> bool) -> String {
        let declared = self.operation.errors.iter().map(String::as_str);
        let common = COMMON
            .into_iter()
            .filter(|code| !self.operation.errors.iter().any(|known| known == code) || !kind(code));
        let codes: Vec<&str> = declared.filter(|code| kind(code)).chain(common).collect();
        codes.join("|")
    }

    fn head(&mut self, name: &str, mark_and_source: &str) {
        let operation = self.scene.operation;
        self.line(&format!("case {operation}/{name} {mark_and_source}"));
    }

    fn call(&mut self, input: &str) {
        let operation = self.scene.operation;
        self.line(&format!("> {operation} {input}"));
    }

    fn outcome(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Success => self.line("< 200"),
            Outcome::Refused(codes) => self.line(&format!("< 400 {codes}")),
        }
    }

    fn steps(&mut self, steps: &[&str]) {
        for step in steps {
            self.line(step);
        }
    }

    fn line(&mut self, line: &str) {
        writeln!(self.text, "{}", line.trim_end()).expect("a String takes any text");
    }
}

/// Whether an exception is what a broken constraint is answered with: not that
/// something is absent, taken or too many (I).
fn says_invalid(code: &str) -> bool {
    code.contains("Invalid") || code.contains("NotValid")
}

/// Whether an exception is what a stranger is answered with: what is another
/// account's does not exist, or its ARN is none for this account (I).
fn says_absent(code: &str) -> bool {
    code.contains("NotFound")
        || code == "CloudTrailARNInvalidException"
        || code == "OrganizationsNotInUseException"
}

fn read(input: &str) -> Value {
    serde_json::from_str(input).expect("a test reads the inputs of all scenes")
}

/// The input without the members that may be left out.
fn required(service: &Service, shape: ShapeId, value: &Value) -> Value {
    match (service.shape(shape), value) {
        (Shape::Structure(structure), Value::Object(object)) => {
            let mut least = Map::new();
            for member in structure.members.iter().filter(|member| member.required) {
                if let Some(value) = object.get(&member.name) {
                    least.insert(member.name.clone(), required(service, member.shape, value));
                }
            }
            Value::Object(least)
        }
        (Shape::List { member, .. }, Value::Array(items)) => items
            .iter()
            .map(|item| required(service, *member, item))
            .collect(),
        _ => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_case_is_readable_and_every_scene_fits_the_model() {
        let service = cloudtrail();
        for scene in SCENES {
            let operation = service.operation(scene.operation).expect(scene.operation);
            for input in scene.inputs {
                let value: Value = serde_json::from_str(input).expect(input);
                let known = service.structure(operation.input).unwrap();
                for name in value.as_object().unwrap().keys() {
                    assert!(known.member(name).is_some(), "{} {name}", scene.operation);
                }
            }
        }
        let cases = all().unwrap_or_else(|error| panic!("{error}"));
        assert!(cases.len() >= 400, "only {} cases", cases.len());
    }

    #[test]
    fn there_is_a_scene_for_each_operation_of_the_trails_half() {
        let scenes: BTreeSet<&str> = SCENES.iter().map(|scene| scene.operation).collect();
        assert_eq!(scenes.len(), SCENES.len());
        assert_eq!(scenes.len(), 27);
    }

    #[test]
    fn the_least_input_keeps_what_is_required() {
        let service = cloudtrail();
        let operation = service.operation("CreateTrail").unwrap();
        let full = read(r#"{"Name":"a","S3BucketName":"b","S3KeyPrefix":"c"}"#);
        let least = required(service, operation.input, &full);
        assert_eq!(least.to_string(), r#"{"Name":"a","S3BucketName":"b"}"#);
    }
}
