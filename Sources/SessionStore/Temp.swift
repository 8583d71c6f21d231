extension SessionStore {
    public static func kernelWorks() -> Bool { false }
    public static func kernel() -> SessionStore { .memory() }
    public static func secretService() -> SessionStore { .memory() }
}
