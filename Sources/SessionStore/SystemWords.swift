import Glibc
import OAuth

/// What the system says about an error number.
func systemWords(_ number: Int32) -> ServerText {
    ServerText(String(cString: strerror(number)))
}
