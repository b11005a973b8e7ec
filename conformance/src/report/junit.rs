//! A run as JUnit XML, which CI servers read: one test suite a file, one test
//! case a case.

use std::time::Duration;

use quick_xml::escape::escape;

use super::tally::{Counts, Told};
use crate::run::Outcome;

/// The whole document.
pub fn document(told: &[Told<'_>]) -> String {
    let mut counts = Counts::default();
    for one in told {
        counts.add(&one.ran.outcome);
    }
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"conformance\" {}>\n",
        attributes(counts, told)
    );
    let mut rest = told;
    while let Some(first) = rest.first() {
        let file = &first.case.file;
        let length = rest.iter().take_while(|one| one.case.file == *file).count();
        let (suite, others) = rest.split_at(length);
        xml.push_str(&suite_element(file, suite));
        rest = others;
    }
    xml.push_str("</testsuites>\n");
    xml
}

fn suite_element(file: &str, told: &[Told<'_>]) -> String {
    let mut counts = Counts::default();
    for one in told {
        counts.add(&one.ran.outcome);
    }
    let name = file
        .trim_end_matches(".txt")
        .trim_end_matches(".rs")
        .to_owned();
    let mut xml = format!(
        "  <testsuite name=\"{}\" {}>\n",
        text(&name),
        attributes(counts, told)
    );
    for one in told {
        xml.push_str(&case_element(&name, one));
    }
    xml.push_str("  </testsuite>\n");
    xml
}

fn case_element(suite: &str, told: &Told<'_>) -> String {
    let case = told.case;
    let name = case
        .id
        .strip_prefix(suite)
        .and_then(|name| name.strip_prefix('/'))
        .unwrap_or(&case.id);
    let head = format!(
        "    <testcase classname=\"{}\" name=\"{}\" file=\"{}\" line=\"{}\" time=\"{}\"",
        text(suite),
        text(name),
        text(&case.file),
        case.line,
        seconds(told.ran.took)
    );
    match &told.ran.outcome {
        Outcome::Passed => format!("{head}/>\n"),
        Outcome::Skipped(reason) => {
            let reason = text(reason);
            format!("{head}>\n      <skipped message=\"{reason}\"/>\n    </testcase>\n")
        }
        Outcome::Failed(fault) => {
            let first = fault.differences.first().map_or("", String::as_str);
            let whole = format!(
                "{} {} ({})\n{}",
                fault.mark,
                case.source,
                fault.place(&case.file),
                fault.differences.join("\n")
            );
            format!(
                "{head}>\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n",
                text(first),
                text(&whole)
            )
        }
    }
}

fn attributes(counts: Counts, told: &[Told<'_>]) -> String {
    let took: Duration = told.iter().map(|one| one.ran.took).sum();
    format!(
        "tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" time=\"{}\"",
        counts.total(),
        counts.failed,
        counts.skipped,
        seconds(took)
    )
}

fn seconds(took: Duration) -> String {
    format!("{:.3}", took.as_secs_f64())
}

/// A text as it may stand in XML 1.0, which has no place for most control
/// characters, escaped or not; a target may answer any of them.
fn text(text: &str) -> String {
    let allowed: String = text
        .chars()
        .map(|c| match c {
            '\t' | '\n' | '\r' => c,
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => '\u{fffd}',
            c => c,
        })
        .collect();
    escape(allowed.as_str()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::super::specimen::{cases, told};
    use super::*;
    use quick_xml::Reader;
    use quick_xml::events::{BytesStart, Event};

    /// Every element of the document; a reader that finds it ill-formed fails.
    fn elements(xml: &str) -> Vec<BytesStart<'static>> {
        let mut reader = Reader::from_str(xml);
        let mut elements = Vec::new();
        loop {
            match reader.read_event().unwrap() {
                Event::Start(element) | Event::Empty(element) => {
                    elements.push(element.into_owned());
                }
                Event::Eof => return elements,
                _ => {}
            }
        }
    }

    fn attribute(element: &BytesStart<'_>, name: &str) -> String {
        let attribute = element.try_get_attribute(name).unwrap().unwrap();
        let raw = String::from_utf8(attribute.value.to_vec()).unwrap();
        quick_xml::escape::unescape(&raw).unwrap().into_owned()
    }

    #[test]
    fn one_suite_a_file_and_one_element_a_case() {
        let cases = cases();
        let xml = document(&told(&cases));
        let elements = elements(&xml);
        let named = |name: &str| -> Vec<&BytesStart<'_>> {
            let own = elements.iter();
            own.filter(|element| element.name().as_ref() == name.as_bytes())
                .collect()
        };
        let all = named("testsuites")[0];
        let counted = ["tests", "failures", "skipped", "time"].map(|name| attribute(all, name));
        assert_eq!(counted, ["5", "2", "1", "7.500"]);
        let suites: Vec<String> = named("testsuite")
            .iter()
            .map(|suite| attribute(suite, "name") + " " + &attribute(suite, "tests"))
            .collect();
        assert_eq!(
            suites,
            ["wire 1", "list-trails 2", "get-trail 1", "delivery 1"]
        );
        let second = named("testcase")[1];
        assert_eq!(attribute(second, "classname"), "list-trails");
        assert_eq!(attribute(second, "name"), "none");
        assert_eq!(
            attribute(named("failure")[0], "message"),
            "expected <b> & \"c\""
        );
        assert_eq!(attribute(named("skipped")[0], "message"), "needs control");
        assert!(xml.contains("[I] guide &lt;1&gt; (list-trails.txt:7)"));
        assert!(!xml.contains('\u{1}'));
    }
}
