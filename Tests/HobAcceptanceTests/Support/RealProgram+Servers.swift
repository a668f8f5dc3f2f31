import Glibc
import HobSystem
import HobTestKit

extension RealProgram {
    /// Knows no reload: its configuration is read once.
    static let redis = RealProgram(
        name: "redis", executables: ["/usr/bin/redis-server"],
        service: { place in
            """
            command: redis-server --port \(place.port) --bind 127.0.0.1 --save "" --dir .
            ready: { tcp: \(place.port), timeout: 30s }
            """
        },
        answer: { try LoopbackClient.ask($0.port, "PING\r\n") },
        expected: "+PONG")

    /// Its master's workers live on when the master is killed, and keep the port.
    static let nginx = RealProgram(
        name: "nginx", executables: ["/usr/sbin/nginx"],
        service: { place in
            """
            command: /usr/sbin/nginx -p . -c nginx.conf -e stderr
            ready: { http: "http://127.0.0.1:\(place.port)/", timeout: 30s }
            stop: [QUIT 10s, TERM 5s, KILL]
            reload: HUP
            """
        },
        files: { ["nginx.conf": nginxConfiguration($0, says: "first")] },
        answer: { try LoopbackClient.get($0.port) },
        expected: "first",
        reload: RealProgramReload(
            file: "nginx.conf", text: { nginxConfiguration($0, says: "second") }, expected: "second"),
        hasWorkers: true)

    private static func nginxConfiguration(_ place: RealProgramPlace, says word: String) -> String {
        """
        worker_processes 2;
        daemon off;
        pid nginx.pid;
        events { worker_connections 64; }
        http {
            access_log off;
            client_body_temp_path temporary/body; proxy_temp_path temporary/proxy;
            fastcgi_temp_path temporary/fastcgi; uwsgi_temp_path temporary/uwsgi; scgi_temp_path temporary/scgi;
            server {
                listen 127.0.0.1:\(place.port);
                location / { return 200 "\(word)\\n"; }
            }
        }

        """
    }

    /// Refuses to run as root, sets sessions of its own for its workers, and recovers from its log after a kill.
    static let postgresql = RealProgram(
        name: "postgres", executables: [postgresBinaries + "/postgres"],
        service: { place in
            let user = geteuid() == 0 ? "user: postgres\n" : ""
            return user + """
                directory: pg
                command: [\(postgresBinaries)/postgres, -D, data]
                ready: { exec: "\(postgresBinaries)/pg_isready -q -h 127.0.0.1 -p \(place.port)", timeout: 60s }
                stop: [INT 20s, KILL]
                reload: HUP
                """
        },
        files: { ["postgresql.conf": postgresConfiguration($0, workMemory: "5MB")] },
        preparation: { place in
            """
            [ -s data/PG_VERSION ] || \(postgresBinaries)/initdb -D data -U postgres -A trust --no-sync >initdb.log
            echo "include '\(place.directory)/postgresql.conf'" >data/postgresql.conf
            """
        },
        answer: { place in
            try LoopbackClient.run(
                postgresBinaries + "/psql",
                ["-h", "127.0.0.1", "-p", "\(place.port)", "-U", "postgres", "-Atc", "SHOW work_mem", "postgres"])
        },
        expected: "5MB",
        reload: RealProgramReload(
            file: "postgresql.conf", text: { postgresConfiguration($0, workMemory: "6MB") }, expected: "6MB"),
        hasWorkers: true)

    private static func postgresConfiguration(_ place: RealProgramPlace, workMemory: String) -> String {
        """
        listen_addresses = '127.0.0.1'
        port = \(place.port)
        unix_socket_directories = ''
        fsync = off
        work_mem = \(workMemory)

        """
    }

    /// The newest server's own directory: the wrappers in /usr/bin want a cluster of the system.
    private static let postgresBinaries: String = {
        let root = "/usr/lib/postgresql"
        let versions = (try? Descriptor.open(root, flags: [.readOnly, .directory]).names()) ?? []
        return "\(root)/\(versions.compactMap(Int.init).max().map(String.init) ?? "version")/bin"
    }()

    /// Knows no reload: it has no configuration.
    static let memcached = RealProgram(
        name: "memcached", executables: ["/usr/bin/memcached"],
        service: { place in
            """
            command: memcached -p \(place.port) -l 127.0.0.1 -u nobody
            ready: { tcp: \(place.port), timeout: 30s }
            """
        },
        answer: { try LoopbackClient.ask($0.port, "version\r\n") },
        expected: "VERSION ")

    /// Knows no reload: it has no configuration.
    static let pythonServer = RealProgram(
        name: "python", executables: ["/usr/bin/python3"],
        service: { place in
            """
            command: [python3, -u, -m, http.server, "${PORT}", --bind, 127.0.0.1, --directory, site]
            port: \(place.port)
            ready: { http: "http://127.0.0.1:${PORT}/", timeout: 30s }
            """
        },
        preparation: { _ in "mkdir -p site; echo 'a page of ours' >site/index.html" },
        answer: { try LoopbackClient.get($0.port) },
        expected: "a page of ours")

    /// Knows no reload: it has no configuration.
    static let nodeServer = RealProgram(
        name: "node", executables: ["/usr/bin/node"],
        service: { place in
            """
            command: node server.js
            port: \(place.port)
            ready: { http: "http://127.0.0.1:${PORT}/", timeout: 30s }
            """
        },
        files: { _ in
            [
                "server.js": """
                const http = require("http")
                http.createServer((_, answer) => answer.end("node is here\\n")).listen(process.env.PORT, "127.0.0.1")

                """
            ]
        },
        answer: { try LoopbackClient.get($0.port) },
        expected: "node is here")
}
