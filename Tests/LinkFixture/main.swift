import Glibc
import HobLink
import LinkActors

// serve ADDRESS [USER]: a Lister under the name "lister", whose socket other users may open; ends at the end of stdin.
// call ADDRESS USER: becomes that user, calls once and prints what came of it.

func say(_ text: String) {
    print(text)
    fflush(nil)
}

var configuration = LinkConfiguration(name: "fixture")
configuration.socketMode = 0o666
configuration.callLimit = .seconds(20)
let words = CommandLine.arguments.dropFirst()
guard words.count >= 2, let verb = words.first, let address = words.dropFirst().first else {
    say("usage: fixture-link serve|call ADDRESS [USER]")
    exit(64)
}
let user = words.dropFirst(2).first.flatMap { UInt32($0) }
if let user, setgroups(0, nil) != 0 || setgid(user) != 0 || setuid(user) != 0 {
    say("cannot become user \(user)")
    exit(77)
}
if verb == "interface" { configuration.interface = "2" }
let link = LinkSystem(configuration)
do {
    if verb == "call" {
        let lister = try link.actor(Lister.self, named: "lister", at: LinkAddress(address))
        say("answer: \(try await lister.echo("hello"))")
    } else {
        let lister = Lister(actorSystem: link)
        try link.export(lister, as: "lister")
        say("listens on \(try await link.listen(on: LinkAddress(address)))")
        var byte: UInt8 = 0
        while read(0, &byte, 1) > 0 {}
        say("cut off: \(await link.shutdown(within: .seconds(5)))")
    }
} catch let error as LinkError {
    say("error: \(error.code.rawValue): \(error)")
    exit(1)
} catch {
    say("error: \(error)")
    exit(1)
}
exit(0)
