// What every backend must pass; the tests are in object_store_suite_test.cc. A backend's own test says
//   INSTANTIATE_TEST_SUITE_P(Directory, ObjectStoreSuite, ::testing::Values(StoreCase{"Directory", make}),
//   store_name);
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "store/object_store.h"

namespace tfhub::store {

struct StoreCase {
  std::string name;
  std::function<std::shared_ptr<ObjectStore>()>
      make;  // empty, nobody else's; what it needs lives as long as it
};

inline std::string store_name(const ::testing::TestParamInfo<StoreCase>& info) {
  return info.param.name;
}

class ObjectStoreSuite : public ::testing::TestWithParam<StoreCase> {
 protected:
  void SetUp() override {
    store_ = GetParam().make();
    ASSERT_TRUE(store_);
  }

  void write(const std::string& key, std::string_view bytes) {
    const auto put = put_small(*store_, key, as_bytes(bytes));
    ASSERT_TRUE(put) << put.error().message();
  }
  std::string read(const std::string& key) {
    const auto bytes = read_small(*store_, key);
    EXPECT_TRUE(bytes) << bytes.error().message();
    return bytes && *bytes ? **bytes : "(nothing)";
  }
  std::vector<std::string> keys(const std::string& prefix, bool recursive = true) {
    const auto listing = store_->list(prefix, recursive);
    EXPECT_TRUE(listing) << listing.error().message();
    std::vector<std::string> result;
    if (listing) {
      for (const auto& object : listing->objects) result.push_back(object.key);
      for (const auto& deeper : listing->prefixes) result.push_back(deeper);
    }
    return result;
  }

  std::shared_ptr<ObjectStore> store_;
};

}  // namespace tfhub::store
