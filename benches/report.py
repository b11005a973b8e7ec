"""The benchmark's figures as Markdown: medians with their spread, and the ratios of one run."""

import statistics

MISSING = "–"
EARLIER = "earlier build"


def table(contest, machine):
    """One row for each thing measured, one column for each server."""
    results, names = contest.results, list(contest.commands)
    quick = ", in a quick run" if contest.options.quick else ""
    lines = [f"Measured on {machine}{quick}. Medians; in brackets the extremes.", ""]
    lines += [f"| | {' | '.join(names)} |", f"|---|{'---:|' * len(names)}"]
    for key, title, unit in ROWS:
        if key in results:
            cells = (cell(results[key].get(name), unit) for name in names)
            title = title.format(calls=contest.calls, total=contest.total)
            lines.append(f"| {title} | {' | '.join(cells)} |")
    return "\n".join([*lines, "", *ratios(results)])


ROWS = [
    ("start", "start to first answered DescribeTrails", "ms"),
    ("memory idle", "resident memory, idle", "MB"),
    ("memory after", "resident memory after {calls:,} calls", "MB"),
    ("status 1", "GetTrailStatus, 1 connection", "/s"),
    ("status 8", "GetTrailStatus, 8 connections", "/s"),
    ("describe 1", "DescribeTrails, 1 connection", "/s"),
    ("describe 8", "DescribeTrails, 8 connections", "/s"),
    ("cycle 1", "CreateTrail + DeleteTrail, 1 connection", "/s"),
    ("cycle 8", "CreateTrail + DeleteTrail, 8 connections", "/s"),
    ("injection", "events taken in as NDJSON", "/s"),
    ("memory full", "resident memory with {total:,} events", "MB"),
    ("lookup of all", "LookupEvents among {total:,}, p50 / p99", "ms"),
    ("lookup by EventName", "… by EventName", "ms"),
    ("lookup by ResourceName", "… by ResourceName", "ms"),
    ("lookup by ReadOnly", "… by ReadOnly", "ms"),
    ("forward json 1", "forwarded DynamoDB GetItem, 1 connection", "/s"),
    ("forward json 8", "forwarded DynamoDB GetItem, 8 connections", "/s"),
    ("forward ec2 1", "forwarded EC2 DescribeInstances, 1 connection", "/s"),
    ("forward ec2 8", "forwarded EC2 DescribeInstances, 8 connections", "/s"),
    ("stream before", "resident memory before streaming", "MB"),
    ("stream peak", "most memory while 10 GB go up and 10 GB come down", "MB"),
    ("stream rate", "streamed", "MB/s"),
]


def cell(values, unit):
    if not values:
        return MISSING
    if isinstance(values[0], tuple):
        return " / ".join(f"{number(value)}" for value in values[0]) + f" {unit}"
    middle = f"{number(statistics.median(values))} {unit}".replace(" /s", "/s")
    return middle if len(values) == 1 else f"{middle} [{number(min(values))}–{number(max(values))}]"


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def ratios(results):
    """How localtrail compares with the others, turn by turn: the median of the ratios and their extremes."""
    for key, title, _ in ROWS:
        if not key.startswith(("status", "describe", "cycle", "forward")) or "localtrail" not in results.get(key, {}):
            continue
        ours = results[key]["localtrail"]
        for other in ("moto_server", "bare hyper", EARLIER):
            if other not in results[key] or (other == "bare hyper" and key.startswith("cycle")):
                continue
            each = [mine / theirs for mine, theirs in zip(ours, results[key][other])]
            spread = f"{number(min(each))}–{number(max(each))}"
            yield f"- {title}: {number(statistics.median(each))} times {other} [{spread}]"
