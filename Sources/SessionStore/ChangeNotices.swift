import Glibc
import OAuth

/// Tells the other processes of this user that a profile's session has changed: by writing to a file that they watch.
struct ChangeNotices: Sendable {
    let folder: UserFolder
    /// How often to look where the system does not let us watch.
    var period = Duration.seconds(15)

    /// Tells. Where that fails nobody is told, and what was kept is kept all the same.
    func post(_ profileName: String) {
        let name = Self.fileName(profileName)
        guard let opened = try? folder.open() else { return }
        Self.write(name, in: opened.handle)
        // Processes that began to watch before a login began or ended are there.
        for other in folder.others(than: opened.path) {
            if let other = UserFolder.openExisting(other) { Self.write(name, in: other) }
        }
    }

    /// An element for each notice from now on; several in short order are one. Where the system does not let us watch (the
    /// user's share of inotify is used up), one for each ``period``. Ends when nobody reads it any more.
    func stream(_ profileName: String) -> AsyncStream<Void> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            guard
                let watch = FolderWatch(
                    folder,
                    file: Self.fileName(profileName),
                    onChange: { continuation.yield() },
                    onEnd: { continuation.finish() }
                )
            else {
                let looking = Task {
                    while (try? await Task.sleep(for: period)) != nil { continuation.yield() }
                }
                continuation.onTermination = { _ in looking.cancel() }
                return
            }
            continuation.onTermination = { _ in watch.cancel() }
        }
    }

    private static func fileName(_ profileName: String) -> String {
        "\(StoredName(profileName)).changed"
    }

    private static func write(_ name: String, in folder: borrowing FileHandle) {
        // One byte in the same place: the file does not grow.
        if let file = folder.openFile(name) { pwrite(file.descriptor, "\n", 1, 0) }
    }
}
