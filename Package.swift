// swift-tools-version:6.1

import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let asyncHTTPClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioTLS: Target.Dependency = .product(name: "NIOTLS", package: "swift-nio")
let nioHTTPTypes: Target.Dependency = .product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioHTTPTypesHTTP1: Target.Dependency = .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let serviceLifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let systemPackage: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let tomlKit: Target.Dependency = .product(name: "TOMLKit", package: "TOMLKit")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

let programDependencies: [Target.Dependency] = [
    "OAuth", "GenesysCloud", "SignIn", "SessionStore", "SignInRuntime", "DemoCloud", "TerminalUI",
    "CForgetfulHeap",
    argumentParser, logging, nioPosix, tomlKit,
]
let fuzzedDependencies: [Target.Dependency] = [
    "genesys-login", "OAuth", "GenesysCloud", "SignIn", "SessionStore", "SignInRuntime", "TerminalUI",
    httpTypes, nioCore, nioEmbedded, nioHTTP1, nioHTTPTypes, nioHTTPTypesHTTP1,
]

let package = Package(
    name: "genesys-login",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "genesys-login", targets: ["genesys-login"])],
    dependencies: [
        .package(url: "https://github.com/LebJe/TOMLKit.git", from: "0.6.0"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-system.git", from: "1.8.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.0", traits: []),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess.git", from: "1.0.0", traits: []),
    ],
    targets: [
        .target(name: "OAuth", dependencies: [crypto], swiftSettings: settings),
        .target(
            name: "GenesysCloud",
            dependencies: ["OAuth"],
            resources: [.embedInCode("../../Resources/regions.tsv")],
            swiftSettings: settings
        ),
        .target(name: "SignIn", dependencies: ["OAuth", "GenesysCloud"], swiftSettings: settings),
        .systemLibrary(name: "CProcess"),
        .target(name: "CForgetfulHeap"),
        .systemLibrary(name: "CKeyutils", providers: [.apt(["libkeyutils-dev"])]),
        .target(
            name: "SessionStore",
            dependencies: ["OAuth", "CKeyutils", crypto, subprocess, systemPackage],
            swiftSettings: settings
        ),
        .target(
            name: "SignInRuntime",
            dependencies: [
                "OAuth", "GenesysCloud", "SignIn", "SessionStore", "CProcess",
                asyncHTTPClient, crypto, hummingbirdCore, httpTypes, logging, nioCore, nioPosix, nioHTTP1, nioHTTPTypes,
                nioSSL, nioTLS, serviceLifecycle, subprocess, systemPackage,
            ],
            resources: [
                .embedInCode("../../Resources/callback-page.html"),
                .embedInCode("../../Resources/signed-in.html"),
                .embedInCode("../../Resources/failed.html"),
                .embedInCode("../../Resources/pending.html"),
                .embedInCode("../../Resources/refused.html"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "DemoCloud",
            dependencies: ["OAuth", crypto, hummingbird, httpTypes, logging, nioCore, serviceLifecycle],
            resources: [
                .embedInCode("../../Resources/demo-sign-in.html"),
                .embedInCode("../../Resources/demo-message.html"),
            ],
            swiftSettings: settings
        ),
        .systemLibrary(name: "CNcurses", providers: [.apt(["libncurses-dev"])]),
        .target(
            name: "TerminalUI",
            dependencies: ["OAuth", "GenesysCloud", "SignIn", "CNcurses"],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "genesys-login",
            dependencies: programDependencies,
            swiftSettings: settings
        ),
        .testTarget(name: "OAuthTests", dependencies: ["OAuth"], swiftSettings: settings),
        .testTarget(name: "GenesysCloudTests", dependencies: ["OAuth", "GenesysCloud"], swiftSettings: settings),
        .testTarget(name: "SignInTests", dependencies: ["OAuth", "GenesysCloud", "SignIn"], swiftSettings: settings),
        .executableTarget(
            name: "session-store-helper",
            dependencies: ["OAuth", "SessionStore"],
            path: "Tests/session-store-helper",
            swiftSettings: settings
        ),
        .testTarget(
            name: "SessionStoreTests",
            dependencies: ["OAuth", "CKeyutils", "SessionStore", "session-store-helper", subprocess, systemPackage],
            swiftSettings: settings
        ),
        .testTarget(
            name: "DemoCloudTests",
            dependencies: ["DemoCloud", "OAuth", crypto],
            swiftSettings: settings
        ),
        .testTarget(
            name: "SignInRuntimeTests",
            dependencies: [
                "OAuth", "GenesysCloud", "SignIn", "SessionStore", "SignInRuntime",
                logging, nioCore, nioPosix, nioSSL, subprocess, systemPackage,
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "FuzzTests",
            dependencies: fuzzedDependencies,
            exclude: ["Cases", "CFuzzer", "Fuzzer", "Words"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "EndToEndTests",
            exclude: ["Support"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "genesys-loginTests",
            dependencies: ["genesys-login", "OAuth", "GenesysCloud", "SignInRuntime", argumentParser, logging],
            swiftSettings: settings
        ),
        .testTarget(
            name: "TerminalUITests",
            dependencies: ["OAuth", "GenesysCloud", "SignIn", "TerminalUI"],
            exclude: ["Goldens"],
            swiftSettings: settings
        ),
    ],
    swiftLanguageModes: [.v6]
)

// `make fuzz` builds the parsers with libFuzzer's instrumentation into a program of its own, in a folder of its own, and
// says here where libFuzzer is. The program's own `main` gets another name there.
if let libFuzzer = Context.environment["LIBFUZZER"] {
    package.products = []
    package.targets.removeAll { $0.type == .test || $0.type == .executable }
    package.targets += [
        .target(
            name: "genesys-login",
            dependencies: programDependencies,
            swiftSettings: settings + [
                .unsafeFlags(["-Xfrontend", "-entry-point-function-name", "-Xfrontend", "program_main"])
            ]
        ),
        .systemLibrary(name: "CFuzzer", path: "Tests/FuzzTests/CFuzzer"),
        .executableTarget(
            name: "fuzz",
            dependencies: fuzzedDependencies + ["CFuzzer"],
            path: "Tests/FuzzTests",
            exclude: ["Cases", "CFuzzer", "ReplayTests.swift", "Words"],
            swiftSettings: settings,
            linkerSettings: [.unsafeFlags([libFuzzer]), .linkedLibrary("stdc++")]
        ),
    ]
    for target in package.targets where target.type != .system {
        target.swiftSettings = (target.swiftSettings ?? []) + [.unsafeFlags(["-sanitize=fuzzer", "-enable-testing"])]
    }
}
