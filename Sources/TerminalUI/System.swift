import CNcurses
import Glibc

/// The little that the terminal needs from the system beside ncurses.
enum System {
    /// An environment variable.
    static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    /// Writes all of `text`; a terminal that is gone is no error here.
    static func write(_ text: String, to descriptor: Int32) {
        write(Array(text.utf8), to: descriptor)
    }

    /// Writes all of `bytes`; a terminal that is gone is no error here.
    static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// The size of the terminal; `nil` where it does not say.
    static func size(of descriptor: Int32) -> Size? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0, size.ws_col > 0 else { return nil }
        return Size(columns: Int(size.ws_col), rows: Int(size.ws_row))
    }

    /// Whether the terminal's other end is gone; ask when a read brought nothing. What has come since then, the rest of a
    /// character for example, waits to be read.
    static func isGone(_ descriptor: Int32) -> Bool {
        var ask = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&ask, 1, 0) > 0 && ask.revents & Int16(POLLHUP | POLLERR | POLLNVAL) != 0
    }

    /// Whether the terminal is ours and not the shell's. In a session that has another terminal, or none (setsid), nobody
    /// gives it and takes it.
    static func isForeground(_ descriptor: Int32) -> Bool {
        tcgetpgrp(descriptor) == getpgrp() || isElsewhere(descriptor)
    }

    /// Stops the program while it is in the background, as the system does whoever changes a terminal from there (SIGTTOU), but
    /// changes nothing: what is set up later would be set up by what the shell had while it was typed to. Call it while signals
    /// still do what they do by default, so that one can end the program.
    ///
    /// - Returns: whether the program is in the foreground; not where nobody could bring it there (an orphan).
    static func waitForForeground(_ descriptor: Int32) -> Bool {
        // On a thread that lets no signal in the terminal is open to programs in the background too, and nothing ends one.
        var (none, before) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        while tcdrain(descriptor) != 0 {
            guard errno == EINTR else { return errno != EIO }
        }
        return true
    }

    /// Whether the terminal is another session's than the program's.
    static func isElsewhere(_ descriptor: Int32) -> Bool {
        tcgetpgrp(descriptor) < 0 && errno == ENOTTY
    }

    /// Sets the locale's characters alone: its decimal comma must not reach the parsing of numbers. Where the machine
    /// lacks the locale that the person brought along (SSH), UTF-8 is still UTF-8.
    static func chooseLocale() {
        guard setlocale(LC_CTYPE, "") == nil else { return }
        let name = wantedLocale
        if name.hasSuffix("utf-8") || name.hasSuffix("utf8") { setlocale(LC_CTYPE, "C.UTF-8") }
    }

    /// The locale that the person wants for characters, in lower case; empty where none is named.
    private static var wantedLocale: String {
        let wanted = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { variable($0) }.first { !$0.isEmpty }
        return (wanted ?? "").lowercased()
    }

    /// Whether the person's locale has characters of its own that are not UTF-8: what is not ASCII means something else there,
    /// control characters among it. Where nobody has named a locale, terminals are UTF-8 nowadays.
    static var hasOtherCharacters: Bool {
        chooseLocale()
        return terminal_is_utf8() == 0 && !["", "c", "posix"].contains(wantedLocale)
    }

    /// A capability without its padding (`$<5>`), which no terminal of today needs.
    static func withoutPadding(_ capability: String) -> String {
        var text = capability
        while let start = text.firstRange(of: "$<"), let end = text[start.upperBound...].firstIndex(of: ">") {
            text.removeSubrange(start.lowerBound...end)
        }
        return text
    }
}
