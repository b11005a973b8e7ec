//! All that can be run: the suites' conversations, those that are generated
//! from the model, and the laws.

use std::collections::BTreeSet;
use std::path::Path;

use crate::script::{Case, parse};
use crate::{laws, model_cases, suites};

/// All cases of the program, in the order in which they run.
///
/// # Errors
///
/// Says which text cannot be read, or which name there is twice.
pub fn all() -> Result<Vec<Case>, String> {
    let mut cases = suites::all().map_err(|error| error.to_string())?;
    cases.extend(model_cases::all().map_err(|error| error.to_string())?);
    cases.extend(laws::ALL.iter().map(crate::law::Law::case));
    distinct(cases)
}

/// The cases of the texts in a folder (`*.txt`, in the order of their names).
///
/// # Errors
///
/// Says which file cannot be read.
pub fn of_folder(folder: &Path) -> Result<Vec<Case>, String> {
    let unreadable = |error| format!("{} cannot be read: {error}", folder.display());
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name();
        names.extend(
            name.into_string()
                .ok()
                .filter(|name| name.ends_with(".txt")),
        );
    }
    names.sort();
    let mut cases = Vec::new();
    for name in names {
        let text = std::fs::read_to_string(folder.join(&name))
            .map_err(|error| format!("{name} cannot be read: {error}"))?;
        cases.extend(parse(&name, &text).map_err(|error| error.to_string())?);
    }
    distinct(cases)
}

/// The operation or the story that a case is counted under: what it says it is
/// about, or the operation that its file or its name names, or else its file.
pub fn subject(case: &Case) -> &str {
    let service = localtrail_model::cloudtrail();
    if let Some(about) = &case.about {
        return about;
    }
    let mut parts = case.id.split('/');
    let suite = parts.next().unwrap_or_default();
    let named = service
        .operations()
        .find(|operation| kebab(&operation.name) == suite);
    if let Some(operation) = named {
        return &operation.name;
    }
    match parts.next() {
        Some(name) if service.operation(name).is_some() => name,
        _ => suite,
    }
}

/// `GetTrail` as a file is called: `get-trail`.
fn kebab(name: &str) -> String {
    let mut kebab = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !kebab.is_empty() {
            kebab.push('-');
        }
        kebab.push(c.to_ascii_lowercase());
    }
    kebab
}

/// Names tell cases apart, in gaps and reports.
fn distinct(cases: Vec<Case>) -> Result<Vec<Case>, String> {
    let mut known = BTreeSet::new();
    match cases.iter().find(|case| !known.insert(case.id.as_str())) {
        Some(second) => Err(format!("there are two cases {}", second.id)),
        None => Ok(cases),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_counted_under_its_operation_or_its_file() {
        let steps = "> ListTrails {}\n";
        let told = |file: &str, name: &str, more: &str| {
            let text = format!("case {name} [D] x\n{more}{steps}");
            subject(&parse(file, &text).unwrap()[0]).to_owned()
        };
        assert_eq!(told("create-trail.txt", "a", ""), "CreateTrail");
        assert_eq!(told("model.txt", "GetTrail/full", ""), "GetTrail");
        assert_eq!(told("logging.txt", "a", ""), "logging");
        assert_eq!(
            told("logging.txt", "a", "about StopLogging\n"),
            "StopLogging"
        );
        assert_eq!(
            told("create-trail.txt", "a", "about StopLogging\n"),
            "StopLogging"
        );
    }

    #[test]
    fn about_holds_for_a_file_and_for_a_row() {
        let text = "about ListTags\ncase a [D] x\n> ListTags {}\n\
                    case b [D] x\nrow one | AddTags\nrow two | RemoveTags\nabout $2\n> $2 {}\n";
        let cases = parse("tags.txt", text).unwrap();
        let subjects: Vec<&str> = cases.iter().map(subject).collect();
        assert_eq!(subjects, ["ListTags", "AddTags", "RemoveTags"]);
        let told = parse("s.txt", "case a [D] x\nabout Nothing\n> ListTags {}\n");
        assert_eq!(
            told.unwrap_err().to_string(),
            "s.txt:1: CloudTrail has no operation \"Nothing\""
        );
    }

    #[test]
    fn everything_built_in_is_readable_and_named_once() {
        let cases = all().unwrap_or_else(|reason| panic!("{reason}"));
        assert!(cases.len() >= 600, "only {} cases", cases.len());
        assert!(cases.iter().any(|case| case.id.starts_with("laws/")));
        let twice = vec![cases[0].clone(), cases[0].clone()];
        assert!(distinct(twice).unwrap_err().contains(&cases[0].id));
    }
}
