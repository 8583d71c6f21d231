import CNcurses
import Dispatch
import Glibc

/// Why there is no screen.
public enum TerminalError: Error, Sendable, Hashable {
    /// Standard input or output is no terminal.
    case notATerminal
    /// The system's terminal database does not know `TERM`.
    case unknownTerminal(String)
    /// ncurses gave no window.
    case noWindow
}

/// The terminal: the only file that calls ncurses.
///
/// Keys, clicks, resizing and signals arrive in ``inputs``; nothing is polled, so waiting costs no time. Whatever way the
/// program ends, the terminal is as it was: by ``close()``, at exit, and after a crash.
@MainActor
public final class Terminal {
    /// What comes from the terminal, in order. It ends with ``close()``.
    public let inputs: AsyncStream<Input>
    /// What the terminal can show.
    public let charset: Charset

    private enum Mode {
        /// The screen is shown.
        case screen
        /// A bare line is shown, on the terminal's ordinary screen.
        case bare
        /// The program is stopped, or continued in the background: the terminal is the shell's.
        case suspended
        /// The terminal is gone, or given back.
        case closed
    }

    private static let input: Int32 = 0
    private static let output: Int32 = 1
    /// Key codes that ncurses has no names for.
    private static let pasteBegan: Int32 = 2_000
    private static let pasteEnded: Int32 = 2_001
    private static let pasteOn = "\u{1B}[?2004h"
    private static let pasteOff = "\u{1B}[?2004l"
    private static let signals = [SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGTSTP, SIGCONT]

    private let continuation: AsyncStream<Input>.Continuation
    private let screen: OpaquePointer
    private let window: UnsafeMutablePointer<WINDOW>
    private let palette: Palette
    private let passage: ClipboardSequence.Passage
    private let softWrap: SoftWrap?
    private let restore: [UInt8]
    private var mode = Mode.screen
    private var shown: Screen?
    private var pending: Screen?
    private var decoder = InputDecoder()
    private var lastRead = ContinuousClock.now
    private var sources: [any DispatchSourceProtocol] = []

    /// Takes the terminal on standard input and output.
    public init() throws(TerminalError) {
        guard isatty(Self.input) == 1, isatty(Self.output) == 1, terminal_guard_save(Self.output) == 1 else {
            throw .notATerminal
        }
        let term = Self.variable("TERM") ?? ""
        Self.chooseLocale()
        charset = terminal_is_utf8() == 0 ? .ascii : term.hasPrefix("linux") ? .console : .unicode
        set_escdelay(25)
        Self.signals.forEach { terminal_take_signal($0) }
        guard let screen = newterm(nil, terminal_stdout(), terminal_stdin()) else {
            Self.signals.forEach { terminal_give_back_signal($0) }
            throw .unknownTerminal(term)
        }
        guard let window = newwin(0, 0, 0, 0) else {
            endwin()
            delscreen(screen)
            Self.signals.forEach { terminal_give_back_signal($0) }
            throw .noWindow
        }
        self.screen = screen
        self.window = window
        (inputs, continuation) = AsyncStream.makeStream(of: Input.self)
        raw()
        noecho()
        nonl()
        curs_set(0)
        nodelay(window, true)
        keypad(window, true)
        leaveok(window, true)
        define_key("\u{1B}[200~", Self.pasteBegan)
        define_key("\u{1B}[201~", Self.pasteEnded)
        let wantsColor = (Self.variable("NO_COLOR") ?? "").isEmpty
        let hasColor = wantsColor && has_colors() && start_color() == OK && use_default_colors() == OK
        palette = Palette(colors: hasColor ? Int(terminal_colors()) : 0)
        for (index, role) in Role.allCases.enumerated() {
            if let color = palette.style(role).color { init_pair(Int16(index + 1), color, -1) }
        }
        let hasMouse = terminal_enable_mouse() != 0
        softWrap = SoftWrap(
            wrapsAtTheEdge: tigetflag("am") > 0 && tigetflag("xenl") > 0,
            save: Self.capability("sc"),
            restore: Self.capability("rc"),
            plain: Self.capability("sgr0")
        )
        passage = ClipboardSequence.passage(
            term: term,
            isTmux: Self.variable("TMUX") != nil,
            isScreen: Self.variable("STY") != nil
        )
        let mouseOff = hasMouse ? "\u{1B}[?1006;1000l" : ""
        let capabilities = ["sgr0", "op", "rmkx", "cnorm", "rmcup"].compactMap { Self.capability($0) }
        restore = Array((Self.pasteOff + mouseOff + capabilities.joined()).utf8)
        arm()
        write(Self.pasteOn)
        listen()
    }

