"""Replays what public clients send, and compares the answers with what they expect.

`replay.py FOLDER` reads the transcripts of a folder. Steps whose request is no operation of the document are named and
not sent; a step of the document that cannot be sent is a failure. The sandbox is found by the variables that
`--print-env` prints.
"""

import base64
import http.client
import json
import os
import pathlib
import re
import sys
import urllib.parse

AUTH, PLATFORM = os.environ["PINGONE_AUTH_URL"], os.environ["PINGONE_PLATFORM_URL"]
ENVIRONMENT = os.environ["PINGONE_ENVIRONMENT_ID"]
CLIENT, SECRET = os.environ["PINGONE_CLIENT_ID"], os.environ["PINGONE_CLIENT_SECRET"]
HOST = urllib.parse.urlsplit(AUTH).netloc
SUPPORTED = pathlib.Path(__file__).parents[2] / "SUPPORTED.md"
ORIGIN = "http://localhost:3000"
REDIRECT = "http://localhost:3000/callback"
# The example of RFC 7636.
VERIFIER, CHALLENGE = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
# The actions that a flow allows at its beginning.
STARTS = {"usernamePassword.check", "password.forgot", "user.register", "session.reset"}
# Expectations that the sandbox does not meet, each with its reason.
KNOWN = {"no _links[\"password.reset\"].href": "the old jQuery demonstration alone reads this link before a recovery"}
# Steps that are not sent, by words of their notes, each with its reason.
OUTSIDE = {
    "the document requires user": "a device authentication without a user is described by unofficial sources only",
    "other host": "the client sends a request of the authentication server to the platform",
}


def rows():
    """The operations of the table: id, method, pattern of the path and media type."""
    for line in SUPPORTED.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        found = re.match(r"(\w+) `([^`]+)`$", cells[1]) if len(cells) > 3 else None
        if found:
            name, (method, path) = re.sub(r"^\[(\w+)\].*", r"\1", cells[0]), found.groups()
            pattern = re.sub(r"{\w+}", r"[^/?]+", path)
            yield name, method, re.compile(pattern + r"/?(\?.*)?$"), cells[2]


ROWS = list(rows())


def operation_of(method, url, headers, body):
    """The operation of the document that a request is, or `preflight`, or none."""
    if method == "OPTIONS":
        return "preflight"
    types = [value.split(";")[0].strip() for name, value in headers if name.lower() == "content-type"]
    types = [media_type for media_type in types if "vnd." in media_type] or types
    grants = {"client_credentials": "requestToken", "authorization_code": "exchangeAuthorizationCode",
              "refresh_token": "refreshToken"}
    for name, known, pattern, media_type in ROWS:
        path = url.removeprefix(PLATFORM) if url.startswith(PLATFORM) else url.removeprefix(AUTH)
        if known != method or not pattern.match(path):
            continue
        grant = re.search(r"grant_type=(\w+)", body)
        if path.endswith("/as/token") and name != grants.get(grant and grant[1]):
            continue
        if method == "GET" or method == "DELETE" or media_type in types:
            return name
    return None


