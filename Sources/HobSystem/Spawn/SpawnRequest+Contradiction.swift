import Glibc

extension SpawnRequest {
    /// What cannot be meant, found before anything is made; nil when all is well.
    var contradiction: SpawnFailure? {
        func refuse(_ stage: SpawnStage, _ reason: String) -> SpawnFailure {
            SpawnFailure(stage: stage, code: EINVAL, message: "cannot start \(executable): \(reason)")
        }
        // A zero byte would silently cut the word short.
        for word in [executable, argv0 ?? "", directory ?? "", root ?? ""] + arguments + environment
        where word.utf8.contains(0) {
            return refuse(.exec, "a zero byte is in \"\(word.prefix(40).prefix { $0 != "\0" })\"")
        }
        var targets = Set<Int32>()
        for mapping in descriptors {
            guard mapping.target >= 0, mapping.source >= 0 else {
                return refuse(.descriptors, "file descriptor \(min(mapping.source, mapping.target)) is below zero")
            }
            guard targets.insert(mapping.target).inserted else {
                return refuse(.descriptors, "file descriptor \(mapping.target) is given twice")
            }
        }
        if listenFDs > 0 {
            for target in 3..<(3 + Int32(clamping: min(listenFDs, 1000))) where !targets.contains(target) {
                return refuse(.descriptors, "\(listenFDs) sockets are announced, but descriptor \(target) is not given")
            }
        }
        if let mask = umask, mask > 0o777 { return refuse(.umask, "umask \(String(mask, radix: 8)) is above 777") }
        return nil
    }
}
