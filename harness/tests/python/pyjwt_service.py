"""A resource server as people write it with PyJWT: unmodified `PyJWKClient`, with short times.

Judged by the contract suite: what it gets wrong is PyJWT's own behaviour, and not seeded.
Arguments: port, issuer, audience, address of the key set.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt
from jwt import PyJWKClient

PORT, ISSUER, AUDIENCE, JWKS_URI = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
keys = PyJWKClient(JWKS_URI, lifespan=2, cooldown_duration=1, timeout=2)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body, challenge=False):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        if challenge:
            self.send_header("www-authenticate", "Bearer")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def do_GET(self):
        length = int(self.headers.get("content-length") or 0)
        if length:
            self.rfile.read(length)
        if self.path == "/health":
            return self.answer(200, {"status": "ok"})
        if self.path != "/me":
            return self.answer(404, {"error": "not found"})
        scheme, _, token = (self.headers.get("authorization") or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return self.answer(401, {"error": "no token"}, challenge=True)
        try:
            key = keys.get_signing_key_from_jwt(token)
            claims = jwt.decode(
                token,
                key,
                algorithms=["RS256", "ES256"],
                audience=AUDIENCE,
                issuer=ISSUER,
                leeway=60,
                options={"require": ["exp", "iss", "aud"]},
            )
        except jwt.PyJWTError as error:
            return self.answer(401, {"error": type(error).__name__}, challenge=True)
        return self.answer(200, {"sub": claims.get("sub")})

    do_POST = do_PUT = do_DELETE = do_OPTIONS = do_HEAD = do_GET

    def log_message(self, template, *arguments):
        print(self.address_string(), repr(template % arguments), flush=True)


ThreadingHTTPServer.request_queue_size = 256
ThreadingHTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
