extension SessionStore {
    public static func secretService() -> SessionStore { .memory() }
}
