import Glibc

exit(HobNewRoot.execute(Array(CommandLine.arguments.dropFirst())))
