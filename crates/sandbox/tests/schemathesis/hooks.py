"""Gives every valid request something that exists, and wants a reason for every refusal of one."""

import itertools
import os

import requests
import schemathesis

ENVIRONMENT = os.environ["PINGONE_ENVIRONMENT_ID"]
CONTROL = os.environ["PINGONE_AUTH_URL"] + "/_sandbox"
AUTHENTICATIONS = f"{os.environ['PINGONE_AUTH_URL']}/{ENVIRONMENT}/deviceAuthentications"
TOKEN = {"Authorization": f"Bearer {os.environ['PINGONE_TOKEN']}"}

# What was made for the requests: a 404 for one of these is never right.
made = {("environmentId", ENVIRONMENT)}
numbers = itertools.count()

# The rules of DEVIATIONS.md that refuse valid data, and how: status, code, codes of the first detail, its targets.
RULES = {
    "address.missing": (400, "REQUEST_FAILED", {"INVALID_VALUE"}, {None}),
    "authorize.errors": (400, "INVALID_DATA", {"INVALID_VALUE", "REQUIRED_VALUE"}, None),  # any parameter may be sent twice
    "body.empty-value": (400, "INVALID_DATA", {"EMPTY_VALUE"}, None),
    "body.of-another-action": (400, "INVALID_DATA", {"INVALID_VALUE"}, None),
    "device.activate": (400, "INVALID_DATA", {"INVALID_OTP"}, {"otp"}),
    "device.create": (400, "INVALID_DATA", {"INVALID_VALUE", "REQUIRED_VALUE"}, {"email", "phone", "rp", "type"}),
    "email-verification.code": (400, "INVALID_DATA", {"INVALID_VALUE"}, {"verificationCode"}),
    "environment.unknown": (403, "ACCESS_FAILED", {"INSUFFICIENT_PERMISSIONS"}, {None}),
    "flow.credentials": (400, "INVALID_DATA", {"INVALID_CREDENTIALS"}, {None}),
    "flow.locked": (400, "INVALID_DATA", {"PASSWORD_LOCKED_OUT"}, None),
    "flow.session": (401, "ACCESS_FAILED", {"INVALID_TOKEN"}, {None}),
    "flow.state": (400, "REQUEST_FAILED", {"INVALID_VALUE"}, {None}),
    "flow.user-code": (400, "INVALID_DATA", {"INVALID_VALUE"}, {"userCode"}),
    "groups.members": (400, "INVALID_DATA", {"INVALID_VALUE"}, {"id"}),
    "linked-accounts.unique": (400, "INVALID_DATA", {"UNIQUENESS_VIOLATION"}, None),
    "mfa.assertion": (400, "INVALID_DATA", {"INVALID_VALUE"}, {"assertion"}),
    "mfa.daily-cap": (429, "REQUEST_LIMITED", {"QUOTA_EXCEEDED"}, {None}),
    "mfa.reference": (400, "INVALID_DATA", {"INVALID_VALUE"}, {"user.id", "policy.id", "device.id", "selectedDevice.id", "order"}),
    "mfa.refused": (400, "INVALID_DATA", {"INVALID_OTP"}, {"otp"}),
    "mfa.state": (400, "REQUEST_FAILED", {"INVALID_VALUE"}, {None}),
    "password.policy": (400, "INVALID_DATA", {"INVALID_VALUE"}, {"newPassword", "password", "password.value", "value"}),
    "password.precondition": (400, "REQUEST_FAILED", {"NO_PASSWORD", "ACCOUNT_NOT_USABLE"}, {None}),
    "password.refused": (400, "INVALID_DATA", {"INVALID_VALUE"}, {"currentPassword", "password"}),
    "populations.known": (400, "INVALID_DATA", {"INVALID_VALUE"}, {"id", "population.id"}),
    "recovery.refused": (400, "INVALID_DATA", {"INVALID_VALUE"}, {"recoveryCode"}),
    "resume.code": (400, "REQUEST_FAILED", {"INVALID_VALUE"}, {None}),
    "signoff.hint": (400, "INVALID_DATA", {"INVALID_VALUE"}, {"id_token_hint"}),
    "userinfo.user": (403, "ACCESS_FAILED", {"INSUFFICIENT_PERMISSIONS"}, {None}),
    "verification.refused": (400, "INVALID_DATA", {"INVALID_VALUE"}, {"verificationCode"}),
}
# Refusals that a page documents, so that no assumed rule is named.
DOCUMENTED = {
    (400, "INVALID_DATA", "EMPTY_VALUE", "username"),
    (400, "INVALID_DATA", "INVALID_FILTER", "filter"),
    (400, "INVALID_DATA", "INVALID_VALUE", "cursor"),
    (400, "INVALID_DATA", "INVALID_VALUE", "email"),
    (400, "INVALID_DATA", "INVALID_VALUE", "post_logout_redirect_uri"),
    (400, "INVALID_DATA", "UNIQUENESS_VIOLATION", "username"),
}
# The endpoints for tokens speak RFC 6749, which documents these.
OAUTH = {(400, "invalid_grant"), (400, "invalid_request"), (400, "unsupported_grant_type"), (401, "invalid_client")}


