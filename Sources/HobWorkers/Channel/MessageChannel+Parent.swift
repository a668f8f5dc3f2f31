import Glibc
import HobSystem

extension MessageChannel {
    /// The channel to the parent, in a child that was started by ``ChildProcess/connect(sending:receiving:messageLimit:)``;
    /// to be asked for once.
    ///
    /// - Parameter messageLimit: the most bytes of a message, 4 MiB unless told otherwise; as many as the parent allows.
    /// - Throws: ``ChannelError`` when this process was not started with a channel.
    public static func toParent(messageLimit: Int = 4 << 20) throws -> MessageChannel {
        let name = ChannelInheritance.variable
        guard let text = getenv(name).map({ String(cString: $0) }), let number = Int32(text), number > 2 else {
            throw ChannelError(
                .noChannel, "there is no channel to a parent: start this program by ChildProcess.connect, once for each"
            )
        }
        // Neither ours nor our children's a second time.
        unsetenv(name)
        let socket = Descriptor(owning: number)
        let parent = getppid()
        do throws(SystemError) {
            try socket.setCloseOnExec(true)
            let work = try WorkLoop.shared()
            let made = Promise<Result<LoopBound<ChannelCore>, SystemError>>()
            work.post { loop in
                do throws(SystemError) {
                    let core = try ChannelCore(socket, limit: messageLimit, on: loop) { tell in
                        let isGone = getppid() != parent
                        tell("parent process \(parent) has \(isGone ? "ended" : "closed the channel")")
                    }
                    made.fulfil(.success(LoopBound(core)))
                } catch {
                    made.fulfil(.failure(error))
                }
            }
            return MessageChannel(try made.wait().get().value, limit: messageLimit, on: work)
        } catch {
            throw ChannelError(.noChannel, "the channel to process \(parent) cannot be used: \(error)", cause: error)
        }
    }
}
