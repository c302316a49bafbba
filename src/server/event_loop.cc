// The one translation unit with Asio's reactor in it.
#include "server/event_loop.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>
#include <vector>

namespace tfhub::server {

namespace asio = boost::asio;
using boost::system::error_code;
using StreamDescriptor = asio::posix::basic_stream_descriptor<asio::io_context::executor_type>;
using Timer =
    asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>,
                               asio::io_context::executor_type>;

struct EventLoop::Impl {
  // Descriptors are touched by the loop's thread alone, so the reactor needs no locks of its own; post()
  // keeps its.
  asio::io_context context{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
  struct Periodic {
    Timer timer;
    std::chrono::milliseconds interval;
    std::function<void()> work;
  };
  std::vector<std::unique_ptr<Periodic>> periodic;

  static void arm(Periodic& entry) {
    entry.timer.expires_after(entry.interval);
    entry.timer.async_wait([&entry](error_code ec) {
      if (ec) return;
      entry.work();
      arm(entry);
    });
  }
};

EventLoop::EventLoop() : impl_(std::make_unique<Impl>()) {}
EventLoop::~EventLoop() = default;

void EventLoop::run() {
  impl_->context.run();
}
void EventLoop::stop() {
  impl_->context.stop();
}
void EventLoop::post(std::function<void()> work) {
  asio::post(impl_->context, std::move(work));
}

void EventLoop::every(std::chrono::milliseconds interval, std::function<void()> work) {
  impl_->periodic.push_back(
      std::make_unique<Impl::Periodic>(Impl::Periodic{Timer(impl_->context), interval, std::move(work)}));
  Impl::arm(*impl_->periodic.back());
}

struct Descriptor::Impl {
  StreamDescriptor stream;
};

Descriptor::Descriptor(EventLoop& loop, os::UniqueFd fd)
    : fd_(fd.get()), owned_(true), impl_(new Impl{StreamDescriptor(loop.impl().context, fd.release())}) {}

Descriptor::Descriptor(EventLoop& loop, int borrowed)
    : fd_(borrowed), owned_(false), impl_(new Impl{StreamDescriptor(loop.impl().context, borrowed)}) {}

Descriptor::~Descriptor() {
  error_code ignored;
  if (owned_)
    impl_->stream.close(ignored);
  else
    impl_->stream.release();  // and the reactor forgets it
}

void Descriptor::cancel() {
  error_code ignored;
  impl_->stream.cancel(ignored);
}

void Descriptor::start(bool write, std::coroutine_handle<> waiter, bool& ready) {
  impl_->stream.async_wait(write ? StreamDescriptor::wait_write : StreamDescriptor::wait_read,
                           [waiter, &ready](error_code ec) {
                             ready = !ec;
                             waiter.resume();
                           });
}

void Turn::await_suspend(std::coroutine_handle<> waiter) {
  asio::post(loop_.impl().context, [waiter] { waiter.resume(); });
}

void Pause::await_suspend(std::coroutine_handle<> waiter) {
  auto timer = std::make_unique<Timer>(loop_.impl().context, time_);
  Timer& running = *timer;
  running.async_wait([waiter, timer = std::move(timer)](error_code) { waiter.resume(); });
}

}  // namespace tfhub::server
