// How long one core needs to inflate a gzip file with ISA-L, from memory to nowhere: the limit of a cold
// resolve.
//   isal_inflate FILE.gz    prints seconds
#include <isa-l/igzip_lib.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <vector>

int main(int argc, char** argv) {
  if (argc != 2) return std::fputs("usage: isal_inflate FILE.gz\n", stderr), 2;
  std::ifstream in(argv[1], std::ios::binary);
  std::vector<char> bytes{std::istreambuf_iterator<char>(in), {}};
  std::vector<uint8_t> out(256 << 10);
  auto state = std::make_unique<inflate_state>();
  isal_inflate_init(state.get());
  state->crc_flag = ISAL_GZIP;
  state->next_in = reinterpret_cast<uint8_t*>(bytes.data());
  state->avail_in = static_cast<uint32_t>(bytes.size());
  const auto start = std::chrono::steady_clock::now();
  while (state->block_state != ISAL_BLOCK_FINISH) {
    state->next_out = out.data();
    state->avail_out = static_cast<uint32_t>(out.size());
    if (isal_inflate(state.get()) != ISAL_DECOMP_OK) return std::fputs("not gzip\n", stderr), 1;
  }
  std::printf("%.4f\n", std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
}
