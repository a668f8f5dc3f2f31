#!/usr/bin/env python3
"""Makes schedule-table.txt, which ScheduleTableTests holds Schedule against.

Usage: python3 make-schedule-table.py > schedule-table.txt        (needs: pip install croniter tzdata)

Two sources that share nothing with ours: croniter says which local minutes match an expression, as if there were no
zones; Python's zoneinfo, on the tzdata package, says which moments those are. Between them stands what each cron does
in its own way when clocks are changed, resolved here by the rules that Schedule documents:

- a local time that is skipped runs once, at the first moment after the gap, however many such times there are;
- a local time that is there twice runs in its first pass only;
- unless the hour field begins with a star: then it runs at no skipped time, and in both passes.

croniter's own zones are not used: it moves skipped times by the length of the gap and differs between versions.
croniter takes a range of one value, such as 5-5, for the whole field; it is given 5 instead.
croniter's implement_cron_bug makes it join a day field that begins with a star as Vixie's cron does (both must match).

Lines: `zone NAME HEX` (the bytes of the zone file), then `ZONE|EXPRESSION|START|D1 D2 D3`: the next three runs after
START (Unix time), each in seconds after the one before.
"""
import datetime
import importlib.metadata
import importlib.resources
import re
import sys
import zoneinfo

from croniter import croniter

UTC = datetime.timezone.utc
NAIVE_STEP = datetime.timedelta(days=2)

# A name, and moments (UTC) from which to look: before each change of the clock, and on ordinary days.
ZONES = {
    "Europe/Vienna": ["2026-03-28T22:30", "2026-10-24T21:30", "2026-07-01T10:10", "2027-12-31T22:59"],
    "America/New_York": ["2026-03-08T04:45", "2026-11-01T03:45", "2028-02-28T12:00", "2026-06-15T00:00"],
    "Australia/Sydney": ["2026-10-03T14:20", "2027-04-03T13:20", "2026-08-09T03:03", "2026-12-31T12:00"],
    "Australia/Lord_Howe": ["2026-10-03T14:10", "2027-04-03T13:10", "2026-05-05T05:05", "2028-02-29T10:00"],
    "Asia/Kolkata": ["2026-03-28T22:30", "2026-11-21T18:29", "2028-02-28T18:31", "2026-01-01T00:00"],
    "Asia/Kathmandu": ["2026-05-31T18:14", "2026-08-15T18:16"],
    "America/Santiago": ["2026-09-06T02:30", "2027-04-04T01:30", "2026-01-31T23:00"],
    "Africa/Casablanca": ["2026-02-14T23:00", "2026-03-21T23:30"],
    "Pacific/Apia": ["2011-12-29T20:00", "2026-04-30T11:59"],
    "America/St_Johns": ["2026-03-08T03:31", "2026-11-01T02:31"],
    "UTC": ["2026-02-27T23:59", "2026-12-31T23:59"],
}

# Those that meet a change of the clock are tried from every moment of every zone.
EVERYWHERE = """
* * * * *|*/15 * * * *|30 * * * *|0 */2 * * *|*/30 1-3 * * *|0 2 * * *|15 2 * * *|30 2 * * *|45 1 * * *|59 1 * * *
0 3 * * *|10,40 2 * * *|*/10 2 * * *|5 2,3 * * *|0 0 * * *|30 0 * * *|30 23 * * *|*/20 23 * * *|0 0 30 * *|0 3 * * sun
15 1,2 * * sun|0 2 * 3,10 sun|*/5 0-3 * * 0|17 * * * *|0 1-4 * * *
""".replace("\n", "|")

