#include "store/bucket/bucket_store.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/secrets.h"
#include "base/settings.h"
#include "base/text.h"
#include "protocol/keys.h"
#include "store/bucket/azure_signature.h"
#include "store/bucket/bucket.h"
#include "store/bucket/bucket_location.h"
#include "store/bucket/live_reads.h"
#include "store/bucket/live_source.h"
#include "store/key.h"
#include "transfer/connection_options.h"

namespace tfhub::store {
namespace {

// Removed with one request, where the service takes so many.
constexpr size_t kRemovedAtOnce = 500;

// A shorter read is over before it would pay for a connection of its own.
constexpr uint64_t kWorthLive = 256 << 10;
// What is left of an answer's time is OpenDAL's, when a live read got none.
constexpr int kLiveShare = 2;

// What an OpenDAL handle is freed with.
template <auto kFree>
struct Freed {
  void operator()(auto* handle) const { kFree(handle); }
};
using Bucket = std::unique_ptr<TfhubBucket, Freed<tfhub_bucket_free>>;
using Reader = std::unique_ptr<TfhubBucketReader, Freed<tfhub_bucket_reader_free>>;
using Writer = std::unique_ptr<TfhubBucketWriter, Freed<tfhub_bucket_writer_free>>;
using Text = std::unique_ptr<char, Freed<tfhub_bucket_text_free>>;

Code code_of(int32_t code) {
  switch (code) {
    case TFHUB_BUCKET_MISCONFIGURED:
      return Code::kUsage;
    case TFHUB_BUCKET_NOT_FOUND:
      return Code::kNotFound;
    case TFHUB_BUCKET_REFUSED:
      return Code::kNotAllowed;
    default:
      return Code::kNetwork;
  }
}

std::string_view way_out(Code code) {
  switch (code) {
    case Code::kNotAllowed:
      return "; give credentials that may do this (docs/settings.md)";
    case Code::kNetwork:
      return "; try again";
    default:
      return "";
  }
}

// `what`: "cannot read gs://bucket/key".
Result<void> checked(TfhubBucketStatus status, const std::string& what) {
  const Text message(status.message);
  if (status.code == TFHUB_BUCKET_OK) return {};
  const Code code = code_of(status.code);
  const std::string words = message ? printable(redacted(message.get())) : std::string("no reason was given");
  return fail(code, "{}: {}{}", what, words, way_out(code));
}

struct Open {
  Bucket bucket;
  BucketLocation location;
  std::string url;
  std::optional<AzureSigner> azure;
  std::unique_ptr<LiveReads> live;
  std::string named(std::string_view key) const { return url + "/" + printable(key); }
};

class BucketSource final : public ByteSource {
 public:
  BucketSource(std::shared_ptr<const Open> open, Reader reader, std::string key)
      : open_(std::move(open)), reader_(std::move(reader)), key_(std::move(key)) {}

  Result<size_t> read(MutableBytes into) override {
    size_t got = 0;
    TFHUB_TRY(checked(tfhub_bucket_read(reader_.get(), into.data(), into.size(), &got),
                      "cannot read " + open_->named(key_)));
    return got;
  }

  Bytes here() override {
    size_t size = 0;
    const void* bytes = tfhub_bucket_here(reader_.get(), &size);
    return {static_cast<const std::byte*>(bytes), size};
  }
  void take(size_t size) override { tfhub_bucket_take(reader_.get(), size); }

 private:
  std::shared_ptr<const Open> open_;
  Reader reader_;
  std::string key_;
};

Result<std::unique_ptr<ByteSource>> open_source(const std::shared_ptr<const Open>& open,
                                                const std::string& key, uint64_t from, uint64_t size) {
  TfhubBucketReader* reader = nullptr;
  TFHUB_TRY(checked(tfhub_bucket_get(open->bucket.get(), key.c_str(), from, size, &reader),
                    "cannot read " + open->named(key)));
  return std::make_unique<BucketSource>(open, Reader(reader), key);
}

// Nothing where it does not work: then OpenDAL has the word.
std::unique_ptr<ByteSource> open_live_source(const std::shared_ptr<const Open>& open, const std::string& key,
                                             const protocol::ByteRange& range) {
  char* request = nullptr;
  const auto signed_read = checked(
      tfhub_bucket_request(open->bucket.get(), key.c_str(), range.first, range.length(), &request), "");
  const Text text(request);
  if (!signed_read) return nullptr;
  auto body = open->live->get(text.get(), range);
  if (!body) return nullptr;
  return std::make_unique<LiveSource>(std::move(*body), range.first, [=](uint64_t first) {
    return open_source(open, key, first, range.last - first + 1);
  });
}

class BucketWriter final : public ObjectWriter {
 public:
  BucketWriter(std::shared_ptr<const Open> open, Writer writer, std::string key)
      : open_(std::move(open)), writer_(std::move(writer)), key_(std::move(key)) {}

