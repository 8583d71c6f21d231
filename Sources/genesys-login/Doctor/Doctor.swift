import GenesysCloud
import Glibc
import NIOPosix
import OAuth
import SessionStore
import SignIn
import SignInRuntime

/// Looks at what a sign-in needs: settings, port, browser, network, clock, session store, terminal.
struct Doctor: Sendable {
    /// How far two clocks may be apart before it is worth a word, in seconds.
    private static let tolerableSkew = 60.0

    let settings: Settings
    let variables: [String: String]
    let eventLoops: MultiThreadedEventLoopGroup
    let live: LiveTransport

    func examine() async -> DoctorReport {
        async let login = host(settings.environment.loginURL, name: "login")
        async let api = host(settings.environment.apiURL, name: "api")
        let port = await port()
        let hosts = await login + api
        let store = await store()
        let terminal = await Self.terminal()
        return DoctorReport(
            settings: rows,
            findings: [client] + openFiles + [port, browser] + hosts + [store, finding(terminal)],
            terminal: terminal.map(TerminalJSON.init)
        )
    }

    private var rows: [DoctorReport.SettingRow] {
        let presets: [Setting: String] = [
            .region: settings.environment.label, .redirectURI: settings.redirectURI.value,
            .browser: settings.browserText, .timeout: "\(settings.timeout)",
            .sessionStore: settings.store.name,
        ]
        let profile = DoctorReport.SettingRow(
            name: "profile",
            value: settings.profileName,
            origin: settings.profileOrigin.words
        )
        return [profile]
            + Setting.allCases.map { setting in
                DoctorReport.SettingRow(
                    name: setting.key,
                    value: (settings.text(of: setting) ?? presets[setting]).map { ServerText($0).display },
                    origin: settings.origin(of: setting == .region ? settings.regionSetting : setting).words
                )
            }
    }

    private var client: DoctorReport.Finding {
        guard let clientID = settings.clientID else {
            return .warning(
                "client id",
                "There is none yet.",
                cure:
                    "Create an OAuth client with the grant type Code Authorization (PKCE) in Admin > Integrations > OAuth, "
                    + "then start genesys-login and enter its id."
            )
        }
        return .ok("client id", clientID.value)
    }

    /// Configuration files that others may change; nothing where there are none, as is usual.
    private var openFiles: [DoctorReport.Finding] {
        let paths = [ConfigurationFile(variables)?.path, ConfigurationFile.officialPath(variables)]
        return paths.compactMap(\.self).filter(FileBytes.isOpenToOthers).map { path in
            .warning(
                "configuration",
                "Others may change \(ServerText(path)), which says where you sign in and by what program.",
                cure: "Make the file and its folder your own, with: chmod o-w"
            )
        }
    }

    /// Binds the redirect URI for a moment, as a sign-in would.
    private func port() async -> DoctorReport.Finding {
        let uri = settings.redirectURI
        do throws(ListenerFailure) {
            let listener = try await LoopbackListeners(eventLoops: eventLoops).open(uri) { _ in }
            let bound = listener.redirectURI
            await listener.conclude(.cancelled)
            return .ok("redirect port", "\(bound.port) is free on \(listener.addresses.joined(separator: " and ")).")
        } catch {
            return problem("redirect port", .listener(error))
        }
    }

    private var browser: DoctorReport.Finding {
        guard settings.opensBrowser else { return .ok("browser", "None is opened, as you wished.") }
        let programs = Browser(settings.browsers).programs
        if let path = programs.lazy.compactMap({ Executable.find($0, in: variables["PATH"] ?? "") }).first {
            return .ok("browser", path)
        }
        return .warning(
            "browser",
            "There is no program \(ServerText(programs[0])).",
            cure: "Name a browser with --browser, or open the URL by hand in any browser on this machine. From another "
                + "machine, over SSH, the sign-in shows the ssh -L line to run there, and takes the address by paste."
        )
    }

