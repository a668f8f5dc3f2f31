/// The reference of `hob control`: made from the tables by which files and flags are read.
package enum ControlReference {
    /// What a key, or its flag, does, for the command's own help.
    package static func help(of key: String) -> String {
        guard let definition = KeyTable.control[key] else { return "" }
        let standard = definition.standard.map { " Default: \($0)." } ?? ""
        return definition.help + (definition.shape.isBoolean ? "" : standard)
    }

    /// The flag of a key, as the command line spells it.
    static func flag(of key: String) -> String {
        switch key {
        case "command": "-- COMMAND…"
        case "environment": "--env NAME=VALUE"
        case "stop": "--stop-signal"
        case "keep_fd": "--keep-fd N"
        case "unset": "--unset NAME"
        default: "--" + key.replacing("_", with: "-")
        }
    }

    /// The reference as Markdown, as it is shipped in `Documentation/control.md`.
    package static var markdown: String {
        var text = introduction
        for table in [KeyTable.control, .controlPing, .controlCommand] { text += section(of: table) }
        return text
    }

    private static func section(of table: KeyTable) -> String {
        let hasFlags = table.id == KeyTable.control.id
        var text = "\n## \(table.title)\n\n\(table.help)\n"
        if !table.exactlyOne.isEmpty {
            text += "\nExactly one of \(table.exactlyOne.map { "`\($0)`" }.joined(separator: ", ")) is needed.\n"
        }
        let columns = ["key"] + (hasFlags ? ["flag"] : []) + ["value", "default", "what it does"]
        text += "\n| \(columns.joined(separator: " | ")) |\n|\(String(repeating: "---|", count: columns.count))\n"
        for key in table.keys {
            let flag = hasFlags ? ["`\(flag(of: key.name))`"] : []
            let cells = ["`\(key.name)`"] + flag + [key.shape.summary, key.standard ?? "", key.help]
            text += "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |\n"
        }
        text += "\n```yaml\n"
        var shown: Set<String> = []
        for key in table.keys where shown.insert(key.example).inserted { text += "\(key.example)\n" }
        return text + "```\n"
    }

    private static let introduction = """
        # hob control

        This page's tables are generated from those by which `hob control` reads files and flags.

        `hob control` starts, stops and connects to a daemon that nobody supervises, without races: however many callers
        there are, in however many processes, one start happens, and each caller returns when the daemon can be used, or
        with the daemon's own words on why it cannot. It is the command for
        `HobController`, the library for programs.

        ```
        $ hob control start --pid-file searchd.pid --log-file searchd.log --ping tcp:localhost:9312 -- searchd -c sphinx.conf
        searchd started (pid 4711) in 312ms
        $ hob control stop --pid-file searchd.pid
        searchd stopped in 24ms
        ```

        The same from a file, `searchd.yml`:

        ```yaml
        command: searchd -c sphinx.conf
        pid_file: searchd.pid
        log_file: searchd.log
        ping: tcp:localhost:9312
        ```

        ```
        $ hob control -f searchd.yml ensure
        searchd started (pid 4711) in 312ms
        ```

        ## Verbs

        | verb | what it does | exit code |
        |---|---|---|
        | `start` | Starts the daemon and returns when it can be used. | 73 when it runs already |
        | `ensure` | The same, and no error when it runs; one that answers its ping costs neither a process nor a lock. | |
        | `stop` | Ends the daemon and its whole tree, and returns when all of it is gone. No error when it does not run. | |
        | `restart` | Stops and starts it under one lock; starts it when it does not run. | |
        | `status` | Says whether its main process lives. It needs no right to write. | after the LSB: 0 running, 3 not running, 4 cannot be told |
        | `connect` | Starts the daemon if need be, connects to its `tcp:` or `unix:` ping and joins the connection to stdin and stdout. | |

        Other exit codes: 0 done; 1 failed; 2 timed out; 64 usage; 77 not permitted; 78 bad configuration; 130 and 143
        when SIGINT or SIGTERM ended it. What a start that is interrupted has begun is ended before `hob` returns; a
        second signal kills it at once. A stop that is interrupted leaves the daemon to end by itself.

        `--json` prints one object: `{"identifier":"searchd","result":"started","pid":4711,"seconds":0.312}`, where the
        result is `started`, `restarted`, `alreadyRunning`, `stopped`, `wasNotRunning`, `running` or `notRunning`; or
        `{"identifier":"searchd","error":{"code":"startTimedOut","message":"…"}}`, where the code is `alreadyStarted`,
        `startFailed`, `startTimedOut`, `stopFailed`, `stopTimedOut`, `connectFailed`, `badConfiguration` or `cancelled`.

        `connect` passes the end of its input on, and ends when the daemon closes the connection. It works as an ssh
        ProxyCommand and from inetd: `hob control -f searchd.yml connect`.

        ## Values

        - **Durations carry their unit**: `250ms`, `10s`, `1m30s`. A bare number is an error that says so.
        - **Commands** are words, not shell lines. Behind `--` they are taken as they are, but a single one is split
          like a text in the file: `'…'`, `"…"` and `\\` quote, and `${VAR}` is a variable. `--shell`, or
          `shell: true`, lets `/bin/sh` run the text; `before_start` is always such a line.
        - **Paths** of flags are seen from the current directory. Those in the file are seen from the file's directory,
          which is also where the daemon and all commands run, unless `directory` says otherwise. A program with a slash
          in its name is seen from there.
        - **Variables** in the file are those of `hob.yml`: `${VAR}`, `${VAR:-default}`, `$$` for a dollar, from the
          environment of `hob`, then from the `.env` file beside the file. In flags other than commands a dollar is a
          dollar.
        - **A mistake** in the file is told as `file:line:column`, and nothing is done.

        """
}
