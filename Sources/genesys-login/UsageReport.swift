import ArgumentParser

/// Runs `body`, and turns wrong usage into one line on standard error, with `json` also an object on standard output, and
/// exit status 64.
func reportingUsage<Result>(json: Bool = false, _ body: () throws(UsageError) -> Result) throws -> Result {
    do throws(UsageError) {
        return try body()
    } catch {
        Console.complain("\(error.problem) \(error.remedy)")
        if json { Console.data(FailureJSON(error)) }
        throw ExitStatus.usage
    }
}
