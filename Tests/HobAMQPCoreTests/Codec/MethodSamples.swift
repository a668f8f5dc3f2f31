// Made by Scripts/generate-amqp-methods of Scripts/amqp-methods.txt; change those.

import HobAMQPCore
import HobPolicy

/// One of each method, with arguments by chance.
enum MethodSamples {
    static func all(using random: inout SplitMix64) -> [Method] {
        connection(using: &random) + channel(using: &random) + exchange(using: &random) + queue(using: &random)
            + basic(using: &random) + confirm(using: &random)
    }

    private static func connection(using random: inout SplitMix64) -> [Method] {
        [
            .connection(
                .start(
                    versionMajor: .sample(using: &random), versionMinor: .sample(using: &random),
                    serverProperties: .sample(using: &random), mechanisms: .sample(using: &random),
                    locales: .sample(using: &random))),
            .connection(
                .startOk(
                    clientProperties: .sample(using: &random), mechanism: .sample(using: &random),
                    response: .sample(using: &random), locale: .sample(using: &random))),
            .connection(.secure(challenge: .sample(using: &random))),
            .connection(.secureOk(response: .sample(using: &random))),
            .connection(
                .tune(
                    channelMax: .sample(using: &random), frameMax: .sample(using: &random),
                    heartbeat: .sample(using: &random))),
            .connection(
                .tuneOk(
                    channelMax: .sample(using: &random), frameMax: .sample(using: &random),
                    heartbeat: .sample(using: &random))),
            .connection(
                .open(
                    virtualHost: .sample(using: &random), capabilities: .sample(using: &random),
                    insist: .sample(using: &random))),
            .connection(.openOk(knownHosts: .sample(using: &random))),
            .connection(
                .close(
                    replyCode: .sample(using: &random), replyText: .sample(using: &random),
                    classID: .sample(using: &random), methodID: .sample(using: &random))),
            .connection(.closeOk),
            .connection(.blocked(reason: .sample(using: &random))),
            .connection(.unblocked),
            .connection(.updateSecret(newSecret: .sample(using: &random), reason: .sample(using: &random))),
            .connection(.updateSecretOk),
        ]
    }

    private static func channel(using random: inout SplitMix64) -> [Method] {
        [
            .channel(.open),
            .channel(.openOk),
            .channel(.flow(active: .sample(using: &random))),
            .channel(.flowOk(active: .sample(using: &random))),
            .channel(
                .close(
                    replyCode: .sample(using: &random), replyText: .sample(using: &random),
                    classID: .sample(using: &random), methodID: .sample(using: &random))),
            .channel(.closeOk),
        ]
    }

    private static func exchange(using random: inout SplitMix64) -> [Method] {
        [
            .exchange(
                .declare(
                    exchange: .sample(using: &random), type: .sample(using: &random), passive: .sample(using: &random),
                    durable: .sample(using: &random), autoDelete: .sample(using: &random),
                    internal: .sample(using: &random), noWait: .sample(using: &random),
                    arguments: .sample(using: &random))),
            .exchange(.declareOk),
            .exchange(
                .delete(
                    exchange: .sample(using: &random), ifUnused: .sample(using: &random),
                    noWait: .sample(using: &random))),
            .exchange(.deleteOk),
            .exchange(
                .bind(
                    destination: .sample(using: &random), source: .sample(using: &random),
                    routingKey: .sample(using: &random), noWait: .sample(using: &random),
                    arguments: .sample(using: &random))),
            .exchange(.bindOk),
            .exchange(
                .unbind(
                    destination: .sample(using: &random), source: .sample(using: &random),
                    routingKey: .sample(using: &random), noWait: .sample(using: &random),
                    arguments: .sample(using: &random))),
            .exchange(.unbindOk),
        ]
    }

    private static func queue(using random: inout SplitMix64) -> [Method] {
        [
            .queue(
                .declare(
                    queue: .sample(using: &random), passive: .sample(using: &random), durable: .sample(using: &random),
                    exclusive: .sample(using: &random), autoDelete: .sample(using: &random),
                    noWait: .sample(using: &random), arguments: .sample(using: &random))),
            .queue(
                .declareOk(
                    queue: .sample(using: &random), messageCount: .sample(using: &random),
                    consumerCount: .sample(using: &random))),
            .queue(
                .bind(
                    queue: .sample(using: &random), exchange: .sample(using: &random),
                    routingKey: .sample(using: &random), noWait: .sample(using: &random),
                    arguments: .sample(using: &random))),
            .queue(.bindOk),
            .queue(.purge(queue: .sample(using: &random), noWait: .sample(using: &random))),
            .queue(.purgeOk(messageCount: .sample(using: &random))),
            .queue(
                .delete(
                    queue: .sample(using: &random), ifUnused: .sample(using: &random), ifEmpty: .sample(using: &random),
                    noWait: .sample(using: &random))),
            .queue(.deleteOk(messageCount: .sample(using: &random))),
            .queue(
                .unbind(
                    queue: .sample(using: &random), exchange: .sample(using: &random),
                    routingKey: .sample(using: &random), arguments: .sample(using: &random))),
            .queue(.unbindOk),
        ]
    }

    private static func basic(using random: inout SplitMix64) -> [Method] {
        [
            .basic(
                .qos(
                    prefetchSize: .sample(using: &random), prefetchCount: .sample(using: &random),
                    global: .sample(using: &random))),
            .basic(.qosOk),
            .basic(
                .consume(
                    queue: .sample(using: &random), consumerTag: .sample(using: &random),
                    noLocal: .sample(using: &random), noAck: .sample(using: &random),
                    exclusive: .sample(using: &random), noWait: .sample(using: &random),
                    arguments: .sample(using: &random))),
            .basic(.consumeOk(consumerTag: .sample(using: &random))),
            .basic(.cancel(consumerTag: .sample(using: &random), noWait: .sample(using: &random))),
            .basic(.cancelOk(consumerTag: .sample(using: &random))),
            .basic(
                .publish(
                    exchange: .sample(using: &random), routingKey: .sample(using: &random),
                    mandatory: .sample(using: &random), immediate: .sample(using: &random))),
            .basic(
                .`return`(
                    replyCode: .sample(using: &random), replyText: .sample(using: &random),
                    exchange: .sample(using: &random), routingKey: .sample(using: &random))),
            .basic(
                .deliver(
                    consumerTag: .sample(using: &random), deliveryTag: .sample(using: &random),
                    redelivered: .sample(using: &random), exchange: .sample(using: &random),
                    routingKey: .sample(using: &random))),
            .basic(.get(queue: .sample(using: &random), noAck: .sample(using: &random))),
            .basic(
                .getOk(
                    deliveryTag: .sample(using: &random), redelivered: .sample(using: &random),
                    exchange: .sample(using: &random), routingKey: .sample(using: &random),
                    messageCount: .sample(using: &random))),
            .basic(.getEmpty),
            .basic(.ack(deliveryTag: .sample(using: &random), multiple: .sample(using: &random))),
            .basic(.reject(deliveryTag: .sample(using: &random), requeue: .sample(using: &random))),
            .basic(.recoverAsync(requeue: .sample(using: &random))),
            .basic(.recover(requeue: .sample(using: &random))),
            .basic(.recoverOk),
            .basic(
                .nack(
                    deliveryTag: .sample(using: &random), multiple: .sample(using: &random),
                    requeue: .sample(using: &random))),
        ]
    }

    private static func confirm(using random: inout SplitMix64) -> [Method] {
        [
            .confirm(.select(noWait: .sample(using: &random))),
            .confirm(.selectOk),
        ]
    }
}
