@_exported public import HobPolicy
