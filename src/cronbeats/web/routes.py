"""The table of all pages. The router is made from it, and so are the tests of roles and forms."""

from __future__ import annotations

from cronbeats.web import (
    account,
    alert_rules,
    api_keys,
    audit_log,
    deliveries,
    design,
    events,
    fire_drill,
    first_run,
    home,
    integration_setup,
    integrations,
    invitation,
    job_actions,
    job_editor,
    job_history,
    job_mute,
    job_page,
    jobs,
    many_jobs,
    members,
    recovery,
    second_factor,
    sign_in,
    sign_in_code,
    sign_in_elsewhere,
    static,
    workspaces,
)
from cronbeats.web.docs import page as docs
from cronbeats.web.page import Page

PAGES: tuple[Page, ...] = (
    *static.PAGES,
    *docs.PAGES,
    *home.PAGES,
    *first_run.PAGES,
    *sign_in.PAGES,
    *sign_in_code.PAGES,
    *sign_in_elsewhere.PAGES,
    *recovery.PAGES,
    *account.PAGES,
    *second_factor.PAGES,
    *jobs.PAGES,
    *many_jobs.PAGES,
    *job_page.PAGES,
    *job_history.PAGES,
    *job_actions.PAGES,
    *job_mute.PAGES,
    *integrations.PAGES,
    *integration_setup.PAGES,
    *events.PAGES,
    *job_editor.PAGES,
    *alert_rules.PAGES,
    *deliveries.PAGES,
    *fire_drill.PAGES,
    *members.PAGES,
    *invitation.PAGES,
    *api_keys.PAGES,
    *audit_log.PAGES,
    *workspaces.PAGES,
)
# Only with CRONBEATS_DEVELOPMENT.
DEVELOPMENT_PAGES: tuple[Page, ...] = design.PAGES
