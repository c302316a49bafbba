// /openapi.json (OpenAPI 3.1).
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "server/json_api.h"
#include "server/json_text.h"
#include "server/links.h"
#include "server/representation.h"

namespace tfhub::server {
namespace {

constexpr std::string_view kDocument = R"json({
  "openapi": "3.1.0",
  "info": {
    "title": "TensorFlow Hub",
    "summary": "The catalogue of a self-hosted TensorFlow Hub.",
    "version": "1.0.0",
    "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}
  },
  "servers": [{"url": "/"}],
  "paths": {
    "/api/v1/models": {
      "get": {
        "operationId": "listModels",
        "summary": "The models of this hub, published or documented: by name, or the best matches of q first; 50 a page.",
        "parameters": [
          {"name": "q", "in": "query",
           "description": "Words, or beginnings of words, that stand in the name, description, tags or document.",
           "schema": {"type": "string"}},
          {"name": "publisher", "in": "query", "schema": {"type": "string"}},
          {"name": "task", "in": "query", "description": "As documents write it: image-classification.",
           "schema": {"type": "string"}},
          {"name": "language", "in": "query", "schema": {"type": "string"}},
          {"name": "license", "in": "query", "schema": {"type": "string"}},
          {"name": "dataset", "in": "query", "schema": {"type": "string"}},
          {"name": "architecture", "in": "query", "schema": {"type": "string"}},
          {"name": "format", "in": "query",
           "schema": {"type": "string", "enum": ["saved_model_2", "hub", "tflite", "tfjs", "coral"]}},
          {"name": "page", "in": "query", "description": "From 1.",
           "schema": {"type": "integer", "minimum": 1, "maximum": 1000000000, "default": 1}}
        ],
        "responses": {
          "200": {"description": "One page.",
                  "headers": {"ETag": {"$ref": "#/components/headers/ETag"}},
                  "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ModelPage"}}}},
          "304": {"description": "Nothing changed since the ETag in If-None-Match."},
          "400": {"$ref": "#/components/responses/Problem"},
          "503": {"$ref": "#/components/responses/Problem"}
        }
      }
    },
    "/api/v1/models/{name}": {
      "get": {
        "operationId": "getModel",
        "summary": "One model and its versions.",
        "parameters": [{"$ref": "#/components/parameters/name"}],
        "responses": {
          "200": {"description": "The model.",
                  "headers": {"ETag": {"$ref": "#/components/headers/ETag"}},
                  "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Model"}}}},
          "304": {"description": "Nothing changed since the ETag in If-None-Match."},
          "400": {"$ref": "#/components/responses/Problem"},
          "404": {"$ref": "#/components/responses/Problem"},
          "503": {"$ref": "#/components/responses/Problem"}
        }
      }
    },
    "/api/v1/models/{name}/{version}": {
      "get": {
        "operationId": "getVersion",
        "summary": "One version: its files, sizes, digests and URLs.",
        "parameters": [
          {"$ref": "#/components/parameters/name"},
          {"name": "version", "in": "path", "required": true, "schema": {"type": "integer", "minimum": 1}}
        ],
        "responses": {
          "200": {"description": "The version.",
                  "headers": {"ETag": {"$ref": "#/components/headers/ETag"}},
                  "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Version"}}}},
          "304": {"description": "Nothing changed since the ETag in If-None-Match."},
          "400": {"$ref": "#/components/responses/Problem"},
          "404": {"$ref": "#/components/responses/Problem"},
          "503": {"$ref": "#/components/responses/Problem"}
        }
      }
    },
    "/api/v1/files/{path}": {
      "get": {
        "operationId": "getFiles",
        "summary": "The version that a path lies in, and its files: each is had at /{name}/{version}/{path}?tf-hub-format=file.",
        "parameters": [
          {"name": "path", "in": "path", "required": true,
           "description": "A handle's path, with or without the version, or the path of anything below it; its slashes may be escaped.",
           "schema": {"type": "string", "pattern": "^[^/\\\\\\x00-\\x1f\\x7f.][^/\\\\\\x00-\\x1f\\x7f]*(/[^/\\\\\\x00-\\x1f\\x7f.][^/\\\\\\x00-\\x1f\\x7f]*)*$"},
           "example": "google/nnlm-en-dim50/2/assets/tokens.txt"}
        ],
        "responses": {
          "200": {"description": "The version; the longest published part of the path counts.",
                  "headers": {"ETag": {"$ref": "#/components/headers/ETag"}},
                  "content": {"application/json": {"schema": {"$ref": "#/components/schemas/FileList"}}}},
          "304": {"description": "Nothing changed since the ETag in If-None-Match."},
          "400": {"$ref": "#/components/responses/Problem"},
          "404": {"$ref": "#/components/responses/Problem"},
          "503": {"$ref": "#/components/responses/Problem"}
        }
      }
    }
  },
  "components": {
    "parameters": {
      "name": {
        "name": "name", "in": "path", "required": true,
        "description": "publisher/model; the model may hold slashes. They are sent as they are, or escaped.",
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)+$"},
        "example": "google/imagenet/mobilenet_v2_050_224/classification"
      }
    },
    "headers": {
      "ETag": {"description": "Changes when the answer changes.", "schema": {"type": "string"}}
    },
    "responses": {
      "Problem": {
        "description": "What went wrong (RFC 9457).",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
      }
    },
    "schemas": {
      "Kind": {"type": "string", "enum": ["saved_model_2", "hub", "tflite", "tfjs", "coral"]},
      "Tags": {
        "type": "object",
        "description": "What its document says of it: task, language, license, dataset, network-architecture.",
        "additionalProperties": {"type": "array", "items": {"type": "string"}}
      },
      "Model": {
        "type": "object",
        "required": ["name", "publisher", "versions", "latest", "downloadable", "url"],
        "properties": {
          "name": {"type": "string", "description": "publisher/model, without a version."},
          "publisher": {"type": "string"},
          "versions": {"type": "array", "description": "Published or documented; ascending, there may be gaps.",
                       "items": {"type": "integer", "minimum": 1}},
          "downloadable": {"type": "array", "description": "Those of them that have files.",
                           "items": {"type": "integer", "minimum": 1}},
          "description": {"type": "string"},
          "tags": {"$ref": "#/components/schemas/Tags"},
          "parent": {"type": "string", "description": "The model that this one is a deployment of."},
          "latest": {"type": "integer", "minimum": 1},
          "kind": {"$ref": "#/components/schemas/Kind"},
          "published": {"type": "string", "format": "date-time"},
          "size": {"type": "integer", "description": "Bytes of the latest version's download."},
          "url": {"type": "string", "format": "uri"}
        }
      },
      "ModelPage": {
        "type": "object",
        "required": ["models", "page", "pages", "total"],
        "properties": {
          "models": {"type": "array", "items": {"$ref": "#/components/schemas/Model"}},
          "page": {"type": "integer", "minimum": 1},
          "pages": {"type": "integer", "minimum": 1},
          "total": {"type": "integer", "minimum": 0}
        }
      },
      "Version": {
        "type": "object",
        "required": ["name", "version", "url", "downloads", "files"],
        "properties": {
          "name": {"type": "string"},
          "version": {"type": "integer", "minimum": 1},
          "kind": {"$ref": "#/components/schemas/Kind"},
          "description": {"type": "string"},
          "tags": {"$ref": "#/components/schemas/Tags"},
          "published": {"type": "string", "format": "date-time"},
          "size": {"type": "integer", "description": "Bytes of the archive, or of the .tflite."},
          "digest": {"type": "string", "description": "Of the same bytes.", "pattern": "^sha256:[0-9a-f]{64}$"},
          "url": {"type": "string", "format": "uri", "description": "The handle."},
          "downloads": {
            "type": "array",
            "items": {
              "type": "object",
              "required": ["format", "url"],
              "properties": {
                "format": {"type": "string", "description": "The query that asks for it."},
                "url": {"type": "string", "format": "uri"}
              }
            }
          },
          "files": {"$ref": "#/components/schemas/Files"}
        }
      },
      "FileList": {
        "type": "object",
        "required": ["name", "version", "path", "files"],
        "properties": {
          "name": {"type": "string"},
          "version": {"type": "integer", "minimum": 1},
          "path": {"type": "string", "description": "What follows the handle in the path; it need not exist."},
          "files": {"$ref": "#/components/schemas/Files"}
        }
      },
      "Files": {
        "type": "array",
        "items": {
          "type": "object",
          "required": ["path", "size", "sha256"],
          "properties": {
            "path": {"type": "string"},
            "size": {"type": "integer"},
            "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"}
          }
        }
      },
      "Problem": {
        "type": "object",
        "required": ["type", "title", "status", "detail", "instance"],
        "properties": {
          "type": {"type": "string", "format": "uri-reference"},
          "title": {"type": "string"},
          "status": {"type": "integer"},
          "detail": {"type": "string"},
          "instance": {"type": "string", "format": "uri-reference"}
        }
      }
    }
  }
})json";

}  // namespace

void answer_openapi(Hub& hub, const Request& request, Reply& reply) {
  reply.route = Route::kApi;
  auto document = nlohmann::ordered_json::parse(kDocument);
  document["servers"][0]["url"] = base_url(hub, request);
  answer_text(request, "application/json", to_text(document), reply);
}

}  // namespace tfhub::server
