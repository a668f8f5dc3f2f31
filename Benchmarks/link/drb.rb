# Ruby's own distributed objects over a Unix socket: "serve PATH", "call PATH CALLS CALLERS"; prints as the others do.
require "drb"
require "drb/unix"

class Echo
  def echo(text) = text
end

verb, path, calls, callers = ARGV
if verb == "serve"
  DRb.start_service("drbunix:#{path}", Echo.new)
  puts "ready"
  $stdout.flush
  $stdin.read
else
  calls = (calls || 20_000).to_i
  callers = (callers || 1).to_i
  DRb.start_service("drbunix:")
  echo = DRbObject.new_with_uri("drbunix:#{path}")
  text = "x" * 64
  200.times { echo.echo(text) }
  clock = -> { Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond) }
  start = clock.call
  times = Array.new(callers) do
    Thread.new do
      Array.new(calls / callers) do
        before = clock.call
        echo.echo(text)
        clock.call - before
      end
    end
  end.flat_map(&:value).sort
  took = (clock.call - start) / 1e9
  puts "#{(times.size / took).to_i} #{times[times.size / 2] / 1000} #{times[times.size * 99 / 100] / 1000}"
end
