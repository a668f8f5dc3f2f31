import Glibc

exit(HobRoot.execute(Array(CommandLine.arguments.dropFirst())))
