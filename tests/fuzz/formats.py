"""What the OpenAPI document has no words for, and how much is tried of it, for schemathesis."""

import os
import re
from collections import Counter
from datetime import datetime
from typing import Any
from uuid import uuid4
from zoneinfo import available_timezones

import schemathesis
from hypothesis import strategies as st

FIELDS = (
    ["*", "*/5", "0", "59", "1,2", "10-20"],
    ["*", "*/6", "0", "23", "8-18"],
    ["*", "1", "28", "1-7"],
    ["*", "1", "*/3", "12"],
    ["*", "0", "1-5", "7"],
)
# Which half of the requests to make, 0 or 1; without it, all of them.
HALF = os.environ["FUZZ_HALF"]
FORMATS: dict[str, st.SearchStrategy[str]] = {
    "cron": st.tuples(*map(st.sampled_from, FIELDS)).map(" ".join),
    "iana-timezone": st.sampled_from(sorted(available_timezones())),
    "webhook-url": st.just("")
    | st.text("abcXYZ019-_/", max_size=30).map("https://receiver.example/{}".format),
    "bot-token": st.just("") | st.from_regex(r"[0-9]{1,20}:[0-9A-Za-z_-]{3,100}", fullmatch=True),
    "chat-id": st.just("") | st.from_regex(r"-?[0-9]{1,20}|@[0-9A-Za-z_]{1,64}", fullmatch=True),
    "urls": st.text("abcxyz019", min_size=1, max_size=20).map("ntfys://ntfy.sh/{}".format),
    "secret": st.text("abcdefXYZ0123456789 !?", max_size=64),
    # In a header it would make letters and digits only.
    "entity-tags": st.just("*") | st.from_regex(r'(W/)?"[!#-~]{1,40}"', fullmatch=True),
    "email": st.text("abcxyz019", min_size=1, max_size=20).map("{}@example.com".format),
}

for name, strategy in FORMATS.items():
    schemathesis.openapi.format(name, strategy)


_made: Counter[tuple[str, str]] = Counter()


@schemathesis.hook
def filter_case(context: Any, case: Any) -> bool:
    """Keep a half of what each call allows, a quarter of what it forbids, and the first of both.

    Most of what is forbidden is the same for each field: another type, null, too long.
    """
    if not HALF:
        return True
    mode = case.meta.generation.mode.value
    kind = (context.operation.label, mode)
    number = _made[kind]
    _made[kind] += 1
    return number == 0 or number % (2 if mode == "positive" else 4) == int(HALF)


@schemathesis.hook
def filter_query(_context: Any, query: Any) -> bool:
    """Leave out times that end before they begin: JSON Schema has no words for that."""
    since, until = (_moment((query or {}).get(name)) for name in ("since", "until"))
    return since is None or until is None or since <= until


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    """Use each Idempotency-Key once: another request with it is refused, whatever it says."""
    if re.fullmatch("[ -~]{1,255}", str((case.headers or {}).get("Idempotency-Key", ""))):
        case.headers["Idempotency-Key"] = str(uuid4())


def _moment(text: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None
