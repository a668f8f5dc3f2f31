import Glibc
import HobSystem

#if AMQP
// Before any other thread starts: they inherit the mask. An async main would unblock the signals again.
Interruption.begin()
let status = Monitor<Int32?>(nil)
Task.detached {
    let code = await AMQPRoot.execute(Array(CommandLine.arguments.dropFirst()))
    status.withLock { $0 = code }
    status.signal()
}
exit(status.wait { $0 })
#else
Terminal.complain(
    "hob: this 'hob amqp' was built without the trait AMQP; build it without --disable-default-traits")
exit(1)
#endif
