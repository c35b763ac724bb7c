"""The discovery document of the comment analyzer: how Google's client libraries learn its calls."""

from typing import Any

_STRING = {"type": "string"}
_STRINGS = {"type": "array", "items": _STRING}
_SCORE_TYPE = {
    "type": "string",
    "enum": ["SCORE_TYPE_UNSPECIFIED", "PROBABILITY", "STD_DEV_SCORE", "PERCENTILE", "RAW"],
}
_NUMBER = {"type": "number", "format": "float"}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": name}


def _map(name: str) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": _ref(name)}


_SCHEMAS: dict[str, dict[str, Any]] = {
    "TextEntry": {
        "text": _STRING,
        "type": {"type": "string", "enum": ["TEXT_TYPE_UNSPECIFIED", "PLAIN_TEXT", "HTML"]},
    },
    "Context": {
        "entries": {"type": "array", "items": _ref("TextEntry")},
        "articleAndParentComment": _ref("ArticleAndParentComment"),
    },
    "ArticleAndParentComment": {"article": _ref("TextEntry"), "parentComment": _ref("TextEntry")},
    "AttributeParameters": {"scoreType": _SCORE_TYPE, "scoreThreshold": _NUMBER},
    "Score": {"value": _NUMBER, "type": _SCORE_TYPE},
    "SpanScore": {
        "begin": {"type": "integer", "format": "int32"},
        "end": {"type": "integer", "format": "int32"},
        "score": _ref("Score"),
    },
    "AttributeScores": {
        "summaryScore": _ref("Score"),
        "spanScores": {"type": "array", "items": _ref("SpanScore")},
    },
    "AnalyzeCommentRequest": {
        "comment": _ref("TextEntry"),
        "context": _ref("Context"),
        "requestedAttributes": _map("AttributeParameters"),
        "languages": _STRINGS,
        "doNotStore": {"type": "boolean"},
        "clientToken": _STRING,
        "sessionId": _STRING,
        "communityId": _STRING,
        "spanAnnotations": {"type": "boolean"},
    },
    "AnalyzeCommentResponse": {
        "attributeScores": _map("AttributeScores"),
        "languages": _STRINGS,
        "detectedLanguages": _STRINGS,
        "clientToken": _STRING,
    },
    "SuggestCommentScoreRequest": {
        "comment": _ref("TextEntry"),
        "context": _ref("Context"),
        "attributeScores": _map("AttributeScores"),
        "languages": _STRINGS,
        "communityId": _STRING,
        "clientToken": _STRING,
    },
    "SuggestCommentScoreResponse": {
        "clientToken": _STRING,
        "detectedLanguages": _STRINGS,
        "requestedLanguages": _STRINGS,
    },
}
# Accepted with every call, and without effect but for the key.
_PARAMETERS = {
    name: {"type": "string", "location": "query"}
    for name in (
        "key",
        "alt",
        "fields",
        "quotaUser",
        "access_token",
        "oauth_token",
        "callback",
        "uploadType",
        "upload_protocol",
        "$.xgafv",
    )
} | {"prettyPrint": {"type": "boolean", "location": "query", "default": "true"}}


def document(public_url: str) -> dict[str, Any]:
    """The document for a service at `public_url` (without a path)."""
    return {
        "kind": "discovery#restDescription",
        "discoveryVersion": "v1",
        "id": "commentanalyzer:v1alpha1",
        "name": "commentanalyzer",
        "canonicalName": "Comment Analyzer",
        "version": "v1alpha1",
        "revision": "20261231",  # the day that Google's own ends
        "title": "Perspective Comment Analyzer API",
        "description": "Spoken by Gatehouse.",
        "protocol": "rest",
        "rootUrl": f"{public_url}/",
        "baseUrl": f"{public_url}/",
        "servicePath": "",
        "basePath": "",
        "batchPath": "batch",
        "fullyEncodeReservedExpansion": True,
        "parameters": _PARAMETERS,
        "schemas": {
            name: {"id": name, "type": "object", "properties": properties}
            for name, properties in _SCHEMAS.items()
        },
        "resources": {
            "comments": {
                "methods": {
                    "analyze": _method("analyze", "AnalyzeComment"),
                    "suggestscore": _method("suggestscore", "SuggestCommentScore"),
                }
            }
        },
    }


def _method(name: str, schema: str) -> dict[str, Any]:
    return {
        "id": f"commentanalyzer.comments.{name}",
        "path": f"v1alpha1/comments:{name}",
        "flatPath": f"v1alpha1/comments:{name}",
        "httpMethod": "POST",
        "parameters": {},
        "parameterOrder": [],
        "request": _ref(f"{schema}Request"),
        "response": _ref(f"{schema}Response"),
    }
