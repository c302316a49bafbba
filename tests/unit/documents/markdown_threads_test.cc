// Texts rendered side by side.
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "documents/markdown.h"

namespace tfhub::documents {
namespace {

// cmark-gfm keeps state that all its parsers share.
TEST(MarkdownThreads, ManyAtOnce) {
  const std::string text = "~~a~~ $x_1$ https://x.example\n\n|a|\n|-|\n|b|\n";
  const std::string expected = to_html(text);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int n = 0; n < 200; ++n) EXPECT_EQ(to_html(text), expected);
    });
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace tfhub::documents
