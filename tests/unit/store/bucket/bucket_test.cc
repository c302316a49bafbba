// What every store must pass, on a bucket that somebody made: TFHUB_TEST_BUCKET is its URL (tests/stores
// starts the server that has it). A program of its own, because it needs that.
#include <atomic>
#include <cstdlib>
#include <stdexcept>

#include "store/bucket/bucket_location.h"
#include "store/object_store_suite.h"

namespace tfhub::store {
namespace {

std::shared_ptr<ObjectStore> empty_store() {
  static std::atomic<int> number{0};
  const char* const bucket = std::getenv("TFHUB_TEST_BUCKET");
  if (bucket == nullptr) throw std::runtime_error("TFHUB_TEST_BUCKET names no bucket");
  auto store = open_store(std::string(bucket) + "/suite-" + std::to_string(++number), false);
  if (!store) throw std::runtime_error(store.error().message());
  return *store;
}

INSTANTIATE_TEST_SUITE_P(Bucket, ObjectStoreSuite, ::testing::Values(StoreCase{"Bucket", empty_store}),
                         store_name);

std::string pattern_of(size_t size) {
  std::string bytes(size, '\0');
  for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 2654435761U >> 13);
  return bytes;
}

TEST(Bucket, ALargeObjectGoesInPartsAndComesBackInParts) {
  const auto store = empty_store();
  const std::string bytes = pattern_of(45 << 20);
  {
    auto writer = store->put("large");
    ASSERT_TRUE(writer) << writer.error().message();
    for (size_t at = 0; at < bytes.size(); at += 700'001)
      ASSERT_TRUE((*writer)->write(as_bytes(std::string_view(bytes).substr(at, 700'001))));
    const auto done = (*writer)->commit();
    ASSERT_TRUE(done) << done.error().message();
  }
  ASSERT_EQ((*store->head("large"))->size, bytes.size());
  const protocol::ByteRange range{.first = 12'345, .last = bytes.size() - 54'321};
  auto source = store->get("large", range);
  ASSERT_TRUE(source) << source.error().message();
  std::string got(bytes.size(), '\0');
  size_t size = 0;
  while (true) {
    const auto n = (*source)->read(std::as_writable_bytes(std::span(got).subspan(size)));
    ASSERT_TRUE(n) << n.error().message();
    if (*n == 0) break;
    size += *n;
  }
  EXPECT_EQ(size, range.length());
  EXPECT_TRUE(std::string_view(got).substr(0, size) == std::string_view(bytes).substr(range.first, size));
}

TEST(Bucket, AnAbandonedLargeObjectIsNeverThere) {
  const auto store = empty_store();
  {
    auto writer = store->put("abandoned");
    ASSERT_TRUE(writer);
    ASSERT_TRUE((*writer)->write(as_bytes(pattern_of(20 << 20))));
  }
  EXPECT_FALSE(*store->head("abandoned"));
}

TEST(Bucket, CopiesAndRemovesByItself) {
  const auto store = empty_store();
  auto& bucket = dynamic_cast<BucketObjects&>(*store);
  std::vector<std::string> keys;
  for (int i = 0; i < 40; ++i) {
    keys.push_back("from/" + std::to_string(i));
    ASSERT_TRUE(put_small(*store, keys.back(), as_bytes("bytes")));
  }
  ASSERT_TRUE(bucket.copy("from/7", "to/7", 5));
  EXPECT_EQ(**read_small(*store, "to/7"), "bytes");
  const auto missing = bucket.copy("from/none", "to/none", 5);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), Code::kNotFound);
  keys.push_back("from/none");
  ASSERT_TRUE(bucket.remove_all(keys));
  EXPECT_TRUE(store->list("from/", true)->objects.empty());
}

TEST(Bucket, OneThatIsNotThereIsToldAtOnce) {
  const std::string here = empty_store()->url();
  const auto store = open_store(here.substr(0, here.find("://")) + "://there-is-none/x", true);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code(), Code::kNotFound) << store.error().message();
}

}  // namespace
}  // namespace tfhub::store
