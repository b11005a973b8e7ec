//! What restJson and restXml put outside the body: path, query string, headers, status.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::HeaderMap;
use localtrail_model::catalogue::{Kind, Location, Member, Structure};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::schema::Schema;
use super::{scalar, time};
use crate::{Answer, Request};

/// The members of a request that stand in its path (by the operation's template), query string and headers.
pub(super) fn of_request(
    template: &str,
    schema: Schema<'_>,
    request: &Request<'_>,
) -> Map<String, Value> {
    let mut members = Map::new();
    let Some(structure) = schema.structure() else {
        return members;
    };
    let (path, fixed_query) = template.split_once('?').unwrap_or((template, ""));
    for (name, text) in labels(path, request.uri.path()) {
        if let Some(member) = located(structure, Location::Uri, name) {
            let kind = schema.member(Some(member)).kind();
            insert(&mut members, member, scalar::typed(text, kind));
        }
    }
    query(
        &mut members,
        fixed_query,
        schema,
        request.uri.query().unwrap_or(""),
    );
    headers(&mut members, schema, request.headers);
    members
}

/// The members of an answer that stand in its status and headers.
pub(super) fn of_answer(schema: Schema<'_>, answer: &Answer<'_>) -> Map<String, Value> {
    let mut members = Map::new();
    let Some(structure) = schema.structure() else {
        return members;
    };
    for member in &structure.members {
        if member.location == Some(Location::StatusCode) {
            insert(&mut members, member, answer.status.as_u16().into());
        }
    }
    headers(&mut members, schema, answer.headers);
    members
}

fn insert(members: &mut Map<String, Value>, member: &Member, value: Value) {
    if !value.is_null() {
        members.insert(member.name.to_owned(), value);
    }
}

fn located<'a>(structure: &'a Structure, location: Location, name: &str) -> Option<&'a Member> {
    structure
        .members
        .iter()
        .find(|member| member.location == Some(location) && member.wire_name() == name)
}

/// The labels of a template with what stands at their places, decoded. Matched segment by segment, so that a path that
/// does not fit its template still gives what it has.
fn labels<'t>(template: &'t str, path: &str) -> Vec<(&'t str, String)> {
    let template = template.strip_prefix('/').unwrap_or(template);
    let template = template.strip_suffix('/').unwrap_or(template);
    let wanted: Vec<&str> = template.split('/').collect();
    let given: Vec<&str> = path.strip_prefix('/').unwrap_or(path).split('/').collect();
    let mut labels = Vec::new();
    let mut at = 0;
    for (index, segment) in wanted.iter().enumerate() {
        let behind = wanted.len() - index - 1;
        let is_greedy = segment.ends_with("+}");
        let end = match is_greedy {
            true => given.len().saturating_sub(behind).max(at + 1),
            false => at + 1,
        };
        if at >= given.len() {
            break;
        }
        let found = given[at..end.min(given.len())].join("/");
        if let Some((name, text)) = label(segment, &found) {
            labels.push((name, text));
        }
        at = end;
    }
    labels
}

/// A segment such as `{Name}`, `{Name+}` or `key-{Name}.json`, with what stands there.
fn label<'t>(segment: &'t str, found: &str) -> Option<(&'t str, String)> {
    let (before, rest) = segment.split_once('{')?;
    let (name, behind) = rest.split_once('}')?;
    let found = found.strip_prefix(before).unwrap_or(found);
    let found = found.strip_suffix(behind).unwrap_or(found);
    let text = percent_decode_str(found).decode_utf8_lossy().into_owned();
    Some((name.strip_suffix('+').unwrap_or(name), text))
}

fn query(members: &mut Map<String, Value>, fixed: &str, schema: Schema<'_>, query: &str) {
    let Some(structure) = schema.structure() else {
        return;
    };
    // A map takes every parameter that is nobody else's.
    let rest = structure.members.iter().find(|member| {
        member.location == Some(Location::QueryString)
            && matches!(schema.member(Some(member)).kind(), Some(Kind::Map { .. }))
    });
    for (name, text) in form_urlencoded::parse(query.as_bytes()) {
        if let Some(member) = located(structure, Location::QueryString, &name) {
            let inner = schema.member(Some(member));
            if matches!(inner.kind(), Some(Kind::List { .. })) {
                let items = members
                    .entry(member.name)
                    .or_insert_with(|| Value::Array(Vec::new()));
                push(
                    items,
                    scalar::typed(text.into_owned(), inner.items().kind()),
                );
            } else if !matches!(inner.kind(), Some(Kind::Map { .. })) {
                insert(
                    members,
                    member,
                    scalar::typed(text.into_owned(), inner.kind()),
                );
            }
            continue;
        }
        let is_protocols = name == "x-id"
            || name.to_ascii_lowercase().starts_with("x-amz-")
            || fixed
                .split('&')
                .any(|pair| pair.split('=').next() == Some(name.as_ref()));
        if let Some(rest) = rest.filter(|_| !is_protocols) {
            entry(
                members,
                rest,
                schema.member(Some(rest)),
                &name,
                text.into_owned(),
            );
        }
    }
}

/// Adds a parameter to a map of texts or of lists of texts.
fn entry(
    members: &mut Map<String, Value>,
    map: &Member,
    schema: Schema<'_>,
    name: &str,
    text: String,
) {
    let entries = members
        .entry(map.name)
        .or_insert_with(|| Value::Object(Map::new()));
    let Value::Object(entries) = entries else {
        return;
    };
    let inner = schema.items();
    if matches!(inner.kind(), Some(Kind::List { .. })) {
        let items = entries
            .entry(name)
            .or_insert_with(|| Value::Array(Vec::new()));
        push(items, scalar::typed(text, inner.items().kind()));
    } else {
        entries.insert(name.to_owned(), scalar::typed(text, inner.kind()));
    }
}

