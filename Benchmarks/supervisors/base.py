"""What the comparison asks of every supervisor."""
import os
import shutil
import subprocess


class Supervisor:
    """One supervisor with N services, each `service SOCKET NAME`, in a directory of its own.

    A subclass writes the definitions as its users would, with the settings that make it fastest, and says so.
    """

    name = "?"
    # What must be on the PATH.
    programs = ()

    def __init__(self, place, service, socket, count):
        self.place = place
        self.service = service
        self.socket = socket
        self.names = [f"s{number}" for number in range(count)]
        self.process = None

    @classmethod
    def missing(cls):
        """The programs that are not there."""
        return [program for program in cls.programs if shutil.which(program) is None]

    def prepare(self):
        """Writes the definitions."""
        raise NotImplementedError

    def command(self):
        """The words that start it in the foreground, and all its services with it."""
        raise NotImplementedError

    def environment(self):
        """Its environment."""
        return {"PATH": os.environ["PATH"], "HOME": self.place}

    def boot(self):
        """Starts it."""
        with open(f"{self.place}/supervisor.log", "ab") as log:
            self.process = subprocess.Popen(
                self.command(), cwd=self.place, env=self.environment(), stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, start_new_session=True)

    def status(self):
        """The words of the command that shows the state of all services."""
        raise NotImplementedError

    def stop(self):
        """Asks it to stop everything and to end; returns at once."""
        self.process.terminate()

    # The log path: a command that takes lines on stdin and writes them, stamped, to files in a directory.

    @classmethod
    def logger(cls, directory):
        """The words of the stamping logger, and the environment; None when there is none of its own."""
        del directory
        return None

    def write(self, name, text, mode=0o644):
        """Writes a file of the definitions."""
        path = os.path.join(self.place, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
        os.chmod(path, mode)
