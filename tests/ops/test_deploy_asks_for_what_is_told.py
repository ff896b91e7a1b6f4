"""What the examples in deploy/ ask Prometheus for is what a server tells."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from cronbeats.settings import Settings
from cronbeats.storage.database import Database
from tests.support.databases import CIPHER
from tests.support.scrape import Scrape, scraped
from tests.support.world import World

DEPLOY = Path(__file__).parents[2] / "deploy"
DASHBOARD = DEPLOY / "grafana" / "cronbeats.json"
SCRAPES = DEPLOY / "prometheus" / "prometheus.yml"
ALERTS = DEPLOY / "prometheus" / "cronbeats-alerts.yml"
TOKEN = "a-made-up-token-of-forty-one-characters-."
SELECTOR = re.compile(r"\b((?:cronbeats|process)_\w+)(?:\{(.*?)\})?")
# Of Grafana's names for units, those that fit what is told.
UNITS = {"none", "short", "s", "bytes", "percentunit", "reqps", "cpm", "bool_yes_no"}
# Prometheus itself says these of each target.
OF_TARGETS = {"instance", "job"}


@pytest.fixture
async def told(sqlite_database_url: str) -> tuple[Scrape, Scrape]:
    """Give all that a server tells of itself, and of a job."""
    db = Database(sqlite_database_url, cipher=CIPHER)
    world = World(db, Settings(metrics_token=TOKEN))
    await world.settle_in()
    await world.ping(await world.make_job())
    own = await world.http.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    jobs = await world.api("GET", "/metrics")
    await world.http.aclose()
    await db.close()
    return scraped(own), scraped(jobs)


def expressions(value: Any) -> Iterator[str]:
    """Give every query in a dashboard or among rules."""
    if isinstance(value, dict):
        for key, each in value.items():
            is_query = key in {"expr", "query"} and isinstance(each, str)
            yield from [each] if is_query else expressions(each)
    elif isinstance(value, list):
        for each in value:
            yield from expressions(each)


@pytest.mark.parametrize("file", [DASHBOARD, ALERTS], ids=lambda file: file.name)
def test_every_metric_and_label_that_is_asked_for_exists(
    told: tuple[Scrape, Scrape], file: Path
) -> None:
    samples = [sample for one in told for metric in one.metrics for sample in metric.samples]
    labels = {sample.name: {*sample.labels, *OF_TARGETS} for sample in samples}
    selectors = [
        found
        for query in expressions(yaml.safe_load(file.read_text()))
        for found in SELECTOR.findall(query)
    ]
    assert len({name for name, _ in selectors}) >= 6
    for name, matchers in selectors:
        assert name in labels, f"{file.name} asks for {name}"
        asked = re.findall(r"(\w+)=", matchers)
        assert set(asked) <= labels[name], f"{file.name} asks for {name} by {asked}"
        for label, value in re.findall(r'(\w+)=~?"([a-z_|]+)"', matchers):
            known = {sample.labels.get(label) for sample in samples if sample.name == name}
            assert set(value.split("|")) <= known | {"cronbeats"}, f"{name} with {label}={value}"


def test_the_dashboard_is_laid_out_without_gaps_or_overlaps() -> None:
    panels = json.loads(DASHBOARD.read_text())["panels"]
    cells = [
        (place["x"] + x, place["y"] + y)
        for place in (panel["gridPos"] for panel in panels)
        for x in range(place["w"])
        for y in range(place["h"])
    ]
    assert len(cells) == len(set(cells))
    assert {x for x, _ in cells} == set(range(24))
    assert len(cells) == 24 * (1 + max(y for _, y in cells))
    assert len({panel["id"] for panel in panels}) == len(panels)


def test_every_rule_says_what_happened_and_how_bad_it_is() -> None:
    [group] = yaml.safe_load(ALERTS.read_text())["groups"]
    for rule in group["rules"]:
        assert rule["annotations"].keys() == {"summary", "description"}, rule["alert"]
        assert rule["labels"]["severity"] in {"warning", "critical"}, rule["alert"]


def test_the_scrapes_ask_where_metrics_are() -> None:
    told = yaml.safe_load(SCRAPES.read_text())
    assert told["rule_files"] == [ALERTS.name]
    paths = {each["job_name"]: each.get("metrics_path") for each in told["scrape_configs"]}
    assert paths == {"cronbeats": None, "cronbeats-jobs": "/api/v1/metrics"}


def test_the_dashboard_asks_the_source_that_is_chosen_in_known_units() -> None:
    board = json.loads(DASHBOARD.read_text())
    kinds = {each["name"]: each["type"] for each in board["templating"]["list"]}
    assert kinds["datasource"] == "datasource"
    chosen = {"type": "prometheus", "uid": "${datasource}"}
    for panel in board["panels"]:
        assert panel["datasource"] == chosen, panel["title"]
        assert panel["type"] in {"stat", "timeseries", "table"}, panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"] in UNITS, panel["title"]
        names = [target["refId"] for target in panel["targets"]]
        assert names == list("ABCDEF"[: len(names)]), panel["title"]
        used = set(re.findall(r"\$\{?(\w+)", json.dumps(panel["targets"])))
        assert used <= {*kinds, "__rate_interval"}, panel["title"]
