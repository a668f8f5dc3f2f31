# A prefork echo server of the same shape as Servolux's example, typed by hand with Ruby's own means: workers are forked,
# share one listener, and answer one connection at a time, line by line.
require "socket"

count = (ARGV[0] || 8).to_i
server = TCPServer.new("127.0.0.1", 0)
server.listen(1024)
pids = count.times.map do
  fork do
    trap("TERM") { exit!(0) }
    loop do
      client = server.accept
      begin
        while (line = client.gets)
          client.write(line)
        end
      rescue Errno::ECONNRESET, Errno::EPIPE
        nil
      ensure
        client.close
      end
    end
  end
end
puts "listening 127.0.0.1:#{server.addr[1]}"
$stdout.flush
$stdin.read
pids.each { |pid| Process.kill("TERM", pid) }
pids.each { |pid| Process.wait(pid) }