  Result<void> write(Bytes bytes) override {
    return checked(tfhub_bucket_write(writer_.get(), bytes.data(), bytes.size()),
                   "cannot write " + open_->named(key_));
  }
  Result<void> commit() override {
    return checked(tfhub_bucket_commit(writer_.get()), "cannot write " + open_->named(key_));
  }

 private:
  std::shared_ptr<const Open> open_;
  Writer writer_;
  std::string key_;
};

class BucketStore final : public ObjectStore, public BucketObjects {
 public:
  explicit BucketStore(std::shared_ptr<const Open> open) : open_(std::move(open)) {}

  Result<std::unique_ptr<ObjectWriter>> put(const std::string& key) override;
  Result<bool> put_if_absent(const std::string& key, Bytes bytes) override;
  Result<std::unique_ptr<ByteSource>> get(const std::string& key,
                                          std::optional<protocol::ByteRange> range) override;
  Result<std::optional<ObjectInfo>> head(const std::string& key) override;
  Result<Listing> list(const std::string& prefix, bool recursive) override;
  Result<void> remove(const std::string& key) override { return remove_all({key}); }
  std::string url() const override { return open_->url; }

  Result<void> remove_all(const std::vector<std::string>& keys) override;
  Result<void> copy(const std::string& from, const std::string& to, uint64_t size) override;
  Result<std::string> signed_url(const std::string& key, std::chrono::seconds valid) override;

  Result<void> check() const;

