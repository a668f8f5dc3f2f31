import Glibc
import HobSystem

/// Where the package `hob` comes from, for the new package's manifest.
enum PackageSource: Hashable {
    /// A checkout on this machine, by its absolute path.
    case path(String)
    /// A repository.
    case url(String)

    /// The repository of Hob's releases.
    static let released = "https://github.com/hob-daemons/hob"

    /// The directory that this program was built in.
    static let ownCheckout: String = {
        // DIRECTORY/Sources/HobNewCommand/Project/PackageSource.swift
        let components = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4)
        return components.joined(separator: "/")
    }()

    /// What `--hob` says; without it the checkout this program was built in, if it is still there, else the releases.
    static func resolve(
        _ option: String?, in directory: String = ".", checkout: String = ownCheckout
    ) throws -> PackageSource {
        guard let option else {
            return (try? checkedPath(checkout)).map { .path($0) } ?? .url(released)
        }
        if option.contains("://") || option.hasPrefix("git@") {
            guard !option.contains(where: { $0.isWhitespace || $0 == "\"" || $0 == "\\" }) else {
                throw NewFailure(NewFailure.usage, "--hob \(option) is no address: it holds a blank or a quote")
            }
            return .url(option)
        }
        return .path(try checkedPath(option.hasPrefix("/") ? option : "\(directory)/\(option)"))
    }

    /// The last word of an address, without `.git`.
    static func identity(ofURL url: String) -> String {
        let last = url.split(whereSeparator: { $0 == "/" || $0 == ":" }).last ?? ""
        return (last.hasSuffix(".git") ? last.dropLast(4) : last).lowercased()
    }

    /// What the manifest calls the package.
    var identity: String {
        switch self {
        case .path: "hob"
        case .url(let url): Self.identity(ofURL: url)
        }
    }

    /// The absolute path of a checkout.
    private static func checkedPath(_ path: String) throws -> String {
        func refusal(_ reason: String) -> NewFailure {
            NewFailure(
                NewFailure.usage, "--hob \(path) \(reason): name a checkout of Hob, or the address of its repository")
        }
        guard let resolved = realpath(path, nil) else { throw refusal("is not there") }
        defer { free(resolved) }
        let absolute = String(cString: resolved)
        guard let bytes = try? Descriptor.open("\(absolute)/Package.swift").readAll(limit: 1 << 20) else {
            throw refusal("holds no Package.swift")
        }
        let text = String(decoding: bytes, as: UTF8.self)
        guard text.contains("let package = Package(\n    name: \"hob\",") else {
            throw refusal("is another package than hob")
        }
        guard !absolute.utf8.contains(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C || $0 == 0x24 || $0 == 0x27 })
        else { throw refusal("has a quote, a dollar or a control character in its path") }
        return absolute
    }
}
