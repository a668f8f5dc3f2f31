/// The package itself: manifest, README, Makefile, .gitignore.
enum PackageTemplates {
    static let all = [
        Template(path: "Package.swift", text: manifest), Template(path: "README.md", text: readme),
        Template(path: "Makefile", text: makefile), Template(path: ".gitignore", text: ignored),
    ]

    private static let manifest = #"""
        // swift-tools-version: 6.2
        import PackageDescription

        let package = Package(
            name: "{{name}}",
            products: [
                .executable(name: "{{name}}", targets: ["{{name}}"])
            ],
            dependencies: [
        {{#hobPath}}
                // The checkout that hob was built in; for other machines, name its repository:
                // .package(url: "https://…/hob", from: "{{hobVersion}}", traits: [{{hobTraits}}]),
                .package(name: "hob", path: "{{hobPath}}", traits: [{{hobTraits}}]),
        {{/hobPath}}
        {{#hobURL}}
                .package(url: "{{hobURL}}", from: "{{hobVersion}}", traits: [{{hobTraits}}]),
        {{/hobURL}}
        {{#packages}}
                .package(url: "{{url}}", from: "{{from}}"{{#hasTraits}}, traits: []{{/hasTraits}}),
        {{/packages}}
            ],
            targets: [
                .executableTarget(
                    name: "{{name}}",
                    dependencies: [
        {{#hobProducts}}
                        .product(name: "{{.}}", package: "{{hobIdentity}}"),
        {{/hobProducts}}
        {{#packages}}
        {{#products}}
                        .product(name: "{{product}}", package: "{{package}}"),
        {{/products}}
        {{/packages}}
                    ]),
                .testTarget(name: "{{name}}Tests", dependencies: ["{{name}}"{{#testProducts}}, .product(name: "{{.}}", package: "{{hobIdentity}}"){{/testProducts}}]),
            ],
            swiftLanguageModes: [.v6]
        )

        """#

    private static let readme = #"""
        # {{name}}

        A daemon in Swift, made by `hob new {{name}} --kind {{kind}}`: {{summary}}.

            swift build                     # a minute or two, the first time
            .build/debug/{{name}}           # in the foreground; Ctrl-C ends it
            .build/debug/{{name}} start     # in the background; returns when it is ready
            .build/debug/{{name}} status    # 0: it runs, 3: it does not
            .build/debug/{{name}} reload    # HUP
            .build/debug/{{name}} stop
            .build/debug/{{name}} logs -f
            .build/debug/{{name}} config    # what holds, and where each value comes from
            .build/debug/{{name}} --help
            hob up                          # kept alive by hob, as hob.yml says
        {{#isHTTP}}
            curl http://127.0.0.1:{{port}}/
        {{/isHTTP}}
        {{#isAMQP}}

        The broker is `amqp://guest:guest@localhost` unless `AMQP_URL` says otherwise. With a password, better let
        `{{variable}}_BROKER_FILE` name a file that holds the URL. What failed too often is in the queue `{{name}}.parked`:
        `hob amqp parked {{name}}` shows it, `hob amqp redrive {{name}}` has it tried again.
        {{/isAMQP}}

        `make test` runs the tests: those of the code, and one that starts, asks and stops the program as it was built.{{#isAMQP}} One of them needs a broker: `AMQP_URL=amqp://… make test`.{{/isAMQP}}

        | File | What it is |
        |---|---|
        | `Sources/{{name}}` | the program; `{{type}}.swift` has its entry point, `Keys.swift` what can be configured |
        | `Tests/{{name}}Tests` | its tests |
        | `config` | `base.yml` for all environments; `development.yml`, `test.yml`, `production.yml` for one each |
        | `hob.yml` | how `hob up` runs it |
        | `systemd/{{name}}.service` | how systemd runs it, after `make install` |
        | `Dockerfile` | how a container runs it: `make image` |
        | `.hob-new` | what `hob new` has written, for `hob destroy` |

        """#

    private static let makefile = #"""
        PREFIX ?= /usr/local
        SYSCONFDIR ?= /etc
        DESTDIR ?=

        .PHONY: build test run start stop status release install uninstall image clean

        build:
        	swift build

        test:
        	swift test

        run: build
        	.build/debug/{{name}}

        start: build
        	.build/debug/{{name}} start

        stop:
        	.build/debug/{{name}} stop

        status:
        	.build/debug/{{name}} status

        # One file that needs no Swift where it runs.
        release:
        	swift build -c release --product {{name}} --static-swift-stdlib

        install: release
        	install -D -m 755 -s .build/release/{{name}} $(DESTDIR)$(PREFIX)/bin/{{name}}
        	install -d $(DESTDIR)$(SYSCONFDIR)/{{name}}/config
        	for file in config/*.yml; do \
        	    test -e $(DESTDIR)$(SYSCONFDIR)/{{name}}/$$file || \
        	    install -m 644 $$file $(DESTDIR)$(SYSCONFDIR)/{{name}}/$$file; done
        	install -D -m 644 systemd/{{name}}.service $(DESTDIR)$(SYSCONFDIR)/systemd/system/{{name}}.service

        uninstall:
        	rm -f $(DESTDIR)$(PREFIX)/bin/{{name}} $(DESTDIR)$(SYSCONFDIR)/systemd/system/{{name}}.service

        image:
        	docker build {{#hobPath}}--build-context hob={{hobPath}} {{/hobPath}}-t {{name}} .

        clean:
        	rm -rf .build

        """#

    private static let ignored = """
        .build/
        .hob/
        .swiftpm/

        """
}
