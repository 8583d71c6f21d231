import CFuzzer
import Glibc

/// libFuzzer with the parser that `FUZZ_PARSER` names. Not part of the program: `make fuzz` builds it.
@main
enum Fuzzer {
    static func main() {
        guard let name = getenv("FUZZ_PARSER").map({ String(cString: $0) }), FuzzedParser(rawValue: name) != nil else {
            for parser in FuzzedParser.allCases { print(parser.rawValue) }
            exit(64)
        }
        var count = CommandLine.argc
        var arguments = Optional(CommandLine.unsafeArgv)
        exit(
            LLVMFuzzerRunDriver(&count, &arguments) { bytes, count in
                let input = [UInt8](UnsafeBufferPointer(start: bytes, count: count))
                do throws(Violation) {
                    try Fuzzer.parser.check(input)
                } catch {
                    fatalError("\(Fuzzer.parser.rawValue): \(error)")
                }
                return 0
            }
        )
    }

    private static let parser: FuzzedParser = {
        guard let parser = getenv("FUZZ_PARSER").flatMap({ FuzzedParser(rawValue: String(cString: $0)) }) else {
            fatalError("FUZZ_PARSER names no parser")
        }
        return parser
    }()
}
