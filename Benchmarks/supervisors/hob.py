"""Hob: `hob supervise` on one hob.yml."""
import os

from .base import Supervisor


class Hob(Supervisor):
    """A service counts as up when it runs (`ready` is not used); everything else is the default.

    Each service has its log FIFO and stamped log file. The first restart after a healthy stretch is immediate.
    """

    name = "hob"
    hob = "hob"
    hobd = "hobd"

    @classmethod
    def missing(cls):
        return [path for path in (cls.hob, cls.hobd) if not os.access(path, os.X_OK)]

    def environment(self):
        return {**super().environment(), "HOB_HOBD": self.hobd, "HOB_RUNTIME_DIR": f"{self.place}/runtime"}

    def prepare(self):
        os.mkdir(f"{self.place}/runtime", 0o700)
        lines = ["services:\n"]
        for name in self.names:
            lines.append(f"  {name}:\n    command: [{self.service}, {self.socket}, {name}]\n")
        self.write("hob.yml", "".join(lines))

    def command(self):
        return [self.hob, "supervise", "--file", f"{self.place}/hob.yml"]

    def status(self):
        return [self.hob, "status", "--file", f"{self.place}/hob.yml"]
