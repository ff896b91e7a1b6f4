"""Metrics as Prometheus reads them."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
from prometheus_client import parser
from prometheus_client.core import Metric
from prometheus_client.openmetrics import parser as openmetrics

OPENMETRICS = "application/openmetrics-text"


@dataclass(frozen=True)
class Scrape:
    """What one scrape brought."""

    metrics: tuple[Metric, ...]

    def value(self, name: str, /, **labels: str) -> float:
        """Return the value of a sample; fails unless there is exactly one with these labels."""
        [value] = self.values(name, **labels)
        return value

    def values(self, name: str, /, **labels: str) -> list[float]:
        """Return the values of all samples that have these labels, and perhaps more."""
        return [
            sample.value
            for metric in self.metrics
            for sample in metric.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        ]

    def names(self) -> set[str]:
        """Return the names of all samples, as queries name them."""
        return {sample.name for metric in self.metrics for sample in metric.samples}


def scraped(answer: httpx.Response) -> Scrape:
    """Return what an answer holds, read by the rules of the format that it says to have."""
    assert answer.status_code == 200, answer.text
    kind = answer.headers["content-type"].partition(";")[0]
    assert kind in {"text/plain", OPENMETRICS}
    is_open = kind == OPENMETRICS
    parse = openmetrics.text_string_to_metric_families if is_open else _parse_plain
    return Scrape(tuple(parse(answer.text)))


def _parse_plain(text: str) -> Iterator[Metric]:
    return iter(parser.text_string_to_metric_families(text))
