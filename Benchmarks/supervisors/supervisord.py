"""supervisor: supervisord with one configuration file."""
from .base import Supervisor


class Supervisord(Supervisor):
    """Programs count as started when they run (startsecs=0), and their output goes to log files, as by default."""

    name = "supervisord"
    programs = ("supervisord", "supervisorctl")

    def prepare(self):
        lines = [
            "[supervisord]\nnodaemon=true\nuser=root\nlogfile=/dev/null\nlogfile_maxbytes=0\nminfds=8192\n"
            f"pidfile={self.place}/supervisord.pid\nchildlogdir={self.place}\n"
            f"[unix_http_server]\nfile={self.place}/supervisor.sock\n"
            "[rpcinterface:supervisor]\n"
            "supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\n"
            f"[supervisorctl]\nserverurl=unix://{self.place}/supervisor.sock\n"]
        for name in self.names:
            lines.append(
                f"[program:{name}]\ncommand={self.service} {self.socket} {name}\nstartsecs=0\nautorestart=true\n"
                "redirect_stderr=true\n")
        self.write("supervisord.conf", "".join(lines))

    def command(self):
        return ["supervisord", "--configuration", f"{self.place}/supervisord.conf"]

    def status(self):
        return ["supervisorctl", "--configuration", f"{self.place}/supervisord.conf", "status"]
