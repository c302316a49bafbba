#include "transfer/splice_pipe.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace tfhub::transfer {
namespace {

// What arrives while the other end is served. The kernel gives every user 64 MiB of such pipes and less to
// each after that; a smaller one does the same in more steps.
constexpr int kSize = 1 << 20;

}  // namespace

std::unique_ptr<SplicePipe> SplicePipe::open() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_NONBLOCK | O_CLOEXEC) != 0) return nullptr;
  os::UniqueFd out(ends[0]), in(ends[1]);
  (void)::fcntl(in.get(), F_SETPIPE_SZ, kSize);
  return std::unique_ptr<SplicePipe>(new SplicePipe(std::move(out), std::move(in)));
}

size_t SplicePipe::take_from(int socket, uint64_t most) {
  const size_t wanted = std::min<uint64_t>(most, kSize);
  ssize_t got = 0;
  do got = ::splice(socket, nullptr, in_.get(), nullptr, wanted, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
  while (got < 0 && errno == EINTR);
  held_ = got > 0 ? static_cast<size_t>(got) : 0;
  return held_;
}

Moved SplicePipe::give_to(int socket, bool more) {
  const unsigned flags = SPLICE_F_MOVE | SPLICE_F_NONBLOCK | (more ? SPLICE_F_MORE : 0U);
  ssize_t gone = 0;
  do gone = ::splice(out_.get(), nullptr, socket, nullptr, held_, flags);
  while (gone < 0 && errno == EINTR);
  if (gone < 0) return {errno == EAGAIN ? Moved::What::kFull : Moved::What::kFailed};
  held_ -= static_cast<size_t>(gone);
  return {Moved::What::kMoved, static_cast<size_t>(gone)};
}

size_t SplicePipe::read(MutableBytes buffer) {
  ssize_t got = 0;
  do got = ::read(out_.get(), buffer.data(), std::min(buffer.size(), held_));
  while (got < 0 && errno == EINTR);
  if (got <= 0) return 0;
  held_ -= static_cast<size_t>(got);
  return static_cast<size_t>(got);
}

}  // namespace tfhub::transfer
