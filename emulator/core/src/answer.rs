//! From a request's bytes to its answer and its event.

use localtrail_model::{Operation as Shapes, Rule, Violation};
use serde_json::{Value, json};

use crate::call::{Answer, Call};
use crate::cloudtrail::CloudTrail;
use crate::draft::{Access, Category, Draft, EventError};
use crate::ids::Purpose;
use crate::operations::{self, Desk, Done, Row};
use crate::refusal::Refusal;
use crate::settings::Throttling;
use crate::surroundings::Surroundings;
use crate::time::Timestamp;
use crate::wire;

/// Names that begin so are reads (O, formats.md 4.2); only asked for operations that are not answered.
const READING: [&str; 4] = ["Get", "List", "Describe", "Search"];

impl CloudTrail {
    /// Answers one API call and records that it was made. A refusal changes nothing but leaves its own event.
    pub fn call(
        &mut self,
        call: Call<'_>,
        surroundings: &dyn Surroundings,
        now: Timestamp,
    ) -> Answer {
        let account = call.caller.account();
        let request_id = self
            .state
            .ids
            .uuid(Purpose::Request, self.journal.next_seq());
        let shapes = operation(&call);
        let shapes = match shapes {
            Ok(shapes) => shapes,
            // Without an operation there is no name that an event could have.
            Err(refusal) => return refused(&refusal, request_id),
        };
        self.state
            .visit(account, &call.region, self.journal.next_seq(), now);
        // Before anything else of the operation, its body included.
        let admitted = match self.settings.throttling {
            Throttling::Off => Ok(()),
            Throttling::On => self.throttle.take(account, &call.region, &shapes.name, now),
        };
        let input = wire::object_of(call.body);
        let mut desk = Desk {
            state: &mut self.state,
            journal: &mut self.journal,
            surroundings,
            bucket_policy: self.settings.bucket_policy,
            account,
            region: &call.region,
            now,
            marked: None,
        };
        let outcome = match &input {
            Ok(input) => admitted.and_then(|()| run(shapes, input, &mut desk)),
            Err(refusal) => admitted.and(Err(refusal.clone())),
        };
        let marked = desk.marked;
        let input = input.unwrap_or_default();
        self.record(
            draft(call, shapes, &input, &outcome, request_id.clone()),
            now,
        );
        match outcome {
            Ok(done) => Answer {
                status: 200,
                body: done.body,
                request_id,
                error: None,
                after: marked,
            },
            Err(refusal) => Answer {
                after: marked,
                ..refused(&refusal, request_id)
            },
        }
    }
}

/// The operation that is called, of those that the model knows.
fn operation(call: &Call<'_>) -> Result<&'static Shapes, Refusal> {
    let name = wire::operation_of(call.target)?;
    let known = localtrail_model::cloudtrail()
        .operation(name)
        .filter(|_| wire::is_json(call.content_type));
    known.ok_or_else(|| Refusal::UnknownOperation(name.chars().take(128).collect()))
}

/// JSON types, then constraints, then meaning. What is not answered yet says so whatever was sent.
fn run(shapes: &'static Shapes, input: &Value, desk: &mut Desk<'_>) -> Result<Done, Refusal> {
    let row =
        operations::find(&shapes.name).ok_or_else(|| Refusal::Unsupported(shapes.name.clone()))?;
    localtrail_model::check(localtrail_model::cloudtrail(), shapes.input, input)
        .map_err(|violation| refuse(row, &violation))?;
    (row.run)(input, desk)
}

/// Types and missing members are refused alike by all operations (I, trails.md 1); the rest is the operation's.
fn refuse(row: &Row, violation: &Violation) -> Refusal {
    if violation.is_type() {
        Refusal::Serialization(violation.sentence())
    } else if violation.rule == Rule::Required && violation.path.steps().len() == 1 {
        Refusal::InvalidParameter(violation.sentence())
    } else {
        (row.refuse)(violation)
    }
}

fn refused(refusal: &Refusal, request_id: String) -> Answer {
    // Lower-case `message` (O, native.md).
    let body = json!({"__type": refusal.code(), "message": refusal.to_string()});
    Answer {
        status: refusal.status(),
        body: body.to_string(),
        request_id,
        error: Some(refusal.code()),
        after: None,
    }
}

fn draft(
    call: Call<'_>,
    shapes: &'static Shapes,
    input: &Value,
    outcome: &Result<Done, Refusal>,
    request_id: String,
) -> Draft {
    let service = localtrail_model::cloudtrail();
    let answer = outcome
        .as_ref()
        .ok()
        .and_then(|done| done.recorded.as_ref());
    let access = match operations::find(&shapes.name) {
        Some(row) => row.access,
        None if READING.iter().any(|verb| shapes.name.starts_with(verb)) => Access::Read,
        None => Access::Write,
    };
    Draft {
        recipient: call.caller.account(),
        caller: call.caller,
        origin: call.origin,
        region: call.region,
        event_source: "cloudtrail.amazonaws.com".into(),
        event_name: shapes.name.as_str().into(),
        access,
        category: Category::Management,
        request_parameters: wire::recorded(service, shapes.input, input),
        response_elements: shapes
            .output
            .zip(answer)
            .and_then(|(shape, answer)| wire::recorded(service, shape, answer)),
        additional_event_data: None,
        error: outcome.as_ref().err().map(|refusal| EventError {
            code: refusal.code().to_owned(),
            message: Some(refusal.to_string()),
        }),
        request_id: Some(request_id),
        resources: Vec::new(),
        api_version: None,
        lookup_resources: operations::touched::resources(input, answer),
        owner: None,
        vpc_endpoint: None,
    }
}