 private:
  TfhubBucket* bucket() const { return open_->bucket.get(); }
  std::shared_ptr<const Open> open_;
};

Result<std::unique_ptr<ObjectWriter>> BucketStore::put(const std::string& key) {
  TFHUB_TRY(check_key(key));
  TfhubBucketWriter* writer = nullptr;
  TFHUB_TRY(checked(tfhub_bucket_put(bucket(), key.c_str(), &writer), "cannot write " + open_->named(key)));
  return std::make_unique<BucketWriter>(open_, Writer(writer), key);
}

Result<bool> BucketStore::put_if_absent(const std::string& key, Bytes bytes) {
  TFHUB_TRY(check_key(key));
  bool created = false;
  TFHUB_TRY(checked(tfhub_bucket_put_if_absent(bucket(), key.c_str(), bytes.data(), bytes.size(), &created),
                    "cannot write " + open_->named(key)));
  return created;
}

Result<std::unique_ptr<ByteSource>> BucketStore::get(const std::string& key,
                                                     std::optional<protocol::ByteRange> range) {
  TFHUB_TRY(check_key(key));
  if (!range) return open_source(open_, key, 0, UINT64_MAX);
  if (range->length() >= kWorthLive && open_->live->promising()) {
    if (auto live = open_live_source(open_, key, *range)) return live;
  }
  return open_source(open_, key, range->first, range->length());
}

std::chrono::system_clock::time_point time_of(int64_t milliseconds) {
  return std::chrono::system_clock::time_point(std::chrono::milliseconds(milliseconds));
}

Result<std::optional<ObjectInfo>> BucketStore::head(const std::string& key) {
  TFHUB_TRY(check_key(key));
  TfhubBucketInfo info{};
  TFHUB_TRY(checked(tfhub_bucket_head(bucket(), key.c_str(), &info), "cannot look at " + open_->named(key)));
  if (!info.found) return std::nullopt;
  return ObjectInfo{key, info.size, time_of(info.modified_ms)};
}

Result<Listing> BucketStore::list(const std::string& prefix, bool recursive) {
  TFHUB_TRY(check_prefix(prefix));
  struct Visited {
    const std::string& prefix;
    Listing listing;
  } visited{prefix, {}};
  const auto visit = [](void* context, const char* key, size_t size, uint64_t bytes, int64_t modified) {
    auto& [asked, listing] = *static_cast<Visited*>(context);
    std::string name(key, size);
    if (name == asked || name == "/") return true;  // the folder itself
    if (name.ends_with('/'))
      listing.prefixes.push_back(std::move(name));
    else
      listing.objects.push_back({std::move(name), bytes, time_of(modified)});
    return true;
  };
  TFHUB_TRY(checked(tfhub_bucket_list(bucket(), prefix.c_str(), recursive, visit, &visited),
                    "cannot list " + open_->named(prefix)));
  Listing& listing = visited.listing;
  if (recursive) listing.prefixes.clear();  // objects that only stand for folders
  std::sort(listing.objects.begin(), listing.objects.end(),
            [](const ObjectInfo& a, const ObjectInfo& b) { return a.key < b.key; });
  std::sort(listing.prefixes.begin(), listing.prefixes.end());
  return std::move(listing);
}

Result<void> BucketStore::remove_all(const std::vector<std::string>& keys) {
  for (const std::string& key : keys) TFHUB_TRY(check_key(key));
  for (size_t begin = 0; begin < keys.size(); begin += kRemovedAtOnce) {
    const size_t end = std::min(keys.size(), begin + kRemovedAtOnce);
    std::vector<const char*> names;
    for (size_t i = begin; i < end; ++i) names.push_back(keys[i].c_str());
    TFHUB_TRY(checked(tfhub_bucket_remove(bucket(), names.data(), names.size()),
                      "cannot remove " + open_->named(keys[begin])));
  }
  return {};
}

Result<void> BucketStore::copy(const std::string& from, const std::string& to, uint64_t size) {
  return checked(tfhub_bucket_copy(bucket(), from.c_str(), to.c_str(), size),
                 fmt::format("cannot copy {} to {}", open_->named(from), open_->named(to)));
}

Result<std::string> BucketStore::signed_url(const std::string& key, std::chrono::seconds valid) {
  if (open_->location.scheme == "az") {
    if (!open_->azure)
      return fail(Code::kNotAllowed, "a URL of {} can be signed with the account's key only",
                  open_->named(key));
    return open_->azure->url_to_read(open_->location.path_of(key), std::chrono::system_clock::now() + valid);
  }
  char* url = nullptr;
  TFHUB_TRY(checked(tfhub_bucket_sign(bucket(), key.c_str(), static_cast<uint32_t>(valid.count()), &url),
                    "cannot sign a URL of " + open_->named(key)));
  std::string signed_url(Text(url).get());
  // Without credentials nothing is signed; such a URL is good only where everybody may read.
  if (signed_url.find("Signature=") == std::string::npos)
    return fail(Code::kNotAllowed, "a URL of {} cannot be signed without credentials", open_->named(key));
  return signed_url;
}

// A hub's bucket has an object that says so. Where it is missing, a listing, which takes longer, tells a
// bucket that is not there from one without that object; what it lists may be nothing.
Result<void> BucketStore::check() const {
  TfhubBucketInfo info{};
  auto looked = checked(tfhub_bucket_head(bucket(), std::string(protocol::kFormatKey).c_str(), &info),
                        "cannot open the store " + open_->url);
  if (info.found || (!looked && looked.error().code() == Code::kNetwork)) return looked;
  const auto stop = [](void*, const char*, size_t, uint64_t, int64_t) { return false; };
  auto there = checked(tfhub_bucket_list(bucket(), ".tfhub/", false, stop, nullptr),
                       "cannot open the store " + open_->url);
  if (!there && there.error().code() == Code::kNotFound)
    return fail(Code::kNotFound, "there is no bucket {}; make it first, or correct its name", open_->url);
  return there;
}

Result<TfhubBucketPatience> patience_from_settings() {
  constexpr uint64_t kMostRetries = 20;
  TFHUB_ASSIGN(const uint64_t retries, get_size(settings::kRetries));
  TFHUB_ASSIGN(const auto connect, get_timeout(settings::kConnectTimeout));
  TFHUB_ASSIGN(const auto answer, get_timeout(settings::kStoreTimeout));
  TFHUB_ASSIGN(const auto stall, get_timeout(settings::kStallTimeout));
  return TfhubBucketPatience{static_cast<uint32_t>(std::min(retries, kMostRetries)),
                             static_cast<uint64_t>(connect.count()), static_cast<uint64_t>(answer.count()),
                             static_cast<uint64_t>(stall.count())};
}

transfer::HttpOptions live_options(const TfhubBucketPatience& patience) {
  transfer::HttpOptions options;
  options.connect_timeout = std::chrono::milliseconds(patience.connect_ms);
  options.stall_timeout = std::chrono::milliseconds(patience.answer_ms / kLiveShare);
  return options;
}

}  // namespace

Result<std::shared_ptr<ObjectStore>> open_bucket_store(const std::string& location) {
  TFHUB_ASSIGN(const BucketLocation parsed, parse_bucket_location(location));
  TFHUB_ASSIGN(const BucketOptions options, bucket_options(parsed));
  TFHUB_ASSIGN(const TfhubBucketPatience patience, patience_from_settings());
  std::vector<const char*> pairs;
  for (const auto& [name, value] : options) {
    pairs.push_back(name.c_str());
    pairs.push_back(value.c_str());
  }
  pairs.push_back(nullptr);
  TfhubBucket* bucket = nullptr;
  TFHUB_TRY(checked(tfhub_bucket_open(bucket_service(parsed).data(), pairs.data(),
                                      transfer::ca_bundle({}).c_str(), &patience, &bucket),
                    "cannot open the store " + parsed.url()));
  auto store = std::make_shared<BucketStore>(
      std::make_shared<const Open>(Open{.bucket = Bucket(bucket),
                                        .location = parsed,
                                        .url = parsed.url(),
                                        .azure = azure_signer(options),
                                        .live = std::make_unique<LiveReads>(live_options(patience))}));
  TFHUB_TRY(store->check());
  return store;
}

}  // namespace tfhub::store
