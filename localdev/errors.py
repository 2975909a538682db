"""Everything that can go wrong for a person at the command line.

LocaldevError
├── NotInstalled      LocalStack or our plugins are missing from this Python
├── PortTaken         another program listens on the port, or the folder's emulator on another port
├── OtherMode         the emulator runs already, and is strict where it should not be, or the reverse
├── StateRefused      the state to start with is of another version, or no state
├── StartFailed       LocalStack started and gave up, or never answered
├── NotRunning        there is no emulator to ask, or it does not answer
├── NotSaved          the state of an emulator that was to stop could not be written
├── Refused           the emulator answered that it will not
└── StopFailed        a process survived SIGKILL
"""

from __future__ import annotations


class LocaldevError(Exception):
    """One line that says what failed, and one that says what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class NotInstalled(LocaldevError):
    pass


class PortTaken(LocaldevError):
    pass


class OtherMode(LocaldevError):
    pass


class StateRefused(LocaldevError):
    pass


class StartFailed(LocaldevError):
    pass


class NotRunning(LocaldevError):
    pass


class NotSaved(LocaldevError):
    pass


class Refused(LocaldevError):
    pass


class StopFailed(LocaldevError):
    pass
