extension Method {
    /// Whether it is what the server answers to this method.
    func answers(_ call: Method) -> Bool {
        switch call {
        case .connection: false
        case .channel(let method): answers(method)
        case .exchange(let method): answers(method)
        case .queue(let method): answers(method)
        case .basic(let method): answers(method)
        case .confirm(.select): self == .confirm(.selectOk)
        case .confirm(.selectOk): false
        }
    }

    private func answers(_ call: ChannelMethod) -> Bool {
        switch (call, self) {
        case (.flow, .channel(.flowOk)): true
        case (.flow, _), (.open, _), (.openOk, _), (.flowOk, _), (.close, _), (.closeOk, _): false
        }
    }

    private func answers(_ call: ExchangeMethod) -> Bool {
        switch (call, self) {
        case (.declare, .exchange(.declareOk)), (.delete, .exchange(.deleteOk)), (.bind, .exchange(.bindOk)),
            (.unbind, .exchange(.unbindOk)):
            true
        case (.declare, _), (.declareOk, _), (.delete, _), (.deleteOk, _), (.bind, _), (.bindOk, _), (.unbind, _),
            (.unbindOk, _):
            false
        }
    }

    private func answers(_ call: QueueMethod) -> Bool {
        switch (call, self) {
        case (.declare, .queue(.declareOk)), (.bind, .queue(.bindOk)), (.purge, .queue(.purgeOk)),
            (.delete, .queue(.deleteOk)), (.unbind, .queue(.unbindOk)):
            true
        case (.declare, _), (.declareOk, _), (.bind, _), (.bindOk, _), (.purge, _), (.purgeOk, _), (.delete, _),
            (.deleteOk, _), (.unbind, _), (.unbindOk, _):
            false
        }
    }

    private func answers(_ call: BasicMethod) -> Bool {
        switch (call, self) {
        case (.qos, .basic(.qosOk)), (.get, .basic(.getOk)), (.get, .basic(.getEmpty)),
            (.recover, .basic(.recoverOk)):
            true
        // These two carry the consumer they are about.
        case (.consume(_, let asked, _, _, _, _, _), .basic(.consumeOk(let tag))): asked.isEmpty || asked == tag
        case (.cancel(let asked, _), .basic(.cancelOk(let tag))): asked == tag
        case (.qos, _), (.qosOk, _), (.consume, _), (.consumeOk, _), (.cancel, _), (.cancelOk, _), (.publish, _),
            (.return, _), (.deliver, _), (.get, _), (.getOk, _), (.getEmpty, _), (.ack, _), (.reject, _),
            (.recoverAsync, _), (.recover, _), (.recoverOk, _), (.nack, _):
            false
        }
    }
}
