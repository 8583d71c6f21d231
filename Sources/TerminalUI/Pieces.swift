/// What is placed on the terminal by itself.
struct Piece {
    /// The characters, as C's `wchar_t`.
    let scalars: [Int32]
    /// The columns they take.
    let width: Int
}

extension Run {
    /// The run in pieces: stretches of ASCII, and every other cluster by itself, so that a C library which counts its
    /// columns otherwise cannot shift what follows. `columns` asks that library; where it disagrees, question marks stand
    /// in the cluster's place.
    func pieces(columns: (Int32) -> Int) -> [Piece] {
        var pieces: [Piece] = []
        var ascii: [Int32] = []
        func flush() {
            if !ascii.isEmpty { pieces.append(Piece(scalars: ascii, width: ascii.count)) }
            ascii = []
        }
        for cluster in text {
            if let value = cluster.asciiValue {
                ascii.append(Int32(value))
                continue
            }
            flush()
            let width = DisplayWidth.of(cluster)
            let scalars = cluster.unicodeScalars.map { Int32(bitPattern: $0.value) }
            let agrees = scalars.allSatisfy { columns($0) >= 0 } && scalars.reduce(0) { $0 + columns($1) } == width
            pieces.append(Piece(scalars: agrees ? scalars : Array(repeating: 0x3F, count: width), width: width))
        }
        flush()
        return pieces
    }
}
