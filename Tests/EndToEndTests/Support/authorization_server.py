"""An authorization server that knows nothing of genesys-login: django-oauth-toolkit with a page to sign in on.

It stands in for Genesys Cloud at the paths that the program asks for, and is as strict as the toolkit can be:
a public client, exact redirect URIs, PKCE with S256 alone, rotating refresh tokens with reuse detection, `iss`
in the authorization response (RFC 9207). It listens on 127.0.0.1 and needs no network.

When it listens it prints one line, `ready http://127.0.0.1:PORT`. It ends when its standard input is closed, so
that it never outlives the tests. Into LOG goes one JSON object a line:

    {"kind": "request", "method": "POST", "path": "/oauth/token", "grant_type": "refresh_token", "status": 200}
    {"kind": "secret", "name": "refresh_token", "value": "..."}

The secrets are there for the tests to search for in places where they must not be.
"""

import argparse
import json
import os
import sys
import tempfile
import threading
from pathlib import Path

import django
from django.conf import settings
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

SIGN_IN_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Sign in · authorization server of the tests</title></head>
<body><h1>Sign in</h1>
<form method="post">{% csrf_token %}{{ form.as_p }}<button id="sign-in" type="submit">Sign in</button></form>
</body></html>"""



def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=0, help="0 asks the system for a free one")
    parser.add_argument("--log", required=True, type=Path, help="where the JSON lines go")
    parser.add_argument("--client-id", required=True)
    parser.add_argument("--redirect-uri", required=True, action="append", help="registered to the letter")
    parser.add_argument("--username", required=True)
    parser.add_argument("--password", required=True)
    parser.add_argument("--profile", default="{}", help="the members of /api/v2/users/me, as JSON")
    parser.add_argument("--access-token-lifetime", type=int, default=3600, metavar="SECONDS")
    return parser.parse_args()


class Log:
    """JSON lines, each written whole: requests are served on several threads."""

    def __init__(self, path):
        self._file = open(path, "a", encoding="utf-8")
        self._lock = threading.Lock()

    def request(self, request, status):
        form = getattr(request, "form_for_log", {})
        self._write(kind="request", method=request.method, path=request.path,
                    grant_type=form.get("grant_type"), status=status)

    def secret(self, name, value):
        if value:
            self._write(kind="secret", name=name, value=value)

    def _write(self, **fields):
        with self._lock:
            self._file.write(json.dumps(fields) + "\n")
            self._file.flush()


def configure(options, origin, database):
    settings.configure(
        DEBUG=False,
        SECRET_KEY="only for tests on this machine",
        ALLOWED_HOSTS=["127.0.0.1", "localhost", "[::1]"],
        ROOT_URLCONF=__name__,
        USE_TZ=True,
        LOGIN_URL="/sign-in",
        STATIC_URL="/static/",
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(database),
                               "OPTIONS": {"timeout": 30}}},
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
                        "django.contrib.messages", "oauth2_provider"],
        MIDDLEWARE=[f"{__name__}.logging_middleware", "django.contrib.sessions.middleware.SessionMiddleware",
                    "django.middleware.csrf.CsrfViewMiddleware",
                    "django.contrib.auth.middleware.AuthenticationMiddleware"],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates",
                    "OPTIONS": {"context_processors": ["django.template.context_processors.request",
                                                       "django.contrib.auth.context_processors.auth"],
                                "loaders": [("django.template.loaders.locmem.Loader",
                                             {"sign-in.html": SIGN_IN_PAGE}),
                                            "django.template.loaders.app_directories.Loader"]}}],
        LOGGING={"version": 1, "disable_existing_loggers": False,
                 "handlers": {"stderr": {"class": "logging.StreamHandler"}},
                 "root": {"handlers": ["stderr"], "level": "WARNING"}},
        OAUTH2_PROVIDER={
            "OAUTH2_VALIDATOR_CLASS": f"{__name__}.LoggingValidator",
            "OIDC_ISS_ENDPOINT": origin,
            "SCOPES": {"profile": "Read who you are"},
            "ACCESS_TOKEN_EXPIRE_SECONDS": options.access_token_lifetime,
            "AUTHORIZATION_CODE_EXPIRE_SECONDS": 600,
            "PKCE_REQUIRED": True,
            "ROTATE_REFRESH_TOKEN": True,
            "REFRESH_TOKEN_REUSE_PROTECTION": True,
            "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
            "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
            "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
            "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
            "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
        },
    )
    django.setup(set_prefix=False)


# The settings come before the imports that need them, and the port before the settings that name it.

OPTIONS = arguments()
LOG = Log(OPTIONS.log)
DATA = tempfile.TemporaryDirectory(prefix="authorization-server-")


class QuietHandler(WSGIRequestHandler):
    def log_message(self, *_):
        pass


SERVER = ThreadedWSGIServer(("127.0.0.1", OPTIONS.port), QuietHandler)
ORIGIN = f"http://127.0.0.1:{SERVER.server_port}"
configure(OPTIONS, ORIGIN, Path(DATA.name) / "database.sqlite3")

from django.contrib.auth import get_user_model
from django.contrib.auth.views import LoginView
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.http import JsonResponse
from django.test import RequestFactory
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from oauth2_provider.models import get_application_model
from oauth2_provider.oauth2_backends import get_oauthlib_core
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.views import AuthorizationView, RevokeTokenView, TokenView


def logging_middleware(get_response):
    """Logs every request, and the secrets that a token request brings along."""

    def middleware(request):
        request.form_for_log = request.POST if request.path == "/oauth/token" else {}
        LOG.secret("code_verifier", request.form_for_log.get("code_verifier"))
        response = get_response(request)
        LOG.request(request, response.status_code)
        return response

    return middleware


class LoggingValidator(OAuth2Validator):
    """The toolkit's own validator; it only writes down what was issued."""

    def save_authorization_code(self, client_id, code, request, *args, **kwargs):
        result = super().save_authorization_code(client_id, code, request, *args, **kwargs)
        LOG.secret("code", code.get("code"))
        return result

    def save_bearer_token(self, token, request, *args, **kwargs):
        result = super().save_bearer_token(token, request, *args, **kwargs)
        LOG.secret("access_token", token.get("access_token"))
        LOG.secret("refresh_token", token.get("refresh_token"))
        return result


