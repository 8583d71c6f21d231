import OAuth
import SignIn
import SignInRuntime
import TerminalUI

extension Engine {
    /// Has the server delete the token of a session that no store has taken, and says so: nobody has it once the program has ended.
    /// What it is at is said too, for it may take some seconds.
    ///
    /// - Returns: why no store has taken it; `nil` where there is no such session.
    func discardUnkept() async -> FailureReport? {
        guard let (session, error) = await unkept() else { return nil }
        plainLines(error.report).forEach(Console.line)
        Console.line(Strings.deletingUnkept)
        await session.discard(discard)
        return error.report
    }
}
