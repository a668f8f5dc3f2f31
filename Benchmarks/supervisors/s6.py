"""s6: s6-svscan over a directory of services."""
from .base import Supervisor


class S6(Supervisor):
    """One s6-supervise per service, no log service: the fewest processes s6 can do with.

    Each service announces its readiness on descriptor 3: without that, s6 waits a second before every restart.
    """

    name = "s6"
    programs = ("s6-svscan", "s6-supervise", "s6-svstat", "s6-log")

    def prepare(self):
        for name in self.names:
            self.write(
                f"services/{name}/run",
                f"#!/bin/sh\nexport READY_FD=3\nexec {self.service} {self.socket} {name}\n", 0o755)
            self.write(f"services/{name}/notification-fd", "3\n")

    def command(self):
        # Its own default is a limit of 500 services.
        return ["s6-svscan", "-c", str(len(self.names) + 10), f"{self.place}/services"]

    def status(self):
        # s6 has no command for all of them.
        return ["sh", "-c", f'for service in "{self.place}"/services/*; do s6-svstat "$service"; done']

    @classmethod
    def logger(cls, directory):
        # T: ISO 8601. No rotation during the measurement.
        return ["s6-log", "T", "s268435455", "n3", directory], {}
