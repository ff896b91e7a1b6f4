"""Browsers of people who are signed in, each with the role that the fixture is named after."""

import httpx
import pytest

from cronbeats.domain.access import Role
from tests.support.people import signed_in
from tests.support.world import World


@pytest.fixture
async def viewer(world: World) -> httpx.AsyncClient:
    return await signed_in(world, Role.VIEWER)


@pytest.fixture
async def member(world: World) -> httpx.AsyncClient:
    return await signed_in(world, Role.MEMBER)


@pytest.fixture
async def admin(world: World) -> httpx.AsyncClient:
    return await signed_in(world, Role.ADMIN)


@pytest.fixture
async def owner(world: World) -> httpx.AsyncClient:
    return await signed_in(world, Role.OWNER)
