@_exported public import Distributed
@_exported public import HobPolicy
@_exported public import Logging
