// Feeds a fuzz target without libFuzzer: the seeds of a directory, and what a die that always falls alike
// makes of them. So every tree with unit tests builds the targets and meets hostile bytes, each time the
// same.
//   fuzz_NAME SEEDS [COUNT]
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

using Input = std::vector<uint8_t>;

// Its numbers are specified; those of the standard's distributions are not.
class Die {
 public:
  explicit Die(uint32_t number) : engine_(number) {}
  size_t below(size_t limit) { return limit == 0 ? 0 : engine_() % limit; }

 private:
  std::mt19937 engine_;
};

// What readers stumble over: borders of sizes, of signs and of numbers of variable length.
constexpr uint8_t kAwkward[] = {0x00, 0x01, 0x20, 0x7f, 0x80, 0xfe, 0xff};

void mutate(Input& input, const Input& other, Die& die) {
  const size_t at = die.below(input.size() + 1);
  const auto place = input.begin() + static_cast<ptrdiff_t>(at);
  const size_t length = std::min(die.below(64) + 1, input.size() - at);
  const auto end = place + static_cast<ptrdiff_t>(length);
  switch (die.below(7)) {
    case 0:
      if (length > 0) *place ^= static_cast<uint8_t>(1u << die.below(8));
      return;
    case 1:
      if (length > 0) *place = kAwkward[die.below(std::size(kAwkward))];
      return;
    case 2:
      std::fill(place, place + static_cast<ptrdiff_t>(std::min<size_t>(length, 8)),
                kAwkward[die.below(std::size(kAwkward))]);
      return;
    case 3:
      input.erase(place, end);
      return;
    case 4: {
      const Input again(place, end);
      input.insert(place, again.begin(), again.end());
      return;
    }
    case 5: {
      const size_t from = die.below(other.size());
      const size_t size = std::min(die.below(64) + 1, other.size() - from);
      const Input piece(other.begin() + static_cast<ptrdiff_t>(from),
                        other.begin() + static_cast<ptrdiff_t>(from + size));
      input.insert(place, piece.begin(), piece.end());
      return;
    }
    default:
      if (die.below(8) == 0) input.resize(at);  // a cut hides what follows from all later mutations
  }
}

Input read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<Input> read_seeds(const char* directory) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<Input> seeds;
  for (const auto& path : paths) seeds.push_back(read(path));
  return seeds;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) return std::fputs("usage: fuzz_NAME SEEDS [COUNT]\n", stderr), 2;
  const std::vector<Input> seeds = read_seeds(argv[1]);
  const uint32_t count = argc == 3 ? static_cast<uint32_t>(std::strtoul(argv[2], nullptr, 10)) : 10'000;
  if (seeds.empty() || count == 0) return std::fputs("there is nothing to feed\n", stderr), 2;
  LLVMFuzzerTestOneInput(nullptr, 0);
  for (const Input& seed : seeds) LLVMFuzzerTestOneInput(seed.data(), seed.size());
  for (uint32_t number = 0; number < count; ++number) {
    Die die(number);
    Input input = seeds[number % seeds.size()];
    for (size_t left = 1 + die.below(8); left > 0; --left) mutate(input, seeds[die.below(seeds.size())], die);
    LLVMFuzzerTestOneInput(input.data(), input.size());
  }
  std::printf("%zu seeds and %u of their mutations\n", seeds.size(), count);
  return 0;
}
