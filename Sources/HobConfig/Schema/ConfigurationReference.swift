/// The reference of `hob.yml`: made from the tables that the loader reads.
package enum ConfigurationReference {
    /// The reference as Markdown, as it is shipped in `Documentation/hob-yml.md`.
    package static var markdown: String {
        var text = introduction
        var waiting = [KeyTable.file]
        var done: Set<String> = []
        while let table = waiting.first {
            waiting.removeFirst()
            guard done.insert(table.id).inserted else { continue }
            text += section(of: table)
            waiting += table.keys.flatMap(\.shape.tables)
        }
        return text
    }

    private static func section(of table: KeyTable) -> String {
        var text = "\n## \(table.title)\n\n\(table.help)\n"
        if !table.exactlyOne.isEmpty {
            text += "\nExactly one of \(table.exactlyOne.map { "`\($0)`" }.joined(separator: ", ")) is needed.\n"
        }
        text += "\n| key | value | default | what it does |\n|---|---|---|---|\n"
        for key in table.keys {
            let name = table.required.contains(key.name) ? "`\(key.name)` (needed)" : "`\(key.name)`"
            let cells = [name, key.shape.summary, key.standard ?? "", key.help]
            text += "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |\n"
        }
        text += "\n```yaml\n"
        var shown: Set<String> = []
        for key in table.keys where shown.insert(key.example).inserted { text += "\(key.example)\n" }
        text += "```\n"
        if !table.later.isEmpty {
            text += "\nNot available yet, and refused by name:\n\n"
            for (key, until) in table.later.sorted(by: { $0.key < $1.key }) { text += "- `\(key)`: \(until).\n" }
        }
        return text
    }

    private static let introduction = """
        # hob.yml

        This page is generated from the loader's own tables; `hob.schema.json` beside it is for editors.

        A `hob.yml` says which services a directory has. `hob check` reads it, names every mistake as
        `file:line:column` and starts nothing; a file with a mistake changes nothing either.

        ```yaml
        services:
          redis:
            command: redis-server --port 6399 --save ""
            ready: { tcp: 127.0.0.1:6399, timeout: 10s }
          web:
            command: [./bin/web, --port, "${PORT}"]
            instances: 4
            port: 8080
            after: [redis]
            ready: { http: "http://127.0.0.1:${PORT}/healthz" }
        ```

        ## Values

        - **Durations and sizes carry their unit**: `250ms`, `10s`, `1m30s`, `2h`, `1d`; `512B`, `64kB`, `10MB`, `1GiB`.
          A bare number is an error that says so.
        - **Commands** are words, not shell lines. In a text, `'…'`, `"…"` and `\\` quote as in a shell, and nothing else
          is special. A word that is only a variable, and empty, leaves no word behind, unless it is quoted.
        - **Paths** are seen from the directory of the file; programs with a slash and `ready: { unix: … }` are seen
          from the service's `directory`.
        - **Anchors**: `&name`, `*name` and `<<:` work; keys of the file that begin with `x-` are ignored and hold them.

        ## Variables

        `${VAR}`, `${VAR:-default}` (unset or empty), `${VAR-default}` (unset), `${VAR:?message}` (needed). `$$` is a
        dollar; `$VAR` without braces is left alone, for shells. Values come from the environment of `hob`, then from
        the `.env` file beside the configuration. A value never becomes more than one word of a command.

        In `command`, `directory`, `ready`, `stop`, `reload` and the hooks, the service's own `environment` and
        `env_file` come first, and three variables differ between instances: `${PORT}` (for services with a `port`),
        `${INSTANCE}` (its number, from 1) and `${NAME}` (such as `web@2`). `environment` and `env_file` may use these
        three as well.

        Files of variables hold `NAME=value` lines, with `export` in front if you like: `'…'` is literal, `"…"` knows
        `\\n`, `\\t`, `\\"`, `\\\\` and `${VAR}`, a value without quotes ends at ` #`.

        Every service finds `HOB_SERVICE`, `HOB_INSTANCE` (such as `web@2`) and `HOB_INDEX` in its environment, and, where
        its log is stamped, `HOB_LOG_STREAM`: `DEVICE:INODE` of that stdout whose lines need no time of their own, as
        `JOURNAL_STREAM` says it of journald.

        ## Overrides

        `hob.override.yml` beside `hob.yml` is laid over it: mappings merge key by key, texts and lists replace, and a key
        without a value removes (in `environment` it takes the value from the environment of `hob`, as always).

        The system's configuration, `/etc/hob/*.yml`, is read as one file; no two of them may define the same service.

        """
}
