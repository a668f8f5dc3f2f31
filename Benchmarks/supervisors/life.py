"""One life of a supervisor with N services, measured from its start to the last process gone."""
import gc
import os
import random
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from . import processes


class Life:
    """Boots a supervisor in a directory of its own on tmpfs, measures, and leaves nothing behind."""

    def __init__(self, kind, service, count, base):
        self.place = tempfile.mkdtemp(prefix=f"{kind.name}-", dir=base)
        path = f"{self.place}/began"
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.listener.bind(path)
        self.services = {}  # the newest pid of each service
        self.supervisor = kind(self.place, service, path, count)
        self.count = count

    def hear(self, limit):
        """The next service that begins: its name, and when it did."""
        self.listener.settimeout(limit)
        name, pid, moment = self.listener.recv(300).split()
        self.services[name] = int(pid)
        return name, int(moment)

    def boot(self):
        """Seconds from the start of the supervisor to the first instruction of the last service."""
        self.supervisor.prepare()
        gc.collect()
        began = time.monotonic_ns()
        self.supervisor.boot()
        newest = began
        while len(self.services) < self.count:
            newest = max(newest, self.hear(120)[1])
        return (newest - began) / 1e9

    def overhead(self):
        """The processes that are there for the supervisor: its tree without the services."""
        services = set(self.services.values())
        return [pid for pid in processes.tree(self.supervisor.process.pid) if pid not in services]

    def restarts(self, most, seconds, generator):
        """Milliseconds from kill -9 of a service to its successor's first instruction, one service after another."""
        latencies = []
        names = generator.sample(sorted(self.services), min(most, self.count))
        deadline = time.monotonic() + seconds
        gc.disable()
        for name in names:
            pid = self.services[name]
            began = time.monotonic_ns()
            os.kill(pid, signal.SIGKILL)
            heard, moment = self.hear(30)
            if heard != name:
                raise SystemExit(f"{self.supervisor.name}: {heard} began when {name} was killed")
            latencies.append((moment - began) / 1e6)
            # What the restart leaves to be done (logs, bookkeeping) is not the next one's.
            time.sleep(0.02)
            if time.monotonic() > deadline:
                break
        gc.enable()
        return latencies

    def status(self, times):
        """Milliseconds that the command takes which shows the state of all services, the best of several."""
        best = float("inf")
        for _ in range(times):
            began = time.monotonic_ns()
            subprocess.run(
                self.supervisor.status(), env=self.supervisor.environment(), cwd=self.place, check=False,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120)
            best = min(best, (time.monotonic_ns() - began) / 1e6)
        return best

    def idle(self, seconds):
        """Milliseconds on a processor and context switches of all supervisor processes in so many seconds."""
        pids = self.overhead()
        burnt, switches = processes.activity(pids)
        time.sleep(seconds)
        later, more = processes.activity(pids)
        return (later - burnt) / 1e6, more - switches

    def stop(self):
        """Seconds from the order to stop until the supervisor and all services are gone."""
        everyone = self.overhead() + list(self.services.values())
        watch = processes.Watch(everyone)
        began = time.monotonic_ns()
        self.supervisor.stop()
        left = watch.wait(60)
        took = (time.monotonic_ns() - began) / 1e9
        self.supervisor.process.wait(10)
        if left:
            raise SystemExit(f"{self.supervisor.name}: {len(left)} processes outlived it")
        return took

    def end(self):
        """Kills, by their pids, whatever is left, and removes the directory."""
        process = self.supervisor.process
        if process is not None and process.poll() is None:
            left = processes.tree(process.pid)
            watch = processes.Watch(left)
            for pid in left:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            watch.wait(10)
            process.wait(10)
        self.listener.close()
        shutil.rmtree(self.place, ignore_errors=True)


def raise_open_files():
    """Two pidfds for each service of the largest comparison."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 16_384), hard))


def measure(kind, service, count, base, words, seed, with_idle):
    """All figures of one life."""
    life = Life(kind, service, count, base)
    try:
        figures = {"boot": life.boot()}
        # Each has lived for two seconds before it is killed: nobody's first second is held against a supervisor.
        time.sleep(2)
        pids = life.overhead()
        pss, dirty = processes.memory(pids)
        figures.update(processes=len(pids), pss=pss / 1024, dirty=dirty / 1024)
        figures["status"] = life.status(3)
        figures["restarts"] = life.restarts(words.kills, words.kill_seconds, random.Random(seed))
        if with_idle:
            # Longer than anybody's tidying up after the last restart.
            time.sleep(min(words.idle, 12))
            figures["idle_cpu"], figures["idle_switches"] = life.idle(words.idle)
            figures["pss_later"] = processes.memory(life.overhead())[0] / 1024
        figures["stop"] = life.stop()
        return figures
    finally:
        life.end()
