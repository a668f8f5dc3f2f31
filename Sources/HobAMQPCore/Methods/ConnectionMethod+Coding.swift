// Made by Scripts/generate-amqp-methods of Scripts/amqp-methods.txt; change those.

extension ConnectionMethod {
    /// Reads the arguments of a method; nil when the class has no method of this number.
    init?(methodID: UInt16, from reader: inout ByteReader) throws(AMQPProtocolError) {
        switch methodID {
        case 10:
            let versionMajor = try reader.octet()
            let versionMinor = try reader.octet()
            let serverProperties = try reader.table()
            let mechanisms = try reader.longString()
            let locales = try reader.longString()
            self = .start(
                versionMajor: versionMajor, versionMinor: versionMinor, serverProperties: serverProperties,
                mechanisms: mechanisms, locales: locales)
        case 11:
            let clientProperties = try reader.table()
            let mechanism = try reader.shortString()
            let response = try reader.longString()
            let locale = try reader.shortString()
            self = .startOk(
                clientProperties: clientProperties, mechanism: mechanism, response: response, locale: locale)
        case 20:
            let challenge = try reader.longString()
            self = .secure(challenge: challenge)
        case 21:
            let response = try reader.longString()
            self = .secureOk(response: response)
        case 30:
            let channelMax = try reader.short()
            let frameMax = try reader.long()
            let heartbeat = try reader.short()
            self = .tune(channelMax: channelMax, frameMax: frameMax, heartbeat: heartbeat)
        case 31:
            let channelMax = try reader.short()
            let frameMax = try reader.long()
            let heartbeat = try reader.short()
            self = .tuneOk(channelMax: channelMax, frameMax: frameMax, heartbeat: heartbeat)
        case 40:
            let virtualHost = try reader.shortString()
            let capabilities = try reader.shortString()
            let bits = try reader.octet()
            self = .open(virtualHost: virtualHost, capabilities: capabilities, insist: bits & 1 != 0)
        case 41:
            let knownHosts = try reader.shortString()
            self = .openOk(knownHosts: knownHosts)
        case 50:
            let replyCode = try reader.short()
            let replyText = try reader.shortString()
            let classID = try reader.short()
            let methodID = try reader.short()
            self = .close(replyCode: replyCode, replyText: replyText, classID: classID, methodID: methodID)
        case 51:
            self = .closeOk
        case 60:
            let reason = try reader.shortString()
            self = .blocked(reason: reason)
        case 61:
            self = .unblocked
        case 70:
            let newSecret = try reader.longString()
            let reason = try reader.shortString()
            self = .updateSecret(newSecret: newSecret, reason: reason)
        case 71:
            self = .updateSecretOk
        default: return nil
        }
    }
}

extension ConnectionMethod {
    /// Writes its arguments, without class and number.
    func write(to writer: inout ByteWriter) throws(AMQPProtocolError) {
        switch self {
        case .start(let versionMajor, let versionMinor, let serverProperties, let mechanisms, let locales):
            writer.octet(versionMajor)
            writer.octet(versionMinor)
            try writer.table(serverProperties)
            writer.longString(mechanisms)
            writer.longString(locales)
        case .startOk(let clientProperties, let mechanism, let response, let locale):
            try writer.table(clientProperties)
            try writer.shortString(mechanism, "mechanism")
            writer.longString(response)
            try writer.shortString(locale, "locale")
        case .secure(let challenge):
            writer.longString(challenge)
        case .secureOk(let response):
            writer.longString(response)
        case .tune(let channelMax, let frameMax, let heartbeat):
            writer.short(channelMax)
            writer.long(frameMax)
            writer.short(heartbeat)
        case .tuneOk(let channelMax, let frameMax, let heartbeat):
            writer.short(channelMax)
            writer.long(frameMax)
            writer.short(heartbeat)
        case .open(let virtualHost, let capabilities, let insist):
            try writer.shortString(virtualHost, "virtual-host")
            try writer.shortString(capabilities, "capabilities")
            writer.bits(insist)
        case .openOk(let knownHosts):
            try writer.shortString(knownHosts, "known-hosts")
        case .close(let replyCode, let replyText, let classID, let methodID):
            writer.short(replyCode)
            try writer.shortString(replyText, "reply-text")
            writer.short(classID)
            writer.short(methodID)
        case .closeOk:
            break
        case .blocked(let reason):
            try writer.shortString(reason, "reason")
        case .unblocked:
            break
        case .updateSecret(let newSecret, let reason):
            writer.longString(newSecret)
            try writer.shortString(reason, "reason")
        case .updateSecretOk:
            break
        }
    }
}
