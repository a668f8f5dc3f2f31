"""runit: runsvdir over a directory of services."""
import os
import signal

from .base import Supervisor


class Runit(Supervisor):
    """One runsv per service, no log service: the fewest processes runit can do with.

    runsv restarts at once what has lived for a second; the comparison kills nothing younger.
    """

    name = "runit"
    programs = ("runsvdir", "runsv", "sv", "svlogd")

    def prepare(self):
        for name in self.names:
            self.write(f"services/{name}/run", f"#!/bin/sh\nexec {self.service} {self.socket} {name}\n", 0o755)

    def command(self):
        return ["runsvdir", f"{self.place}/services"]

    def status(self):
        return ["sv", "status"] + [f"{self.place}/services/{name}" for name in self.names]

    def stop(self):
        # TERM to each runsv, and its own end.
        self.process.send_signal(signal.SIGHUP)

    @classmethod
    def logger(cls, directory):
        with open(os.path.join(directory, "config"), "w", encoding="ascii") as file:
            file.write("s0\n")
        return ["svlogd", "-ttt", directory], {}
