#if AMQP
// Tables, properties, addresses and back-off are part of this library's signatures.
@_exported public import HobAMQPCore
@_exported public import HobPolicy
#endif