    /// How large the screen is.
    public var size: Size {
        Size(columns: Int(getmaxx(window)), rows: Int(getmaxy(window)))
    }

    // MARK: Drawing

    /// Shows `screen`. Only what changed is sent. While the bare line is shown, the screen waits behind it.
    public func draw(_ screen: Screen) {
        guard mode == .screen else {
            pending = screen
            return
        }
        guard screen != shown else { return }
        shown = screen
        werase(window)
        for (index, row) in screen.rows.enumerated() { draw(row, at: Int32(index)) }
        wrefresh(window)
        softWrap?.join(screen, position: Self.position, write: write)
    }

    /// Sends the whole screen again.
    public func redraw() {
        guard mode == .screen, let screen = shown else { return }
        clearok(window, true)
        shown = nil
        softWrap?.forget()
        draw(screen)
    }

    private func draw(_ row: Row, at line: Int32) {
        var column: Int32 = 0
        for run in row.runs {
            let style = palette.style(run.role)
            var attributes = terminal_attr_normal()
            if style.isBold { attributes |= terminal_attr_bold() }
            if style.isDim { attributes |= terminal_attr_dim() }
            if style.isReverse { attributes |= terminal_attr_reverse() }
            let pair = style.color == nil ? 0 : Int16((Role.allCases.firstIndex(of: run.role) ?? -1) + 1)
            wattr_set(window, attributes, pair, nil)
            for cluster in run.text {
                // Each cluster is placed by itself, so that a C library that counts columns otherwise shifts nothing.
                let width = DisplayWidth.of(cluster)
                var scalars = cluster.unicodeScalars.map { wchar_t(bitPattern: $0.value) }
                if !cluster.isASCII, scalars.reduce(0, { $0 + Int(terminal_columns($1)) }) != width {
                    scalars = Array(repeating: 0x3F, count: width)
                }
                mvwaddnwstr(window, line, column, scalars, Int32(scalars.count))
                column += Int32(width)
            }
        }
        wattr_set(window, terminal_attr_normal(), 0, nil)
    }

    // MARK: Leaving the screen for a while

    /// Asks the terminal to put `text` on the clipboard (OSC 52). Whether it did is not told.
    public func copyToClipboard(_ text: String) {
        guard mode == .screen else { return }
        write(ClipboardSequence.bytes(text, through: passage))
    }

    /// Leaves the screen and prints `text` alone, ready to be selected; Enter comes back, with ``Input/resumed``.
    public func showBare(_ text: String) {
        guard mode == .screen else { return }
        leave(.bare)
        write("\n\(text)\n\n\(Strings.pressEnter)\n")
    }

    /// Comes back from ``showBare(_:)``, for example because the sign-in went on.
    public func leaveBare() {
        if mode == .bare { comeBack() }
    }

    /// Stops the program until it is continued in the foreground (Ctrl-Z and `fg`).
    public func suspend() {
        guard mode == .screen || mode == .bare else { return }
        leave(.suspended)
        terminal_stop()
        continued()
    }

    /// Gives the terminal back as it was. More than once is no harm.
    public func close() {
        guard mode != .closed else { return }
        let wasShown = mode == .screen
        sources.forEach { $0.cancel() }
        sources = []
        if wasShown { leave(.closed) }
        mode = .closed
        continuation.finish()
        delscreen(screen)
        if wasShown { terminal_guard_reset_modes() }
        Self.signals.forEach { terminal_give_back_signal($0) }
    }

    private func leave(_ next: Mode) {
        if mode == .screen {
            write(Self.pasteOff)
            endwin()
        }
        terminal_guard_disarm()
        mode = next
    }

    private func comeBack() {
        mode = .screen
        arm()
        write(Self.pasteOn)
        fitWindow()
        shown = shown ?? pending
        shown = pending ?? shown
        pending = nil
        redraw()
        continuation.yield(.resumed)
    }

    private func continued() {
        guard terminal_is_foreground(Self.input) == 1 else { return }
        switch mode {
        case .suspended, .bare: comeBack()
        case .screen:  // stopped by another hand (SIGSTOP): the shell has changed the terminal's modes
            reset_prog_mode()
            comeBack()
        case .closed: break
        }
    }

    private func arm() {
        restore.withUnsafeBytes { terminal_guard_arm($0.baseAddress, $0.count) }
    }

    // MARK: Listening