fn push(items: &mut Value, item: Value) {
    if let Value::Array(items) = items {
        items.push(item);
    }
}

fn headers(members: &mut Map<String, Value>, schema: Schema<'_>, headers: &HeaderMap) {
    let Some(structure) = schema.structure() else {
        return;
    };
    for member in &structure.members {
        match member.location {
            Some(Location::Header) => {
                if let Some(text) = header(headers, member.wire_name()) {
                    let value = header_value(text, member, schema.member(Some(member)));
                    insert(members, member, value);
                }
            }
            Some(Location::Headers) => {
                let found = with_prefix(headers, member.wire_name());
                if !found.is_empty() {
                    members.insert(member.name.to_owned(), Value::Object(found));
                }
            }
            Some(Location::Uri | Location::QueryString | Location::StatusCode) | None => {}
        }
    }
}

/// The values of a header, joined as HTTP says.
fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    let mut values = headers
        .get_all(name)
        .iter()
        .map(|value| String::from_utf8_lossy(value.as_bytes()));
    let mut text = values.next()?.into_owned();
    for value in values {
        text.push(',');
        text.push_str(&value);
    }
    Some(text)
}

/// All headers that begin with `prefix`, by the rest of their names; a few shapes take all there are (an empty prefix).
fn with_prefix(headers: &HeaderMap, prefix: &str) -> Map<String, Value> {
    let prefix = prefix.to_ascii_lowercase();
    let mut found = Map::new();
    for (name, value) in headers {
        if let Some(key) = name.as_str().strip_prefix(&prefix)
            && !key.is_empty()
        {
            let text = String::from_utf8_lossy(value.as_bytes());
            found.insert(key.to_owned(), text.into());
        }
    }
    found
}

fn header_value(text: String, member: &Member, schema: Schema<'_>) -> Value {
    if member.is_json_value {
        let decoded = STANDARD.decode(text.trim()).ok();
        let json = decoded.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        return json.unwrap_or(Value::String(text));
    }
    match schema.kind() {
        Some(Kind::List { .. }) => header_list(&text, schema.items().kind()),
        kind => scalar::typed(text, kind),
    }
}

/// A list in one header: items between commas, quoted where they have commas themselves.
fn header_list(text: &str, kind: Option<&Kind>) -> Value {
    let mut items: Vec<String> = vec![String::new()];
    let (mut quoted, mut escaped) = (false, false);
    for character in text.chars() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => {
                escaped = true;
                continue;
            }
            '"' => {
                quoted = !quoted;
                continue;
            }
            ',' if !quoted => {
                items.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(item) = items.last_mut() {
            item.push(character);
        }
    }
    if matches!(kind, Some(Kind::Timestamp(_))) {
        items = rejoin_dates(items);
    }
    let items = items.into_iter().map(|item| match item.trim() {
        trimmed if trimmed.len() == item.len() => item,
        trimmed => trimmed.to_owned(),
    });
    Value::Array(items.map(|item| scalar::typed(item, kind)).collect())
}

/// RFC 822 dates have a comma of their own, behind the name of the day.
fn rejoin_dates(items: Vec<String>) -> Vec<String> {
    let mut dates: Vec<String> = Vec::with_capacity(items.len());
    for item in items {
        match dates.last_mut() {
            Some(last) if last.trim().len() == 3 && time::parse(last).is_none() => {
                last.push(',');
                last.push_str(&item);
            }
            _ => dates.push(item),
        }
    }
    dates
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn found(template: &str, path: &str) -> String {
        let labels = labels(template, path);
        let labels: Vec<_> = labels
            .iter()
            .map(|(name, text)| format!("{name}={text}"))
            .collect();
        labels.join(" ")
    }

    #[test]
    fn labels_of_a_path() {
        for (template, path, labels) in [
            (
                "/2015-03-31/functions/{F}/invocations",
                "/2015-03-31/functions/a%3Ab/invocations",
                "F=a:b",
            ),
            ("/functions/", "/functions", ""),
            ("/v/{A}/x/{B}/", "/v/1/x/2", "A=1 B=2"),
            ("/v/{A}/x/{B}", "/v/1/x/2/", "A=1 B=2"),
            ("/v/{A}/{B}", "/v/1", "A=1"),
            ("/{Bucket}/{Key+}", "/b/a/b%20c//d", "Bucket=b Key=a/b c//d"),
            ("/t/{Arn+}/tags", "/t/arn:x/y/z/tags", "Arn=arn:x/y/z"),
            ("/t/{Arn+}/tags", "/t", ""),
            ("/k-{A}.json", "/k-1.json", "A=1"),
            ("/{A}", "/%ff%", "A=\u{fffd}%"),
            ("/", "/", ""),
        ] {
            assert_eq!(found(template, path), labels, "{template} {path}");
        }
    }

    #[test]
    fn lists_in_headers() {
        assert_eq!(
            header_list(r#"a, "b,\"c\"",d"#, Some(&Kind::String)),
            json!(["a", "b,\"c\"", "d"])
        );
        assert_eq!(
            header_list(
                "Thu, 01 Jan 1970 00:00:01 GMT, Thu, 01 Jan 1970 00:00:02 GMT",
                Some(&Kind::Timestamp(None))
            ),
            json!([1, 2])
        );
        assert_eq!(header_list("1,x", Some(&Kind::Integer)), json!([1, "x"]));
    }
}
