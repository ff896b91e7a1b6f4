"""What can go wrong, in words for people; the doors decide which HTTP status that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cronbeats.domain.attempt import Attempt


class CronBeatsError(Exception):
    """Base of every error that CronBeats raises on purpose; its text is meant for people."""


class NotFoundError(CronBeatsError):
    """There is no such thing in this workspace."""


class WorkspaceGoneError(NotFoundError):
    """There is no such workspace, or it was deleted: to programs, their key does not work."""

    def __init__(self, text: str = "Workspace not found") -> None:
        super().__init__(text)


class NotAllowedError(CronBeatsError):
    """The role at hand may not do this."""


class PlanRequiredError(CronBeatsError):
    """The workspace's plan does not include this."""


class InvalidKeyError(CronBeatsError):
    """No API key was sent, or it is unknown, revoked or expired."""

    def __init__(self, text: str = "Invalid or expired API key") -> None:
        super().__init__(text)


class SignInError(CronBeatsError):
    """Somebody cannot come in; pages tell it, and no call of the API."""


class WrongCredentialsError(SignInError):
    """Address and password, or the code, do not let anybody in; the text does not tell why."""


class SignInOverError(SignInError):
    """The code of a second factor came too late: the password must be shown again."""

    def __init__(self) -> None:
        super().__init__("That took too long; please sign in again")


class ThrottledError(SignInError):
    """It was tried too often; it may be tried again in `retry_after_seconds`."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__("Too many tries; please wait before you try again")
        self.retry_after_seconds = retry_after_seconds


class LinkGoneError(SignInError):
    """The link does not work: it is unknown, was used, or its time is over; all look alike."""

    def __init__(self) -> None:
        super().__init__("This link does not work any more")


class NotLetInError(SignInError):
    """The provider's word lets this person in no account; the text says what to do instead."""


class LinkFirstError(NotLetInError):
    """The account has a password: only who knows it can link the account to the provider."""

    def __init__(self, email: str) -> None:
        super().__init__(
            f"The account of {email} has a password. Sign in with it once more; "
            "you then come to the page on which you link the account"
        )


class ProviderError(SignInError):
    """The provider did not say who somebody is.

    `reason` is for whoever runs the server: it holds no code and no token.
    """

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(text)
        self.reason = reason


class NotConfiguredError(CronBeatsError):
    """The integration lacks a value that it needs before it can send."""


class DeliveryFailedError(CronBeatsError):
    """The other side did not accept a test message; the text says why, the attempt all of it."""

    def __init__(self, text: str, attempt: Attempt | None = None) -> None:
        super().__init__(text)
        self.attempt = attempt


class NoSecretKeyError(CronBeatsError):
    """A secret was to be stored, but there is no key to encrypt it with."""


class UnreadableSecretError(CronBeatsError):
    """A stored secret cannot be read: its key is gone, or it is not what was stored."""


class ConflictError(CronBeatsError):
    """It cannot be done while something else goes on; trying again later is right."""


class PreconditionFailedError(CronBeatsError):
    """The job is not as whoever wants to change it believes."""


class AmbiguousNameError(CronBeatsError):
    """Several jobs bear the name by which one was meant; `job_ids` are theirs."""

    def __init__(self, job_ids: Sequence[int]) -> None:
        super().__init__(
            "Several jobs bear this name. Use their ids, or give all but one another name"
        )
        self.job_ids = tuple(job_ids)


class UnavailableError(CronBeatsError):
    """The database cannot be used right now; nothing was changed; trying again later is right."""


class OverloadedError(UnavailableError):
    """More is asked than can be answered now; nothing was done; it helps to wait for a while."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__("More is asked of this server than it can do right now")
        self.retry_after_seconds = retry_after_seconds


class InvalidValueError(CronBeatsError):
    """One or more values break a rule.

    `errors` maps a field's name to the reasons, each a short sentence.
    """

    def __init__(self, errors: Mapping[str, Sequence[str]]) -> None:
        super().__init__("; ".join(f"{field}: {' '.join(why)}" for field, why in errors.items()))
        self.errors = {field: list(why) for field, why in errors.items()}


def require_none(errors: Mapping[str, Sequence[str]]) -> None:
    """Raise InvalidValueError for those fields that have any reasons."""
    if any(errors.values()):
        raise InvalidValueError({field: why for field, why in errors.items() if why})


class KeyReusedError(InvalidValueError):
    """The idempotency key belongs to another request."""
