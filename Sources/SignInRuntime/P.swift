import AsyncHTTPClient
import Hummingbird
import Subprocess
import NIOSSL
