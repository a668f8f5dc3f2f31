import HobConfig

/// The text of a file of variables.
enum VariableBytes {
    static func check(_ bytes: [UInt8]) throws(FuzzFinding) {
        try ConfigurationBytes.load(bytes) { path throws(FuzzFinding) in
            let project = """
                services:
                  web:
                    command: sleep 1
                    env_file: \(path)
                """
            try ConfigurationBytes.load(Array(project.utf8)) { path throws(FuzzFinding) in
                let loader = ProjectLoader(file: path, environment: ["HOME": "/nowhere"], names: NobodyKnown())
                try ConfigurationBytes.judge(loader.load())
            }
        }
    }
}
