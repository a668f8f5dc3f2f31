import CHobKeeper
import Glibc

/// The other end of a keeper's link and table, written anew from their description in CHobKeeper.h.
final class KeeperLine {
    /// The link, or -1 once the keeper is gone.
    private(set) var link: Int32
    /// What is held, with our copies of the descriptors.
    private(set) var held: [hob_keeper_record] = []
    private(set) var origin = hob_keeper_table()

    init(link: Int32, table: Int32) {
        self.link = link
        Self.setCloseOnExec(link, true)
        readTable(table)
    }

    // MARK: The link

    static func message(_ kind: hob_keeper_kind) -> hob_keeper_message {
        var message = hob_keeper_message()
        message.kind = UInt16(kind.rawValue)
        return message
    }

    /// Sends without waiting; false when there is no room.
    @discardableResult
    func send(_ message: hob_keeper_message, descriptor: Int32? = nil) -> Bool {
        struct Rights {
            var length = 20
            var level = SOL_SOCKET
            var type: Int32 = 1  // SCM_RIGHTS
            var descriptor: Int32
            var padding: Int32 = 0
        }
        var message = message
        var rights = Rights(descriptor: descriptor ?? -1)
        return withUnsafeMutableBytes(of: &message) { bytes in
            withUnsafeMutableBytes(of: &rights) { control in
                var vector = iovec(iov_base: bytes.baseAddress, iov_len: bytes.count)
                return withUnsafeMutablePointer(to: &vector) { vector in
                    var header = msghdr()
                    header.msg_iov = vector
                    header.msg_iovlen = 1
                    if descriptor != nil {
                        header.msg_control = control.baseAddress
                        header.msg_controllen = control.count
                    }
                    let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
                    return sendmsg(link, &header, flags) >= 0
                }
            }
        }
    }

    /// Receives the next message, after a wait if there is none yet; nil when the keeper is gone.
    func receive() -> hob_keeper_message? {
        var message = hob_keeper_message()
        while link >= 0 {
            var entry = pollfd(fd: link, events: Int16(POLLIN), revents: 0)
            _ = poll(&entry, 1, -1)
            let count = withUnsafeMutableBytes(of: &message) { recv(link, $0.baseAddress, $0.count, 0) }
            if count == MemoryLayout<hob_keeper_message>.size { return message }
            if count < 0 && [EINTR, EAGAIN, ECONNRESET].contains(errno) { continue }
            close(link)
            link = -1
        }
        return nil
    }

    /// Stores a descriptor, which is ours to keep from now on.
    func store(_ role: UInt32, _ slot: UInt32, _ index: UInt32, label: String, _ descriptor: Int32) -> Bool {
        var message = Self.message(HOB_KEEPER_STORE)
        message.role = UInt16(role)
        message.slot = slot
        message.index = index
        withUnsafeMutableBytes(of: &message.label) { $0.copyBytes(from: label.utf8.prefix($0.count)) }
        forget(role, slot, index)
        held.append(
            hob_keeper_record(descriptor: descriptor, role: role, slot: slot, index: index, label: message.label))
        return send(message, descriptor: descriptor)
    }

    func drop(_ role: UInt32, _ slot: UInt32, _ index: UInt32) {
        var message = Self.message(HOB_KEEPER_DROP)
        message.role = UInt16(role)
        message.slot = slot
        message.index = index
        forget(role, slot, index)
        send(message)
    }

    private func forget(_ role: UInt32, _ slot: UInt32, _ index: UInt32) {
        held.removeAll { $0.role == role && $0.slot == slot && $0.index == index }
    }

    // MARK: The table

    private func readTable(_ table: Int32) {
        defer { close(table) }
        guard pread(table, &origin, MemoryLayout<hob_keeper_table>.size, 0) > 0 else { return }
        for number in 0..<Int(origin.count) {
            var record = hob_keeper_record()
            let place = MemoryLayout<hob_keeper_table>.size + number * Int(origin.record_size)
            guard pread(table, &record, MemoryLayout<hob_keeper_record>.size, place) > 0 else { return }
            Self.setCloseOnExec(record.descriptor, true)
            held.append(record)
        }
    }

    /// A file without a name.
    static func namelessFile(in directory: String) -> Int32 {
        let path = "\(directory)/nameless-\(getpid())"
        let descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        unlink(path)
        return descriptor
    }

    /// Becomes a keeper of the same descriptors, which starts a supervisor with these words.
    func becomeKeeper(_ words: [String], in directory: String) {
        let table = Self.namelessFile(in: directory)
        Self.setCloseOnExec(table, false)
        var head = origin
        head.pending_signals = 0
        head.magic = UInt64(HOB_KEEPER_TABLE_MAGIC)
        head.record_size = UInt32(MemoryLayout<hob_keeper_record>.size)
        head.count = UInt32(held.count)
        withUnsafeBytes(of: &head) { _ = writeAll($0, to: table) }
        for record in held {
            Self.setCloseOnExec(record.descriptor, false)
            withUnsafeBytes(of: record) { _ = writeAll($0, to: table) }
        }
        let all = ["hobd", "--keeper", "--keeper-table", "\(table)"] + words
        var arguments: [UnsafeMutablePointer<CChar>?] = all.map { strdup($0) }
        arguments.append(nil)
        execv("/proc/self/exe", &arguments)
        writeText("hob-fixture obey: cannot become a keeper: \(String(cString: strerror(errno)))\n", to: STDERR_FILENO)
        exit(71)
    }

    private static func setCloseOnExec(_ descriptor: Int32, _ on: Bool) {
        _ = fcntl(descriptor, F_SETFD, on ? FD_CLOEXEC : 0)
    }
}
