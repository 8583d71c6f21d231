public import OAuth

/// Words about a session store that does not do its work.
extension StoreError {
    /// The failure in words. It never costs the session in hand.
    public var report: FailureReport {
        switch self {
        case .unavailable(let store, let words):
            return FailureReport(
                "store_unavailable",
                "The session store \(store) is not available.",
                cause: "The system says: \(words.withoutFullStop).",
                remedy: store == "kernel"
                    ? "Choose another with --session-store: memory, or secret-service on a desktop."
                    : "Start the desktop's keyring, or choose another store with --session-store: kernel or memory."
            )
        case .locked(let store):
            return FailureReport(
                "store_locked",
                "The session store \(store) is locked.",
                cause: "Nobody has unlocked the desktop's keyring, or there is no screen to ask on.",
                remedy: "Unlock it, in the desktop's password manager for example, or choose --session-store kernel."
            )
        case .programMissing(let store, let program, let package):
            return FailureReport(
                "store_tool_missing",
                "The session store \(store) needs \(program), which is not installed.",
                cause: "No folder of PATH has a program \(program).",
                remedy: "Install it with: sudo apt-get install \(package). Or choose --session-store kernel."
            )
        case .tooLarge(let store, let size, let limit):
            return FailureReport(
                "session_too_large",
                "The session is too large for the session store \(store).",
                cause: "It has \(size) bytes, and the store takes \(limit).",
                remedy: "Ask for fewer scopes with --scope. Until then the session ends with this program."
            )
        case .quotaExceeded(let store):
            return FailureReport(
                "store_quota",
                "The session store \(store) has no room left.",
                cause: "This user's share of the kernel's keys is used up; /proc/key-users shows how far.",
                remedy: "Remove keys that nobody needs (keyctl show @u lists them), or choose another --session-store."
            )
        case .unknownVersion(_, let version):
            return FailureReport(
                "store_version",
                "The session that is kept is of another version of this program.",
                cause: "It is written in version \(version) of the format, which this program does not know.",
                remedy: "Use the newest version of this program, or sign in again: that replaces it."
            )
        case .unreadable(let store):
            return FailureReport(
                "store_unreadable",
                "The session that is kept cannot be read.",
                cause: "What the session store \(store) has under this profile is not what this program writes.",
                remedy: "Sign in again: that replaces it."
            )
        case .busy(let profileName, let seconds):
            return FailureReport(
                "store_busy",
                "Another program is busy with the session of the profile \(ServerText(profileName)).",
                cause: "It did not end within \(Failure.duration(seconds)); it may be waiting for the network.",
                remedy: "Try again. If it goes on, end the other genesys-login."
            )
        case .placeTaken(let profileName, let clientID, let loginURL):
            return FailureReport(
                "profile_taken",
                "The profile \(ServerText(profileName)) keeps another sign-in.",
                cause: "Another program has signed in with the client id \(clientID.value) at \(ServerText(loginURL)).",
                remedy: "Give each client a profile of its own: sign in with --profile and another name."
            )
        }
    }
}
