"""What a client that another generator made from the document can do with the sandbox.

Actions without a body are left out: the generator does not send their media type.
"""

import os
import ssl
from uuid import UUID

import httpx
from generated import AuthenticatedClient, Client
from generated.api.authorization import authorize_by_form, read_openid_configuration, read_user_info
from generated.api.devices import act_on_device, act_on_devices, list_devices
from generated.api.flows import act_on_flow, read_flow
from generated.api.passwords import act_on_password, read_password, update_password
from generated.api.populations import list_populations
from generated.api.tokens import introspect, issue_token
from generated.api.users import act_on_user, add_user, change_user, delete_user, list_users, read_user
from generated.models import (
    AccountLock, AuthorizationCodeGrant, DeviceActivation, FlowAuthorization, FlowForgottenPassword,
    FlowUsernamePasswordCheck, MfaDeviceCreation, PasswordCheck, PasswordRecovery, PasswordReset, PasswordSet,
    TokenIntrospectionRequest, TokenRequest, UserCreation, UserImport, UserUpdate, UserVerification,
)

AUTH, PLATFORM = os.environ["PINGONE_AUTH_URL"], os.environ["PINGONE_PLATFORM_URL"]
ENVIRONMENT = UUID(os.environ["PINGONE_ENVIRONMENT_ID"])
CLIENT, SECRET = os.environ["PINGONE_CLIENT_ID"], os.environ["PINGONE_CLIENT_SECRET"]
FIRST, SECOND, THIRD = "2FederateM0re!", "an0ther-passw0rd", "yet-an0ther-passw0rd"
TRUST = ssl.create_default_context()
calls = 0


def call(operation, status, *arguments, **members):
    """Calls an operation; what the client read from an answer with this status."""
    global calls
    calls += 1
    response = operation.sync_detailed(ENVIRONMENT, *arguments, **members)
    assert response.status_code == status, (operation.__name__, response.status_code, response.content)
    return response.parsed


def code(kind):
    """The code of the newest message of this kind."""
    answer = httpx.get(f"{AUTH}/_sandbox/outbox", params={"kind": kind}, verify=TRUST)
    return answer.json()["messages"][-1]["code"]


def refused(error):
    detail = error.details[0]
    return error.code, detail.code, detail.target


auth = Client(base_url=AUTH, verify_ssl=TRUST)
token = call(issue_token, 200, client=auth, body=TokenRequest.from_dict(
    {"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": SECRET}))
platform = AuthenticatedClient(base_url=PLATFORM, token=token.access_token, verify_ssl=TRUST)

# Users: two operations at one address, told apart by their media types.
assert call(list_populations, 200, client=platform).field_embedded
created = call(add_user, 201, client=platform, body=UserCreation(username="pythia", email="pythia@example.com"))
imported = call(add_user, 201, client=platform, body=UserImport.from_dict({
    "username": "monty", "email": "monty@example.com", "lifecycle": {"status": "VERIFICATION_REQUIRED"},
    "password": {"value": FIRST}}))
assert imported.lifecycle.status == "VERIFICATION_REQUIRED", imported
error = call(act_on_user, 400, imported.id, client=platform, body=UserVerification(verification_code="WRONG000"))
assert refused(error) == ("INVALID_DATA", "INVALID_VALUE", "verificationCode"), error
verified = call(act_on_user, 200, imported.id, client=platform,
                body=UserVerification(verification_code=code("VERIFICATION_CODE")))
assert verified.lifecycle.status == "ACCOUNT_OK", verified
locked = call(act_on_user, 200, created.id, client=platform, body=AccountLock())
assert locked.account.status == "LOCKED", locked
changed = call(change_user, 200, created.id, client=platform, body=UserUpdate.from_dict({"name": {"given": "Py"}}))
assert changed.name.given == "Py", changed
found = call(list_users, 200, client=platform, filter_='username eq "monty"')
assert found.count == 1, found

# Passwords: five operations at one address.
call(update_password, 200, created.id, client=platform, body=PasswordSet.from_dict({"value": FIRST}))
assert read_password.sync_detailed(ENVIRONMENT, imported.id, client=platform).status_code == 200
error = call(act_on_password, 400, imported.id, client=platform, body=PasswordCheck(password="wrong"))
assert refused(error) == ("INVALID_DATA", "INVALID_VALUE", "password"), error
call(act_on_password, 200, imported.id, client=platform, body=PasswordCheck(password=FIRST))
call(update_password, 200, imported.id, client=platform,
     body=PasswordReset(current_password=FIRST, new_password=SECOND))

# A device, which its code activates.
device = call(act_on_devices, 201, imported.id, client=platform, body=MfaDeviceCreation.from_dict(
    {"type": "EMAIL", "email": "monty@example.com", "status": "ACTIVATION_REQUIRED"}))
active = call(act_on_device, 200, imported.id, device.id, client=platform,
              body=DeviceActivation(otp=code("ACTIVATION_CODE")))
assert active.status == "ACTIVE", active
assert len(call(list_devices, 200, imported.id, client=platform).field_embedded.devices) == 1

# A sign-on, and a forgotten password.
issuer = call(read_openid_configuration, 200, client=auth).issuer
assert issuer == f"{AUTH}/{ENVIRONMENT}/as", issuer
begin = FlowAuthorization.from_dict({
    "client_id": CLIENT, "response_type": "code", "response_mode": "pi.flow", "scope": "openid profile",
    "redirect_uri": "https://app.example.com/callback"})
flow = call(authorize_by_form, 200, client=auth, body=begin)
assert flow.status == "USERNAME_PASSWORD_REQUIRED", flow
error = call(act_on_flow, 400, flow.id, client=auth, body=FlowUsernamePasswordCheck(username="monty", password=FIRST))
assert refused(error)[1] == "INVALID_CREDENTIALS", error
flow = call(act_on_flow, 200, flow.id, client=auth, body=FlowForgottenPassword(username="monty"))
assert flow.status == "RECOVERY_CODE_REQUIRED", flow
flow = call(act_on_flow, 200, flow.id, client=auth,
            body=PasswordRecovery(recovery_code=code("RECOVERY_CODE"), new_password=THIRD))
assert flow.status == "COMPLETED", flow
resume = auth.get_httpx_client().get(f"/{ENVIRONMENT}/as/resume", params={"flowId": str(flow.id)})
tokens = call(issue_token, 200, client=auth, body=AuthorizationCodeGrant.from_dict({
    "grant_type": "authorization_code", "code": resume.json()["authorizeResponse"]["code"], "client_id": CLIENT,
    "client_secret": SECRET, "redirect_uri": "https://app.example.com/callback"}))
user = AuthenticatedClient(base_url=AUTH, token=tokens.access_token, verify_ssl=TRUST)
claims = call(read_user_info, 200, client=user)
assert claims.preferred_username == "monty", claims
assert call(introspect, 200, client=auth, body=TokenIntrospectionRequest.from_dict(
    {"token": tokens.access_token, "client_id": CLIENT, "client_secret": SECRET})).active

call(delete_user, 204, imported.id, client=platform)
error = call(read_user, 404, imported.id, client=platform)
assert error.code == "NOT_FOUND", error
print(f"{calls} calls of a generated Python client were answered as the document says")
