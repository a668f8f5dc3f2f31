import Glibc
import HobSupervisor

exit(SupervisorProcess.run(Array(CommandLine.arguments.dropFirst())))
