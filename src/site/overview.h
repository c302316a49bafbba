// Everything that lists show: the models of the catalogue and of the documents, one by one, in one snapshot.
#pragma once

#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"
#include "protocol/name.h"
#include "site/document_index.h"

namespace tfhub::site {

// The tags that documents give and searches filter by, as documents write them.
inline constexpr std::array<std::string_view, 5> kTags = {"task", "language", "license", "dataset",
                                                          "network-architecture"};

// A model: published, documented, or both.
struct Model {
  std::string path;                                      // of its URL, without a version
  std::vector<protocol::Version> published, documented;  // ascending
  // What it is for code: saved_model_2, hub, tflite, tfjs, coral; empty: neither bytes nor document say.
  std::string format;
  // Of its newest document:
  std::string description;
  std::map<std::string, std::vector<std::string>, std::less<>> tags;  // by what kTags has
  std::string parent;  // the model that this one is a deployment of: the path of its page; empty: none
  DocumentPointer document;
  // Of its newest published version:
  catalog::RecordPointer record;

  std::string_view publisher() const { return std::string_view(path).substr(0, path.find('/')); }
  std::vector<protocol::Version> versions() const;  // published or documented, ascending
  protocol::Version latest() const;                 // the newest of either
};
using ModelPointer = std::shared_ptr<const Model>;

struct Overview {
  std::map<std::string, ModelPointer, std::less<>> models;  // by path
  // By publisher: models; a publisher may have a document and no model.
  std::map<std::string, std::vector<ModelPointer>, std::less<>> publishers;
  std::vector<DocumentPointer> collections;  // by path
  // By the path of a model: its deployments.
  std::map<std::string, std::vector<ModelPointer>, std::less<>> deployments;
  std::vector<ModelPointer> recent;  // published, the newest first; at most 24
  std::shared_ptr<const Documents> documents = std::make_shared<const Documents>();

  const Model* find(std::string_view path) const;
  // The display name of a publisher: its document's, else its name.
  std::string publisher_name(std::string_view publisher) const;
  // The URL of its picture, as its document names it; empty: none.
  std::string_view publisher_icon(std::string_view publisher) const;
};

// `before`: the overview that this one replaces; models that did not change are taken over as they are.
Result<std::shared_ptr<const Overview>> make_overview(catalog::Catalog& catalog,
                                                      std::shared_ptr<const Documents> documents,
                                                      const Overview& before);

}  // namespace tfhub::site
