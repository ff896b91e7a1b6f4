from collections.abc import Mapping, Set
from graphlib import CycleError, TopologicalSorter

import grimp


def find_circle(imports: Mapping[str, Set[str]]) -> list[str]:
    """Give the modules of one circle, the first one again at its end, or none."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        return circle
    return []


def test_no_module_imports_itself_through_others() -> None:
    graph = grimp.build_graph("cronbeats", cache_dir=None)
    imports = {
        module: graph.find_modules_directly_imported_by(module) for module in sorted(graph.modules)
    }
    assert find_circle(imports) == []


def test_the_check_sees_a_circle() -> None:
    circle = find_circle({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}})
    assert set(circle) == {"a", "b", "c"}
