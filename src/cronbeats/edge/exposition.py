"""Metrics as text, in the two formats that Prometheus and its kin read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from cronbeats.instruments import Distribution

PLAIN = "text/plain"
OPENMETRICS = "application/openmetrics-text"
Rows = Iterable[tuple[Sequence[str], float]]
"""The values of a metric, each with those of its labels."""


def counter(name: str, about: str, labels: Sequence[str], rows: Rows) -> Metric:
    """Return a metric that only grows; its `name` ends with _total by itself."""
    family = CounterMetricFamily(name, about, labels=labels)
    for values, number in rows:
        family.add_metric(values, number)
    return family


def gauge(name: str, about: str, labels: Sequence[str], rows: Rows) -> Metric:
    """Return a metric that goes up and down."""
    family = GaugeMetricFamily(name, about, labels=labels)
    for values, number in rows:
        family.add_metric(values, number)
    return family


def histogram(name: str, about: str, distribution: Distribution) -> Metric:
    """Return how many values were at most so large, for each bound."""
    family = HistogramMetricFamily(name, about)
    buckets = [(_bound(bound), count) for bound, count in distribution.counts]
    family.add_metric([], buckets, distribution.total)
    return family


def processes(process_ids: Mapping[int, int]) -> list[Metric]:
    """Return what processes use of the machine; the label `process` has the number of each.

    Nothing of a process that has ended, and nothing at all where there is no /proc.
    """
    families: dict[str, Metric] = {}
    for number, process_id in process_ids.items():
        for metric in ProcessCollector(pid=_always(process_id), registry=None).collect():
            family = families.setdefault(
                metric.name, Metric(metric.name, metric.documentation, metric.type)
            )
            for sample in metric.samples:
                family.add_sample(sample.name, {"process": str(number)}, sample.value)
    return list(families.values())


def expose(metrics: Iterable[Metric], accept: str) -> tuple[bytes, str]:
    """Return metrics as text, and the media type: OpenMetrics if `accept` names it first."""
    encode, media_type = choose_encoder(accept)
    return encode(_Given(metrics)), media_type


class _Given(Collector):
    """Metrics that are there already."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self._metrics


def _bound(bound: float) -> str:
    return "+Inf" if bound == float("inf") else str(float(bound))


def _always(process_id: int) -> Callable[[], int]:
    return lambda: process_id
