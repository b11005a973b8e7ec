//! One service's operations by method and path: a request goes to the most specific template that fits it.
//!
//! More specific is, segment by segment, what is literal before what has a placeholder before what takes the rest; then
//! more of a fixed query such as `?acl`; then more parameters in query and headers that the operation cannot do without.

use std::collections::HashMap;

use hyper::HeaderMap;
use localtrail_model::catalogue::{Entry, Location, Operation};
use percent_encoding::percent_decode_str;

/// Operations that lose against another one of the same form. S3 has newer ones of the same requests, and directory
/// buckets are listed at another host.
const SECOND_CHOICE: [(&str, &str); 5] = [
    ("s3", "GetBucketLifecycle"),
    ("s3", "PutBucketLifecycle"),
    ("s3", "GetBucketNotification"),
    ("s3", "PutBucketNotification"),
    ("s3", "ListDirectoryBuckets"),
];

/// Segments that a template's rank has room for; the longest has fourteen.
const RANKED: usize = 30;

/// The templates of a service, by method.
pub(super) struct Routes {
    by_method: HashMap<&'static str, Vec<Route>>,
}

struct Route {
    operation: &'static Operation,
    segments: Vec<Segment>,
    ends_with_slash: bool,
    /// Names, with values where the template has them.
    fixed: Vec<(&'static str, Option<&'static str>)>,
    required: Vec<(Place, &'static str)>,
    /// Two bits a segment, the first in the highest.
    rank: u64,
    is_second_choice: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Segment {
    Literal(&'static str),
    Placeholder,
    Rest,
}

#[derive(Clone, Copy)]
enum Place {
    Query,
    Header,
}

/// A request as far as templates look at it.
pub(super) struct Asked<'a> {
    pub(super) method: &'a str,
    /// The parts between slashes, percent-encoded as they came; without an empty last one.
    pub(super) segments: Vec<&'a str>,
    pub(super) ends_with_slash: bool,
    pub(super) query: &'a str,
    pub(super) headers: &'a HeaderMap,
}

/// How well a template fits; the greatest is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fit {
    rank: u64,
    fixed: usize,
    /// Whether all that the operation cannot do without is there.
    pub(super) is_complete: bool,
    required: usize,
    is_first_choice: bool,
    same_end: bool,
}

impl Routes {
    pub(super) fn of(entry: &'static Entry) -> Self {
        let mut by_method: HashMap<&'static str, Vec<Route>> = HashMap::new();
        for operation in entry.api().operations() {
            let route = Route::of(entry, operation);
            by_method.entry(operation.method).or_default().push(route);
        }
        Self { by_method }
    }

    /// The operation whose template fits best, and how well.
    pub(super) fn find(&self, asked: &Asked<'_>) -> Option<(&'static Operation, Fit)> {
        let routes = self.by_method.get(asked.method)?;
        let mut best: Option<(&'static Operation, Fit)> = None;
        for route in routes {
            let Some(fit) = route.fit(asked) else {
                continue;
            };
            if best.is_none_or(|(_, known)| known < fit) {
                best = Some((route.operation, fit));
            }
        }
        best
    }
}

impl Route {
    fn of(entry: &'static Entry, operation: &'static Operation) -> Self {
        let (path, query) = operation.uri.split_once('?').unwrap_or((operation.uri, ""));
        let (parts, ends_with_slash) = split(path);
        let segments: Vec<Segment> = parts.into_iter().map(Segment::of).collect();
        let fixed = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                (name, Some(value).filter(|value| !value.is_empty()))
            });
        Self {
            operation,
            rank: rank(&segments),
            segments,
            ends_with_slash,
            fixed: fixed.collect(),
            required: required(entry, operation),
            is_second_choice: SECOND_CHOICE.contains(&(entry.id, operation.name)),
        }
    }

