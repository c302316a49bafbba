#include "documents/identity.h"

#include <array>

#include "base/error.h"
#include "base/text.h"
#include "protocol/name.h"

namespace tfhub::documents {
namespace {

constexpr std::array<Kind, 7> kKinds = {Kind::kModule, Kind::kPlaceholder, Kind::kLite,     Kind::kTfjs,
                                        Kind::kCoral,  Kind::kCollection,  Kind::kPublisher};

// What stands between publisher and name in a page's URL (tfhub.dev's).
std::string_view url_infix(Kind kind) {
  switch (kind) {
    case Kind::kLite:
      return "lite-model/";
    case Kind::kTfjs:
      return "tfjs-model/";
    case Kind::kCoral:
      return "coral-model/";
    case Kind::kCollection:
      return "collection/";
    default:
      return "";
  }
}

Result<Kind> parse_kind(std::string_view word) {
  for (const Kind kind : kKinds)
    if (to_string(kind) == word) return kind;
  return fail(Code::kCorrupt,
              "'{}' is no kind of document; write Module, Placeholder, Lite, Tfjs, Coral, Collection or "
              "Publisher",
              printable(word));
}

Result<void> check_name(std::string_view name) {
  if (const auto checked = protocol::ModelName::parse(name); !checked)
    return fail(Code::kCorrupt, "{}", checked.error().message());
  return {};
}

}  // namespace

Result<void> parse_identity(std::string_view line, Document& document) {
  std::string_view rest = trim(line);
  if (!rest.starts_with("# "))
    return fail(Code::kCorrupt, "'{}' does not say what the document is about; write for example {}",
                printable(rest, 80), "'# Module publisher/model/1'");
  rest = trim(rest.substr(2));
  const size_t space = std::min(rest.find_first_of(" \t"), rest.size());
  TFHUB_ASSIGN(document.kind, parse_kind(rest.substr(0, space)));
  const std::string_view identity = trim(rest.substr(space));

  if (document.kind == Kind::kPublisher) {
    if (identity.find('/') != std::string_view::npos || !check_name(std::string(identity) + "/x"))
      return fail(Code::kCorrupt, "'{}' is not a publisher: it may hold only a-z, 0-9 and '-'",
                  printable(identity));
    document.name = document.url_path = identity;
    return {};
  }
  const size_t last = identity.rfind('/');
  const auto version =
      last == std::string_view::npos ? std::nullopt : protocol::parse_version(identity.substr(last + 1));
  if (!version)
    return fail(Code::kCorrupt, "'{}' names no version; write {} publisher/name/1", printable(identity),
                to_string(document.kind));
  document.name = identity.substr(0, last);
  document.version = *version;
  TFHUB_TRY(check_name(document.name));
  const size_t slash = document.name.find('/') + 1;
  document.url_path = document.name;
  document.url_path.insert(slash, url_infix(document.kind));
  if (document.kind == Kind::kCollection) return {};
  TFHUB_TRY(check_name(document.url_path));  // it is longer than the name
  document.url_path += "/" + std::to_string(*version);
  return {};
}

}  // namespace tfhub::documents
