import Dispatch
import Glibc
import Synchronization

/// Watches one file of the user's folder by inotify(7). It watches the folder, not the file, so that the file may come
/// and go; and where the folder goes, it makes it anew.
final class FolderWatch: Sendable {
    private static let changed = UInt32(IN_MODIFY)
    private static let lost =
        UInt32(IN_DELETE_SELF) | UInt32(IN_MOVE_SELF) | UInt32(IN_UNMOUNT) | UInt32(IN_IGNORED)
    private static let watchedEvents =
        changed | UInt32(IN_DELETE_SELF) | UInt32(IN_MOVE_SELF) | UInt32(IN_ONLYDIR)

    private let folder: UserFolder
    private let file: String
    private let onChange: @Sendable () -> Void
    private let onEnd: @Sendable () -> Void
    private let inotify: Int32
    /// inotify's number for the folder.
    private let watched: Mutex<Int32>
    private let source = Mutex<(any DispatchSourceRead)?>(nil)

    /// Watches from now on, and calls `onChange` after changes; `onEnd` where it cannot go on. `nil` where the system
    /// does not let us begin: the folder is not to be had, or the user's share of watches is used up.
    init?(
        _ folder: UserFolder,
        file: String,
        onChange: @escaping @Sendable () -> Void,
        onEnd: @escaping @Sendable () -> Void
    ) {
        inotify = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        guard inotify >= 0 else { return nil }
        guard let first = Self.watch(folder, inotify) else {
            close(inotify)
            return nil
        }
        self.folder = folder
        self.file = file
        self.onChange = onChange
        self.onEnd = onEnd
        watched = Mutex(first)
        source.withLock { [inotify] source in
            let made = DispatchSource.makeReadSource(fileDescriptor: inotify, queue: .global(qos: .utility))
            made.setEventHandler { self.readEvents() }
            made.setCancelHandler { close(inotify) }
            made.activate()
            source = made
        }
    }

    /// Stops watching; a second call does nothing.
    func cancel() {
        source.withLock { source in
            source?.cancel()
            source = nil
        }
    }

    private static func watch(_ folder: UserFolder, _ inotify: Int32) -> Int32? {
        // Opened to be made and checked; inotify takes a path alone.
        guard let opened = try? folder.open() else { return nil }
        let path = opened.path
        let number = inotify_add_watch(inotify, path, watchedEvents)
        return number < 0 ? nil : number
    }

    private func readEvents() {
        var isChanged = false
        var isLost = false
        let current = watched.withLock { $0 }
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: MemoryLayout<inotify_event>.alignment) { buffer in
            while true {
                let count = read(inotify, buffer.baseAddress, buffer.count)
                guard count > 0 else { break }
                var rest = UnsafeRawBufferPointer(rebasing: buffer[..<count])
                while let event = InotifyEvent(taking: &rest) {
                    if event.mask & UInt32(IN_Q_OVERFLOW) != 0 { isChanged = true }
                    guard event.watch == current else { continue }
                    if event.mask & Self.lost != 0 { isLost = true }
                    if event.mask & Self.changed != 0, event.name == file { isChanged = true }
                }
            }
        }
        if isLost {
            inotify_rm_watch(inotify, current)
            guard let next = Self.watch(folder, inotify) else { return onEnd() }
            watched.withLock { $0 = next }
            // Somebody may have made the folder and told of a change before it was watched again.
            isChanged = true
        }
        if isChanged { onChange() }
    }
}

/// One event as inotify gives it: a head of four numbers, then the file's name, filled up with zeros.
private struct InotifyEvent {
    let watch: Int32
    let mask: UInt32
    let name: String

    /// Takes the first event off `bytes`; `nil` where there is none left.
    init?(taking bytes: inout UnsafeRawBufferPointer) {
        let head = MemoryLayout<inotify_event>.size
        guard bytes.count >= head else { return nil }
        let event = bytes.loadUnaligned(as: inotify_event.self)
        let end = head + Int(event.len)
        guard bytes.count >= end else { return nil }
        watch = event.wd
        mask = event.mask
        name = String(decoding: bytes[head..<end].prefix { $0 != 0 }, as: UTF8.self)
        bytes = UnsafeRawBufferPointer(rebasing: bytes[end...])
    }
}
