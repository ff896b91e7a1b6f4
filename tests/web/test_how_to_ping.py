"""Code to copy for everything that runs jobs: whole, and made for the job at hand."""

import re
from dataclasses import replace

import pytest
import yaml  # type: ignore[import-untyped]

from cronbeats.ping.target import Target, parse_target
from cronbeats.web.how_to_ping import cron_for, ways_to_ping
from tests.domain.build import job_of, rules

BASE_URL = "https://beats.example.com/cron"
NAMES = [
    *("Crontab", "Shell", "Python", "Node", "PHP", "Ruby", "Go", "systemd", "GitHub Actions"),
    *("Kubernetes", "PowerShell", "Anything else"),
]
NAMES_OF_JOBS = ["Nightly backup", "🥁", "'; rm -rf / #\"$(x)`", "9 lives " * 25, "@PING_URL@"]


def code_of(way: str, name: str = "Nightly backup") -> str:
    its = job_of(rules(cron="30 2 * * 1-5", zone="Europe/Berlin"))
    its = replace(its, name=name, timezone="Europe/Berlin")
    [found] = [each for each in ways_to_ping(its, BASE_URL) if each.name == way]
    return "\n".join(each.code for each in found.snippets)


def test_there_is_a_way_for_each_and_each_bears_the_jobs_own_url() -> None:
    ways = ways_to_ping(job_of(rules()), BASE_URL)
    assert [way.name for way in ways] == NAMES
    assert len({way.anchor for way in ways}) == len(ways)
    for way in ways:
        for snippet in way.snippets:
            assert BASE_URL in snippet.code
            assert "abcdEFG1" in snippet.code
            assert not re.search(r"@[A-Z_]+@", snippet.code)


def test_every_address_in_them_is_one_that_the_ping_door_understands() -> None:
    for way in ways_to_ping(job_of(rules()), "https://beats.example.com"):
        for snippet in way.snippets:
            for path in re.findall(
                r"https://beats\.example\.com(/ping/\w+(?:/\w+)*)(?![/$%\w])", snippet.code
            ):
                assert isinstance(parse_target(path.encode()), Target), (way, path)


def test_what_tries_again_does_so_while_a_server_is_started_anew() -> None:
    for way in NAMES:
        # By itself, curl tries nothing again that nobody took.
        assert code_of(way).count("--retry 5") == code_of(way).count("--retry-connrefused"), way


@pytest.mark.parametrize("name", NAMES_OF_JOBS)
def test_whatever_a_job_is_called_the_code_stays_whole(name: str) -> None:
    manifest = yaml.safe_load(code_of("Kubernetes", name))
    assert re.fullmatch(r"[a-z][a-z0-9-]{0,43}[a-z0-9]", manifest["metadata"]["name"])
    workflow = yaml.safe_load(code_of("GitHub Actions", name))
    assert workflow["env"]["CRONBEATS_URL"] == f"{BASE_URL}/ping/abcdEFG1"
    plain = {way: code_of(way) for way in NAMES}
    for way in set(NAMES) - {"Kubernetes", "GitHub Actions", "systemd"}:
        assert code_of(way, name) == plain[way], "only those name the job"


def test_no_step_of_a_workflow_fails_because_nobody_could_be_told() -> None:
    steps = yaml.safe_load(code_of("GitHub Actions"))["jobs"]["run"]["steps"]
    told = [step["run"] for step in steps if "curl" in step["run"]]
    assert len(told) == 2
    assert all(each.endswith(" || true") for each in told)


def test_a_cron_job_of_kubernetes_runs_at_the_jobs_own_times() -> None:
    manifest = yaml.safe_load(code_of("Kubernetes"))
    spec = manifest["spec"]
    assert (manifest["apiVersion"], manifest["kind"]) == ("batch/v1", "CronJob")
    assert (spec["schedule"], spec["timeZone"]) == ("30 2 * * 1-5", "Europe/Berlin")
    [container] = spec["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    assert container["args"][0].splitlines()[-1] == "exit $code"


def test_a_workflow_tells_its_end_even_if_a_step_failed() -> None:
    workflow = yaml.safe_load(code_of("GitHub Actions"))
    # YAML 1.1, which this parser follows, takes `on` for a truth.
    assert workflow[True]["schedule"] == [{"cron": "30 2 * * 1-5"}]
    steps = workflow["jobs"]["run"]["steps"]
    assert steps[-1]["if"] == "always()"
    assert "/end/${{ job.status == 'success' && 'success' || 'fail' }}" in steps[-1]["run"]


@pytest.mark.parametrize("way", ["Python", "Node", "PHP", "Ruby", "Go", "PowerShell"])
def test_brackets_and_quotes_are_closed(way: str) -> None:
    code = re.sub(r"(?m)(^|\s)(//|#) .*$", "", code_of(way))
    for opening, closing in ("()", "{}", "[]"):
        assert code.count(opening) == code.count(closing), opening
    for quote in "\"'":
        assert code.count(quote) % 2 == 0, quote


@pytest.mark.parametrize(
    ("seconds", "expression"),
    [
        (60, "* * * * *"),
        (900, "*/15 * * * *"),
        (3_600, "0 * * * *"),
        (21_600, "0 */6 * * *"),
        (86_400, "0 3 * * *"),
        (604_800, "0 3 * * 1"),
        (30, None),
        (420, None),
        (18_000, None),
    ],
)
def test_an_interval_becomes_a_cron_expression_where_one_says_the_same(
    seconds: int, expression: str | None
) -> None:
    assert cron_for(job_of(rules(every=seconds))) == expression
