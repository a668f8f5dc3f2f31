/// hob.yml and the files of the environments.
enum ConfigurationTemplates {
    static let all = [
        Template(path: "hob.yml", text: supervision), Template(path: "config/base.yml", text: base),
        Template(path: "config/development.yml", text: development), Template(path: "config/test.yml", text: test),
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

    private static let base = """
        # The configuration in all environments. The file of the environment, variables that begin with {{variable}}_ and
        # --set KEY=VALUE override it, each its predecessor.

        """
    private static let development = """
        # What is different where it is written: HOB_ENV=development, or none.

        """
    private static let test = """
        # What is different where it is tested: HOB_ENV=test.

        """
    private static let production = """
        # What is different where it is used: HOB_ENV=production.

        """
}
