/// The names of a value's enum cases, outermost first: `tokenRequestFailed.answer.unreadable`.
///
/// This is how events, states, effects and errors get into the log: whatever else they carry is not looked at, so that
/// a secret among it cannot come out.
struct CaseNames: Equatable, CustomStringConvertible {
    let description: String

    /// The case of `value`, an enum, and of the enums that it carries directly.
    init(of value: some Any) {
        description = Self.names(of: value).joined(separator: ".")
    }

    private static func names(of value: Any) -> [String] {
        let mirror = Mirror(reflecting: value)
        guard mirror.displayStyle == .enum else { return [] }
        // A case that carries nothing has no children, and its description is its name.
        guard let (label, carried) = mirror.children.first, let label else { return ["\(value)"] }
        let parts = Mirror(reflecting: carried)
        let values = parts.displayStyle == .tuple ? parts.children.map(\.value) : [carried]
        return [label] + values.flatMap(names)
    }
}
