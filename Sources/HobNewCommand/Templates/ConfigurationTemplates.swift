/// hob.yml and the files of the environments.
enum ConfigurationTemplates {
    static let all = [
        Template(path: "hob.yml", text: supervision), Template(path: "config/development.yml", text: development),
        Template(path: "config/production.yml", text: production),
    ]

    private static let supervision = """
        # How hob keeps it alive: hob up, hob status, hob logs -f, hob down
        services:
          {{name}}:
            command: [.build/debug/{{name}}, run]
            environment: { HOB_ENV: "${HOB_ENV:-development}" }
            # It says itself when it may be used.
            ready: { notify: true, timeout: 20s }

        """

    /// config/base.yml and config/test.yml of a kind.
    static func own(base: String, test: String) -> [Template] {
        [
            Template(path: "config/base.yml", text: baseComment + base),
            Template(path: "config/test.yml", text: testComment + test),
        ]
    }

    private static let baseComment = """
        # What holds in all environments, for the keys of Sources/{{name}}/Keys.swift. The file of the environment, variables
        # such as {{variable}}_KEY, and --set KEY=VALUE override it, each its predecessor; '{{name}} config' shows the result.

        """

    private static let testComment = """
        # What is different where it is tested: -e test, or HOB_ENV=test.

        """

    private static let development = """
        # What is different where it is written: -e development, HOB_ENV=development, or neither.

        """

    private static let production = """
        # What is different where it is used: -e production, or HOB_ENV=production.

        """
}
