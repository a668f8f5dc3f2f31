// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "dirlister",
    products: [
        .executable(name: "dirlister", targets: ["dirlister"])
    ],
    dependencies: [
        // The checkout that hob was built in; for other machines, name its repository:
        // .package(url: "https://…/hob", from: "0.1.0", traits: []),
        .package(name: "hob", path: "../..", traits: [])
    ],
    targets: [
        .executableTarget(
            name: "dirlister",
            dependencies: [
                .product(name: "Hob", package: "hob")
            ]),
        .testTarget(name: "dirlisterTests", dependencies: ["dirlister"]),
    ],
    swiftLanguageModes: [.v6]
)
