#include "catalog/document_store.h"

#include "base/error.h"
#include "base/text.h"
#include "catalog/publication.h"
#include "protocol/keys.h"

namespace tfhub::catalog {
namespace {

documents::Document all_body(const std::string& url_path, std::string text) {
  documents::Document document;
  document.kind = documents::Kind::kModule;
  document.url_path = document.name = url_path;
  if (const auto id = protocol::VersionedName::parse(url_path)) {
    document.name = id->name.text();
    document.version = id->version;
  } else if (url_path.find('/') == std::string::npos) {
    document.kind = documents::Kind::kPublisher;
  }
  document.body = std::move(text);
  return document;
}

}  // namespace

Result<std::optional<documents::Document>> read_document(store::ObjectStore& store,
                                                         const std::string& url_path) {
  TFHUB_ASSIGN(auto text, store::read_small(store, protocol::document_key(url_path), kMaxDocument));
  if (!text) return std::nullopt;
  auto parsed = documents::parse(*text);
  // A document is found by its key: what it calls itself does not move it.
  if (!parsed || parsed->url_path != url_path) return all_body(url_path, std::move(*text));
  return std::move(*parsed);
}

Result<void> check_document(const protocol::VersionedName& version, const std::string& text) {
  const auto parsed = documents::parse(text);
  if (parsed && parsed->url_path != version.text())
    return fail(Code::kUsage, "the document is of {}, not of {}; its first line says so",
                printable(parsed->url_path), version.text());
  return {};
}

Result<void> put_document(store::ObjectStore& store, const protocol::VersionedName& version,
                          const std::string& text) {
  TFHUB_TRY(store::put_small(store, protocol::document_key(version.text()), as_bytes(text)));
  TFHUB_TRY(store.sync());
  announce(store);
  return {};
}

}  // namespace tfhub::catalog
