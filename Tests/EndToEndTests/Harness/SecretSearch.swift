import Foundation
import Glibc

/// Looks for secrets in places where they must not be.
struct SecretSearch {
    private var places: [(name: String, content: Data)] = []

    /// Adds `content`, to be called `name` in a message.
    mutating func add(_ name: String, _ content: Data) {
        places.append((name, content))
    }

    /// Adds the arguments and the environment of a process. The environment of the program under test is for root alone
    /// to read: as anybody else, it is enough that it cannot be read.
    mutating func add(process id: Int32, isClosed: Bool = true) throws {
        for file in ["cmdline", "environ"] {
            let path = "/proc/\(id)/\(file)"
            let content = FileManager.default.contents(atPath: path)
            if file == "environ", isClosed, geteuid() != 0 {
                guard content == nil else { throw Failure("\(path) can be read by any program of this user") }
                continue
            }
            guard let content, !content.isEmpty else { throw Failure("\(path) cannot be read") }
            add(path, content)
        }
    }

    /// Adds every file below `folder`, and the names of the files.
    mutating func add(filesBelow folder: URL) {
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        for case let file as URL in files ?? .init() {
            add("the name of \(file.path)", Data(file.path.utf8))
            if let content = try? Data(contentsOf: file) { add(file.path, content) }
        }
    }

    /// Whether some place holds `value`, which must be long enough that it cannot be there by chance.
    func places(of value: String) -> [String] {
        let bytes = Data(value.utf8)
        return places.filter { $0.content.range(of: bytes) != nil }.map(\.name)
    }
}
