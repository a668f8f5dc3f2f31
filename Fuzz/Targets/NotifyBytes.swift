import HobSupervisorCore

/// A datagram at a notify socket.
enum NotifyBytes {
    static func check(_ bytes: [UInt8]) throws(FuzzFinding) {
        let message = NotifyMessage(bytes)
        if let pid = message.mainPID { try promise(pid > 1, "MAINPID=\(pid)") }
        if let extra = message.timeoutExtension {
            try promise(extra > .zero && extra <= .seconds(3_600), "EXTEND_TIMEOUT_USEC gives \(extra)")
        }
        if let status = message.status {
            try promise(status.unicodeScalars.count <= 200, "a status of \(status.unicodeScalars.count) characters")
            try promise(
                status.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) },
                "a status that moves the cursor: \(status.debugDescription)")
        }
    }
}
