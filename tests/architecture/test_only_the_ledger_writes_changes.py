import ast
import re
from collections.abc import Iterator

from tests.support.source_code import PACKAGE, at, imports, is_under, python_files

# The tables that tell what has happened, and what only the ledger may do to each.
# Whoever delivers an alert may update it, so of alerts only the making is the ledger's.
LEDGER_ONLY = {
    "alerts": {"insert"},
    "incidents": {"insert", "update"},
    "job_states": {"insert", "update"},
    "runs": {"insert", "update"},
    "signals": {"insert", "update"},
    "transitions": {"insert", "update"},
}

STORAGE = PACKAGE / "storage"
LEDGER = STORAGE / "ledger.py"
# Parts of the ledger, for the ledger and one another to call.
PARTS = [STORAGE / f"{name}.py" for name in ("bulk", "owed_alerts", "quiet_changes", "reminders")]
# A migration may have to rewrite what is there.
MIGRATIONS = STORAGE / "migrations"

RAW_SQL = re.compile(r"\b(insert)\s+into\s+(\w+)|\b(update)\s+(\w+)\s+set\b", re.IGNORECASE)


def ledger_writes(source: str) -> Iterator[str]:
    """Tell where a source does to one of the tables what only the ledger may do."""
    tree = ast.parse(source)
    real_names = {bound: name.rpartition(".")[2] for _, bound, name in imports(tree)}
    for node in ast.walk(tree):
        for verb, table in writes_of(node, real_names):
            if verb in LEDGER_ONLY.get(table, ()):
                yield f"line {getattr(node, 'lineno', '?')}: {verb} {table}"


def writes_of(node: ast.AST, real_names: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Give the verb and the table of `insert(runs)`, `runs.insert()` and `"INSERT INTO runs"`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        for match in RAW_SQL.finditer(node.value):
            verb, table = filter(None, match.groups())
            yield verb.lower(), table.lower()
    if not isinstance(node, ast.Call):
        return
    for verb in verbs_of(last_name(node.func, real_names)):
        for argument in node.args:
            yield verb, last_name(argument, real_names)
        if isinstance(node.func, ast.Attribute):
            yield verb, last_name(node.func.value, real_names)


def verbs_of(function: str) -> set[str]:
    """Read what a function does from its name: `pg_insert` inserts, `upsert` does both."""
    words = set(function.split("_"))
    return {"insert", "update"} if "upsert" in words else words & {"insert", "update"}


def last_name(node: ast.AST, real_names: dict[str, str]) -> str:
    """Give `runs` for `runs`, for `schema.runs`, and for `r` that was imported as such."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return real_names.get(node.id, node.id) if isinstance(node, ast.Name) else ""


def imports_of_parts(source: str) -> Iterator[str]:
    """Tell where a source imports a part of the ledger, or something from it."""
    for line, _, name in imports(ast.parse(source)):
        for part in PARTS:
            if f"{name}.".startswith(f"cronbeats.storage.{part.stem}."):
                yield f"line {line} imports {name}"


def test_no_module_of_storage_but_the_ledger_writes_a_change() -> None:
    files = [
        path
        for path in python_files(STORAGE)
        if path not in [LEDGER, *PARTS] and not is_under(path, MIGRATIONS)
    ]
    assert [c for path in files for c in at(path, ledger_writes(path.read_text()))] == []


def test_no_module_but_the_ledger_calls_its_parts() -> None:
    files = [path for path in python_files(PACKAGE) if path not in [LEDGER, *PARTS]]
    assert [c for path in files for c in at(path, imports_of_parts(path.read_text()))] == []


def test_the_ledger_itself_writes_every_one_of_these_tables() -> None:
    writes = [write for path in [LEDGER, *PARTS] for write in ledger_writes(path.read_text())]
    assert {write.rpartition(" ")[2] for write in writes} == set(LEDGER_ONLY)


def test_the_check_sees_each_way_to_write() -> None:
    source = """
from cronbeats.storage import schema
from cronbeats.storage.schema import runs as r, incidents
insert(schema.runs).values(id=1)
sa.update(r)
incidents.insert()
dialect.insert_into(tx, schema.signals)
upsert(schema.job_states)
text("INSERT INTO transitions (id) VALUES (1)")
"""
    assert sorted(ledger_writes(source)) == [
        "line 4: insert runs",
        "line 5: update runs",
        "line 6: insert incidents",
        "line 7: insert signals",
        "line 8: insert job_states",
        "line 8: update job_states",
        "line 9: insert transitions",
    ]


def test_the_check_lets_others_read_delete_and_settle_alerts() -> None:
    source = "select(runs)\ndelete(schema.signals)\nupdate(alerts)\ninsert(jobs)\n"
    assert list(ledger_writes(source)) == []


def test_the_check_sees_that_another_module_makes_an_alert() -> None:
    assert list(ledger_writes("insert(alerts)\n")) == ["line 1: insert alerts"]


def test_the_check_sees_who_calls_a_part_of_the_ledger() -> None:
    source = (
        "from cronbeats.storage import jobs, owed_alerts\n"
        "from cronbeats.storage.owed_alerts import owe\n"
    )
    assert list(imports_of_parts(source)) == [
        "line 1 imports cronbeats.storage.owed_alerts",
        "line 2 imports cronbeats.storage.owed_alerts.owe",
    ]
