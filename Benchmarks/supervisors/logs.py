"""How fast lines become stamped lines in a file: each logger against `cat > file`, with the same writer."""
import os
import shutil
import subprocess
import tempfile
import time


def pipe(writer, words, environment, output=None):
    """Seconds from the start of both until the logger has read and written all and ended."""
    began = time.monotonic()
    reading, writing = os.pipe()
    with subprocess.Popen(words, stdin=reading, stdout=output, stderr=subprocess.DEVNULL,
                          env={"PATH": os.environ["PATH"], **environment}) as logger:
        os.close(reading)
        with subprocess.Popen(writer, stdout=writing) as source:
            os.close(writing)
            source.wait()
        if logger.wait() != 0:
            raise SystemExit(f"{words[0]} failed")
    return time.monotonic() - began


def cat(service, size, base):
    """Bytes a second of `cat > file`."""
    place = tempfile.mkdtemp(prefix="cat-", dir=base)
    try:
        with open(f"{place}/log", "wb") as file:
            return size / pipe([service, "write", str(size)], ["cat"], {}, file)
    finally:
        shutil.rmtree(place)


def logger(kind, service, size, base):
    """Bytes a second of a peer's logger; None when it has none of its own."""
    place = tempfile.mkdtemp(prefix=f"{kind.name}-", dir=base)
    try:
        found = kind.logger(place)
        if found is None:
            return None
        words, environment = found
        return size / pipe([service, "write", str(size)], words, environment)
    finally:
        shutil.rmtree(place)


def hob(kind, service, size, base):
    """Bytes a second of Hob: a task under hobd writes, until the last byte is in its log file."""
    place = tempfile.mkdtemp(prefix="hob-", dir=base)
    supervisor = kind(place, service, "/nowhere", 0)
    try:
        supervisor.prepare()
        supervisor.write(
            "hob.yml", f"services:\n  lines:\n    type: task\n    command: [{service}, write, '{size}']\n"
            "    log: { rotate: 100GB, timestamps: rfc3339 }\n")
        path = f"{place}/.hob/logs/lines.log"
        # A block is 64 lines, so the last one may go beyond the size; each line gets its stamp in front.
        lines = -(-size // 6_400) * 64
        began = time.monotonic()
        supervisor.boot()
        stamp = None
        while True:
            time.sleep(0.002)
            try:
                length = os.stat(path).st_size
            except FileNotFoundError:
                length = 0
            if stamp is None and length > 0:
                with open(path, "rb") as file:
                    stamp = file.readline().index(b"000000000000 ")
            if stamp is not None and length >= lines * (100 + stamp):
                return size / (time.monotonic() - began)
            if time.monotonic() - began > 300:
                raise SystemExit(f"hob: only {length} bytes of the log were written in 300 s")
    finally:
        if supervisor.process is not None:
            supervisor.stop()
            supervisor.process.wait(30)
        shutil.rmtree(place)
