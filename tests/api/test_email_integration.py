"""E-mail: a list of addresses, which are nobody's business but the admins'."""

from typing import Any

from cronbeats.domain.access import Role
from tests.api.answers import data_of, errors_of, problem_of
from tests.senders.mail import ADA, BOB
from tests.support.stand_ins.mail import MailStandIn
from tests.support.world import Json, World

NO_MAIL_SERVER = (
    "This server cannot send e-mail yet: whoever runs it must set CRONBEATS_SMTP_HOST and "
    "CRONBEATS_SMTP_FROM."
)


async def put(world: World, body: Any) -> Json:
    saved: Json = data_of(await world.api("PUT", "/integrations/email", body))
    return saved


async def seen_by(world: World, role: Role) -> Json:
    answer = await world.api("GET", "/integrations", key=await world.key_with(role))
    [seen] = [each for each in data_of(answer)["integrations"] if each["type"] == "email"]
    integration: Json = seen
    return integration


async def test_a_list_of_addresses_sets_it_up(mailing_world: World) -> None:
    assert await put(mailing_world, {"addresses": [ADA, BOB, ADA]}) == {
        "type": "email",
        "addresses": [ADA, BOB],
        "is_enabled": True,
        "is_configured": True,
        "unavailable": None,
        "last_delivery": None,
        "last_success_at": None,
        "last_failure_at": None,
        "last_failure_reason": None,
        "broken": None,
    }


async def test_what_is_left_out_stays_and_an_empty_list_clears(mailing_world: World) -> None:
    await put(mailing_world, {"addresses": [ADA]})
    saved = await put(mailing_world, {"is_enabled": False})
    assert (saved["addresses"], saved["is_configured"]) == ([ADA], True)
    saved = await put(mailing_world, {"addresses": []})
    assert (saved["addresses"], saved["is_configured"]) == ([], False)


async def test_only_who_may_change_the_addresses_sees_them(mailing_world: World) -> None:
    await put(mailing_world, {"addresses": [ADA, BOB]})

    for role in (Role.OWNER, Role.ADMIN):
        assert (await seen_by(mailing_world, role))["addresses"] == [ADA, BOB]
    for role in (Role.MEMBER, Role.VIEWER):
        masked = ["a…@example.com", "b…@example.com"]
        assert (await seen_by(mailing_world, role))["addresses"] == masked


async def test_a_list_that_breaks_a_rule_is_told_by_field(mailing_world: World) -> None:
    cases: list[tuple[Any, str, str]] = [
        ({"addresses": ADA}, "addresses", "Must be a list."),
        ({"addresses": None}, "addresses", "Must be a list."),
        ({"addresses": [ADA, 5]}, "addresses.1", "Must be a text."),
        ({"addresses": [ADA] * 21}, "addresses", "Must have at most 20 items."),
        (
            {"addresses": [f"{ADA}\n{BOB}"]},
            "addresses.0",
            "Must have no line breaks or control characters.",
        ),
        ({"addresses": [""]}, "addresses.0", "Must not be empty."),
        ({"addresses": ["x" * 255]}, "addresses.0", "Must be at most 254 characters long."),
        (
            {"addresses": [ADA, "ada"]},
            "addresses",
            "Item 2: An email address must have an @-sign.",
        ),
        (
            {"addresses": ["ä@example.com"]},
            "addresses",
            "Item 1: Internationalized characters before the @-sign are not supported: 'ä'.",
        ),
    ]
    for body, field, reason in cases:
        answer = await mailing_world.api("PUT", "/integrations/email", body)
        assert errors_of(answer) == {field: [reason]}, body
    assert (await seen_by(mailing_world, Role.OWNER))["addresses"] == []


async def test_a_test_arrives_and_tells_of_dead_addresses(
    mailing_world: World, mail_server: MailStandIn
) -> None:
    await put(mailing_world, {"addresses": [ADA, BOB]})
    mail_server.answers[BOB] = "550 5.1.1 no such user"

    tried = data_of(await mailing_world.api("POST", "/integrations/email/test"))

    assert (tried["type"], tried["delivered"], tried["status_code"]) == ("email", True, 250)
    assert tried["warning"] == "b…@example.com: The mail server answered 550: 5.1.1 no such user"
    [mail] = mail_server.mails
    assert str(mail.message["Subject"]) == "[Home] CronBeats test"


async def test_a_job_that_fails_is_told_by_mail_and_so_is_its_recovery(
    mailing_world: World, mail_server: MailStandIn
) -> None:
    await put(mailing_world, {"addresses": [ADA]})
    job = await mailing_world.make_job(name="Nightly backup")
    await mailing_world.ping(job, "/end/fail", content=b"disk full")
    await mailing_world.deliver_all()
    await mailing_world.ping(job)
    await mailing_world.deliver_all()

    down, recovered = mail_server.told(ADA)
    assert str(down.message["Subject"]) == "[Home] Down: Nightly backup"
    assert "disk full" in down.part("plain")
    assert str(recovered.message["Subject"]) == "[Home] Recovered: Nightly backup"
    assert recovered.message["References"] == down.message["References"] is not None
    assert recovered.id != down.id


async def test_without_a_mail_server_it_says_what_the_operator_must_do(
    telling_world: World,
) -> None:
    answer = await telling_world.api("PUT", "/integrations/email", {"addresses": [ADA]})
    assert errors_of(answer) == {"addresses": [NO_MAIL_SERVER]}
    assert (await seen_by(telling_world, Role.VIEWER))["unavailable"] == NO_MAIL_SERVER
    problem_of(await telling_world.api("POST", "/integrations/email/test"), 400, "not_configured")


async def test_what_was_set_up_can_be_cleared_without_a_mail_server(telling_world: World) -> None:
    assert (await put(telling_world, {"addresses": [], "is_enabled": False}))["is_enabled"] is False
