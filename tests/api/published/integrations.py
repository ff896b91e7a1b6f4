"""Integrations and alert rules; `{origin}` stands for a server that takes every message."""

from dataclasses import replace

from tests.api.published.kinds import TEXT, like
from tests.api.published.shapes import (
    ALERT_RULES,
    DISCORD,
    OURS,
    SLACK,
    TELEGRAM,
    TESTED,
    WEBHOOK,
)
from tests.api.published.steps import Call, Step, bad, good, listed

_SAMPLE = {"X-Workspace-ID": "1"}
_HOOK = "https://hooks.slack.com/services/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f"
_ALL = [SLACK, DISCORD, TELEGRAM, WEBHOOK, *OURS]
_BOTH = {"is_enabled": True, "is_configured": True}
_NOTHING_YET = {"is_enabled": False, "is_configured": False, "last_delivery": None}

CONFIGURING: tuple[Step, ...] = (
    Call(
        "GET",
        "/integrations",
        200,
        listed(
            "integrations",
            [
                SLACK.having(webhook_url=None, **_NOTHING_YET),
                DISCORD.having(webhook_url=None, **_NOTHING_YET),
                TELEGRAM.having(bot_token=None, chat_id=None, **_NOTHING_YET),
                WEBHOOK.having(url=like("https://.*….*"), secret=None, **_BOTH),
                *OURS,
            ],
            page=1,
            total=6,
        ),
        headers=_SAMPLE,
    ),
    Call(
        "PUT",
        "/integrations/slack",
        200,
        good(SLACK.having(webhook_url="https://hooks.slack.com/services/T0…/…ab3f", **_BOTH)),
        {"webhook_url": _HOOK, "is_enabled": True},
        headers=_SAMPLE,
    ),
    Call(
        "PUT",
        "/integrations/discord",
        200,
        good(DISCORD.having(webhook_url=like("https://discord.com/api/.*….*"), **_BOTH)),
        {"webhook_url": "https://discord.com/api/webhooks/1/x", "is_enabled": True},
        headers=_SAMPLE,
    ),
    Call(
        "PUT",
        "/integrations/telegram",
        200,
        good(TELEGRAM.having(chat_id="123456789", **_BOTH)),
        {"bot_token": "123456:ABC-def", "chat_id": "123456789", "is_enabled": True},
        headers=_SAMPLE,
    ),
    Call(
        "PUT",
        "/integrations/webhook",
        200,
        good(WEBHOOK.having(url=like("https://your-server.com/.*….*"), **_BOTH)),
        {"url": "https://your-server.com/alerts", "secret": "your-secret", "is_enabled": True},
        headers=_SAMPLE,
    ),
    # What is left out stays, an empty text clears.
    Call(
        "PUT",
        "/integrations/slack",
        200,
        good(SLACK.having(is_enabled=False, is_configured=True)),
        {"is_enabled": False},
    ),
    Call(
        "PUT",
        "/integrations/slack",
        200,
        good(SLACK.having(webhook_url=None, is_enabled=False, is_configured=False)),
        {"webhook_url": ""},
    ),
    Call(
        "PUT",
        "/integrations/telegram",
        200,
        good(TELEGRAM.having(bot_token=None, chat_id=None, is_configured=False)),
        {"bot_token": "", "chat_id": ""},
    ),
    Call(
        "PUT",
        "/integrations/webhook",
        200,
        good(WEBHOOK.having(secret=None, is_configured=True)),
        {"secret": ""},
    ),
    Call(
        "PUT",
        "/integrations/webhook",
        422,
        bad("validation_error", TEXT, errors={"secret": [TEXT]}),
        {"secret": "x" * 65},
    ),
    Call("GET", "/integrations", 200, listed("integrations", _ALL, total=6)),
    Call("POST", "/integrations/slack/test", 400, bad("not_configured", TEXT)),
    Call("POST", "/integrations/pager/test", 404, bad("not_found", TEXT)),
)

_THERE = "{origin}/services/T0AAAAAAA/B0BBBBBBB/xyzxyzxyzxyzxyzxyzxyzab3f"

TRYING: tuple[Step, ...] = (
    Call("PUT", "/integrations/slack", 200, good(SLACK), {"webhook_url": _THERE}),
    Call("PUT", "/integrations/discord", 200, good(DISCORD), {"webhook_url": _THERE}),
    Call(
        "PUT",
        "/integrations/telegram",
        200,
        good(TELEGRAM),
        {"bot_token": "123456:ABC-def", "chat_id": "123456789"},
    ),
    Call("PUT", "/integrations/webhook", 200, good(WEBHOOK), {"url": _THERE, "secret": "s" * 64}),
    *(
        Call(
            "POST",
            f"/integrations/{kind}/test",
            200,
            good(TESTED.having(type=kind, status_code=200)),
            headers=_SAMPLE,
        )
        for kind in ("slack", "discord", "telegram", "webhook")
    ),
)

# The other side refuses from here on.
REFUSED: tuple[Step, ...] = (
    Call("PUT", "/integrations/slack", 200, good(SLACK), {"webhook_url": _THERE}),
    Call(
        "POST",
        "/integrations/slack/test",
        400,
        replace(bad("delivery_failed", like(".*no_such_hook.*")), ours=frozenset({"attempt"})),
    ),
)

RULES: tuple[Step, ...] = (
    Call(
        "GET",
        "/integrations/alert-rules",
        200,
        good(
            {
                "alert_on_down": True,
                "alert_on_recovery": True,
                "alert_on_late": False,
                "reminder_interval_seconds": None,
            }
        ),
    ),
    Call(
        "PUT",
        "/integrations/alert-rules",
        200,
        good(ALERT_RULES.having(alert_on_down=True, alert_on_recovery=True)),
        {"alert_on_down": True, "alert_on_recovery": True},
        headers=_SAMPLE,
    ),
    Call(
        "PUT",
        "/integrations/alert-rules",
        200,
        good(ALERT_RULES.having(alert_on_down=False, alert_on_recovery=True, alert_on_late=True)),
        {"alert_on_down": False, "alert_on_late": True},
    ),
    Call(
        "PUT",
        "/integrations/alert-rules",
        200,
        good(
            {
                "alert_on_down": False,
                "alert_on_recovery": True,
                "alert_on_late": True,
                "reminder_interval_seconds": 3600,
            }
        ),
        {"reminder_interval_seconds": 3600},
    ),
)
