#include "store/memory_store.h"

#include "store/object_store_suite.h"

namespace tfhub::store {
namespace {

INSTANTIATE_TEST_SUITE_P(
    Memory, ObjectStoreSuite,
    ::testing::Values(StoreCase{"Memory", [] { return std::make_shared<testing::MemoryStore>(); }},
                      StoreCase{"Bucket", [] { return std::make_shared<testing::MemoryBucket>(); }}),
    store_name);

}  // namespace
}  // namespace tfhub::store
