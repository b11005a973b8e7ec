//! S3 over the bucket directory: one request in, one answer and its records out.
//!
//! The protocol library reads and writes S3's documents; here are the address styles, the body's digests and who may
//! call. Signatures are taken off, not checked.

mod answer;
mod buckets;
pub(crate) mod call;
mod chunked;
mod conditions;
mod context;
mod described;
mod digests;
mod download;
mod gate;
mod host;
mod intake;
mod listing;
mod multipart;
mod objects;
mod route;
mod settings;
mod unpacked;

pub use answer::error_code;
pub(crate) use answer::{Ids, read_error};
pub(crate) use call::Call;
pub(crate) use context::Facts;
pub use host::bucket_of as bucket_of_host;
pub(crate) use route::{Operation, Scope};
pub use unpacked::unpacked;

use std::sync::Arc;
use std::time::Instant;

use http_body_util::BodyExt as _;
use hyper::http::request::Parts;
use hyper::{Method, Request, Response};
use localtrail_core::Category;
use s3s::S3ErrorCode;
use s3s::service::{S3Service, S3ServiceBuilder};

use self::context::Context;
use self::digests::Expected;
use self::intake::{Intake, Kind, Shared};
use crate::access::permit;
use crate::asked::{AnswerBody, Asked, Served};
use crate::error::{Result, refuse_with};
use crate::ids::{s3_extended_id, s3_request_id};
use crate::record::{self, Told};
use crate::store::{BucketInfo, BucketName, Store};

/// The protocol library's service, which answers by [`gate::Gate`].
#[derive(Debug, Clone)]
pub(crate) struct Protocol(S3Service);

impl Protocol {
    pub(crate) fn new() -> Self {
        Self(S3ServiceBuilder::new(gate::Gate).build())
    }
}

/// Answers one request.
pub(crate) async fn serve(
    protocol: &Protocol,
    store: &Arc<Store>,
    request: Request<AnswerBody>,
    asked: Asked,
) -> Served {
    let began = Instant::now();
    let ids = Ids {
        request: s3_request_id(&asked.request_id),
        extended: s3_extended_id(&asked.request_id),
    };
    let (parts, body) = request.into_parts();
    let call = Call::read(&parts);
    let asked = Arc::new(asked);
    let context = Context::new(Arc::clone(&asked), Arc::clone(store), Shared::default());
    let before = owned(&context, &call).await;
    let answered = answer(protocol, &context, &call, before.as_ref(), parts, body).await;
    // What is wrong with a body outweighs whatever the handler made of its sudden end.
    let failure = context.body.get().failure.take();
    let response = match (failure, answered) {
        (Some(error), _) | (None, Err(error)) => answer::refused(error),
        (None, Ok(response)) => response,
    };
    let finished = answer::finish(response, &call, &ids).await;
    let bucket = match before {
        Some(info) => Some(info),
        None => owned(&context, &call).await,
    };
    let report = context.body.get();
    let told = Told {
        call: &call,
        asked: &asked,
        ids: &ids,
        bucket: bucket.as_ref(),
        facts: context.facts().clone(),
        received: report.received,
        body: report.kept.as_deref(),
        status: finished.response.status(),
        answer: finished.response.headers(),
        sent: finished.sent,
        error: finished.error,
        took: began.elapsed(),
    };
    let drafts = record::drafts(&told);
    Served {
        response: finished.response,
        drafts,
    }
}

/// The bucket that a call is about, if it exists.
async fn owned(context: &Context, call: &Call) -> Option<BucketInfo> {
    let name = BucketName::parse(call.bucket.as_deref()?)?;
    context
        .blocking(move |store| store.bucket(&name))
        .await
        .ok()
}

async fn answer(
    protocol: &Protocol,
    context: &Context,
    call: &Call,
    bucket: Option<&BucketInfo>,
    mut parts: Parts,
    body: AnswerBody,
) -> Result<Response<s3s::Body>> {
    call::normalize(&mut parts, call);
    let expected = Expected::read(&mut parts.headers)?;
    let intake = Intake::new(body, expected, kind_of_body(call), context.body.clone());
    if let Err(error) = admit(context, call, bucket) {
        // The client gets to read why only when it has sent everything.
        objects::drain(Some(s3s::dto::StreamingBlob::new(
            s3s::Body::http_body_unsync(intake),
        )))
        .await;
        return Err(error);
    }
    let mut request = Request::from_parts(parts, s3s::Body::http_body_unsync(intake));
    request.extensions_mut().insert(context.clone());
    protocol.0.call(request).await.map_err(|error| {
        let error: crate::BoxError = error.into();
        refuse_with(
            S3ErrorCode::InternalError,
            format!("The request could not be answered: {error}"),
        )
    })
}

fn admit(context: &Context, call: &Call, bucket: Option<&BucketInfo>) -> Result<()> {
    let caller = &context.asked.caller;
    let (Some(operation), Some(name)) = (&call.operation, &call.bucket) else {
        let anonymous = matches!(caller.identity, localtrail_core::Identity::Anonymous { .. });
        return if anonymous {
            Err(crate::error::refuse(S3ErrorCode::AccessDenied))
        } else {
            Ok(())
        };
    };
    match bucket {
        Some(info) if operation.event != "CreateBucket" => {
            // Deleting many keys is allowed only to whom any key may be deleted by.
            let key = if operation.event == "DeleteObjects" {
                Some("*")
            } else {
                call.key.as_deref()
            };
            permit(caller, name, info, &operation.action, key)
        }
        _ if operation.event == "CreateBucket"
            && matches!(caller.identity, localtrail_core::Identity::Anonymous { .. }) =>
        {
            Err(crate::error::refuse(S3ErrorCode::AccessDenied))
        }
        _ => Ok(()),
    }
}

/// Bodies of calls on buckets are documents, and records show them.
fn kind_of_body(call: &Call) -> Kind {
    match &call.operation {
        Some(operation) if matches!(operation.event, "PutObject" | "UploadPart") => Kind::Bytes,
        Some(operation)
            if call.method == Method::PUT && operation.category() == Category::Management =>
        {
            Kind::Shown
        }
        _ => Kind::Document,
    }
}

/// Boxes any body.
pub(crate) fn boxed<B>(body: B) -> AnswerBody
where
    B: hyper::body::Body<Data = bytes::Bytes> + Send + 'static,
    B::Error: Into<crate::BoxError>,
{
    AnswerBody::new(body.map_err(Into::into))
}
