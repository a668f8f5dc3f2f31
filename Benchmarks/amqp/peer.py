#!/usr/bin/python3
"""What pika costs: peer.py URL publish|consume|latency --messages N --window W --size S

The same command line and the same line of JSON as amqp-bench and peer.c; see Benchmarks/run-amqp. pika's blocking
connection confirms one publish at a time, so this is its asynchronous one.
"""
import argparse
import json
import resource
import sys
import time

import pika


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


class Peer:
    """One connection, one channel, one queue, and what is counted."""

    def __init__(self, words):
        self.words = words
        self.body = bytes(words.size)
        self.properties = pika.BasicProperties(delivery_mode=1)
        self.sent = self.done = self.got = 0
        self.times = []
        self.began = self.used = self.last = 0.0
        self.took = self.cost = 0.0
        self.queue = self.channel = None
        self.connection = pika.SelectConnection(
            pika.URLParameters(words.url), on_open_callback=self.opened, on_open_error_callback=self.failed,
            on_close_callback=self.closed)

    def run(self):
        self.connection.ioloop.start()
        line = {"client": "pika", "what": self.words.what, "messages": self.words.messages, "window": self.words.window,
                "size": self.words.size, "seconds": round(self.took, 6),
                "cpu_us": round(self.cost * 1e6 / self.words.messages, 3)}
        if self.times:
            self.times.sort()
            line["p50_us"] = round(self.times[len(self.times) // 2] * 1e6, 1)
            line["p99_us"] = round(self.times[len(self.times) * 99 // 100] * 1e6, 1)
        print(json.dumps(line))

    def failed(self, _, error):
        sys.exit(f"no connection: {error}")

    def closed(self, _, reason):
        if not self.took:
            sys.exit(f"the connection is closed: {reason}")
        self.connection.ioloop.stop()

    def opened(self, connection):
        connection.channel(on_open_callback=self.channel_opened)

    def channel_opened(self, channel):
        self.channel = channel
        channel.queue_declare("", exclusive=True, callback=self.declared)

    def declared(self, frame):
        self.queue = frame.method.queue
        if self.words.what == "latency":
            self.consume()
        else:
            self.channel.confirm_delivery(self.confirmed, callback=lambda _: self.begin_publishing())

    # Confirmed publishing

    def begin_publishing(self):
        self.start()
        self.fill()

    def fill(self):
        window = self.words.window if self.words.what == "publish" else 500
        while self.sent < self.words.messages and self.sent - self.done < window:
            self.channel.basic_publish("", self.queue, self.body, self.properties)
            self.sent += 1

    def confirmed(self, frame):
        if not isinstance(frame.method, pika.spec.Basic.Ack):
            sys.exit(f"the broker said {frame.method}")
        # In order of the tags: one queue, transient messages.
        self.done = max(self.done, frame.method.delivery_tag)
        if self.done < self.words.messages:
            self.fill()
        elif self.words.what == "publish":
            self.stop()
        else:
            self.consume()

    # Consuming

    def consume(self):
        self.channel.basic_qos(prefetch_count=self.words.window, callback=self.limited)

    def limited(self, _):
        self.channel.basic_consume(self.queue, self.delivered, callback=self.consuming)
        self.start()

    def consuming(self, _):
        if self.words.what == "latency":
            self.ping()

    def ping(self):
        self.last = time.monotonic()
        self.channel.basic_publish("", self.queue, self.body, self.properties)

    def delivered(self, channel, method, _, __):
        self.got += 1
        if self.words.what == "latency":
            self.times.append(time.monotonic() - self.last)
        channel.basic_ack(method.delivery_tag)
        if self.got == self.words.messages:
            self.stop()
        elif self.words.what == "latency":
            self.ping()

    def start(self):
        self.began, self.used = time.monotonic(), cpu()

    def stop(self):
        self.took, self.cost = time.monotonic() - self.began, cpu() - self.used
        self.connection.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("url")
    parser.add_argument("what", choices=("publish", "consume", "latency"))
    parser.add_argument("--messages", type=int, default=10000)
    parser.add_argument("--window", type=int, default=500)
    parser.add_argument("--size", type=int, default=256)
    Peer(parser.parse_args()).run()


if __name__ == "__main__":
    main()
