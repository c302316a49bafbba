// Any bytes through everything that reads an archive, without touching a disk. Whatever comes out must obey
// the policy, and nothing may crash.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "archive/decompressor.h"
#include "archive/detect.h"
#include "archive/entry_policy.h"
#include "archive/tar_reader.h"

namespace {

using namespace tfhub;
using namespace tfhub::archive;

constexpr uint64_t kMostBytes = 16 << 20;

void require(bool holds) {
  if (!holds) std::abort();
}

class Checker final : public TarHandler {
 public:
  Result<void> directory(std::string_view name) override {
    auto path = member_path(name, true);
    if (!path) return tl::unexpected(path.error());
    return policy_.directory(*path);
  }
  Result<void> begin_file(std::string_view name, uint64_t size) override {
    require(!open_);
    auto path = member_path(name, false);
    if (!path) return tl::unexpected(path.error());
    require(path->front() != '/' && ("/" + *path + "/").find("/../") == std::string::npos);
    open_ = true;
    left_ = size;
    return policy_.file(*path, size);
  }
  Result<void> data(Bytes bytes) override {
    require(open_ && bytes.size() <= left_);
    left_ -= bytes.size();
    return {};
  }
  Result<void> end_file() override {
    require(open_ && left_ == 0);
    open_ = false;
    return {};
  }
  Result<void> global_header() override { return policy_.count_entry(); }

 private:
  EntryPolicy policy_{Limits{}};
  bool open_ = false;
  uint64_t left_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  // The first byte cuts the rest into pieces, so that every field is met across a border too.
  const size_t step = data[0] == 0 ? SIZE_MAX : data[0];
  Bytes all = std::as_bytes(std::span(data + 1, size - 1));
  const auto compression = detect(all);
  if (!compression) return 0;
  const std::unique_ptr<Decompressor> decompressor = make_decompressor(*compression);
  Checker checker;
  TarReader tar(checker);
  std::array<std::byte, 4096> buffer;
  uint64_t total = 0;
  while (!all.empty()) {
    Bytes piece = all.first(std::min(step, all.size()));
    all = all.subspan(piece.size());
    for (bool filled = true; filled || !piece.empty();) {
      MutableBytes room(buffer);
      if (!decompressor->run(piece, room)) return 0;
      const size_t n = buffer.size() - room.size();
      filled = room.empty();
      require(filled || piece.empty());
      total += n;
      if (total > kMostBytes || !tar.push(Bytes(buffer.data(), n))) return 0;
    }
  }
  if (decompressor->finish()) (void)tar.finish();
  return 0;
}
