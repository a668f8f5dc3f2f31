/// How systemd and containers run it.
enum DeploymentTemplates {
    static let all = [
        Template(path: "systemd/{{name}}.service", text: unit), Template(path: "Dockerfile", text: container),
        Template(path: ".dockerignore", text: ignored),
    ]

    private static let unit = """
        [Unit]
        Description={{name}}: {{summary}}
        Wants=network-online.target
        After=network-online.target

        [Service]
        Type=notify
        ExecStart=/usr/local/bin/{{name}} run
        ExecReload=/bin/kill -HUP $MAINPID
        Restart=always
        RestartSec=1
        TimeoutStopSec=10
        # config/ is looked for here.
        WorkingDirectory=/etc/{{name}}
        Environment=HOB_ENV=production
        DynamicUser=yes
        StateDirectory={{name}}
        NoNewPrivileges=yes
        ProtectSystem=strict
        ProtectHome=yes
        PrivateTmp=yes

        [Install]
        WantedBy=multi-user.target

        """

    private static let container = """
        FROM swift:{{swiftVersion}}-bookworm AS build
        {{#hobPath}}
        # Hob comes from a directory: 'make image' hands it in as a build context of its own.
        COPY --from=hob Package.swift "{{hobPath}}/"
        COPY --from=hob Sources "{{hobPath}}/Sources"
        COPY --from=hob Tests "{{hobPath}}/Tests"
        COPY --from=hob Examples "{{hobPath}}/Examples"
        COPY --from=hob Fuzz "{{hobPath}}/Fuzz"
        {{/hobPath}}
        WORKDIR /build
        COPY Package.swift ./
        COPY Sources ./Sources
        COPY Tests ./Tests
        RUN swift build -c release --product {{name}} --static-swift-stdlib \\
            && strip -o /{{name}} .build/release/{{name}}

        FROM debian:bookworm-slim
        COPY --from=build /{{name}} /usr/local/bin/{{name}}
        COPY config /etc/{{name}}/config
        # config/ is looked for here.
        WORKDIR /etc/{{name}}
        ENV HOB_ENV=production
        USER nobody
        {{#listens}}
        EXPOSE {{port}}
        {{/listens}}
        ENTRYPOINT ["/usr/local/bin/{{name}}"]
        CMD ["run"{{#listens}}, "--set", "listen.host=0.0.0.0"{{/listens}}]

        """

    private static let ignored = """
        .build
        .git
        .hob
        .hob-new
        .swiftpm

        """
}
