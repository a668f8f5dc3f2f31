#if AMQP
import HobAMQPCore
import HobPolicy

/// Acknowledgements on their way out.
///
/// They wait a millisecond for others, or until a quarter of the prefetch has gathered: the broker then sends as many at
/// once, and where nothing before them is unsettled, all of them are one acknowledgement with `multiple`.
extension SessionState {
    private static let patience = Duration.milliseconds(1)

    mutating func settle(
        _ method: BasicMethod, tag: UInt64, multiple: Bool, generation: UInt64, number: UInt16
    ) -> AMQPDelivery.Settlement {
        // What has gathered goes first, while the ledger still knows what is unsettled below it.
        if case .ack(_, false) = method {} else { writePendingAcks(on: number) }
        guard let verdict = channels[number]?.ledger.settle(tag, multiple: multiple, generation: generation) else {
            traffic.stale &+= 1
            return .stale
        }
        switch verdict {
        case .send(let settled, let last):
            guard channels[number]?.machine.isOpen == true, connection.isOpen else {
                traffic.stale &+= 1
                return .stale
            }
            traffic.settled &+= UInt64(settled)
            if case .ack(_, false) = method {
                gather(tag, on: number)
            } else {
                write(.basic(method.settling(last)), on: number)
            }
            return .sent
        case .stale:
            traffic.stale &+= 1
            return .stale
        case .settledBefore: return .settledBefore
        }
    }

    private mutating func gather(_ tag: UInt64, on number: UInt16) {
        channels[number]?.pendingAcks.append(tag)
        let prefetch = Int(channels[number]?.prefetch ?? 0)
        if channels[number]?.pendingAcks.count ?? 0 >= (prefetch == 0 ? 64 : max(1, prefetch / 4)) {
            writePendingAcks(on: number)
        } else if !awaitsAcks {
            awaitsAcks = true
            set(.acks, after: Self.patience)
        }
    }

    mutating func writePendingAcks(on number: UInt16) {
        guard channels[number]?.pendingAcks.isEmpty == false, var tags = channels[number]?.pendingAcks else { return }
        channels[number]?.pendingAcks = []
        if tags.count > 1, let last = tags.max(), (channels[number]?.ledger.firstUnsettled ?? .max) > last {
            write(.basic(.ack(deliveryTag: last, multiple: true)), on: number)
        } else {
            for tag in tags { write(.basic(.ack(deliveryTag: tag)), on: number) }
        }
        tags.removeAll(keepingCapacity: true)
        channels[number]?.pendingAcks = tags
    }

    mutating func writeAllPendingAcks() {
        awaitsAcks = false
        for number in channels.keys { writePendingAcks(on: number) }
    }
}

extension BasicMethod {
    /// The same for another delivery: the broker does not know a tag that is settled already, so of several the last
    /// unsettled one is named.
    fileprivate func settling(_ tag: UInt64) -> BasicMethod {
        switch self {
        case .ack(_, let multiple): .ack(deliveryTag: tag, multiple: multiple)
        case .nack(_, let multiple, let requeue): .nack(deliveryTag: tag, multiple: multiple, requeue: requeue)
        default: self
        }
    }
}
#endif
