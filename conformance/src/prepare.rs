//! From the command line to what a run needs: cases, a target that answers,
//! how many at a time.

use std::path::Path;
use std::time::{Duration, SystemTime};

use conformance::cases;
use conformance::gaps::Gaps;
use conformance::http::{Endpoint, Http, Scheme, Trust};
use conformance::progress::Style;
use conformance::script::{Case, Need};
use conformance::sign::Credentials;
use conformance::target::{Profile, Target};

use crate::cli::Common;

/// How many cases run at a time where each has an account of its own.
const CONCURRENT: usize = 8;

/// Every case there is, before the filter.
pub(crate) fn all_cases(common: &Common) -> Result<Vec<Case>, String> {
    match &common.suites {
        Some(folder) => cases::of_folder(folder),
        None => cases::all(),
    }
}

/// Those that the filter leaves.
pub(crate) fn chosen(common: &Common, mut cases: Vec<Case>) -> Result<Vec<Case>, String> {
    if let Some(filter) = &common.filter {
        cases.retain(|case| case.id.contains(filter));
    }
    if cases.is_empty() {
        return Err("no case has a name that contains this; --list shows them all".to_owned());
    }
    Ok(cases)
}

/// Reads a file of gaps and holds it against the cases.
pub(crate) fn gaps(path: Option<&Path>, cases: &[Case]) -> Result<Gaps, String> {
    let Some(path) = path else {
        return Ok(Gaps::default());
    };
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    let placed = |reason| format!("{}: {reason}", path.display());
    let gaps = Gaps::read(&text).map_err(placed)?;
    gaps.check(cases).map_err(placed)?;
    Ok(gaps)
}

/// The target behind a URL, if anything listens there.
pub(crate) async fn target(
    common: &Common,
    profile: Profile,
    url: &str,
    s3_url: Option<&str>,
) -> Result<Target, String> {
    let read = |url: &str| Endpoint::parse(url).map_err(|error| error.to_string());
    let endpoint = read(url)?;
    let s3_endpoint = s3_url.map_or_else(|| Ok(endpoint.clone()), read)?;
    let target = Target {
        profile,
        credentials: Credentials {
            access_key: common.access_key.clone(),
            secret_key: common.secret_key.clone(),
            session_token: common.session_token.clone(),
        },
        account: common.account.clone(),
        region: common.region.clone(),
        limit: Duration::from_secs(common.timeout),
        http: Http::new(trust(common, &[&endpoint, &s3_endpoint])?),
        endpoint,
        s3_endpoint,
    };
    // A typing error is not to be reported as hundreds of failed cases.
    let reached = target.endpoint.of_region(&target.region);
    target.http.reach(&reached, target.limit).await?;
    Ok(target)
}

fn trust(common: &Common, endpoints: &[&Endpoint]) -> Result<Trust, String> {
    if let Some(path) = &common.ca_file {
        return Trust::of_file(path);
    }
    match endpoints.iter().any(|end| end.scheme() == Scheme::Https) {
        true => Trust::of_machine(),
        false => Ok(Trust::default()),
    }
}

/// How many cases run at a time.
pub(crate) fn concurrent(common: &Common, profile: Profile) -> Result<usize, String> {
    match (
        common.concurrent.map(usize::from),
        profile.has(Need::Accounts),
    ) {
        (Some(many), false) if many > 1 => Err(
            "--concurrent: all cases share one account here and would disturb each other; \
             only the profile localtrail has as many accounts as cases"
                .to_owned(),
        ),
        (Some(many), _) => Ok(many),
        (None, true) => Ok(CONCURRENT),
        (None, false) => Ok(1),
    }
}

/// What progress looks like.
pub(crate) fn style(common: &Common) -> Style {
    match common.quiet {
        true => Style::Quiet,
        false => Style::of_stderr(),
    }
}

/// Sets this run's accounts and bucket names apart from those of earlier runs.
pub(crate) fn seed() -> u64 {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| {
            u64::try_from(since.as_millis()).unwrap_or_default()
        })
}
