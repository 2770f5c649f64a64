"""Prints the part of the document that one of its servers answers."""

import json
import sys

import yaml

path, wanted = sys.argv[1:]
with open(path, encoding="utf-8") as file:
    document = yaml.safe_load(file)
default = document["servers"]


def served(operation, item):
    servers = operation.get("servers") or item.get("servers") or default
    if servers[0]["x-name"] == wanted:
        document["servers"] = servers
        return True
    return False


methods = {"get", "put", "post", "delete", "patch"}
for item in document["paths"].values():
    for method in methods & set(item):
        if not served(item[method], item):
            del item[method]
document["paths"] = {path: item for path, item in document["paths"].items() if methods & set(item)}
# A variant with `x-no-body` sends its media type with an empty body, which OpenAPI can only describe as no request body
# at all. To schemathesis that would be a request without a media type, which chooses nothing and is rightly refused.
for item in document["paths"].values():
    for method in methods & set(item):
        content = item[method].get("requestBody", {}).get("content", {})
        if any("x-no-body" in entry for entry in content.values()):
            item[method]["requestBody"]["required"] = True
# A body whose members are all optional may be `null`: the rule `body.optional` of the sandbox.
schemas = document["components"]["schemas"]
for item in document["paths"].values():
    for method in methods & set(item):
        for media_type, entry in item[method].get("requestBody", {}).get("content", {}).items():
            schema = schemas.get(entry.get("schema", {}).get("$ref", "").rpartition("/")[2], {})
            if "properties" in schema and not schema.get("required"):
                entry["schema"] = {"nullable": True, "allOf": [entry["schema"]]}
                # In a form, any text is a field without a value, which nothing knows.
                if media_type == "application/x-www-form-urlencoded":
                    entry["schema"] = {"anyOf": [entry["schema"], {"type": "string"}]}
# Recorded answers of the platform server are `application/hal+json`, which its pages call `application/json`.
responses = [response for item in document["paths"].values() for method in methods & set(item)
             for response in item[method]["responses"].values()]
for response in responses:
    content = response.get("content", {})
    if wanted == "platform" and "application/json" in content:
        content["application/hal+json"] = content["application/json"]
json.dump(document, sys.stdout, default=str)
