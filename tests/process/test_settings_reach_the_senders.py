"""What an operator sets for e-mail and Apprise is what alerts leave through."""

import asyncio

from tests.senders.mail import ADA
from tests.support.machine import wait_until
from tests.support.server import Server, StartServer
from tests.support.stand_ins.anything import AnythingStandIn
from tests.support.stand_ins.http import listening
from tests.support.stand_ins.mail import PASSWORD, USERNAME, mail_stand_in


async def test_alerts_leave_by_mail_and_by_apprise_and_the_log_keeps_their_secrets(
    start_server: StartServer, new_sqlite_url: str
) -> None:
    async with mail_stand_in() as mail_server, listening(AnythingStandIn()) as any_:
        server = await asyncio.to_thread(
            start_server,
            new_sqlite_url,
            smtp_host="127.0.0.1",
            smtp_port=str(mail_server.port),
            smtp_security="none",
            smtp_username=USERNAME,
            smtp_password=PASSWORD,
            smtp_from="Night watch <beats@cronbeats.example>",
            allow_apprise="true",
        )
        await asyncio.to_thread(fail_a_job, server, any_.url)
        await asyncio.to_thread(
            wait_until, lambda: bool(mail_server.mails and any_.taken), 30, "both were told"
        )
        await asyncio.to_thread(
            wait_until, lambda: server.log().count("alert_sent") == 2, 30, "both were settled"
        )

    assert mail_server.logins == 1
    [mail] = mail_server.told(ADA)
    assert str(mail.message["From"]) == "Night watch <beats@cronbeats.example>"
    assert "Down: Backup" in str(mail.message["Subject"])
    assert any_.taken[0]["title"] == "Down: Backup"
    log = server.log()
    assert "alert_sent" in log
    assert [secret for secret in (PASSWORD, any_.url, "xyzxyzxyz") if secret in log] == []


def fail_a_job(server: Server, url: str) -> None:
    server.api("PUT", "/integrations/email", {"addresses": [ADA]})
    server.api("PUT", "/integrations/apprise", {"urls": [url]})
    server.ping(server.make_job(), "/end/fail")
