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
        return await session.discard(discard) ? error.report : nil
    }

    /// Says what became of the tokens of sessions that no store had taken, and that ended before the program.
    ///
    /// - Parameter onlyLeft: whether those that the server has deleted are not worth a word.
    func tellDiscarded(onlyLeft: Bool = false) async {
        await finishDiscarding()
        var tokens = discarded
        if isDiscarding { tokens.append(.unconfirmed) }
        if onlyLeft { tokens.removeAll { $0 == .deleted || $0 == .unknown } }
        var told: Set<String> = []
        for words in tokens.map(Strings.letGo) where told.insert(words).inserted { Console.line(words) }
    }
}
