"""Apprise: a list of URLs, each of them a secret, where the operator allows them."""

from cronbeats.domain.access import Role
from tests.api.answers import data_of, errors_of
from tests.support.stand_ins.anything import AnythingStandIn
from tests.support.stand_ins.http import listening
from tests.support.world import World

TOKEN = "123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOpp"
URLS = [f"tgram://{TOKEN}/4711/", "json://hooks.example/xyzxyzxyz-s3cr3t"]


async def test_its_urls_are_never_shown(apprising_world: World) -> None:
    saved = await apprising_world.api("PUT", "/integrations/apprise", {"urls": URLS})
    seen = [saved]
    for role in (Role.OWNER, Role.VIEWER):
        key = await apprising_world.key_with(role)
        seen.append(await apprising_world.api("GET", "/integrations", key=key))

    assert data_of(saved)["urls"] == ["tgra…711/", "json…cr3t"]
    for answer in seen:
        assert "AAbbCCdd" not in answer.text
        assert "xyzxyz" not in answer.text


async def test_a_url_that_is_none_is_told_by_its_place(apprising_world: World) -> None:
    body = {"urls": [URLS[0], "hunter2://hunter2"]}
    answer = await apprising_world.api("PUT", "/integrations/apprise", body)

    assert errors_of(answer) == {
        "urls": ["Item 2: Must be a URL that Apprise knows, such as ntfys://ntfy.sh/topic."]
    }
    assert "hunter2" not in answer.text


async def test_a_test_leaves_through_it(apprising_world: World) -> None:
    async with listening(AnythingStandIn()) as anybody:
        await apprising_world.api("PUT", "/integrations/apprise", {"urls": [anybody.url]})
        tried = data_of(await apprising_world.api("POST", "/integrations/apprise/test"))

    assert (tried["type"], tried["delivered"], tried["status_code"]) == ("apprise", True, None)
    [told] = anybody.taken
    assert told["title"] == "CronBeats test"


async def test_it_cannot_be_set_up_unless_the_operator_allows_it(telling_world: World) -> None:
    answer = await telling_world.api("PUT", "/integrations/apprise", {"urls": URLS})

    [reason] = errors_of(answer)["urls"]
    assert reason.endswith("whoever runs it must set CRONBEATS_ALLOW_APPRISE=true.")
