import FoundationEssentials
import Glibc
import Subprocess
import SystemPackage

/// A D-Bus session with a real gnome-keyring-daemon, in a home of its own. Nothing of the person's own desktop is used.
struct Desktop: Sendable {
    /// The environment of programs that belong to this desktop.
    let environment: [String: String]

    /// Whose keyring is unlocked, whose has never been made, and a session without any service for secrets.
    enum Keyring {
        case unlocked, none, noService
    }

    /// Starts a desktop, gives it to `body`, and ends it.
    static func run(
        _ keyring: Keyring = .unlocked,
        in root: String,
        _ body: @escaping @Sendable (Desktop) async throws -> Void
    ) async throws {
        for folder in ["home", "run"] { mkdir("\(root)/\(folder)", 0o700) }
        try bus.write(toFile: "\(root)/bus.conf", atomically: false, encoding: .utf8)
        let environment = [
            "HOME": "\(root)/home", "XDG_RUNTIME_DIR": "\(root)/run", "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8",
        ]
        let keys: [(Environment.Key, String)] = environment.map { (Environment.Key(stringLiteral: $0), $1) }
        let unlock = "printf password | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; "
        let result = try await Subprocess.run(
            .name("dbus-run-session"),
            arguments: Arguments(
                (keyring == .noService ? ["--config-file=\(root)/bus.conf"] : [])
                    + ["--", "sh", "-c", (keyring == .unlocked ? unlock : "") + script]
            ),
            environment: .custom(Dictionary(uniqueKeysWithValues: keys)),
            input: .inputWriter,
            output: .sequence,
            error: .discarded
        ) { execution in
            var failure: (any Error)?
            for try await line in execution.standardOutput.strings() where line.hasPrefix("bus ") {
                var whole = environment
                whole["DBUS_SESSION_BUS_ADDRESS"] = String(line.dropFirst(4))
                do { try await body(Desktop(environment: whole)) } catch { failure = error }
                break
            }
            // Ended in good order after a failure too: killed, it would leave the bus and the keyring behind.
            try await execution.standardInputWriter.finish()
            return failure
        }
        if let failure = result.closureResult { throw failure }
        guard result.terminationStatus.isSuccess else {
            throw Trouble("the desktop's session ended with \(result.terminationStatus)")
        }
    }

    /// Locks the keyring. Without a display nobody can be asked to unlock it.
    func lock() async throws {
        let output = try await OtherProcess.output(
            "env",
            environment.map { "\($0)=\($1)" } + [
                "dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.secrets",
                "/org/freedesktop/secrets", "org.freedesktop.Secret.Service.Lock",
                "array:objpath:/org/freedesktop/secrets/collection/login",
            ]
        )
        guard output.contains("/org/freedesktop/secrets/collection/login") else { throw Trouble(output) }
    }

    /// Says where the bus is, and ends with its standard input.
    private static let script = #"echo "bus $DBUS_SESSION_BUS_ADDRESS"; cat >/dev/null"#

    /// A bus that starts no service.
    private static let bus = """
        <!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
         "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
        <busconfig>
          <type>session</type>
          <listen>unix:tmpdir=/tmp</listen>
          <policy context="default">
            <allow send_destination="*" eavesdrop="true"/>
            <allow eavesdrop="true"/>
            <allow own="*"/>
          </policy>
        </busconfig>
        """
}