def send(method, url, headers=(), body=b""):
    """One request, with its headers as they are given."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(HOST, timeout=10)
    # A browser encodes the blanks of an address that it goes to.
    target = (parts.path + (f"?{parts.query}" if parts.query else "")).replace(" ", "%20")
    connection.putrequest(method, target, skip_accept_encoding=True)
    names = {name.lower() for name, _ in headers}
    for name, value in headers:
        connection.putheader(name, value)
    if "content-length" not in names and (body or method != "GET"):
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body or None)
    answer = connection.getresponse()
    text = answer.read()
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    return answer.status, answer.headers, value


def control(method, path, body=None):
    body = json.dumps(body).encode() if body is not None else b""
    status, _, value = send(method, f"{AUTH}/_sandbox{path}", [("Content-Type", "application/json")], body)
    assert status < 300, (method, path, status, value)
    return value


class Client:
    """One client: its variables, its cookies and its flow."""

    def __init__(self, devices):
        control("POST", "/reset", {})
        self.jar, self.devices = {}, devices
        token = control("POST", "/tokens", {})["accessToken"]
        self.values = {
            "apiPath": PLATFORM, "authPath": AUTH, "envID": ENVIRONMENT, "clientID": CLIENT, "clientSecret": SECRET,
            "basic": base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode(), "accessToken": token,
            "appOrigin": ORIGIN, "username": "replayed", "password": "2FederateM0re!",
            "newPassword": "an0ther-passw0rd", "newerPassword": "yet-an0ther-passw0rd", "weakPassword": "short",
            "wrongPassword": "not-the-passw0rd", "wrongCode": "WRONG000", "unknownUsername": "nobody",
            "newUsername": "newcomer-2", "newEmail": "newcomer-2@example.com", "email": "replayed@example.com",
            "givenName": "Re", "familyName": "Played", "unknownUserID": "00000000-0000-4000-8000-000000000001",
            "transactionID": "replay-1", "rpHost": "localhost", "rpName": "Replay", "rpOrigin": "https://localhost",
            "redirectUri": REDIRECT, "redirectUriEncoded": urllib.parse.quote_plus(REDIRECT, safe=":"),
            "scopes": "openid%20profile%20email", "scope": "openid", "state": "replay-state", "nonce": "replay-nonce",
            "challenge": CHALLENGE, "verifier": VERIFIER, "responseType": "code", "responseMode": "pi.flow",
            "policyName": "Multi_Factor", "phone": "+14155550123", "text": "text", "street": "1 Main Street",
            "city": "Denver", "postalCode": "80014", "prefix": "replayed",
        }
        populations = send("GET", f"{PLATFORM}/environments/{ENVIRONMENT}/populations", self.bearer())[2]
        self.values["populationID"] = populations["_embedded"]["populations"][0]["id"]
        self.users = 0
        self.start_user()
        self.start_user()
        self.start_flow()

    def bearer(self):
        return [("Authorization", "Bearer " + self.values["accessToken"])]

    def start_user(self, password=None, status="OK"):
        """A user with this or the first password, and a token of theirs."""
        name = f"replayed{self.users or ''}"
        self.users += 1
        user = control("POST", "/users", {
            "username": name, "email": f"{name}@example.com", "password": password or self.values["password"],
            "passwordStatus": status, "devices": self.devices,
            "attributes": {"name": {"given": "Re", "family": "Played"}},
        })
        self.values["username"], self.values["userID"] = name, user["id"]
        devices = send("GET", f"{PLATFORM}/environments/{ENVIRONMENT}/users/{user['id']}/devices", self.bearer())[2]
        for device in devices["_embedded"]["devices"]:
            self.values["deviceID"] = device["id"]
        self.values["userAccessToken"] = control("POST", "/tokens", {"user": user["id"]})["accessToken"]

    def start_flow(self, **parameters):
        """A flow as an application begins one, with the address and the challenge that the transcripts have."""
        self.jar.clear()
        given = {"client_id": CLIENT, "response_type": "code", "redirect_uri": REDIRECT,
                 "scope": "openid profile email", "code_challenge": CHALLENGE, "code_challenge_method": "S256"}
        query = urllib.parse.urlencode({name: value for name, value in (given | parameters).items() if value})
        _, answered, _ = send("GET", f"{AUTH}/{ENVIRONMENT}/as/authorize?{query}")
        self.begun(parameter(answered["Location"], "flowId"))

    def begun(self, flow):
        before, self.flow = getattr(self, "flow", None), flow
        for name, value in self.values.items():
            if before and isinstance(value, str):
                self.values[name] = value.replace(before, self.flow)
        self.values["flowID"] = self.flow
        self.values["resumeUrl"] = f"{AUTH}/{ENVIRONMENT}/as/resume?flowId={flow}"

    def value(self, name):
        if name == "cookieJar":
            return "; ".join(f"{key}={value}" for key, value in self.jar.items())
        if name == "sessionToken":
            return self.jar.get("ST")
        if name in ("attestationJsonText", "assertionJsonText"):
            answer = self.attestation() if name.startswith("attestation") else self.assertion()
            return json.dumps(json.dumps(answer))[1:-1]
        kinds = {"recoveryCode": "RECOVERY_CODE", "verificationCode": "VERIFICATION_CODE", "otp": "PASSCODE"}
        if name in kinds:
            sent = control("GET", f"/outbox?kind={kinds[name]}")["messages"]
            return sent[-1]["code"] if sent else None
        return self.values.get(name)

    def fill(self, text):
        missing = [name for name in re.findall(r"{{(\w+)}}", text) if self.value(name) is None]
        return re.sub(r"{{(\w+)}}", lambda match: self.value(match[1]) or "", text), missing

    def attestation(self):
        """What an authenticator answers to the options of the device that was created last."""
        path = f"{PLATFORM}/environments/{ENVIRONMENT}/users/{self.values['userID']}/devices"
        devices = send("GET", path, self.bearer())[2]["_embedded"]["devices"]
        waiting = [device for device in devices if "publicKeyCredentialCreationOptions" in device][-1]
        self.values["deviceID"] = waiting["id"]
        return answer_to(waiting["publicKeyCredentialCreationOptions"], "webauthn.create")

    def assertion(self):
        """What an authenticator answers to the options of the device authentication."""
        path = f"{AUTH}/{ENVIRONMENT}/deviceAuthentications/{self.values['deviceAuthenticationID']}"
        started = send("GET", path, self.bearer())[2]
        return answer_to(started["publicKeyCredentialRequestOptions"], "webauthn.get")

    def status(self):
        cookies = [("Cookie", self.value("cookieJar"))]
        return (send("GET", f"{AUTH}/{ENVIRONMENT}/flows/{self.flow}", cookies)[2] or {}).get("status")

    def complete(self):
        """A flow that has come to its end, of a user whose password nobody has changed."""
        self.start_user()
        self.start_flow()
        self.act("usernamePassword.check", {"username": self.values["username"], "password": self.values["password"]})

    def code(self, body):
        """A code for a token request with this body, from a sign-on of its own."""
        self.start_user()
        self.start_flow(**({} if "code_verifier" in body else {"code_challenge": "", "code_challenge_method": ""}))
        self.act("usernamePassword.check", {"username": self.values["username"], "password": self.values["password"]})
        cookies = [("Cookie", self.value("cookieJar"))]
        _, answered, _ = send("GET", self.values["resumeUrl"], cookies)
        return parameter(answered["Location"], "code")

    def prepare(self, action, given):
        """A flow that allows this action, where another one has gone on."""
        if "MUST_CHANGE_PASSWORD" in given:
            self.start_user(status="MUST_CHANGE_PASSWORD")
            self.start_flow()
            if action == "password.reset":
                self.act("usernamePassword.check", {"username": self.values["username"], "password": "2FederateM0re!"})
            self.values["change"] = f"{AUTH}/{ENVIRONMENT}/flows/{self.flow}"
            return
        _, _, flow = send("GET", f"{AUTH}/{ENVIRONMENT}/flows/{self.flow}", [("Cookie", self.value("cookieJar"))])
        allowed = (flow or {}).get("_links", {})
        if action not in allowed and action in STARTS:
            self.start_flow()
        if action not in allowed and action == "password.recover":
            self.start_flow()
            self.act("password.forgot", {"username": self.values["username"]})

    def act(self, action, body):
        headers = [("Content-Type", f"application/vnd.pingidentity.{action}+json")]
        _, answered, _ = send("POST", f"{AUTH}/{ENVIRONMENT}/flows/{self.flow}", headers, json.dumps(body).encode())
        self.keep(answered)

    def keep(self, headers):
        for cookie in headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.split(";")[0].partition("=")
            self.jar[name] = value


def answer_to(options, kind):
    challenge = base64.urlsafe_b64encode(bytes(json.loads(options)["challenge"])).rstrip(b"=").decode()
    data = json.dumps({"type": kind, "challenge": challenge}).encode()
    return {"response": {"clientDataJSON": base64.urlsafe_b64encode(data).rstrip(b"=").decode()}}


def parameter(address, name):
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(address).query))[name]


def steps(text):
    for part in re.split(r"^### ", text, flags=re.M)[1:]:
        title, _, rest = part.partition("\n")
        notes = re.findall(r"^# (\w[\w-]*): ?(.*)$", rest, re.M)
        lines = [line for line in rest.split("\n") if not line.startswith("#")]
        request = "\n".join(lines).strip("\n")
        head, _, body = request.partition("\n\n")
        yield title, notes, head.split("\n"), body.strip("\n")


def found(value, path):
    """Whether a path such as `_links["user.verify"].href` leads to something."""
    for step in re.findall(r'\["([^"]+)"\]|\[(\d*)\]|([\w-]+)', path):
        name, index, plain = step
        if index or step == ("", "", ""):
            if not isinstance(value, list) or len(value) <= int(index or 0):
                return False
            value = value[int(index or 0)]
        else:
            key = name or plain
            if not isinstance(value, dict) or key not in value:
                return False
            value = value[key]
    return True


def lookup(value, path):
    for name, index, plain in re.findall(r'\["([^"]+)"\]|\[(\d+)\]|([\w-]+)', path):
        value = value[int(index)] if index else value[name or plain]
    return value


def complaints(expected, status, headers, body):
    """What an answer lacks of one `# expects:` line."""
    for clause in [clause.strip() for clause in expected.split(";")]:
        if match := re.match(r"status (\d)xx", clause):
            if status // 100 != int(match[1]):
                yield f"status {status}, not {match[1]}xx"
        elif match := re.match(r"status (\d{3})( or (\d{3}))?", clause):
            if str(status) not in (match[1], match[3]) and "any 2xx" not in clause:
                yield f"status {status}, not {match[1]}"
        elif match := re.match(r"status < (\d{3})", clause):
            if status >= int(match[1]):
                yield f"status {status}, not below {match[1]}"
        elif match := re.match(r"status == (\w+)", clause):
            if not body or body.get("status") != match[1]:
                yield f"status is {body and body.get('status')}, not {match[1]}"
        elif match := re.match(r"(details\[0\]\.\w+) == (\w+)", clause):
            if not found(body, match[1]) or str(lookup(body, match[1])) != match[2]:
                yield f"{match[1]} is not {match[2]}: {body}"
        elif match := re.match(r"(?:header )?Access-Control-Allow-Origin == ", clause):
            if headers.get("Access-Control-Allow-Origin") != ORIGIN:
                yield "no Access-Control-Allow-Origin"
        elif match := re.match(r"(?:header )?Access-Control-Allow-Credentials == true", clause):
            if headers.get("Access-Control-Allow-Credentials") != "true":
                yield "no Access-Control-Allow-Credentials"
        elif clause.startswith("has "):
            text = re.sub(r"\(.*", "", clause[4:]).split(" if ")[0].split(" == ")[0]
            text = re.sub(r"(\S+\.){([^}]*)}", lambda m: ", ".join(m[1] + name for name in m[2].split(", ")), text)
            for path in re.split(r", | AND | and ", text):
                if "Set-Cookie" in path:
                    if not headers.get("Set-Cookie"):
                        yield "no Set-Cookie"
                elif re.fullmatch(r'[\w.\[\]"-]+', path.strip()) and not found(body, path.strip()):
                    yield f"no {path.strip()}"


def send_step(client, title, notes, head, body, has_store):
    """What came back, or why a step was not sent, and whether that is in order."""
    known = " ".join([*(value for _, value in notes), head[0]])
    for words, reason in OUTSIDE.items():
        if words in known:
            return None, reason, True
    operation = next((value for name, value in notes if name == "operation"), "")
    given = " ".join(value for name, value in notes if name == "given")
    media_types = [line for line in head if re.match(r"(?i)content-type: application/vnd", line)]
    if "/flows/" in head[0] or "Flow" in operation:
        action = re.search(r"pingidentity\.([\w.]+)\+json", " ".join(media_types))
        client.prepare(action[1] if action else "", given)
    if operation in {"setPassword", "setPasswordValue", "resetPassword"}:
        # The password that the client takes for the current one, or one that is not in its hands.
        current = re.search(r'"currentPassword": ?"{{(\w+)}}"', body)
        client.start_user(client.values[current[1]] if current else "0riginal-passw0rd")
    if "resume" in operation and client.status() != "COMPLETED":
        client.complete()
    if "userinfo" in operation:
        head = [line.replace("{{accessToken}}", "{{userAccessToken}}") for line in head]
    if "{{code}}" in body and "code" not in client.values:
        client.values["code"] = client.code(body)
    if "{{attestationJsonText}}" in body:
        client.attestation()
    filled = [client.fill(text) for text in [*head, body]]
    missing = sorted({name for _, names in filled for name in names})
    (request, *lines), text = [line for line, _ in filled[:-1]], filled[-1][0]
    method, url = request.split(" ", 1)
    headers = [tuple(line.split(": ", 1)) for line in lines if ": " in line]
    headers = [(name, value) for name, value in headers if value]
    if has_store and client.jar and url.startswith(AUTH):
        headers.append(("Cookie", client.value("cookieJar")))
    name = operation_of(method, url, headers, text)
    if name is None:
        return None, f"no operation of the document ({operation})", True
    if missing:
        return None, f"no value for {', '.join(missing)}", False
    if any(name == "body-ends-with" for name, _ in notes):
        text += "\n"
    answer = send(method, url, headers, text.encode())
    client.keep(answer[1])
    if name in ("exchangeAuthorizationCode", "resumeFlow"):
        client.values.pop("code", None)
    return answer, "", True


def replay(path):
    text = path.read_text()
    if '"type":"FIDO2"' in text:
        devices = []  # The client registers one itself.
    else:
        devices = [{"type": "SMS", "contact": "+14155550123"} if "otp.check" in text else {"type": "FIDO2"}]
    client, sent, skipped, wrong = Client(devices), 0, [], []
    for title, notes, head, body in steps(text):
        answer, reason, is_right = send_step(client, title, notes, head, body, "\n# jar: the cookie store" in text)
        if answer is None:
            skipped.append(f"{title}: {reason}")
            if not is_right:
                wrong.append(f"{path.name}, step {title}: not sent, {reason}")
            continue
        status, answered, value = answer
        sent += 1
        for name, rule in notes:
            if name == "expects" and not rule.startswith(("branch", "on-", "as ", "may-have")):
                wrong += [f"{path.name}, step {title}: {text}" for text
                          in complaints(rule, status, answered, value) if text not in KNOWN]
            if name == "capture" and (match := re.match(r"flowID = query flowId of Location", rule)):
                client.jar.clear()
                client.begun(parameter(answered["Location"], "flowId"))
            elif name == "capture" and value and (match := re.match(r"(\w+) = (\S+)", rule)):
                if found(value, match[2]):
                    client.values[match[1]] = lookup(value, match[2])
                    if match[1] == "flowID":
                        client.jar.clear()
                        client.begun(client.values["flowID"])
    return sent, skipped, wrong


def main():
    folder = pathlib.Path(sys.argv[1])
    total, problems = 0, []
    for path in sorted(folder.glob("*.http")):
        sent, skipped, wrong = replay(path)
        total += sent
        problems += wrong
        print(f"{path.stem}: {sent} steps replayed, {len(skipped)} not sent, {len(wrong)} answered otherwise")
        if os.environ.get("VERBOSE"):
            print(*[f"  not sent: {reason}" for reason in skipped], sep="\n")
    print(*problems, sep="\n")
    print(f"{total} steps of clients replayed, {len(problems)} answers differ")
    sys.exit(bool(problems))


main()
