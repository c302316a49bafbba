#include "server/hub.h"

#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "catalog/publication.h"
#include "os/file.h"
#include "protocol/keys.h"
#include "protocol/url.h"

namespace tfhub::server {
namespace {

constexpr std::chrono::seconds kPromotionRetry{10};
constexpr size_t kMostRemembered = 100'000;

std::string base_for_303(const ServerOptions& options, const store::ObjectStore& store) {
  std::string base = options.uncompressed_base;
  // A bucket's files are read where they are.
  if (base.empty() && protocol::is_bucket_url(store.url())) base = store.url();
  return std::string(without_trailing_slashes(base));
}

}  // namespace

Hub::Hub(std::shared_ptr<store::ObjectStore> object_store, ServerOptions server_options)
    : options(std::move(server_options)),
      store(std::move(object_store)),
      local(dynamic_cast<store::LocalObjects*>(store.get())),
      disk_cache(dynamic_cast<store::CachedObjects*>(store.get())),
      uncompressed_base(base_for_303(options, *store)),
      catalog(store),
      site(store, catalog),
      rendered_documents(options.public_url) {}

Result<bool> Hub::uncompressed_ready(const catalog::RecordPointer& record) {
  {
    const std::lock_guard lock(mutex_);
    if (ready_.contains(record.get())) return true;
  }
  TFHUB_ASSIGN(bool complete, catalog::uncompressed_ready(*store, *record));
  if (!complete && local != nullptr) {
    TFHUB_TRY(catalog::promote(*store, *record));  // renames
    TFHUB_ASSIGN(complete, catalog::uncompressed_ready(*store, *record));
  }
  if (!complete) {
    promote_later(record);
    return false;
  }
  const std::lock_guard lock(mutex_);
  if (ready_.size() >= kMostRemembered) ready_.clear();
  ready_.emplace(record.get(), record);
  return true;
}

void Hub::promote_later(const catalog::RecordPointer& record) {
  const auto now = std::chrono::steady_clock::now();
  {
    const std::lock_guard lock(mutex_);
    if (promotions_.size() >= kMostRemembered) promotions_.clear();
    auto& last = promotions_[record->id.text()];
    if (last != std::chrono::steady_clock::time_point() && now - last < kPromotionRetry) return;
    last = now;
  }
  transfers.submit([this, record] {
    if (const auto promoted = catalog::promote(*store, *record); !promoted)
      warn("{} is served from where it was staged: {}", record->id.text(), promoted.error().message());
  });
}

void Hub::refreshed(bool well) {
  store_state_ = well ? StoreState::kAnswers : StoreState::kSilent;
  if (well) last_refresh_ = std::chrono::steady_clock::now();
}

Result<void> Hub::look_for_mark() {
  TFHUB_ASSIGN(const auto mark, store->head(std::string(protocol::kFormatKey)));
  if (mark) mark_seen_ = true;
  if (mark || !mark_seen_) return {};
  gone_ = true;
  return fail(Code::kNetwork, "the store {} is gone: it has no {} any more; is its disk mounted?",
              store->url(), protocol::kFormatKey);
}

bool Hub::has_just_gone() {
  if (local == nullptr || !mark_seen_) return false;
  const auto looked = look_for_mark();
  return !looked && gone_;
}

std::chrono::duration<double> Hub::catalogue_age() const {
  return std::chrono::steady_clock::now() - last_refresh_.load();
}

Result<void> Hub::ready() {
  const StoreState state = store_state_;
  if (state == StoreState::kNotYetListed)
    return fail(Code::kNetwork, "the store {} is being listed for the first time", store->url());
  if (gone_) return fail(Code::kNetwork, "the store {} is gone; is its disk mounted?", store->url());
  if (state == StoreState::kSilent) return fail(Code::kNetwork, "the store {} does not answer", store->url());
  // A directory that is gone lists as an empty one; only looking at the directory itself tells (an unmounted
  // disk).
  if (local != nullptr) {
    TFHUB_ASSIGN(const bool there, os::exists(store->url()));
    if (!there) return fail(Code::kNotFound, "the store {} is not there", store->url());
  }
  return {};
}

}  // namespace tfhub::server
