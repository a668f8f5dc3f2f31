package import HobSystem
package import HobTestKit

/// Programs of the folder Drivers, which speak AMQP through Python's pika: clients that nobody here wrote.
package enum PikaProgram {
    /// Starts one; it dies with the test.
    package static func start(_ name: String, _ arguments: [String]) throws -> TestChild {
        var request = SpawnRequest(
            "/usr/bin/python3", ["\(Broker.Holder.checkout)/Tests/BrokerKit/Drivers/\(name)"] + arguments)
        request.environment = ["PATH=/usr/bin:/bin", "LANG=C.UTF-8", "PYTHONDONTWRITEBYTECODE=1"]
        return try TestChild(request)
    }

    /// Asks the directory service at this URL: one line of JSON for each answer, and the status.
    package static func ask(_ requests: [String], at url: String, within patience: Int = 120) throws -> (
        String, ExitStatus
    ) {
        let asker = try start("dirservice", [url, "ask", "--within", "\(patience)"] + requests)
        let output = try asker.readToEnd(within: .seconds(patience + 60))
        return (output, try asker.waitForExit())
    }
}
