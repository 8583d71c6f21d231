import OAuth
import Synchronization

extension SessionStore {
    /// A store in this process's memory alone: what it keeps is gone at exit.
    public static func memory() -> SessionStore {
        let memory = Memory()
        let turns = Turns()
        return SessionStore(
            name: "memory",
            isShared: false,
            load: { profileName in await memory.sessions[profileName] },
            save: { session in await memory.keep(session) },
            forget: { profileName in _ = await memory.remove(profileName) { _ in true } },
            remove: { profileName, isMeant in await memory.remove(profileName, isMeant) },
            lock: { _ in Turn(turns, hadToWait: await turns.take()) },
            changes: { _ in AsyncStream { $0.finish() } }
        )
    }
}

/// Whose turn it is: no other process sees the memory, and in this one a sign-out may meet a refresh.
private final class Turns: Sendable {
    private struct Line {
        var isTaken = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let line = Mutex(Line())
    private let notes = Mutex(LockNotes())

    /// Waits for the turn; whether somebody else had it.
    func take() async -> Bool {
        let isFree = line.withLock { line in
            defer { line.isTaken = true }
            return !line.isTaken
        }
        if isFree { return false }
        await withCheckedContinuation { continuation in
            let isFree = line.withLock { line in
                if line.isTaken { line.waiting.append(continuation) }
                defer { line.isTaken = true }
                return !line.isTaken
            }
            if isFree { continuation.resume() }
        }
        return true
    }

    func note(_ fact: SessionFact, of session: Session) {
        notes.withLock { $0 = $0.adding(fact, of: session) }
    }

    func retract(_ fact: SessionFact, of session: Session) {
        notes.withLock { $0 = $0.removing(fact, of: session) }
    }

    func hasNoted(_ fact: SessionFact, of session: Session) -> Bool {
        notes.withLock { $0.contain(fact, of: session) }
    }

    /// Gives the turn to whoever has waited longest.
    func pass() {
        let next = line.withLock { line in
            line.isTaken = !line.waiting.isEmpty
            return line.waiting.isEmpty ? nil : line.waiting.removeFirst()
        }
        next?.resume()
    }
}

/// A turn, until it is released or let go.
private final class Turn: ProfileLock {
    let hadToWait: Bool
    private let turns: Mutex<Turns?>

    init(_ turns: Turns, hadToWait: Bool) {
        self.turns = Mutex(turns)
        self.hadToWait = hadToWait
    }

    deinit {
        release()
    }

    func note(_ fact: SessionFact, of session: Session) {
        turns.withLock { $0?.note(fact, of: session) }
    }

    func retract(_ fact: SessionFact, of session: Session) {
        turns.withLock { $0?.retract(fact, of: session) }
    }

    func hasNoted(_ fact: SessionFact, of session: Session) -> Bool {
        turns.withLock { $0?.hasNoted(fact, of: session) ?? false }
    }

    func release() {
        turns.withLock { $0.take() }?.pass()
    }
}

private actor Memory {
    private(set) var sessions: [String: Session] = [:]

    func keep(_ session: Session) {
        sessions[session.profileName] = session
    }

    func remove(_ profileName: String, _ isMeant: (Session?) -> Bool) -> Session? {
        guard let kept = sessions[profileName], isMeant(kept) else { return nil }
        sessions[profileName] = nil
        return kept
    }
}
