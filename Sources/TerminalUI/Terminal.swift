import CNcurses
import Dispatch
import Glibc

/// The terminal. Its files alone call ncurses.
///
/// Keys and clicks arrive in ``inputs``, resizing and signals in ``urgent``; nothing is polled, so waiting costs no time.
/// Whatever way the program ends, the terminal is as it was: by ``close()``, at exit, and after a crash.
@MainActor
public final class Terminal {
    /// What is typed, clicked and pasted, in order: all that one read brought at once. It ends with ``close()``. What comes
    /// while much of it waits to be taken is dropped, as a terminal itself drops it.
    public let inputs: AsyncStream<[Input]>
    /// What does not wait behind keys: the terminal's size and fate, and signals. It ends with ``close()``.
    public let urgent: AsyncStream<Input>
    /// What the terminal can show.
    public let charset: Charset

    private enum Mode {
        /// The screen is shown.
        case screen
        /// A bare line is shown, on the terminal's ordinary screen; nothing is echoed.
        case bare
        /// The program is stopped, or continued in the background: the terminal is the shell's.
        case suspended
        /// The terminal is gone, or given back.
        case closed
    }

    private static let pasteOn = "\u{1B}[?2004h"
    private static let pasteOff = "\u{1B}[?2004l"

    /// How much one read takes, in characters, and how many reads may wait.
    private static let (longestRead, mostReads) = (4_096, 16)

    private let typed: AsyncStream<[Input]>.Continuation
    private let told: AsyncStream<Input>.Continuation
    private let screen: OpaquePointer
    let window: UnsafeMutablePointer<WINDOW>
    let palette: Palette
    private let passage: ClipboardSequence.Passage
    private let softWrap: SoftWrap?
    private let restore: [CChar]
    /// Blanks a terminal that has no second screen, where ours would stay behind.
    private let wipe: String?
    private let canHideCursor: Bool
    private var mode = Mode.screen
    private var shown: Screen?
    private var pending: Screen?
    private var decoder = InputDecoder()
    private var bareLine = BareLine()
    private var lastRead = ContinuousClock.now
    private var sources: TerminalSources?
    /// See ``TerminalGiver/ancestor(file:)``.
    private let giver: Int32?