def bearer(request):
    """The access token that a request carries, or None where the toolkit does not accept it."""
    valid, details = get_oauthlib_core().verify_request(request, scopes=[])
    return details.access_token if valid else None


def unauthorized():
    body = {"status": 401, "code": "bad.credentials", "message": "Invalid login credentials."}
    return JsonResponse(body, status=401, headers={"WWW-Authenticate": "Bearer", "inin-correlation-id": "test-401"})


@require_http_methods(["GET"])
def users_me(request):
    if bearer(request) is None:
        return unauthorized()
    return JsonResponse(json.loads(OPTIONS.profile))


@csrf_exempt
@require_http_methods(["DELETE"])
def tokens_me(request):
    """Revokes the request's own token through the toolkit's revocation endpoint (RFC 7009)."""
    token = bearer(request)
    if token is None:
        return unauthorized()
    form = {"token": token.token, "token_type_hint": "access_token", "client_id": OPTIONS.client_id}
    return RevokeTokenView.as_view()(RequestFactory().post("/oauth/revoke", form))


urlpatterns = [
    path("sign-in", LoginView.as_view(template_name="sign-in.html")),
    path("oauth/authorize", AuthorizationView.as_view()),
    path("oauth/token", TokenView.as_view()),
    path("api/v2/users/me", users_me),
    path("api/v2/tokens/me", tokens_me),
]


def fill_database():
    call_command("migrate", verbosity=0, interactive=False)
    get_user_model().objects.create_user(OPTIONS.username, password=OPTIONS.password)
    application = get_application_model()
    application.objects.create(
        name="genesys-login", client_id=OPTIONS.client_id, client_secret="",
        client_type=application.CLIENT_PUBLIC, authorization_grant_type=application.GRANT_AUTHORIZATION_CODE,
        redirect_uris=" ".join(OPTIONS.redirect_uri))


def end_with_standard_input():
    while sys.stdin.buffer.read(4096):
        pass
    DATA.cleanup()
    os._exit(0)


if __name__ == "__main__":
    fill_database()
    SERVER.set_app(WSGIHandler())
    threading.Thread(target=end_with_standard_input, daemon=True).start()
    print(f"ready {ORIGIN}", flush=True)
    SERVER.serve_forever()