ORDINARY = """
0 3 * * *|5 4 * * *|30 6 * * 1-5|0 9-17 * * mon-fri|*/15 9-17 * * mon-fri|0 0 1 * *|0 0 1 1 *|0 0 29 2 *|0 0 31 * *
0 0 30 4,6,9,11 *|0 12 15 * *|0 12 * * 5|0 12 13 * 5|0 0 1,15 * *|0 0 1,15 * mon|0 22 * * 1-5|23 0-20/2 * * *
5 0 * 8 *|15 14 1 * *|0 4 8-14 * *|0 0 */2 * *|0 0 */2 * mon|0 0 1 * */2|*/7 * * * *|0-59/7 * * * *|3/7 * * * *
1-10 * * * *|1-10/3 * * * *|50-59/2 5 * * *|0,30 * * * *|0,15,30,45 8 * * *|0 0,12 * * *|0 0-6 * * *|0 */6 * * *
0 1/6 * * *|0 5/4 * * *|0 23 * * *|59 23 31 12 *|0 0 1 jan *|0 0 1 JAN *|0 0 * feb mon|0 0 1-7 * mon|0 0 1-7 * sun
0 0 8-14 jun-aug *|0 0 1 */3 *|0 0 1 2/3 *|0 0 1 jan,apr,jul,oct *|0 0 28-31 * *|0 0 28-31 2 *|0 0 29 2 mon
0 0 29 2 */2|0 6 * * 7|0 6 * * 0|0 6 * * 0,7|0 6 * * 6,7|0 6 * * 5-7|0 6 * * sat,sun|0 6 * * fri-sun|0 6 * * tue,thu
0 6 * * TUE|*/2 * * * *|*/3 * * * *|*/4 * * * *|*/5 * * * *|*/6 * * * *|*/8 * * * *|*/10 * * * *|*/12 * * * *
*/13 * * * *|*/17 * * * *|*/20 * * * *|*/25 * * * *|*/29 * * * *|*/31 * * * *|*/45 * * * *|*/59 * * * *
0 */3 * * *|0 */4 * * *|0 */5 * * *|0 */7 * * *|0 */8 * * *|0 */9 * * *|0 */11 * * *|0 */12 * * *|0 */13 * * *
0 */23 * * *|30 */2 * * *|30 1-23/2 * * *|30 7-19/3 * * *|15 10 * * *|15 10 * * 1|15 10 15 * *|15 10 15 3 *
15 10 15 3 5|* 14 * * *|0/5 14 * * *|0/5 14,18 * * *|0-5 14 * * *|10,44 14 * 3 3|15 10 * * 1-5|15 10 31 1 *
0 12 1/5 * *|11 11 11 11 *|0 0 24 12 *|0 18 24 12 *|59 23 28 2 *|0 0 1 3 *|0 0 28 2 *|0 0 31 1,3,5,7,8,10,12 *
0 0 31 */2 *|0 0 30 */2 *|0 0 31 4-6 *|0 0 20-25/2 * *|0 0 2-30/7 * *|0 0 5-5 * *|5-5 5-5 5-5 5-5 5-5|0 0 * 1-12/5 *
0 0 * * 1-5/2|0 0 * * 0-6/3|0 0 * * */3|0 0 * * */7|0 0 10-20 * */5|0 0 */10 * 1-5|0 0 */10,5 * *|0 0 1,2,3 5,6 *
0 0 1-3,7-9 * *|0 0 1-3,7-9/2 * *|0,10-20/5,59 * * * *|1,2,3,5,8,13,21,34,55 * * * *|0 1,2,3,5,8,13,21 * * *
*/15 0,6,12,18 * * *|7,37 3-5,15-17 * * *|12 4 * jan-mar,oct-dec *|12 4 * 1,mar,5 mon,3|0 8 * * mon,wed,fri
0 8 1 * mon,wed,fri|0 8 31 * fri|0 8 31 12 fri|0 8 30 2 fri|45 23 * * sat|45 23 31 5 sat|0 16 1 6-8 *|20 20 20 * *
6 6 6 6 6|7 7 7 7 7|1 1 1 1 *|2 2 2 2 *|3 3 3 3 *|4 4 4 4 *|8 8 8 8 *|9 9 9 9 *|10 10 10 10 *|12 12 12 12 *
0 7 * * 1|0 7 * * 2|0 7 * * 3|0 7 * * 4|0 7 * * 5|0 7 * * 6|55 5 * * *|55 5 */5 * *|55 5 1-31/10 * *|0 13 13 * *
*/30 */2 * * *|*/40 */3 1 * *|0 0 29 feb *|0 12 29 2 sun|59 * * * *|0 * * * *|0 * 1 * *|0 * * 1 *|* * 1 1 *
* * * * 1|* 0 1 * *|58-59 23 * * *|0-1 0 * * *|30 12 * apr *|30 12 * * mon-wed|30 12 1-10,20-31 * *|1 */4,5 * * *
@hourly|@daily|@midnight|@weekly|@monthly|@yearly|@annually
""".replace("\n", "|")