    private func host(_ url: String, name: String) async -> [DoctorReport.Finding] {
        let report = await live.probe(url + "/")
        let way = report.proxy.map { " through the proxy \($0)" } ?? ""
        let times = report.steps.compactMap { step in
            if case .success(let milliseconds) = step.outcome { "\(step.phase.words) \(milliseconds) ms" } else { nil }
        }
        let check = "\(name) host"
        if let failure = report.failure {
            return [problem(check, .tokenRequest(.transport(failure)), isUnreachable: true)]
        }
        let answered = "\(report.host)\(way): \(times.joined(separator: ", "))"
        var findings: [DoctorReport.Finding] = [.ok(check, "\(answered).")]
        if let status = report.status, status >= 500 {
            findings = [
                .warning(
                    check,
                    "\(answered); but its answer is \(status).",
                    cure: "It has trouble at present, or a proxy or gateway before it has: try again in a while."
                )
            ]
        }
        if let ahead = report.clockAhead {
            let seconds = Int(abs(ahead).rounded())
            findings.append(
                abs(ahead) <= Self.tolerableSkew
                    ? .ok("clock", "Within \(Int(Self.tolerableSkew)) s of \(report.host).")
                    : .warning(
                        "clock",
                        "\(seconds) s \(ahead > 0 ? "ahead of" : "behind") \(report.host).",
                        cure: "Set this machine's clock, for example with a time service: tokens expire by it."
                    )
            )
        }
        return findings
    }

    /// Keeps nothing: asks the store whether it answers.
    private func store() async -> DoctorReport.Finding {
        let store = settings.store
        let chosen = settings.storeKind == nil ? " (chosen by itself)" : ""
        do throws(StoreError) {
            let session = try await store.load(settings.profileName)
            guard store.isShared else {
                return .ok("session store", "\(store.name)\(chosen): a session ends with the program.")
            }
            if let session, !settings.accepts(session) {
                let report = FailureReport.otherSettings(session)
                return DoctorReport.Finding(
                    check: "session store",
                    status: .warning,
                    detail: "\(store.name)\(chosen): answers. \(report.summary) \(report.cause)",
                    cure: report.remedy,
                    code: report.code
                )
            }
            if session == nil, store.name == StoreKind.kernel.rawValue, await SessionStore.kernelIsFull() {
                throw .quotaExceeded(store: store.name)
            }
            let held = session == nil ? "no session" : "a session"
            let answers = "\(store.name)\(chosen): answers, and keeps \(held) of this profile"
            guard let refusal = await lockRefusal() else { return .ok("session store", "\(answers).") }
            return .warning(
                "session store",
                "\(answers), but has no place for a lock: \(refusal.withoutFullStop).",
                cure: "Make room for a folder there: programs that refresh at the same time may end the session."
            )
        } catch {
            return DoctorReport.Finding(
                check: "session store",
                status: .problem,
                detail: "\(error.report.summary) \(error.report.cause)",
                cure: error.report.remedy,
                code: error.report.code
            )
        }
    }

    /// Why the profile cannot be locked; that somebody has locked it is no reason.
    private func lockRefusal() async -> ServerText? {
        do throws(StoreError) {
            try await settings.store(patience: .zero).lock(settings.profileName).release()
            return nil
        } catch {
            if case .unavailable(_, let words) = error { return words } else { return nil }
        }
    }

    private func problem(
        _ check: String,
        _ problem: Failure.Problem,
        isUnreachable: Bool = false
    ) -> DoctorReport.Finding {
        let report = settings.failure(problem)?.report
        return DoctorReport.Finding(
            check: check,
            status: .problem,
            detail: report.map { "\($0.summary) \($0.cause)" } ?? "",
            cure: report?.remedy,
            code: report?.code,
            isUnreachable: isUnreachable
        )
    }
}

extension ProbeReport.Phase {
    fileprivate var words: String {
        switch self {
        case .nameResolution: "name"
        case .connect: "connection"
        case .proxy: "proxy"
        case .tls: "TLS"
        case .answer: "answer"
        }
    }
}

/// Programs by name, as a shell finds them.
enum Executable {
    /// The path of `program`: itself where it has a slash, otherwise its first place in `path`.
    static func find(_ program: String, in path: String) -> String? {
        if program.contains("/") { return access(program, X_OK) == 0 ? program : nil }
        return path.split(separator: ":").lazy.map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 }
    }
}
