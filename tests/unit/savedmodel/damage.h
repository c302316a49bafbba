// Every way to cut a small file short, and thousands of random changes: a reader must answer all of them,
// with a value or with kCorrupt. Under the sanitizers this is also a search for reads outside.
#pragma once

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "savedmodel/description.h"
#include "tfhub/result.h"

namespace tfhub::savedmodel::testing {

// `read(const std::string&) -> Result<void>`.
template <typename Read>
void expect_answers_to_damage(const std::string& file, Read read, int rounds = 20'000) {
  const auto answer = [&](const std::string& damaged) {
    // On the heap to the byte, so that a read behind the end is seen.
    const auto result = read(std::string(damaged.data(), damaged.size()));
    if (!result) {
      EXPECT_EQ(result.error().code(), Code::kCorrupt) << result.error().message();
      EXPECT_FALSE(result.error().message().empty());
    }
  };
  for (size_t size = 0; size < file.size(); ++size) answer(file.substr(0, size));
  std::mt19937 random(7);
  for (int i = 0; i < rounds; ++i) {
    std::string damaged = file;
    for (unsigned n = 1 + random() % 4; n > 0; --n) {
      const size_t at = random() % damaged.size();
      switch (random() % 5) {
        case 0:
          damaged[at] = static_cast<char>(damaged[at] ^ (1 << random() % 8));
          break;
        case 1:
          damaged[at] = static_cast<char>(random());
          break;
        case 2:
          damaged[at] = random() % 2 == 0 ? '\0' : '\xff';
          break;
        case 3:
          damaged.insert(at, damaged.substr(random() % damaged.size(), random() % 16));
          break;
        default:
          damaged.erase(at, random() % 8);
          if (damaged.empty()) damaged = file;
      }
    }
    answer(damaged);
  }
}

}  // namespace tfhub::savedmodel::testing
