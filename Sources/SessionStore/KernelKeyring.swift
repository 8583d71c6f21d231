import CKeyutils
import Glibc
import OAuth

/// The keys of type `user` in the user keyring of whoever runs the program (keyrings(7), user-keyring(7)).
///
/// Every call is made of system calls alone and does not wait for anybody. What makes a key does so on a thread of its
/// own: a key that is not yet anywhere else is in the keyring of the thread, which goes with it. On the program's threads
/// such keyrings would stay and count against the user's quota.
enum KernelKeyring {
    /// The most bytes of a key of type `user`.
    static let largestPayload = 32_767
    /// The user: everything. Group, others and whoever possesses it: nothing. A session keyring, and with it the possession of
    /// what the user keyring holds, is inherited by a program that `su` or `sudo` starts as another user.
    static let permissions = UInt32(KEY_USR_ALL)

    /// What the kernel answered instead.
    struct Refusal: Error {
        let number: Int32

        /// The error number of the call that has just failed.
        static var last: Refusal { Refusal(number: errno) }
    }

    private static let user = KEY_SPEC_USER_KEYRING
    private static let thread = KEY_SPEC_THREAD_KEYRING
    private static let type = "user"
    /// The key is not there, its time is over, or somebody has taken it back.
    private static let gone: Set<Int32> = [ENOKEY, EKEYEXPIRED, EKEYREVOKED]

    /// The payload of the key with this description; `nil` where there is none.
    static func read(_ description: String) throws(Refusal) -> SecretBytes? {
        var bytes = SecretBytes(capacity: largestPayload)
        guard try find(description, into: &bytes) != nil else { return nil }
        return bytes
    }

    /// Removes the key with this description where `isMeant` says so of its payload, at once and for everybody. A key that
    /// another process has put in its place is another key, which stays.
    static func remove(
        _ description: String,
        _ isMeant: (borrowing SecretBytes) -> Bool
    ) throws(Refusal) -> Bool {
        var bytes = SecretBytes(capacity: largestPayload)
        guard let key = try find(description, into: &bytes), isMeant(bytes) else { return false }
        if keyctl_invalidate(key) != 0, !gone.contains(errno) { throw .last }
        return true
    }

    /// The key with this description, and its payload in `bytes`.
    private static func find(
        _ description: String,
        into bytes: inout SecretBytes
    ) throws(Refusal) -> key_serial_t? {
        // A key that another process replaces between search and reading is searched for again.
        for _ in 0..<16 {
            guard let key = try search(description) else { return nil }
            var problem: Int32 = 0
            bytes.fill { room in
                let count = keyctl_read(key, room.baseAddress, room.count)
                if count < 0 { problem = errno }
                return count
            }
            if problem == 0 { return key }
            guard gone.contains(problem) else { throw Refusal(number: problem) }
        }
        return nil
    }

    /// Keeps `payload` under this description for `seconds`, in place of what was there.
    ///
    /// The new key is made ready where only this thread sees it, with its permissions and its timeout, and then takes the
    /// old one's place in one step: at no time is there no key, one of both, or one that never ends.
    static func write(_ payload: borrowing SecretBytes, _ description: String, seconds: UInt32) throws(Refusal) {
        try payload.withBytes { bytes throws(Refusal) in
            try onThreadOfItsOwn { () throws(Refusal) in try replace(bytes, description, seconds: seconds) }
        }
    }

    private static func replace(
        _ payload: UnsafeRawBufferPointer,
        _ description: String,
        seconds: UInt32
    ) throws(Refusal) {
        let key: key_serial_t
        do throws(Refusal) {
            key = try add(payload, description, to: thread)
        } catch {
            guard error.number == EDQUOT else { throw error }
            return try update(payload, description, seconds: seconds)
        }
        defer { keyctl_unlink(key, thread) }
        guard keyctl_setperm(key, permissions) == 0, keyctl_set_timeout(key, seconds) == 0,
            keyctl_link(key, user) == 0
        else { throw .last }
    }

    /// Removes the key with this description, at once and for everybody; none is no error.
    static func remove(_ description: String) throws(Refusal) {
        guard let key = try search(description) else { return }
        if keyctl_invalidate(key) != 0, !gone.contains(errno) { throw .last }
    }

    /// Whether the key is this user's own. Who possesses the user keyring may put a key of theirs there. One of an older version
    /// of this program is given the permissions of this one.
    private static func isOwn(_ key: key_serial_t) -> Bool {
        var described = [CChar](repeating: 0, count: 4096)
        let count = keyctl_describe(key, &described, described.count)
        guard count > 0, count < described.count else { return false }
        let text = String(decoding: described.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        let fields = text.split(separator: ";", maxSplits: 4, omittingEmptySubsequences: false)
        guard fields.count == 5, UInt32(fields[1]) == geteuid(), let found = UInt32(fields[3], radix: 16) else {
            return false
        }
        if found & ~permissions != 0 { restrict(key) }
        return true
    }

    private static func restrict(_ key: key_serial_t) {
        guard keyctl_setperm(key, permissions) != 0 else { return }
        // Of that version only a possessor may.
        try? onThreadOfItsOwn { () throws(Refusal) in
            guard keyctl_link(user, thread) == 0, keyctl_setperm(key, permissions) == 0 else { throw .last }
        }
    }

    /// Does without a trace what keeping a session needs: makes a key of `size` bytes that this thread alone sees, and
    /// removes it.
    static func probe(_ size: Int = 1) throws(Refusal) {
        try onThreadOfItsOwn { () throws(Refusal) in
            let payload = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 1)
            defer { payload.deallocate() }
            payload.initializeMemory(as: UInt8.self, repeating: 0)
            let key = try add(UnsafeRawBufferPointer(payload), "genesys-login", to: thread)
            guard keyctl_unlink(key, thread) == 0, keyctl_get_keyring_ID(user, 1) >= 0 else { throw .last }
        }
    }

    /// With a small quota there may be room for one session and not for two.
    private static func update(
        _ payload: UnsafeRawBufferPointer,
        _ description: String,
        seconds: UInt32
    ) throws(Refusal) {
        guard try search(description) != nil else { throw Refusal(number: EDQUOT) }
        // Not by keyctl_update, which takes no more than a page. Both take the old timeout away.
        let key = try add(payload, description, to: user)
        guard keyctl_set_timeout(key, seconds) == 0 else { throw .last }
    }

    private static func add(
        _ payload: UnsafeRawBufferPointer,
        _ description: String,
        to keyring: key_serial_t
    ) throws(Refusal) -> key_serial_t {
        let key = add_key(type, description, payload.baseAddress, payload.count, keyring)
        guard key >= 0 else { throw .last }
        return key
    }

    private static func search(_ description: String) throws(Refusal) -> key_serial_t? {
        let key = keyctl_search(user, type, description, 0)
        if key >= 0 { return isOwn(key_serial_t(key)) ? key_serial_t(key) : nil }
        guard gone.contains(errno) else { throw .last }
        return nil
    }
}
