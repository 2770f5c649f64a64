"""Replays what public clients send, and compares the answers with what they expect.

`replay.py FOLDER` reads the transcripts of a folder. Steps whose operation the sandbox does not have, or for which a
value is missing, are counted and named, not sent. The sandbox is found by the variables that `--print-env` prints.
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
OPERATIONS = set(re.findall(r"^\| \[?(\w+)\]?", SUPPORTED.read_text(), re.M)) - {"operation"}
ORIGIN = "http://localhost:3000"
# The actions that a flow allows at its beginning.
STARTS = {"usernamePassword.check", "password.forgot", "user.register", "session.reset"}
# Expectations that the sandbox does not meet, each with its reason.
KNOWN = {"no _links[\"password.reset\"].href": "the old jQuery demonstration alone reads this link before a recovery"}


def send(method, url, headers=(), body=b""):
    """One request, with its headers as they are given."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(HOST, timeout=10)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
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

    def __init__(self):
        control("POST", "/reset", {})
        self.jar = {}
        token = control("POST", "/tokens", {})["accessToken"]
        self.values = {
            "apiPath": PLATFORM, "authPath": AUTH, "envID": ENVIRONMENT, "clientID": CLIENT, "clientSecret": SECRET,
            "basic": base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode(), "accessToken": token,
            "appOrigin": ORIGIN, "username": "replayed", "password": "2FederateM0re!",
            "newPassword": "an0ther-passw0rd", "newerPassword": "yet-an0ther-passw0rd", "weakPassword": "short",
            "wrongPassword": "not-the-passw0rd", "wrongCode": "WRONG000", "unknownUsername": "nobody",
            "newUsername": "newcomer-2", "newEmail": "newcomer-2@example.com", "email": "replayed@example.com",
            "givenName": "Re", "familyName": "Played", "unknownUserID": "00000000-0000-4000-8000-000000000001",
            "transactionID": "replay-1", "rpHost": "localhost",
        }
        self.users = 0
        self.start_user()
        self.start_flow()

    def start_user(self, password=None, status="OK"):
        """A user with this or the first password, and a token of theirs."""
        name = f"replayed{self.users or ''}"
        self.users += 1
        user = control("POST", "/users", {
            "username": name, "email": f"{name}@example.com", "password": password or self.values["password"],
            "passwordStatus": status, "devices": [{"type": "FIDO2"}],
            "attributes": {"name": {"given": "Re", "family": "Played"}},
        })
        self.values["username"], self.values["userID"] = name, user["id"]
        self.values["userAccessToken"] = control("POST", "/tokens", {"user": user["id"]})["accessToken"]

    def start_flow(self):
        self.jar.clear()
        before, self.flow = getattr(self, "flow", None), control("POST", "/flows", {})["id"]
        for name, value in self.values.items():
            if before and isinstance(value, str):
                self.values[name] = value.replace(before, self.flow)
        self.values["flowID"] = self.flow

    def value(self, name):
        if name == "cookieJar":
            return "; ".join(f"{key}={value}" for key, value in self.jar.items())
        kinds = {"recoveryCode": "RECOVERY_CODE", "verificationCode": "VERIFICATION_CODE", "otp": "PASSCODE"}
        if name in kinds:
            sent = control("GET", f"/outbox?kind={kinds[name]}")["messages"]
            return sent[-1]["code"] if sent else None
        return self.values.get(name)

    def fill(self, text):
        missing = [name for name in re.findall(r"{{(\w+)}}", text) if self.value(name) is None]
        return re.sub(r"{{(\w+)}}", lambda match: self.value(match[1]) or "", text), missing

    def prepare(self, action, given):
        """A flow that allows this action, where another one has gone on."""
        if "MUST_CHANGE_PASSWORD" in given:
            self.start_user(status="MUST_CHANGE_PASSWORD")
            self.start_flow()
            if action == "password.reset":
                self.act("usernamePassword.check", {"username": self.values["username"], "password": "2FederateM0re!"})
            return
        _, _, flow = send("GET", f"{AUTH}/{ENVIRONMENT}/flows/{self.flow}", [("Cookie", self.value("cookieJar"))])
        allowed = (flow or {}).get("_links", {})
        if action not in allowed and action in STARTS:
            self.start_flow()

    def act(self, action, body):
        headers = [("Content-Type", f"application/vnd.pingidentity.{action}+json")]
        _, answered, _ = send("POST", f"{AUTH}/{ENVIRONMENT}/flows/{self.flow}", headers, json.dumps(body).encode())
        self.keep(answered)

    def keep(self, headers):
        for cookie in headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.split(";")[0].partition("=")
            self.jar[name] = value


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


def replay(path):
    client, sent, skipped, wrong = Client(), 0, [], []
    for title, notes, head, body in steps(path.read_text()):
        operation = next((value for name, value in notes if name == "operation"), "none")
        given = " ".join(value for name, value in notes if name == "given")
        if operation not in OPERATIONS and operation != "preflight":
            skipped.append(f"{title}: {operation}")
            continue
        media_types = [line for line in head if re.match(r"(?i)content-type: application/vnd", line)]
        if "flow" in " ".join(head).lower() or "Flow" in operation:
            action = re.search(r"pingidentity\.([\w.]+)\+json", " ".join(media_types))
            client.prepare(action[1] if action else "", given)
        if operation in {"setPassword", "setPasswordValue", "resetPassword"}:
            # The password that the client takes for the current one, or one that is not in its hands.
            current = re.search(r'"currentPassword": ?"{{(\w+)}}"', body)
            client.start_user(client.values[current[1]] if current else "0riginal-passw0rd")
        filled = [client.fill(text) for text in [*head, body]]
        missing = [name for _, names in filled for name in names]
        if missing:
            skipped.append(f"{title}: no value for {', '.join(sorted(set(missing)))}")
            continue
        (request, *lines), text = [line for line, _ in filled[:-1]], filled[-1][0]
        method, url = request.split(" ", 1)
        headers = [tuple(line.split(": ", 1)) for line in lines if ": " in line]
        headers = [(name, value) for name, value in headers if value]
        if any(name == "body-ends-with" for name, _ in notes):
            text += "\n"
        status, answered, value = send(method, url, headers, text.encode())
        client.keep(answered)
        sent += 1
        for name, rule in notes:
            if name == "expects" and not rule.startswith(("branch", "on-", "as ", "may-have")):
                wrong += [f"{path.name}, step {title}: {text}" for text
                          in complaints(rule, status, answered, value) if text not in KNOWN]
            if name == "capture" and value and (match := re.match(r"(\w+) = (\S+)", rule)):
                if found(value, match[2]):
                    client.values[match[1]] = lookup(value, match[2])
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
    print(f"{total} steps of real clients replayed, {len(problems)} answers differ")
    sys.exit(bool(problems))


main()
