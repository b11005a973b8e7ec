//! A run as a page for people, in Markdown or in HTML that needs nothing else:
//! one row an operation, and below what failed and how it differed, and what passed.

use std::fmt::Write;
use std::path::Path;

use super::tally::{Counts, Row, Told, rows, total};
use crate::cases::subject;
use crate::fault::Fault;
use crate::run::Outcome;
use crate::script::Case;

/// What a page is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Markdown.
    Markdown,
    /// HTML.
    Html,
}

impl Format {
    /// By the end of a file's name.
    ///
    /// # Errors
    ///
    /// When it is neither `.md` nor `.html`.
    pub fn of(path: &Path) -> Result<Self, String> {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("md") => Ok(Self::Markdown),
            Some("html") => Ok(Self::Html),
            _ => Err(format!("{}: a report ends in .html or .md", path.display())),
        }
    }
}

/// The whole page; `target` says in a few words what was judged.
pub fn page(format: Format, target: &str, told: &[Told<'_>]) -> String {
    match format {
        Format::Markdown => markdown(target, told),
        Format::Html => html(target, told),
    }
}

/// What failed, with the subject it is counted under, in the order of rows.
fn failures<'a>(rows: &[Row], told: &'a [Told<'a>]) -> Vec<(String, Vec<(&'a Case, &'a Fault)>)> {
    rows.iter()
        .filter(|row| row.counts.failed > 0)
        .map(|row| {
            let failed = told.iter().filter(|one| subject(one.case) == row.subject);
            let failed = failed.filter_map(|one| match &one.ran.outcome {
                Outcome::Failed(fault) => Some((one.case, fault.as_ref())),
                Outcome::Passed | Outcome::Skipped(_) => None,
            });
            (row.subject.clone(), failed.collect())
        })
        .collect()
}

/// The names of what passed, by the subject it is counted under, in the order of rows: the same HTML in both formats.
fn passes(rows: &[Row], told: &[Told<'_>]) -> String {
    let mut text = String::new();
    for row in rows.iter().filter(|row| row.counts.passed > 0) {
        let passed = told.iter().filter(|one| {
            subject(one.case) == row.subject && matches!(one.ran.outcome, Outcome::Passed)
        });
        let names: Vec<String> = passed.map(|one| escaped(&one.case.id)).collect();
        let _ = writeln!(
            text,
            "<details><summary>{} ({})</summary><code>{}</code></details>",
            escaped(&row.subject),
            names.len(),
            names.join("<br>")
        );
    }
    text
}

/// Why cases were not run, with how many for each reason.
fn skips<'a>(told: &'a [Told<'a>]) -> Vec<(&'a str, usize)> {
    let mut skips: Vec<(&str, usize)> = Vec::new();
    for one in told {
        if let Outcome::Skipped(reason) = &one.ran.outcome {
            match skips.iter_mut().find(|(known, _)| known == reason) {
                Some((_, count)) => *count += 1,
                None => skips.push((reason, 1)),
            }
        }
    }
    skips
}

fn markdown(target: &str, told: &[Told<'_>]) -> String {
    let rows = rows(told);
    let sum = total(&rows);
    let mut page = format!("# Conformance of {target}\n\n{sum}\n\n");
    page.push_str("| | passed | failed | skipped |\n|---|---:|---:|---:|\n");
    let line = |name: &str, counts: Counts| {
        format!(
            "| {name} | {} | {} | {} |\n",
            counts.passed, counts.failed, counts.skipped
        )
    };
    for row in &rows {
        page.push_str(&line(&row.subject, row.counts));
    }
    page.push_str(&line("**all**", sum));
    let failures = failures(&rows, told);
    if !failures.is_empty() {
        page.push_str("\n## Differences\n");
        page.push_str(&markdown_failures("###", &failures));
    }
    let skips = skips(told);
    if !skips.is_empty() {
        page.push_str("\n## Skipped\n\n");
        for (reason, count) in skips {
            page.push_str(&format!("- {count}: {}\n", code(reason)));
        }
    }
    let passes = passes(&rows, told);
    if !passes.is_empty() {
        let _ = write!(page, "\n## Passed\n\n{passes}");
    }
    page
}

/// The failed cases of each subject, under headings that begin with `heading`.
fn markdown_failures(heading: &str, failures: &[(String, Vec<(&Case, &Fault)>)]) -> String {
    let mut text = String::new();
    for (subject, failed) in failures {
        text.push_str(&format!("\n{heading} {subject}\n\n"));
        for (case, fault) in failed {
            text.push_str(&format!(
                "- {} {} {} ({})\n",
                code(&case.id),
                fault.mark,
                code(&case.source),
                fault.place(&case.file)
            ));
            for difference in &fault.differences {
                text.push_str(&format!("  - {}\n", code(difference)));
            }
        }
    }
    text
}

/// What failed, as a part of another page.
pub(crate) fn differences(heading: &str, told: &[Told<'_>]) -> String {
    markdown_failures(heading, &failures(&rows(told), told))
}

/// A text as a code span, in which Markdown leaves everything as it is.
fn code(text: &str) -> String {
    let longest = text
        .split(|c| c != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    // A space keeps a backtick at either end apart from the fence.
    let space = if longest > 0 { " " } else { "" };
    format!("{fence}{space}{line}{space}{fence}")
}

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:70em;margin:2em auto;padding:0 1em;\
color:#222;background:#fff}table{border-collapse:collapse}td,th{padding:.2em .8em;border-bottom:1px solid #ddd;\
text-align:right}td:first-child,th:first-child{text-align:left}.failed{color:#b00020;font-weight:600}\
tfoot td{font-weight:600}code{font:13px/1.4 ui-monospace,monospace;overflow-wrap:anywhere}li{margin:.4em 0}\
.about{color:#666}@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}td,th{border-color:#444}\
.failed{color:#ff8a80}.about{color:#999}}";

fn html(target: &str, told: &[Told<'_>]) -> String {
    let rows = rows(told);
    let sum = total(&rows);
    let title = format!("Conformance of {}", escaped(target));
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n<p>{sum}</p>\n<table>\n\
         <thead><tr><th></th><th>passed</th><th>failed</th><th>skipped</th></tr></thead>\n<tbody>\n"
    );
    for row in &rows {
        let name = escaped(&row.subject);
        let name = match row.counts.failed {
            0 => name,
            _ => format!("<a href=\"#{name}\">{name}</a>"),
        };
        page.push_str(&html_row(&name, row.counts));
    }
    let last = html_row("all", sum);
    let _ = write!(page, "</tbody>\n<tfoot>\n{last}</tfoot>\n</table>\n");
    for (subject, failed) in failures(&rows, told) {
        let subject = escaped(&subject);
        let _ = write!(page, "<h2 id=\"{subject}\">{subject}</h2>\n<ul>\n");
        for (case, fault) in failed {
            page.push_str(&html_failure(case, fault));
        }
        page.push_str("</ul>\n");
    }
    let skips = skips(told);
    if !skips.is_empty() {
        page.push_str("<h2>Skipped</h2>\n<ul>\n");
        for (reason, count) in skips {
            let _ = writeln!(page, "<li>{count}: {}</li>", escaped(reason));
        }
        page.push_str("</ul>\n");
    }
    let passes = passes(&rows, told);
    if !passes.is_empty() {
        let _ = write!(page, "<h2>Passed</h2>\n{passes}");
    }
    page.push_str("</body>\n</html>\n");
    page
}

fn html_row(name: &str, counts: Counts) -> String {
    let class = match counts.failed {
        0 => "",
        _ => " class=\"failed\"",
    };
    format!(
        "<tr><td>{name}</td><td>{}</td><td{class}>{}</td><td>{}</td></tr>\n",
        counts.passed, counts.failed, counts.skipped
    )
}

fn html_failure(case: &Case, fault: &Fault) -> String {
    let differences: String = fault
        .differences
        .iter()
        .map(|difference| format!("<br><code>{}</code>", escaped(difference)))
        .collect();
    format!(
        "<li><b>{}</b> <span class=\"about\">{} {} ({})</span>{differences}</li>\n",
        escaped(&case.id),
        fault.mark,
        escaped(&case.source),
        escaped(&fault.place(&case.file))
    )
}

fn escaped(text: &str) -> String {
    quick_xml::escape::escape(text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::super::specimen::{cases, told};
    use super::*;

    #[test]
    fn the_name_of_the_file_decides() {
        let format = |name: &str| Format::of(Path::new(name));
        assert_eq!(format("a/b.html"), Ok(Format::Html));
        assert_eq!(format("b.md"), Ok(Format::Markdown));
        assert!(format("b.txt").unwrap_err().contains("b.txt"));
        assert!(format("html").is_err());
    }

    #[test]
    fn markdown_has_a_row_for_each_subject_and_what_failed() {
        let cases = cases();
        let page = page(Format::Markdown, "http://h:1", &told(&cases));
        assert!(page.starts_with("# Conformance of http://h:1\n\n2 passed, 2 failed, 1 skipped\n"));
        for line in [
            "| GetTrail | 0 | 0 | 1 |",
            "| ListTrails | 1 | 1 | 0 |",
            "| wire | 1 | 0 | 0 |",
            "| **all** | 2 | 2 | 1 |",
            "### ListTrails",
            "- `list-trails/none` [I] `guide <1>` (list-trails.txt:7)",
            "  - `expected <b> & \"c\"`",
            "  - `` and `two` ``",
            "- 1: `needs control`",
            "## Passed",
        ] {
            assert!(page.lines().any(|known| known == line), "{line}\n{page}");
        }
        assert!(!page.contains("### wire"));
        assert!(page.contains("<details><summary>wire (1)</summary>"));
    }

    #[test]
    fn html_says_the_same_and_escapes() {
        let cases = cases();
        let page = page(Format::Html, "<peer>", &told(&cases));
        assert!(page.contains("<h1>Conformance of &lt;peer&gt;</h1>"));
        assert!(page.contains(
            "<tr><td><a href=\"#ListTrails\">ListTrails</a></td><td>1</td>\
             <td class=\"failed\">1</td><td>0</td></tr>"
        ));
        assert!(page.contains("<td>wire</td><td>1</td><td>0</td>"));
        assert!(page.contains("<code>expected &lt;b&gt; &amp; &quot;c&quot;</code>"));
        assert!(page.contains("[I] guide &lt;1&gt; (list-trails.txt:7)"));
        assert!(page.contains("<h2>Passed</h2>\n<details><summary>ListTrails (1)</summary>"));
        assert!(!page.contains("<b> &"));
        for outside in ["src=", "http://", "<link"] {
            assert!(!page.contains(outside), "{outside}");
        }
    }
}
