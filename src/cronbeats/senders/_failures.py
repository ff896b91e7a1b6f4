"""Why a request had no answer, in words that give no address and no secret away."""

from __future__ import annotations

import os
import socket
import ssl

import aiohttp

from cronbeats.domain.delivery import Refused, Unreachable

CHECK_URL = "Check the URL."


def failure_of(error: Exception, total_seconds: float | None) -> Unreachable | Refused:
    """Return why a request of aiohttp failed, which might take so many seconds in all."""
    # Never `str(error)`: aiohttp puts addresses into it, and an address may be a secret.
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return Unreachable(f"The TLS certificate was not accepted{_why(error)}.", never_left=True)
    if isinstance(error, aiohttp.ClientSSLError):
        return Unreachable("The TLS connection failed.", never_left=True)
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return Unreachable("No connection could be made in time.", never_left=True)
    if isinstance(error, TimeoutError):
        return Unreachable(f"No answer within {total_seconds:g} s.")
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return Unreachable("The host name could not be resolved.", never_left=True)
    if isinstance(error, aiohttp.ClientConnectorError):
        return Unreachable(f"No connection: {_in_words(error.os_error)}.", never_left=True)
    if isinstance(error, aiohttp.ServerDisconnectedError | ConnectionResetError):
        return Unreachable("The connection was closed before an answer came.")
    if isinstance(error, aiohttp.ClientResponseError):
        return Unreachable("The answer was not valid HTTP.")
    if isinstance(error, ValueError):
        return Refused(f"{CHECK_URL} Must be a valid URL.")
    return Unreachable("The connection failed.")


def _why(error: aiohttp.ClientConnectorCertificateError) -> str:
    cause = error.certificate_error
    if not isinstance(cause, ssl.SSLCertVerificationError):
        return ""
    return f": {cause.verify_message.rstrip('.')}"


def _in_words(error: OSError) -> str:
    # Errors of the name lookup bear numbers of their own.
    if isinstance(error, socket.gaierror) or not error.errno:
        return "no address that may be called answered"
    return os.strerror(error.errno).lower()