def is_valid(case):
    return case.meta is not None and case.meta.generation.mode.is_positive


def make(parameter, address, body):
    answer = requests.post(address, json=body, headers=TOKEN, timeout=10)
    answer.raise_for_status()
    made.add((parameter, answer.json()["id"]))
    return answer.json()["id"]


def new_user():
    # Each server of the document is tried by a process of its own, against the one sandbox.
    name = f"user{os.getpid()}-{next(numbers)}"
    devices = [{"type": "EMAIL", "contact": f"{name}@example.com"}]
    return make("userId", CONTROL + "/users", {"username": name, "email": f"{name}@example.com", "password": "2FederateM0re!", "devices": devices})


def new_flow():
    return make("flowId", CONTROL + "/flows", {"mfa": True})


@schemathesis.hook
def before_call(context, case, kwargs):
    # A walk from one operation to the next goes on with what it has.
    if not is_valid(case) or case.meta.phase.name.value == "stateful":
        return
    if "flowId" in (case.query or {}):
        case.query["flowId"] = new_flow()
    for name in case.path_parameters:
        if name == "environmentId":
            case.path_parameters[name] = ENVIRONMENT
        elif name == "userId":
            case.path_parameters[name] = new_user()
        elif name == "flowId":
            case.path_parameters[name] = new_flow()
        elif name == "deviceAuthenticationId":
            case.path_parameters[name] = make(name, AUTHENTICATIONS, {"user": {"id": new_user()}})


@schemathesis.check
def valid_data_is_refused_for_a_reason_only(context, response, case):
    if not is_valid(case) or response.status_code < 400:
        return
    body = response.json()
    if "error" in body:
        refusal = (response.status_code, body["error"])
        explained = refusal in OAUTH
    else:
        first = (body.get("details") or [{}])[0]
        refusal = (response.status_code, body["code"], first.get("code"), first.get("target"))
        strangers = set(case.path_parameters.items()) - made
        explained = (
            refusal in DOCUMENTED
            or (refusal[:2] == (404, "NOT_FOUND") and strangers)
            or any(is_reason(rule, refusal) for rule in rules_of(response))
        )
    assert explained, f"valid data is refused for no reason that is documented or assumed: {refusal}, {rules_of(response)}"


def rules_of(response):
    return [rule.strip() for value in response.headers.get("x-sandbox-assumed", []) for rule in value.split(",")]


def is_reason(rule, refusal):
    status, code, details, targets = RULES.get(rule, (None, None, set(), set()))
    return refusal[:2] == (status, code) and refusal[2] in details and (targets is None or refusal[3] in targets)
