extension StagingArea {
    /// Hands what an earlier life has read and not written to the writer, in the order in which it was read.
    ///
    /// Each batch knows its instance, and how far it was written to which file: the writer takes it up there. It
    /// comes before anything that this life reads, so no line is lost, doubled or out of order.
    func recover(into writer: LogWriter) {
        for batch in leftovers {
            guard let name = batch.name else { continue }
            let channel = writer.channel(named: name)
            adopt(batch, for: channel)
            writer.enqueue(.batch(batch), for: channel)
            writer.enqueue(.close, for: channel)
        }
    }
}
