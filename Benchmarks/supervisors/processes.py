"""What /proc and pidfds say about processes."""
import os
import select
import time


def children():
    """All processes of the machine by their parent."""
    found = {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
                parent = int(file.read().rsplit(")", 1)[1].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        found.setdefault(parent, []).append(int(name))
    return found


def tree(root):
    """A process and all its descendants."""
    table = children()
    found = [root]
    for pid in found:
        found += table.get(pid, [])
    return found


def memory(pids):
    """Proportional set size of these processes, and their private dirty part, in KiB."""
    pss = dirty = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
                for line in file:
                    if line.startswith("Pss:"):
                        pss += int(line.split()[1])
                    elif line.startswith("Private_Dirty:"):
                        dirty += int(line.split()[1])
        except (FileNotFoundError, ProcessLookupError):
            pass
    return pss, dirty


def activity(pids):
    """Nanoseconds on a processor and context switches of all threads of these processes so far."""
    burnt = switches = 0
    for pid in pids:
        try:
            for task in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{task}/schedstat", encoding="ascii") as file:
                    burnt += int(file.read().split()[0])
                with open(f"/proc/{pid}/task/{task}/status", encoding="ascii") as file:
                    switches += sum(int(line.split()[1]) for line in file if "ctxt_switches" in line)
        except (FileNotFoundError, ProcessLookupError):
            pass
    return burnt, switches


class Watch:
    """Waits until all of some processes are gone."""

    def __init__(self, pids):
        self.poll = select.epoll()
        self.files = {}
        for pid in pids:
            try:
                file = os.pidfd_open(pid)
            except ProcessLookupError:
                continue
            self.files[file] = pid
            self.poll.register(file, select.EPOLLIN)

    def wait(self, limit):
        """Those still there when all are gone or the limit has passed."""
        deadline = time.monotonic() + limit
        while self.files and time.monotonic() < deadline:
            for file, _ in self.poll.poll(max(0, deadline - time.monotonic())):
                self.poll.unregister(file)
                os.close(file)
                del self.files[file]
        left = list(self.files.values())
        for file in self.files:
            os.close(file)
        self.poll.close()
        return left