    fn fit(&self, asked: &Asked<'_>) -> Option<Fit> {
        if !self.takes(&asked.segments) {
            return None;
        }
        let holds = |(name, value): &(&str, Option<&str>)| has_query(asked.query, name, *value);
        if !self.fixed.iter().all(holds) {
            return None;
        }
        let is_there = |(place, name): &&(Place, &str)| match place {
            Place::Query => has_query(asked.query, name, None),
            Place::Header => asked.headers.contains_key(*name),
        };
        let required = self.required.iter().filter(is_there).count();
        Some(Fit {
            rank: self.rank,
            fixed: self.fixed.len(),
            is_complete: required == self.required.len(),
            required,
            is_first_choice: !self.is_second_choice,
            same_end: self.ends_with_slash == asked.ends_with_slash,
        })
    }

    fn takes(&self, asked: &[&str]) -> bool {
        let mut left = asked;
        for (place, segment) in self.segments.iter().enumerate() {
            let Some((first, others)) = left.split_first() else {
                return false;
            };
            match segment {
                Segment::Literal(text) if !is_literal(text, first) => return false,
                // A key may begin with a slash; a path that merely ends there has no key.
                Segment::Rest => {
                    let after = self.segments.len() - place - 1;
                    let Some(end) = left.len().checked_sub(after).filter(|end| *end > 0) else {
                        return false;
                    };
                    return self.segments[place + 1..].iter().zip(&left[end..]).all(
                        |(segment, text)| match segment {
                            Segment::Literal(literal) => is_literal(literal, text),
                            Segment::Placeholder | Segment::Rest => true,
                        },
                    );
                }
                // Some clients leave the slashes of an ARN as they are.
                Segment::Placeholder if place + 1 == self.segments.len() && is_arn(first) => {
                    return true;
                }
                Segment::Literal(_) | Segment::Placeholder => left = others,
            }
        }
        left.is_empty()
    }
}

impl Segment {
    fn of(text: &'static str) -> Self {
        match text.as_bytes() {
            [b'{', .., b'+', b'}'] => Self::Rest,
            [b'{', .., b'}'] => Self::Placeholder,
            _ => Self::Literal(text),
        }
    }
}

/// The parts between slashes and whether there was one more at the end.
pub(super) fn split(path: &str) -> (Vec<&str>, bool) {
    let path = path.strip_prefix('/').unwrap_or(path);
    let mut parts: Vec<&str> = path.split('/').collect();
    let ends_with_slash = parts.last() == Some(&"");
    if ends_with_slash {
        parts.pop();
    }
    (parts, ends_with_slash)
}

fn rank(segments: &[Segment]) -> u64 {
    let value = |segment: Option<&Segment>| match segment {
        Some(Segment::Literal(_)) => 3,
        Some(Segment::Placeholder) => 2,
        Some(Segment::Rest) => 1,
        None => 0,
    };
    (0..RANKED).fold(0, |rank, place| rank << 2 | value(segments.get(place)))
}

fn required(entry: &'static Entry, operation: &Operation) -> Vec<(Place, &'static str)> {
    let input = operation.input.and_then(|id| entry.api().structure(id));
    let members = input.map_or(&[][..], |input| &input.members);
    let place = |location| match location {
        Some(Location::QueryString) => Some(Place::Query),
        Some(Location::Header) => Some(Place::Header),
        Some(Location::Uri | Location::Headers | Location::StatusCode) | None => None,
    };
    members
        .iter()
        .filter(|member| member.is_required)
        .filter_map(|member| Some((place(member.location)?, member.wire_name())))
        .collect()
}

fn is_literal(literal: &str, text: &str) -> bool {
    literal == text || (text.contains('%') && percent_decode_str(text).eq(literal.bytes()))
}

fn is_arn(text: &str) -> bool {
    text.starts_with("arn:") || text.starts_with("arn%3A") || text.starts_with("arn%3a")
}

/// Whether a query string has a parameter, of this value where one is asked for.
fn has_query(query: &str, name: &str, value: Option<&str>) -> bool {
    query.split('&').any(|pair| {
        let (found, given) = pair.split_once('=').unwrap_or((pair, ""));
        is_literal(name, found) && value.is_none_or(|value| is_literal(value, given))
    })
}