    /// Takes the terminal on standard input and output.
    public init() throws(TerminalError) {
        guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else { throw .notATerminal }
        guard System.waitForForeground(STDIN_FILENO) else { throw .inBackground }
        switch TerminalGiver(of: STDIN_FILENO) {
        case .session, .nobody: giver = nil
        case .ancestor(let file): giver = file
        case .shell: throw .inBackground
        }
        guard terminal_guard_save(STDOUT_FILENO) == 1 else { throw .notATerminal }
        let term = System.variable("TERM") ?? ""
        System.chooseLocale()
        charset = terminal_is_utf8() == 0 ? .ascii : term.hasPrefix("linux") ? .console : .unicode
        // How long an Esc waits for the rest of a key's sequence: one that a slow line tears apart must cancel nothing.
        set_escdelay(100)
        TerminalSources.takeSignals()
        var found: OpaquePointer?
        let names = TerminalNames.names(for: term)
        // Once each: the first that succeeds has changed the terminal's modes.
        for name in names where found == nil {
            found = newterm(name, terminal_stdout(), terminal_stdin())
        }
        guard let screen = found, let window = newwin(0, 0, 0, 0) else {
            endwin()
            TerminalSources.giveBackSignals()
            throw names.contains(where: Self.hasDescription) ? .unusableSize : .unknownTerminal(term)
        }
        self.screen = screen
        self.window = window
        (inputs, typed) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.mostReads))
        (urgent, told) = AsyncStream.makeStream()
        raw()
        noecho()
        nonl()
        nodelay(window, true)
        keypad(window, true)
        for (sequence, code) in KeyCodes.usualSequences {
            // Some descriptions know a sequence under a name that means nothing here (`kcbt2` of the Linux console).
            let known = key_defined(sequence)
            if known >= 0, KeyCodes.raw(known) == .ignored { define_key(sequence, code) }
        }
        define_key("\u{1B}[200~", KeyCodes.pasteBegan)
        define_key("\u{1B}[201~", KeyCodes.pasteEnded)
        let wantsColor = (System.variable("NO_COLOR") ?? "").isEmpty
        let hasColor = wantsColor && has_colors() && start_color() == OK && use_default_colors() == OK
        palette = Palette(colors: hasColor ? Int(terminal_colors()) : 0)
        for (index, role) in Role.allCases.enumerated() {
            if let color = palette.style(role).color { init_pair(Int16(index + 1), color, -1) }
        }
        let hasMouse = terminal_enable_mouse() != 0
        softWrap = tigetflag("am") > 0 && tigetflag("xenl") > 0 ? SoftWrap(capability: Self.capability) : nil
        passage = ClipboardSequence.passage(term: term)
        let mouseOff = hasMouse ? "\u{1B}[?1006;1000l" : ""
        canHideCursor = Self.capability("civis") != nil
        wipe = Self.capability("rmcup") == nil ? Self.capability("clear") : nil
        let capabilities = ["sgr0", "op", "rmkx", "cnorm", "rmcup"].compactMap { Self.capability($0) } + [wipe ?? ""]
        restore = (Self.pasteOff + mouseOff + capabilities.joined()).utf8.map { CChar(bitPattern: $0) }
        terminal_guard_arm(restore, restore.count)
        System.write(Self.pasteOn, to: STDOUT_FILENO)
        fitWindow()
        terminal_guard_note()
    }

    /// Listens to keys, clicks and signals from here on, and starts the process that restores the terminal where this one
    /// cannot. Call it once, after the first frame, which need not wait for either.
    public func listen() {
        terminal_guardian_start()
        sources = TerminalSources(
            readable: STDIN_FILENO,
            giver: giver,
            onInput: { [weak self] in self?.read() },
            onSignal: { [weak self] in self?.received($0) }
        )
        fitWindow()
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
        keepModes()
        guard screen != shown else { return }
        shown = screen
        werase(window)
        for (index, row) in screen.rows.enumerated() { draw(row, at: Int32(index)) }
        // A cursor that cannot be hidden rests in the corner, in place of following what changes.
        let cursor = screen.cursor ?? (canHideCursor ? nil : Position(row: screen.size.rows - 1, column: 0))
        leaveok(window, cursor == nil)
        if let cursor { wmove(window, Int32(cursor.row), Int32(cursor.column)) }
        curs_set(screen.cursor == nil ? 0 : 1)
        wrefresh(window)
        // A change of size that is on its way would wrap the rows elsewhere.
        guard System.size(of: STDOUT_FILENO).map({ $0 == size }) ?? true else { return }
        softWrap?.join(screen, position: Self.position, write: { System.write($0, to: STDOUT_FILENO) })
    }

    /// Whether whoever gave the terminal has ended.
    private var isGiverGone: Bool { giver.map(TerminalGiver.hasEnded) ?? false }

    /// Another program of the same job, which had the terminal first, may have given it back meanwhile: what it left is how
    /// the terminal is to be left, and is not how the screen needs it.
    private func keepModes() {
        guard terminal_guard_is_cooked(STDOUT_FILENO) != 0, System.isForeground(STDIN_FILENO),
            !isGiverGone
        else { return }
        _ = terminal_guard_save(STDOUT_FILENO)
        def_shell_mode()
        reset_prog_mode()
        terminal_guard_note()
        clearok(window, true)
        shown = nil
        softWrap?.forget()
    }

    /// Sends the whole screen again.
    public func redraw() {
        guard mode == .screen, let screen = shown else { return }
        clearok(window, true)
        shown = nil
        softWrap?.forget()
        draw(screen)
    }

    // MARK: Leaving the screen for a while

    /// Asks the terminal to put `text` on the clipboard (OSC 52). Whether it did is not told.
    public func copyToClipboard(_ text: String) {
        guard mode == .screen else { return }
        System.write(ClipboardSequence.bytes(text, through: passage), to: STDOUT_FILENO)
    }

    /// Leaves the screen and prints `text` alone, ready to be selected; Enter comes back, with ``Input/resumed``, and so
    /// does a paste, which is an input as on the screen. It is not echoed, for it may hold a code.
    public func showBare(_ text: String) {
        guard mode == .screen else { return }
        leave(.bare)
        bareLine = BareLine()
        terminal_guard_quiet()
        terminal_guard_arm(Self.pasteOff, Self.pasteOff.utf8.count)
        terminal_guard_note()
        System.write(Self.pasteOn, to: STDOUT_FILENO)
        System.write("\n\(text)\n\n\(Strings.pressEnter)\n", to: STDOUT_FILENO)
    }

    /// Comes back from ``showBare(_:)``, for example because the sign-in went on.
    ///
    /// - Returns: whether it was shown.
    @discardableResult
    public func leaveBare() -> Bool {
        guard mode == .bare else { return false }
        comeBack()
        return true
    }

    /// Stops the program until it is continued in the foreground (Ctrl-Z and `fg`).
    public func suspend() {
        guard mode == .screen || mode == .bare else { return }
        leave(.suspended)
        sources?.pauseInput()
        stop()
    }

    /// Stops until continued. Continued in the background (`bg`), the program stops again, because a shell's `fg` wakes
    /// only what is stopped; but a moment later, so that a signal that came meanwhile can end it.
    private func stop() {
        terminal_stop()
        continued()
        guard mode == .suspended else { return }
        Task { [weak self] in
            try? await Task.sleep(for: .milliseconds(200))
            guard let self, mode == .suspended else { return }
            // An orphan is not stopped, and told of nothing.
            if System.isGone(STDIN_FILENO) { vanished() } else { stop() }
        }
    }

    /// Stopped and continued by another hand (SIGSTOP, SIGCONT), and the terminal is the shell's: nothing is drawn over it, and
    /// `fg` wakes only what is stopped.
    private func standBack() {
        sources?.pauseInput()
        mode = .suspended
        stop()
    }

    /// Gives the terminal back as it was. More than once is no harm.
    public func close() {
        guard mode != .closed else { return }
        let wasShown = mode == .screen
        sources?.cancel()
        sources = nil
        leave(.closed)
        typed.finish()
        told.finish()
        delscreen(screen)
        if wasShown { terminal_guard_reset_modes() }
        TerminalSources.giveBackSignals()
    }

    private func leave(_ next: Mode) {
        switch mode {
        case .screen:
            if isGiverGone, terminal_guard_owns_modes(STDOUT_FILENO) == 0 {
                // A shell that was quicker has set its own modes.
                _ = terminal_guard_save(STDOUT_FILENO)
                def_shell_mode()
            }
            System.write(Self.pasteOff, to: STDOUT_FILENO)
            endwin()
            if let wipe { System.write(wipe, to: STDOUT_FILENO) }
        case .bare where System.isForeground(STDIN_FILENO):
            System.write(Self.pasteOff, to: STDOUT_FILENO)
            // What was pasted and not read is no command for a shell.
            tcflush(STDIN_FILENO, TCIFLUSH)
            terminal_guard_reset_modes()
        case .bare, .suspended, .closed: break
        }
        terminal_guard_disarm()
        mode = next
    }

    private func comeBack() {
        if mode != .bare { decoder = InputDecoder() } else if !bareLine.isEmpty { decoder.skipRest() }
        mode = .screen
        sources?.resumeInput()
        terminal_guard_arm(restore, restore.count)
        System.write(Self.pasteOn, to: STDOUT_FILENO)
        fitWindow()
        shown = pending ?? shown
        pending = nil
        redraw()
        terminal_guard_note()
        told.yield(.resumed)
    }

    private func continued() {
        guard System.isForeground(STDIN_FILENO) else { return }
        switch mode {
        case .suspended where !isendwin():  // see ``standBack()``
            reset_prog_mode()
            comeBack()
        case .suspended, .bare: comeBack()
        case .screen:  // stopped by another hand (SIGSTOP): the shell has changed the terminal's modes
            reset_prog_mode()
            comeBack()
        case .closed: break
        }
    }

    // MARK: Listening

    private func received(_ signal: Int32) {
        switch signal {
        case SIGWINCH:
            guard mode == .screen else { return }
            fitWindow()
            // The terminal may have wrapped its rows anew: nothing on it can be relied on.
            clearok(window, true)
            shown = nil
            softWrap?.forget()
            told.yield(.resized(size))
        case SIGINT:
            leaveBare()
            told.yield(.control("c"))
        case SIGTSTP: told.yield(.control("z"))
        case SIGCONT where mode == .screen && !System.isForeground(STDIN_FILENO): standBack()
        case SIGCONT: continued()
        default: told.yield(.terminated(signal: signal))
        }
    }

    private func fitWindow() {
        guard let size = System.size(of: STDOUT_FILENO), size != self.size else { return }
        resize_term(Int32(size.rows), Int32(size.columns))
        wresize(window, Int32(size.rows), Int32(size.columns))
    }

    private func read() {
        if mode == .bare { return readBare() }
        guard mode == .screen else { return }
        var raws: [InputDecoder.Raw] = []
        while raws.count < Self.longestRead, let raw = next() { raws.append(raw) }
        guard !raws.isEmpty || !System.isGone(STDIN_FILENO) else { return vanished() }
        let inputs = decode(raws)
        if !inputs.isEmpty { typed.yield(inputs) }
    }

    private func readBare() {
        var buffer = [UInt8](repeating: 0, count: Self.longestRead)
        let count = Glibc.read(STDIN_FILENO, &buffer, buffer.count)
        guard count > 0 || !System.isGone(STDIN_FILENO) else { return vanished() }
        let raws = bareLine.scalars(buffer.prefix(max(0, count)))
        for input in decode(raws) {
            guard let text = bareLine.take(input) else { continue }
            // A person's Enter comes alone.
            if input == .enter, raws.count > 1 { decoder.skipRest() }
            comeBack()
            if !text.isEmpty { typed.yield([.paste(text)]) }
            return
        }
    }

    private func decode(_ raws: [InputDecoder.Raw]) -> [Input] {
        guard !raws.isEmpty else { return [] }
        defer { lastRead = .now }
        return decoder.decode(raws, after: .now - lastRead)
    }

    /// The terminal is gone: a read source would fire for ever.
    private func vanished() {
        sources?.cancel()
        sources = nil
        told.yield(.closed)
    }

    private func next() -> InputDecoder.Raw? {
        var value: wint_t = 0
        switch wget_wch(window, &value) {
        case OK: return .scalar(value)
        case KEY_CODE_YES:
            let code = Int32(bitPattern: value)
            guard code == KEY_MOUSE else { return KeyCodes.raw(code) }
            var (row, column): (Int32, Int32) = (0, 0)
            let isClick = terminal_next_click(&row, &column) == 1
            return isClick ? .input(.click(row: Int(row), column: Int(column))) : .ignored
        default: return nil
        }
    }
}
