import HobPolicy
import HobSupervisorCore
import HobYAML

extension ValueReader {
    /// The limits of setrlimit(2); those that count bytes take a unit.
    private static let limitNames: [String: Bool] = [
        "as": true, "core": true, "cpu": false, "data": true, "fsize": true, "memlock": true, "msgqueue": true,
        "nice": false, "nofile": false, "nproc": false, "rss": true, "rtprio": false, "rttime": false,
        "sigpending": false, "stack": true,
    ]

    /// The state that processes start with; what is wrong is reported and left out.
    func processAttributes(_ fields: Fields) -> ProcessAttributes {
        var process = ProcessAttributes()
        readUser(fields, into: &process)
        if let umask = fields["umask"] { process.umask = octal(umask) }
        if let nice = fields["nice"] { process.nice = integer(nice, in: -20...19).map { Int32($0) } }
        if let adjustment = fields["oom_score_adj"] {
            process.oomScoreAdjustment = integer(adjustment, in: -1_000...1_000).map { Int32($0) }
        }
        if let root = fields["chroot"] { process.root = self.root(root) }
        if let flag = fields["no_new_privileges"] { process.noNewPrivileges = boolean(flag) ?? false }
        if let cgroup = fields["cgroup"] { process.cgroup = absolutePath(cgroup) }
        if let limits = fields["rlimits"] { process.limits = self.limits(limits) }
        return process
    }

    private func readUser(_ fields: Fields, into process: inout ProcessAttributes) {
        if let field = fields["group"] {
            process.group = plain(field, expecting: "a group").flatMap { group($0, field) }
        }
        if let field = fields["groups"] {
            if case .sequence = field.node.content {
                process.supplementaryGroups = texts(field).compactMap { group($0.text, $0.field) }
            } else {
                fail(field, "\(field.node.kind) where a list belongs", suggestion: "write [name, name]")
            }
        }
        guard let field = fields["user"], let text = plain(field, expecting: "a user") else { return }
        let number = UInt32(text)
        let record = number.map { context.names.user(numbered: $0) } ?? context.names.user(named: text)
        if let record {
            process.user = record.user
            let group = process.group ?? record.group
            process.group = group
            if process.supplementaryGroups == nil {
                process.supplementaryGroups = context.names.groups(of: record.name, with: group)
            }
        } else if let number, number != .max {
            process.user = number
            if fields["group"] == nil {
                fail(
                    field, "user \(number) is not in the user database, so its group is not known",
                    suggestion: "write 'group:' too")
            }
        } else {
            fail(field, "no user is called '\(Self.shortened(text))'", suggestion: "create it, or write another")
        }
    }

    private func group(_ text: String, _ field: Field) -> UInt32? {
        if let number = UInt32(text), number != .max { return number }
        if let number = context.names.group(named: text) { return number }
        fail(field, "no group is called '\(Self.shortened(text))'", suggestion: "create it, or write another")
        return nil
    }

    /// Permission bits.
    func octal(_ field: Field) -> UInt32? {
        guard let text = plain(field, expecting: "an octal number") else { return nil }
        guard text.utf8.count <= 4, let bits = UInt32(text, radix: 8), bits <= 0o777, !text.hasPrefix("+") else {
            fail(
                field, "'\(Self.shortened(text))' is not an octal number up to 0777",
                suggestion: "write one such as \"027\"")
            return nil
        }
        return bits
    }

    private func absolutePath(_ field: Field) -> String? {
        guard let path = plain(field, expecting: "a path") else { return nil }
        guard path.hasPrefix("/") else {
            fail(field, "'\(Self.shortened(path))' is not absolute", suggestion: "begin it with '/'")
            return nil
        }
        return path
    }

    private func root(_ field: Field) -> String? {
        guard let path = absolutePath(field) else { return nil }
        guard Paths.isDirectory(path) else {
            fail(field, "'\(Self.shortened(path))' is no directory", suggestion: "create it first")
            return nil
        }
        return path
    }

    // MARK: - Limits

    private func limits(_ field: Field) -> [ProcessAttributes.Limit] {
        guard case .mapping(let entries) = field.node.content else {
            fail(field, "\(field.node.kind) where a mapping belongs", suggestion: "write { nofile: 4096 }")
            return []
        }
        return entries.compactMap { entry -> ProcessAttributes.Limit? in
            let value = Field(name: "\(field.name).\(entry.key)", node: entry.value)
            guard let countsBytes = Self.limitNames[entry.key] else {
                let isOurs = entry.key == "locks"
                context.problems.error(
                    entry.place,
                    isOurs
                        ? "'\(value.name)' in \(owner): Hob marks its processes with this limit, which Linux ignores"
                        : "unknown limit '\(Self.shortened(entry.key))' in '\(field.name)' of \(owner)",
                    suggestion: isOurs
                        ? "remove it" : Spelling.didYouMean(entry.key, among: Self.limitNames.keys.sorted()))
                return nil
            }
            guard case .mapping = entry.value.content else {
                return limitValue(value, countsBytes).map { .init(resource: entry.key, soft: $0, hard: $0) }
            }
            guard let fields = fields(of: value, .limit) else { return nil }
            let soft = fields["soft"].map { limitValue($0, countsBytes) }
            let hard = fields["hard"].map { limitValue($0, countsBytes) }
            // A half that was written and is wrong was reported.
            if case .some(.none) = soft { return nil }
            if case .some(.none) = hard { return nil }
            let limit = ProcessAttributes.Limit(resource: entry.key, soft: soft ?? nil, hard: hard ?? nil)
            if let soft = limit.soft, let hard = limit.hard, soft > hard {
                fail(value, "the soft limit is above the hard one", suggestion: "lower it, or raise the hard limit")
                return nil
            }
            return limit
        }
    }

    private func limitValue(_ field: Field, _ countsBytes: Bool) -> UInt64? {
        let form = countsBytes ? "a number of bytes, a size such as 64MiB or unlimited" : "a number or unlimited"
        guard let text = plain(field, expecting: form) else { return nil }
        if text == "unlimited" { return ProcessAttributes.Limit.unlimited }
        // JSON's numbers end here, and no limit of a machine comes near.
        if let number = UInt64(text), number <= UInt64(Int64.max), !text.hasPrefix("+") { return number }
        if countsBytes, let size = ByteSize(parsing: text) { return UInt64(size.bytes) }
        fail(field, "'\(Self.shortened(text))' is no limit", suggestion: "write \(form)")
        return nil
    }
}
