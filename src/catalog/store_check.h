// Whether a store still holds what was published into it: every entry, every byte, every document.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/long_work.h"
#include "store/object_store.h"

namespace tfhub::catalog {

struct Finding {
  std::string key;
  std::string what;    // "has 3 bytes instead of 4"
  std::string remedy;  // "restore it from a copy of the store"
};

struct CheckOptions {
  std::vector<std::string> names;  // publishers, models, versions; empty: everything
  // Whether a vocabulary can be parsed. Given from outside: that needs a YAML parser, which the library for
  // other programs does without.
  std::function<Result<void>(std::string_view yaml)> check_vocabulary;
  LongWork work;
};

struct CheckReport {
  std::vector<Finding> findings;  // by key
  size_t versions = 0, documents = 0;
  uint64_t bytes = 0;
};

// kNotFound: one of the names means nothing in this store.
Result<CheckReport> check_store(store::ObjectStore& store, const CheckOptions& options);

}  // namespace tfhub::catalog
