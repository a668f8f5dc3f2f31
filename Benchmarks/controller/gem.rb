# The same as ControllerBench.swift, by the Ruby gem daemon_controller: gem.rb DAEMON DIRECTORY PORT ROUNDS CALLS CASE…
require "daemon_controller"

def now = Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond)

daemon, directory, port, rounds, calls, *cases = ARGV

def controller(daemon, directory, port, sign, manner, start, stop)
  address = sign == "tcp" ? "tcp:#{port}" : "unix:#{directory}/socket"
  mode = manner == "foreground" ? "foreground" : "daemon"
  DaemonController.new(
    identifier: "bench", pid_file: "#{directory}/pid", log_file: "#{directory}/log",
    start_command: [daemon, "#{directory}/record", "#{directory}/pid", mode, start, stop, address].join(" "),
    ping_command: sign == "tcp" ? [:tcp, "127.0.0.1", port.to_i] : [:unix, "#{directory}/socket"],
    daemonize_for_me: manner == "foreground"
  )
end

def show(name, what, times) = puts([name, what, *times].join(" "))

cases.each do |text|
  name, *parts = text.split(":")
  subject = controller(daemon, directory, port, *parts.take(4))
  starts, stops = [], []
  (-2...rounds.to_i).each do |round|
    subject.start
    started = now
    usable = File.binread("#{directory}/record").unpack("q2")[0]
    subject.stop
    stopped = now
    next if round < 0
    starts << started - usable
    stops << stopped - File.binread("#{directory}/record").unpack("q2")[1]
  end
  show(name, "start", starts)
  show(name, "stop", stops)
end

if calls.to_i > 0
  subject = controller(daemon, directory, port, "unix", "daemon", "0", "0")
  subject.start
  times = Array.new(calls.to_i) do
    begun = now
    connection = subject.connect { UNIXSocket.new("#{directory}/socket") }
    took = now - begun
    connection.close
    took
  end
  show("-", "connect", times)
  times = Array.new(calls.to_i) do
    begun = now
    subject.running? or abort "it does not run"
    now - begun
  end
  show("-", "running", times)
  subject.stop
end