    private func listen() {
        let keys = DispatchSource.makeReadSource(fileDescriptor: Self.input, queue: .main)
        keys.setEventHandler { [weak self] in MainActor.assumeIsolated { self?.read() } }
        keys.resume()
        sources.append(keys)
        for number in Self.signals {
            let source = DispatchSource.makeSignalSource(signal: number, queue: .main)
            source.setEventHandler { [weak self] in MainActor.assumeIsolated { self?.received(number) } }
            source.resume()
            sources.append(source)
        }
    }

    private func received(_ signal: Int32) {
        switch signal {
        case SIGWINCH:
            guard mode == .screen else { return }
            fitWindow()
            shown = nil
            softWrap?.forget()
            continuation.yield(.resized(size))
        case SIGINT:
            leaveBare()
            continuation.yield(.control("c"))
        case SIGTSTP: continuation.yield(.control("z"))
        case SIGCONT: continued()
        default: continuation.yield(.terminated(signal: signal))
        }
    }

    private func fitWindow() {
        var rows: Int32 = 0
        var columns: Int32 = 0
        guard terminal_size(Self.output, &rows, &columns) == 1, rows != getmaxy(window) || columns != getmaxx(window)
        else { return }
        resize_term(rows, columns)
        wresize(window, rows, columns)
    }

    private func read() {
        switch mode {
        case .screen: break
        case .bare: return readBare()
        case .suspended, .closed: return
        }
        if decoder.isPasting, ContinuousClock.now - lastRead > .seconds(2) { decoder.abandonPaste() }
        lastRead = .now
        var raws: [InputDecoder.Raw] = []
        while let raw = next() { raws.append(raw) }
        guard !raws.isEmpty || terminal_is_gone(Self.input) == 0 else { return vanished() }
        decoder.decode(raws).forEach { continuation.yield($0) }
    }

    private func readBare() {
        var buffer = [UInt8](repeating: 0, count: 1_024)
        let count = Glibc.read(Self.input, &buffer, buffer.count)
        if count > 0 { comeBack() } else if count == 0 || errno != EINTR { vanished() }
    }

    /// The terminal is gone: a read source would fire for ever.
    private func vanished() {
        sources.forEach { $0.cancel() }
        sources = []
        continuation.yield(.closed)
    }

    private func next() -> InputDecoder.Raw? {
        var value: wint_t = 0
        switch wget_wch(window, &value) {
        case OK: return .scalar(value)
        case KEY_CODE_YES: return key(Int32(bitPattern: value))
        default: return nil
        }
    }

    private func key(_ code: Int32) -> InputDecoder.Raw {
        switch code {
        case Self.pasteBegan: return .pasteBegan
        case Self.pasteEnded: return .pasteEnded
        case KEY_ENTER: return .input(.enter)
        case KEY_BACKSPACE: return .input(.backspace)
        case KEY_DC: return .input(.delete)
        case KEY_UP: return .input(.up)
        case KEY_DOWN: return .input(.down)
        case KEY_LEFT: return .input(.left)
        case KEY_RIGHT: return .input(.right)
        case KEY_HOME: return .input(.home)
        case KEY_END: return .input(.end)
        case KEY_MOUSE:
            var row: Int32 = 0
            var column: Int32 = 0
            guard terminal_next_click(&row, &column) == 1 else { return .ignored }
            return .input(.click(row: Int(row), column: Int(column)))
        default: return .ignored
        }
    }

    // MARK: Small tools

    private func write(_ text: String) {
        write(Array(text.utf8))
    }

    private func write(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(Self.output, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    private static func position(row: Int) -> String? {
        capability("cup").flatMap { cup in tgoto(cup, 0, Int32(row)).map { String(cString: $0) } }
    }

    /// A capability without its padding (`$<5>`), which no terminal of today needs.
    private static func capability(_ name: String) -> String? {
        guard let value = terminal_capability(name) else { return nil }
        var text = String(cString: value)
        while let start = text.firstRange(of: "$<"), let end = text[start.upperBound...].firstIndex(of: ">") {
            text.removeSubrange(start.lowerBound...end)
        }
        return text
    }

    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    /// The locale's characters alone: its decimal comma must not reach number parsing. Where the machine lacks the locale
    /// that the person brought along (SSH), UTF-8 is still UTF-8.
    private static func chooseLocale() {
        guard setlocale(LC_CTYPE, "") == nil else { return }
        let wanted = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { variable($0) }.first { !$0.isEmpty } ?? ""
        let name = wanted.lowercased()
        if name.hasSuffix("utf-8") || name.hasSuffix("utf8") { setlocale(LC_CTYPE, "C.UTF-8") }
    }
}
