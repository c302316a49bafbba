#include "catalog/document_copy.h"

#include <map>
#include <mutex>

#include "base/error.h"
#include "base/parallel.h"
#include "catalog/document_store.h"
#include "catalog/inventory.h"
#include "protocol/keys.h"

namespace tfhub::catalog {

Result<DocumentsCopied> copy_documents(store::ObjectStore& from, store::ObjectStore& to, unsigned threads,
                                       const LongWork& work) {
  const std::string folder(protocol::kDocumentsPrefix);
  TFHUB_ASSIGN(const auto here, from.list(folder, true));
  TFHUB_ASSIGN(const auto listed, to.list(folder, true));
  std::map<std::string, store::ObjectInfo> there;
  for (const auto& object : listed.objects) there.emplace(object.key, object);

  DocumentsCopied report;
  std::mutex mutex;
  const auto copy_one = [&](size_t i) -> Result<void> {
    TFHUB_TRY(work.check());
    const store::ObjectInfo& object = here.objects[i];
    const auto text = store::read_small(from, object.key, kMaxDocument);
    if (!text) {
      if (!is_damage(text.error())) return fail(text.error());
      const std::lock_guard guard(mutex);
      report.damaged.emplace_back(object.key, cause_of(text.error()));
      return {};
    }
    if (!*text) return {};  // removed meanwhile
    if (const auto old = there.find(object.key); old != there.end()) {
      std::optional<std::string> other;
      if (old->second.size == (*text)->size()) {
        TFHUB_ASSIGN(other, store::read_small(to, object.key, kMaxDocument));
      }
      const std::lock_guard guard(mutex);
      if (other == *text) {
        ++report.there;
        return {};
      }
      // A copy is younger than what it was made of; an older one was changed here since.
      if (old->second.modified > object.modified) {
        report.conflicts.emplace_back(
            object.key,
            fmt::format("in {} it has another text, which is younger; remove one of the two", to.url()));
        return {};
      }
    }
    TFHUB_TRY(store::put_small(to, object.key, as_bytes(**text)));
    const std::lock_guard guard(mutex);
    ++report.copied;
    report.bytes += (*text)->size();
    return {};
  };
  TFHUB_TRY(in_parallel(here.objects.size(), threads, copy_one));
  if (report.copied > 0) TFHUB_TRY(to.sync());
  return report;
}

}  // namespace tfhub::catalog
