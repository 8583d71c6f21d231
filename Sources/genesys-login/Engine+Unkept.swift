import OAuth
import SignIn
import SignInRuntime
import TerminalUI

extension Engine {
    /// Has the server delete the token of a session that no store has taken, and says so: nobody has it once the program has ended.
    /// What it is at is said too, for it may take some seconds, in which a signal is put off.
    ///
    /// - Returns: why no store has taken it; `nil` where there is no such session.
    func discardUnkept(_ transport: HTTPTransport) async -> FailureReport? {
        guard let (session, error) = await unkept() else { return nil }
        plainLines(error.report).forEach(Console.line)
        Console.line(Strings.deletingUnkept)
        let deletion = Task { await session.discard(transport) }
        let patience = Task {
            try await Task.sleep(for: Self.exitPatience)
            deletion.cancel()
        }
        await DeferredSignals.during(
            words: { Strings.finishingExchange($0) },
            givenUp: { Strings.notKept(.unconfirmed) }
        ) {
            await deletion.value
        }
        patience.cancel()
        return error.report
    }
}
