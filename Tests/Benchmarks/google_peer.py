"""google_peer.py SERVER: signs in with google-auth-oauthlib, asks for the profile, and prints the name."""

import os
import sys

os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"

from google_auth_oauthlib.flow import InstalledAppFlow  # noqa: E402

server = sys.argv[1]
client = {
    "client_id": "bench",
    "client_secret": "none",
    "auth_uri": server + "/oauth/authorize",
    "token_uri": server + "/oauth/token",
}
flow = InstalledAppFlow.from_client_config({"installed": client}, scopes=["profile"])
flow.run_local_server(host="127.0.0.1", port=0, open_browser=False, authorization_prompt_message="{url}")
profile = flow.authorized_session().get(server + "/api/v2/users/me").json()
print(profile["name"], flush=True)