def expressions(text):
    return [part.strip() for part in text.split("|") if part.strip()]


def moments(naive, zone, is_wildcard):
    """The moments of a local minute, in UTC: none, one or two."""
    early = naive.replace(tzinfo=zone, fold=0)
    late = naive.replace(tzinfo=zone, fold=1)
    if early.utcoffset() == late.utcoffset():
        return [early.astimezone(UTC)]
    exists = early.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == naive
    if exists:
        return [early.astimezone(UTC), late.astimezone(UTC)] if is_wildcard else [early.astimezone(UTC)]
    if is_wildcard:
        return []
    return [end_of_gap(naive, zone)]


def end_of_gap(naive, zone):
    """The first second after the gap in which this local time would lie, by bisection."""
    low = int(naive.replace(tzinfo=zone, fold=1).timestamp()) - 90_000
    high = int(naive.replace(tzinfo=zone, fold=0).timestamp()) + 90_000

    def local(second):
        return datetime.datetime.fromtimestamp(second, zone).replace(tzinfo=None)

    while high - low > 1:
        middle = (low + high) // 2
        if local(middle) < naive:
            low = middle
        else:
            high = middle
    return datetime.datetime.fromtimestamp(high, UTC)


def runs(expression, zone, start, count):
    """The first runs after a moment. Local times come in order; moments may not, so some more are looked at."""
    fields = croniter.expand(expression) and expression.split()
    shortcuts = {"@hourly": "0 * * * *"}
    hour = (shortcuts.get(expression, "0 0") if expression.startswith("@") else expression).split()[1]
    assert fields
    local = start.astimezone(zone).replace(tzinfo=None)
    plain = re.sub(r"(?<![\d-])(\d+)-\1(?!\d)", r"\1", expression)
    matches = croniter(plain, local - NAIVE_STEP, implement_cron_bug=True)
    found = set()
    while True:
        naive = matches.get_next(datetime.datetime)
        found.update(moment for moment in moments(naive, zone, hour.startswith("*")) if moment > start)
        known = sorted(found)
        if len(known) >= count and naive - NAIVE_STEP > known[count - 1].astimezone(zone).replace(tzinfo=None):
            return known[:count]


def main():
    print(f"# make-schedule-table.py, croniter {importlib.metadata.version('croniter')}, "
          f"tzdata {importlib.metadata.version('tzdata')}")
    for name in ZONES:
        data = importlib.resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()
        print(f"zone {name} {data.hex()}")
    everywhere, ordinary = expressions(EVERYWHERE), expressions(ORDINARY)
    print(f"# {len(set(everywhere + ordinary))} expressions", file=sys.stderr)
    turn = 0
    for name, starts in ZONES.items():
        data = importlib.resources.files("tzdata").joinpath("zoneinfo", *name.split("/"))
        with data.open("rb") as file:
            zone = zoneinfo.ZoneInfo.from_file(file, key=name)
        cases = [(expression, start) for expression in everywhere for start in starts]
        for expression in ordinary:
            cases.append((expression, starts[turn % len(starts)]))
            turn += 1
        for expression, text in cases:
            start = datetime.datetime.fromisoformat(text).replace(tzinfo=UTC)
            last, steps = start, []
            for moment in runs(expression, zone, start, 3):
                steps.append(str(int((moment - last).total_seconds())))
                last = moment
            print(f"{name}|{expression}|{int(start.timestamp())}|{' '.join(steps)}")


main()
