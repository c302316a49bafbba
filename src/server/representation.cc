#include "server/representation.h"

#include <fmt/format.h>

#include <mutex>

#include "base/error.h"
#include "base/log.h"
#include "server/compression.h"
#include "server/problem.h"

namespace tfhub::server {
namespace {

using protocol::RangeAnswer;

constexpr size_t kWorthCompressing = 1000;  // bytes: less fits a packet anyway

RangeAnswer wanted_range(const Request& request, std::string_view etag, uint64_t size) {
  // RFC 9110, 14.2: Range is defined for GET alone; HEAD answers as the GET without it would.
  if (request.range.empty() || request.method != Method::kGet) return {};
  if (!request.if_range.empty() && !protocol::if_range_matches(request.if_range, etag)) return {};
  return protocol::parse_range(request.range, size);
}

// A publisher, or another server, may promote the bytes between the look and the opening: they are looked for
// again.
template <typename Open>
auto open_where_it_is(const Artefact& artefact, Open open) -> decltype(open(std::string())) {
  constexpr int kLooks = 3;
  for (int look = 1;; ++look) {
    TFHUB_ASSIGN(const std::string key, artefact.location());
    auto opened = open(key);
    if (opened || opened.error().code() != Code::kNotFound || look == kLooks) return opened;
  }
}

// Where a client may fetch the bytes by itself for the next minutes; empty where it must come to us.
std::string elsewhere(Hub& hub, const Request& request, const Artefact& artefact) {
  constexpr std::chrono::minutes kSignedFor{15};
  auto* const bucket = dynamic_cast<store::BucketObjects*>(hub.store.get());
  if (!hub.options.redirect_downloads || !artefact.redirectable || bucket == nullptr) return {};
  if (request.method != Method::kGet) return {};  // what is signed is signed for GET
  const auto key = artefact.location();
  if (!key) return {};
  auto url = bucket->signed_url(*key, kSignedFor);
  if (url) return std::move(*url);
  static std::once_flag told;
  std::call_once(told, [&] { warn("downloads are not redirected: {}", url.error().message()); });
  return {};
}

// Not through OpenFiles: the room of a file that is evicted is free only when nobody holds it open.
OpenFilePointer kept_file(store::CachedObjects& cache, const std::string& key, uint64_t size) {
  auto file = cache.open_kept(key);
  return file ? std::make_shared<const OpenFile>(OpenFile{std::move(*file), size}) : nullptr;
}

Result<void> attach(Hub& hub, const Artefact& artefact, Reply& reply) {
  if (hub.local != nullptr) {
    TFHUB_ASSIGN(OpenFilePointer file, hub.open_files.get(artefact.name, [&] {
      return open_where_it_is(artefact, [&](const std::string& key) { return hub.local->open(key); });
    }));
    if (file->size != artefact.size)
      return fail(Code::kCorrupt,
                  "{} has {} bytes in the store, its record says {}; publish it again elsewhere",
                  artefact.name, file->size, artefact.size);
    reply.file = std::move(file);
    return {};
  }
  const protocol::ByteRange part{reply.offset, reply.offset + reply.length - 1};
  return open_where_it_is(artefact, [&](const std::string& key) -> Result<void> {
    if (hub.disk_cache != nullptr) reply.file = kept_file(*hub.disk_cache, key, artefact.size);
    if (reply.file) return {};
    TFHUB_ASSIGN(reply.stream, hub.store->get(key, part));
    return {};
  });
}

}  // namespace

std::string etag_of(const Sha256Digest& digest) {
  return fmt::format("\"{}\"", digest.hex().substr(0, 32));
}

void answer_artefact(Hub& hub, const Request& request, const Artefact& artefact, Reply& reply) {
  const std::string etag = etag_of(artefact.sha256);
  reply.fields = artefact.fields;
  reply.add("ETag", etag);
  if (!request.if_none_match.empty() && protocol::matches_any(request.if_none_match, etag)) {
    reply.status = 304;
    return;
  }
  const RangeAnswer range = wanted_range(request, etag, artefact.size);
  if (range.kind == RangeAnswer::Kind::kUnsatisfiable) {
    answer_problem(request, 416,
                   fmt::format("The range asked for lies outside this file of {} bytes.", artefact.size),
                   reply);
    reply.add("Content-Range", fmt::format("bytes */{}", artefact.size));
    return;
  }
  if (const std::string url = elsewhere(hub, request, artefact); !url.empty()) {
    reply.fields.clear();
    reply.status = 302;
    reply.add("Location", url);
    reply.add("Cache-Control", "no-store");  // the URL is good for minutes
    return;
  }
  reply.length = artefact.size;
  reply.add("Accept-Ranges", "bytes");
  reply.add("Repr-Digest",
            protocol::repr_digest(artefact.sha256));  // of the whole, for a part too (RFC 9530, 3)
  if (range.kind == RangeAnswer::Kind::kPart) {
    reply.status = 206;
    reply.offset = range.range.first;
    reply.length = range.range.length();
    reply.add("Content-Range",
              fmt::format("bytes {}-{}/{}", range.range.first, range.range.last, artefact.size));
  }
  if (request.method == Method::kHead || reply.length == 0) return;
  if (const auto attached = attach(hub, artefact, reply); !attached)
    answer_failure(request, attached.error(), reply);
}

void answer_text(const Request& request, std::string_view content_type, std::string text, Reply& reply) {
  const bool compressed = text.size() >= kWorthCompressing && protocol::accepts_gzip(request.accept_encoding);
  // Other bytes, another entity tag (RFC 9110, 8.8.3.3).
  std::string etag = etag_of(Sha256::of(as_bytes(text)));
  if (compressed) etag.insert(etag.size() - 1, "-gzip");
  reply.add("ETag", etag);
  // Host: without --public-url a page calls this hub what the client called it.
  reply.fields.append("Cache-Control: no-cache\r\nVary: Accept, Accept-Encoding, Host\r\n");
  if (!request.if_none_match.empty() && protocol::matches_any(request.if_none_match, etag)) {
    reply.status = 304;
    return;
  }
  if (compressed) {
    if (std::string smaller = gzip(text); !smaller.empty()) {
      reply.fields.append("Content-Encoding: gzip\r\n");
      text = std::move(smaller);
    }
  }
  reply.set_body(std::move(text), content_type);
}

}  // namespace tfhub::server
