"""Sets an integration up, or anew: a form, and beside it where its values are found."""

from __future__ import annotations

from cronbeats.domain.access import Action
from cronbeats.domain.errors import InvalidValueError
from cronbeats.services.manage_integrations import IntegrationView
from cronbeats.web.answers import go_to, show
from cronbeats.web.forms import Form
from cronbeats.web.integration_cards import card_of, find_view
from cronbeats.web.integration_forms import fields_of, fresh_form, read_set_up, wrong_form
from cronbeats.web.integration_words import TITLES
from cronbeats.web.integrations import integrations_path, save
from cronbeats.web.page import get, post
from cronbeats.web.visit import Answer, Visit


async def show_set_up(visit: Visit) -> Answer:
    """Ask what an integration is to be sent to. Raises NotFoundError."""
    view = await find_view(visit)
    return _show(visit, view, fresh_form(view))


async def save_set_up(visit: Visit) -> Answer:
    """Set an integration up; a secret made here is shown this once. Raises NotFoundError."""
    view = await find_view(visit)
    try:
        wanted = read_set_up(view, visit.form)
        saved = await save(visit, view, wanted.values, is_enabled=None)
    except InvalidValueError as error:
        return _show(visit, view, wrong_form(view, visit.form, error), status=422)
    if wanted.made_secret is not None:
        return show(
            visit,
            "signing_secret.html",
            status=201,
            secret=wanted.made_secret,
            kind=view.sender.kind,
            path=integrations_path(visit),
        )
    name = TITLES[view.sender.kind]
    is_off = saved.integration is not None and not saved.integration.is_enabled
    then = "It is still switched off" if is_off else "Send a test to see that messages arrive"
    return go_to(visit, integrations_path(visit), told=f"{name} is set up. {then}.")


_ONE = "/w/{workspace_id}/integrations/{kind}"
PAGES = (
    get(_ONE, show_set_up, Action.CHANGE_INTEGRATIONS),
    post(_ONE, save_set_up, Action.CHANGE_INTEGRATIONS),
)


def _show(visit: Visit, view: IntegrationView, form: Form, *, status: int = 200) -> Answer:
    return show(
        visit,
        "integration.html",
        status=status,
        card=card_of(view, visit),
        form=form,
        fields=fields_of(view),
        path=integrations_path(visit),
    )
