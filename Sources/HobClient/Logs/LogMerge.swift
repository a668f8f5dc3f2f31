/// Merges the lines of several logs by time; lines of one log keep their order, equal times that of the logs.
package struct LogMerge<Source: IteratorProtocol>: IteratorProtocol, Sequence where Source.Element == LogLine {
    private struct Head {
        var line: LogLine
        var index: Int

        func isBefore(_ other: Head) -> Bool {
            (line.time, index) < (other.line.time, other.index)
        }
    }

    private var sources: [Source]
    /// A binary heap: the parent of `n` is `(n - 1) / 2`.
    private var heads: [Head] = []

    /// Makes the merge of some logs.
    package init(_ sources: [Source]) {
        self.sources = sources
        for index in self.sources.indices {
            if let line = self.sources[index].next() {
                heads.append(Head(line: line, index: index))
                siftUp(heads.count - 1)
            }
        }
    }

    /// The next line.
    package mutating func next() -> LogLine? {
        guard let head = heads.first else { return nil }
        if let line = sources[head.index].next() {
            heads[0] = Head(line: line, index: head.index)
        } else {
            let last = heads.removeLast()
            if heads.isEmpty { return head.line }
            heads[0] = last
        }
        siftDown()
        return head.line
    }

    private mutating func siftUp(_ start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard heads[child].isBefore(heads[parent]) else { return }
            heads.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func siftDown() {
        var parent = 0
        while true {
            var first = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heads.count {
                if heads[child].isBefore(heads[first]) { first = child }
            }
            guard first != parent else { return }
            heads.swapAt(parent, first)
            parent = first
        }
    }
}
