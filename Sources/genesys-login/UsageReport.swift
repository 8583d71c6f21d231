import ArgumentParser

/// Runs `body`, and turns wrong usage into one line on standard error and exit status 64.
func reportingUsage<Result>(_ body: () throws(UsageError) -> Result) throws -> Result {
    do throws(UsageError) {
        return try body()
    } catch {
        Console.complain("\(error.problem) \(error.remedy)")
        throw ExitStatus.usage
    }
}
